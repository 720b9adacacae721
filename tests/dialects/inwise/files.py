"""Files of contacts to import, and what became of them."""

from __future__ import annotations

from typing import Any

from tests.dialects.inwise.form import BATCH, CONTACTS, get, post
from tests.kit.invariants import check_book
from tests.kit.wire import Case, Runner

MAPPING = [
    {"field_name": "[Email]", "file_column_name": "Mail"},
    {"field_name": "[MobileNumber]", "file_column_name": "Cell"},
    {"field_name": "1", "file_column_name": "Given"},
    {"field_name": "7", "file_column_name": "Level"},
    {"field_name": "[ExternalId]", "file_column_name": "Ref"},
]
HEADER = "Mail,Cell,Given,Level,Ref\n"


def file(rows: str, *, header: str = HEADER, **members: Any) -> dict[str, Any]:
    """Give a body with a file of these rows."""
    return {
        "csv_file": header + rows,
        "fields_mapping": MAPPING,
        "updateExistingContacts": True,
        "country_code": "972",
        "trim_leading_zero": True,
    } | members


async def imported(runner: Runner, body: Any) -> dict[str, Any]:
    """Import a file that must be accepted, give the report, and see to it that it can be read again."""
    answer = await runner.run(Case(label="", ask=post(BATCH, body), changes=True))
    report: dict[str, Any] = answer.json()
    assert (await runner.send(get(f"{BATCH}/{report['id']}"))).json() == report
    check_book(runner.hub.runtime.store.engine, int(runner.names["account_id"]))
    return report


def counts(report: dict[str, Any]) -> tuple[int, ...]:
    return tuple(report[name] for name in ("total", "added", "updated", "skipped", "failed"))


async def contact(runner: Runner, **key: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = (await runner.send(get(CONTACTS, **key))).json()
    assert len(found) == 1, found
    return found[0]
