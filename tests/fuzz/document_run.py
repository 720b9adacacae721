"""Lets schemathesis call everything that the hub's own OpenAPI document declares, and hold the answers against it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import requests
import schemathesis
from msgspec import UNSET
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from linebook.dialects.kit import compile_path
from tests.fuzz.generate import generate
from tests.fuzz.hub_thread import HubThread
from tests.fuzz.ledger import Ledger
from tests.fuzz.targets import Target
from tests.kit.log_watch import LogWatch
from tests.kit.raw_http import Answer
from tests.kit.wire import Ask, Probe, Way

PART: Final = "document"
CHECKS: Final[list[Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
TIMEOUT_S: Final = 30


class DocumentRun:
    """One platform's document on one running hub."""

    def __init__(self, target: Target, running: HubThread, ledger: Ledger, deadline_s: float) -> None:
        load_all_checks()
        self._target = target
        self._running = running
        self._ledger = ledger
        self._deadline_s = deadline_s
        self._tenant = target.add_tenant(running.hub.runtime)
        self._sent = 0
        self._probes = {probe.operation: probe for probe in target.probes}

    def run(self, cases: int, run_seed: int, only: str = "") -> None:
        """Send that many cases to every operation of the document (or to one), or as many as there is time for."""

        def for_each(strategy: Any, count: int, use: Callable[[Any], None]) -> None:
            generate(strategy, count, run_seed, self._deadline_s, use)

        url = f"{self._running.hub.base_url}/openapi/{self._target.name}.json"
        schema = schemathesis.openapi.from_url(url)
        by_call = {
            (method, one.path): one.name
            for one in self._target.dialect.operations
            if one.handler is not None
            for method in one.methods
        }
        declared: dict[str, list[Any]] = {}
        for found in schema.get_all_operations():
            if isinstance(found, Err):
                self._ledger.blame(PART, "", f"the document cannot be used: {found.err()}", url)
                continue
            operation = found.ok()
            name = by_call.get((operation.method.upper(), operation.path))
            if name is None:
                self._ledger.blame(PART, operation.label, "is declared and not served", url)
            else:
                declared.setdefault(name, []).append(operation)
        for name in set(by_call.values()) - set(declared):
            self._ledger.blame(PART, name, "is served and not declared", url)
        with self._ledger.counting_handlers(PART, self._target.dialect.operations), requests.Session() as session:
            session.trust_env = False
            for name, operations in declared.items():
                if only not in ("", name):
                    continue
                for operation in operations:
                    # The modes differ in what is valid by the document; both must be answered by it.
                    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                        share = -(-cases // (2 * len(operations)))
                        strategy = operation.as_strategy(generation_mode=mode)
                        for_each(strategy, share, partial(self._send, name, session))

    def _send(self, name: str, session: requests.Session, case: Any) -> None:
        probe = self._probes[name]
        self._sent += 1
        if self._sent % 2:
            # Left alone it guesses numbers and ids that nobody has, and never gets beyond that.
            _put_in(case, probe.ask.filled(self._tenant.names))
        shown = self._target.form_of(probe).show(
            Ask(path=probe.ask.path, method="GET", way=Way.QUERY), self._tenant.secret
        )
        with LogWatch() as log:
            response = case.call(
                base_url=self._running.hub.base_url,
                session=session,
                headers=dict(shown.headers),
                params=dict((*shown.query, *shown.params)),
                timeout=TIMEOUT_S,
            )
        request = case.as_curl_command()
        self._ledger.count(PART, name, response.status_code, is_valid=True)
        self._ledger.judge_log(PART, name, log.text, [self._tenant.secret], request)
        try:
            case.validate_response(response, checks=CHECKS)
        except* AssertionError as group:
            for error in group.exceptions:
                self._ledger.blame(PART, name, str(error)[:600], request)
        self._check_form(probe, case, response, request)
        if name in self._target.ends_credential and response.status_code == 200:
            self._tenant = self._target.add_tenant(self._running.hub.runtime)

    def _check_form(self, probe: Probe, case: Any, response: Any, request: str) -> None:
        headers = tuple((key, value) for key, values in response.headers.items() for value in values)
        answer = Answer(response.status_code, headers, response.content)
        sent_headers = tuple((key, str(value)) for key, value in (case.headers or {}).items())
        asked = Ask(path=case.formatted_path, method=case.method.upper(), headers=sent_headers)
        self._ledger.judge(PART, probe.operation, answer, self._target.form_of(probe).fault(asked, answer), request)


def _put_in(case: Any, asked: Ask) -> None:
    """Give a generated case the values of a request that works, wherever it has a place for them."""
    match = compile_path(case.operation.path).match(asked.path)
    if match is not None and match.groupdict():
        case.path_parameters = {**case.path_parameters, **match.groupdict()}
    values = dict(asked.params) if asked.json is UNSET else asked.json
    if isinstance(case.body, dict) and isinstance(values, dict):
        case.body = {**case.body, **values}
    elif isinstance(values, dict):
        declared = {one.name for one in case.operation.query}
        case.query = {**(case.query or {}), **{name: value for name, value in values.items() if name in declared}}
