"""Reports of imports: numbered from one, kept whole, each account's own."""

from __future__ import annotations

import pytest

from linebook.core.account import Account
from linebook.errors import NotFound
from linebook.services.import_reports import ERRORS_MAX, ImportReport, KeepReport, get_report, keep_reports
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import AUTHOR, run
from tests.kit.clock import START_MS


def report(**counts: int) -> KeepReport:
    whole = dict.fromkeys(("created", "updated", "skipped", "failed"), 0) | counts
    return KeepReport(**whole, errors=[(4, "שורה רעה")], author=AUTHOR)


@pytest.mark.parametrize("import_id", [0, -1, 1, 2**63, 10**30])
def test_a_report_that_is_not_there_is_not_found(engine: Engine, account: Account, import_id: int) -> None:
    with pytest.raises(NotFound):
        engine.read(lambda tx: get_report(tx, account.id, import_id))


def test_an_account_that_is_not_there_keeps_none(engine: Engine) -> None:
    with pytest.raises(NotFound):
        run(engine, keep_reports, 99, report())


def test_a_report_is_kept_whole(engine: Engine, account: Account) -> None:
    kept = write_now(engine, keep_reports, account.id, report(created=5, updated=3, skipped=2, failed=1))
    assert kept == ImportReport(
        id=1, created=5, updated=3, skipped=2, failed=1, errors=[(4, "שורה רעה")], at_ms=START_MS, author=AUTHOR
    )
    assert kept.total == 11
    assert engine.read(lambda tx: get_report(tx, account.id, 1)) == kept


def test_every_account_counts_its_own(engine: Engine, account: Account, other: Account) -> None:
    first, second = run(engine, keep_reports, account.id, report(created=1), report(created=2))
    assert isinstance(first, ImportReport) and isinstance(second, ImportReport)
    assert (first.id, second.id) == (1, 2)
    assert write_now(engine, keep_reports, other.id, report()).id == 1
    with pytest.raises(NotFound):
        engine.read(lambda tx: get_report(tx, other.id, 2))


def test_only_the_first_errors_are_kept(engine: Engine, account: Account) -> None:
    errors = [(number, "bad") for number in range(ERRORS_MAX + 5)]
    many = KeepReport(created=0, updated=0, skipped=0, failed=len(errors), errors=errors, author=AUTHOR)
    kept = write_now(engine, keep_reports, account.id, many)
    assert kept.errors == errors[:ERRORS_MAX] and kept.failed == len(errors)
