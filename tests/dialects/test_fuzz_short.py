"""A short run of the fuzz suite on every platform, and proof that the suite would notice what it looks for."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest
import structlog

from tests.fuzz.document_run import DocumentRun
from tests.fuzz.hub_thread import hub_thread
from tests.fuzz.ledger import Ledger
from tests.fuzz.raw_run import BROKEN, MUTATED, RawRun
from tests.fuzz.targets import TARGETS, Target
from tests.kit.log_watch import LogWatch
from tests.kit.raw_http import Answer
from tests.kit.wire import BODY_LIMIT_BYTES

SEED = 2026
ZIPWHIP = next(target for target in TARGETS if target.name == "zipwhip")
LIMIT_S = 60


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_nearly_right_requests_are_answered_in_the_platforms_form(target: Target, tmp_path: Path) -> None:
    ledger, deadline_s = Ledger(), time.monotonic() + LIMIT_S
    with hub_thread(
        f"sqlite:///{tmp_path}/linebook.db", body_limit_bytes=BODY_LIMIT_BYTES, login_failures=1_000_000
    ) as running:
        RawRun(target, running, ledger, deadline_s).run(2, SEED)
    assert list(ledger.faults.values()) == []
    assert {operation for _, operation, _ in ledger.statuses} == {probe.operation for probe in target.probes}
    assert sum(ledger.reached.values()) > 0
    assert time.monotonic() < deadline_s


def test_calls_made_from_the_document_are_answered_as_it_declares(tmp_path: Path) -> None:
    ledger, deadline_s = Ledger(), time.monotonic() + LIMIT_S
    with hub_thread(f"sqlite:///{tmp_path}/linebook.db", login_failures=1_000_000) as running:
        DocumentRun(ZIPWHIP, running, ledger, deadline_s).run(4, SEED, only="contact/get")
    assert list(ledger.faults.values()) == []
    assert sum(ledger.statuses.values()) == 4
    assert time.monotonic() < deadline_s


GOOD = Answer(200, (), b"{}")


@pytest.mark.parametrize(
    ("answer", "fault", "word"),
    [
        (None, None, "no answer"),
        (Answer(500, (), b"oops"), None, "500"),
        (Answer(503, (), b"oops"), None, "503"),
        (GOOD, "not JSON", "not JSON"),
    ],
)
def test_a_bad_answer_is_a_fault(answer: Answer | None, fault: str | None, word: str) -> None:
    ledger = Ledger()
    ledger.judge(MUTATED, "call", answer, fault, b"GET / HTTP/1.1")
    ledger.judge(MUTATED, "call", answer, fault, b"GET /again HTTP/1.1")
    (found,) = ledger.faults.values()
    assert word in found.what
    assert found.request == "b'GET / HTTP/1.1'"
    assert list(ledger.fault_counts.values()) == [2]


def test_a_good_answer_is_none() -> None:
    ledger = Ledger()
    ledger.judge(MUTATED, "call", GOOD, None, b"")
    ledger.judge_log(MUTATED, "call", "nothing much", ["secret"], b"")
    assert ledger.faults == {}


def test_a_traceback_or_a_secret_in_the_log_is_a_fault() -> None:
    ledger = Ledger()
    ledger.judge_log(MUTATED, "call", "Traceback (most recent call last)", [], b"")
    ledger.judge_log(MUTATED, "call", "somebody said secret-words", ["secret-words"], b"")
    assert len(ledger.faults) == 2


def test_a_run_that_never_gets_past_the_door_is_a_fault() -> None:
    ledger = Ledger()
    for number in range(100):
        ledger.count(MUTATED, "call", 403, is_valid=number < 40)
        ledger.count(BROKEN, "call", 400, is_valid=False)
    ledger.check_depth(BROKEN)
    assert sorted(fault.what for fault in ledger.faults.values()) == [
        "no case reached the handler",
        "only 0 of 100 cases reached a handler",
        "only 40 of 100 cases showed a valid credential",
    ]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_every_served_operation_is_fuzzed(target: Target) -> None:
    served = {operation.name for operation in target.dialect.operations if operation.handler is not None}
    assert served == {probe.operation for probe in target.probes}


def test_handlers_are_counted_only_while_it_is_asked_for() -> None:
    target = TARGETS[-1]
    before = [operation.handler for operation in target.dialect.operations]
    with Ledger().counting_handlers(MUTATED, target.dialect.operations):
        assert [operation.handler for operation in target.dialect.operations] != before
    assert [operation.handler for operation in target.dialect.operations] == before


def test_the_watch_sees_both_ways_of_logging() -> None:
    with LogWatch() as log:
        logging.getLogger("anything").warning("one %s", "first")
        try:
            raise ValueError("second")
        except ValueError:
            structlog.get_logger().exception("failed", number=3)
    assert "one first" in log.text and "number=3" in log.text and "ValueError: second" in log.text
    structlog.reset_defaults()
