"""The short way of an import leaves the same book as the way record by record, and the same outcomes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linebook.core.account import Account
from linebook.core.contact import Contact
from linebook.core.imports import RecordKind, StagedRecord
from linebook.services.contact_history import contact_history
from linebook.services.contact_reads import contacts_after
from linebook.services.import_plain import PlainRecords
from linebook.storage.base import Engine
from tests.kit.builders import add_account, save
from tests.kit.importing import bring_in, now, outcomes, reasons, stage, start, step
from tests.kit.invariants import check_book

HEADER: Final = ["Phone", "Email", "First name", "Company"]
NUMBERS: Final = count(1)

cells = st.tuples(
    st.sampled_from(["", "2065550101", "(206) 555-0102", "206-555-0103", "+12065550104"]),
    st.sampled_from(["", "a@example.org", "A@Example.org", "b@example.org", "c@example.org"]),
    st.sampled_from(["", "Ada", "Bo"]),
    st.sampled_from(["", "Acme"]),
).filter(lambda one: bool(one[0] or one[1]))
files = st.lists(st.lists(cells, min_size=1, max_size=6), min_size=1, max_size=4)


def text_of(records: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *records])
    return text.getvalue()


@contextmanager
def none_is_plain() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PlainRecords, "save", lambda _, records: [None] * len(records))
        yield


def apply(engine: Engine, account_id: int, text: str, limit: int, **options: Any) -> list[tuple[Any, ...]]:
    """Bring a file in; give each record's number and outcome, and whom it was about in words that have no ids."""
    one = start(engine, account_id, stage(engine, account_id, text, size=2, **options).id)
    while one.waiting:
        one = step(engine, account_id, one.id, limit).state
    assert one == now(engine, account_id, one.id)
    people = {contact.id: (contact.phone, contact.email) for contact in book(engine, account_id)}
    found = outcomes(engine, account_id, one.id)
    assert all(bool(each.change_no) is (each.kind in {RecordKind.CREATED, RecordKind.UPDATED}) for each in found)
    assert not reasons(engine, account_id, one.id)
    return [(each.number, each.kind, people[each.contact_id]) for each in found]


def book(engine: Engine, account_id: int) -> list[Contact]:
    return engine.read(lambda tx: contacts_after(tx, account_id, 0, 1_000))


def contents(engine: Engine, account_id: int) -> list[tuple[Any, ...]]:
    """Give all that is kept of contacts and their histories, except what depends on when, and who was first."""
    told = []
    for contact in book(engine, account_id):
        past = engine.read(lambda tx, one=contact: contact_history(tx, account_id, one.id))  # type: ignore[misc]
        kept = msgspec.structs.asdict(contact)
        for name in ("id", "uuid", "change_no", "created_no", "created_ms", "updated_ms"):
            del kept[name]
        told.append((str(contact.phone), contact.email, kept, [(each.action, each.door, each.old) for each in past]))
    return sorted(told, key=repr)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    imports=files,
    limit=st.sampled_from([1, 3, 100]),
    updates=st.booleans(),
    blank_clears=st.booleans(),
)
def test_the_short_way_and_the_long_one_agree(
    engine: Engine, imports: list[list[Any]], limit: int, updates: bool, blank_clears: bool
) -> None:
    number = next(NUMBERS)
    short, long = (add_account(engine, f"{way} {number}").id for way in ("Short", "Long"))
    for place, records in enumerate(imports):
        options = {"updates": updates or place == 0, "blank_clears": blank_clears}
        told = apply(engine, short, text_of(records), limit, **options)
        with none_is_plain():
            assert told == apply(engine, long, text_of(records), limit, **options)
    assert contents(engine, short) == contents(engine, long)
    check_book(engine, short)


@pytest.fixture
def left_over(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the records that were not plain."""
    numbers: list[int] = []
    whole = PlainRecords.save

    def told(self: PlainRecords, records: Sequence[StagedRecord]) -> Any:
        found = whole(self, records)
        numbers.extend(record.number for record, outcome in zip(records, found, strict=True) if outcome is None)
        return found

    monkeypatch.setattr(PlainRecords, "save", told)
    return numbers


def test_who_is_new_and_who_is_known_already_is_plain(engine: Engine, account: Account, left_over: list[int]) -> None:
    text = text_of([("2065550101", "a@example.org", "Ada", ""), ("2065550102", "", "Bo", "Acme")])
    bring_in(engine, account.id, text)
    bring_in(engine, account.id, text)
    bring_in(engine, account.id, text.replace("Ada", "Eve"), updates=False)
    assert left_over == []
    bring_in(engine, account.id, text.replace("Ada", "Eve"))
    assert left_over == [2]


def test_a_record_that_another_one_may_touch_is_not_plain(
    engine: Engine, account: Account, left_over: list[int]
) -> None:
    save(engine, account.id, "2065550101", email="a@example.org")
    save(engine, account.id, "2065550102", email="b@example.org")
    records = [
        ("2065550101", "", "", ""),  # the next record changes who this is, by the address
        ("", "a@example.org", "Ada", ""),
        ("2065550102", "", "", ""),
        ("2065550103", "b@example.org", "", ""),  # somebody else has claimed the address
        ("2065550104", "c@example.org", "", ""),
        ("206 555 0104", "", "Cy", ""),
        ("2065550105", "d@example.org", "", ""),
        ("2065550106", "D@example.org", "", ""),
        ("2065550107", "e@example.org", "", ""),
    ]
    bring_in(engine, account.id, text_of(records))
    assert left_over == [2, 3, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("header", "options"),
    [
        ("Phone,Tags", {}),
        ("Phone,Groups", {}),
        ("Phone,Name", {}),
        ("Phone,Loyalty card", {}),
        ("Phone,First name", {"groups": ("Club",)}),
        ("Phone,First name", {"tags": ("new",)}),
        ("Phone,First name", {"match": "both"}),
    ],
)
def test_what_takes_more_than_a_row_of_texts_is_not_plain(
    engine: Engine, account: Account, left_over: list[int], header: str, options: dict[str, Any]
) -> None:
    one = bring_in(engine, account.id, f"{header}\n2065550101,A B\n", **options)
    assert (left_over, one.created) == ([2], 1)
