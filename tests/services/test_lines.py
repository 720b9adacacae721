"""Lines: what an address may be, that it belongs to one line of the server, and how it is found again."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.account import FIRST_COUNTED_SMALL_ID, Account, Line
from linebook.errors import AddressTaken, IdTaken, InvalidMember, NotFound
from linebook.services.lines import DEFAULT_WINDOW, AddLine, add_lines, find_line, get_line, line_address, list_lines
from linebook.storage.base import Engine
from tests.kit.builders import add_account, add_line, refusal, run
from tests.kit.clock import START_MS

pytestmark = pytest.mark.usefixtures("whole_books")


def add(engine: Engine, account_id: int, *requests: AddLine) -> list[Any]:
    return list(run(engine, add_lines, account_id, *requests))


# Refusals.


@pytest.mark.parametrize(
    ("request_", "member"),
    [
        (AddLine(address=""), "address"),
        (AddLine(address="twelve chars"), "address"),
        (AddLine(address="Straße"), "address"),
        (AddLine(address="AB\0"), "address"),
        (AddLine(address="A\nB"), "address"),
        (AddLine(address="5" * 20), "address"),
        (AddLine(address="5556661234", label="\0"), "label"),
        (AddLine(address="5556661234", carrier="\ud800"), "carrier"),
        (AddLine(address="5556661234", window_size=0), "window"),
        (AddLine(address="5556661234", window_size=2**31), "window"),
        (AddLine(address="5556661234", rate_per_s=0), "rate"),
        (AddLine(address="5556661234", rate_per_s=10**30), "rate"),
    ],
)
def test_a_line_needs_an_address_and_sensible_numbers(
    engine: Engine, account: Account, request_: AddLine, member: str
) -> None:
    bad, good = add(engine, account.id, request_, AddLine(address="4255551212"))
    assert refusal(InvalidMember, bad).member == member
    assert engine.read(lambda tx: list_lines(tx, account.id)) == [good]


def test_an_account_that_does_not_exist_has_no_lines(engine: Engine) -> None:
    refusal(NotFound, add(engine, 99, AddLine(address="5556661234"))[0])


def test_an_address_belongs_to_one_line_of_the_server(engine: Engine, account: Account, other: Account) -> None:
    add_line(engine, account.id, "5556661234")
    for account_id in (account.id, other.id):
        refusal(AddressTaken, add(engine, account_id, AddLine(address="+1 (555) 666-1234"))[0])
    assert engine.read(lambda tx: list_lines(tx, other.id)) == []


def test_an_id_in_use_or_in_the_range_that_is_counted_cannot_be_chosen(engine: Engine, account: Account) -> None:
    add_line(engine, account.id, "5556660000", id=5)
    chosen = (5, 0, -1, FIRST_COUNTED_SMALL_ID, 2**63, 10**30)
    outcomes = add(engine, account.id, *(AddLine(address=f"555666{n:04}", id=one) for n, one in enumerate(chosen, 1)))
    for outcome in outcomes:
        refusal(IdTaken, outcome)
    assert add_line(engine, account.id, "5556669999").id == FIRST_COUNTED_SMALL_ID


def test_a_line_that_does_not_exist_is_not_found(engine: Engine, account: Account) -> None:
    for line_id in (0, -1, 5, 2**63, 10**30):
        with pytest.raises(NotFound):
            engine.read(lambda tx, one=line_id: get_line(tx, account.id, one))  # type: ignore[misc]
    for address in ("", "+15556661234", "\0", "\ud800"):
        with pytest.raises(NotFound):
            engine.read(lambda tx, one=address: find_line(tx, one))  # type: ignore[misc]


# Adding and finding.


def test_a_line_keeps_what_it_was_given(engine: Engine, account: Account) -> None:
    request = AddLine(
        address="5556661234",
        label=" Desk ",
        carrier="smpp",
        id=7,
        is_multi_user=True,
        is_toll_free=True,
        window_size=1,
        rate_per_s=30,
    )
    (line,) = add(engine, account.id, request)
    assert line == Line(
        account_id=account.id,
        id=7,
        address="+15556661234",
        label="Desk",
        carrier="smpp",
        window_size=1,
        rate_per_s=30,
        is_toll_free=True,
        is_multi_user=True,
        created_ms=START_MS,
        updated_ms=START_MS,
    )
    assert engine.read(lambda tx: get_line(tx, account.id, 7)) == line
    assert engine.read(lambda tx: find_line(tx, "+15556661234")) == line


def test_a_line_is_plain_unless_it_is_said(engine: Engine, account: Account) -> None:
    line = add_line(engine, account.id, "5556661234")
    assert (line.id, line.carrier, line.window_size, line.rate_per_s) == (10_001, "loopback", DEFAULT_WINDOW, None)
    assert (line.is_multi_user, line.is_toll_free) == (False, False)


ADDRESSES = [
    ("5556661234", "+15556661234", False),
    (" +1 (425) 555-1212 ", "+14255551212", False),
    ("888-555-0100", "+18885550100", True),
    ("+18335550100", "+18335550100", True),
    ("+8885550100", "+8885550100", False),
    ("+972 54-111-1111", "+972541111111", False),
    ("12345", "12345", False),
    ("Acme Corp 1", "Acme Corp 1", False),
]


def test_an_address_is_a_number_a_short_code_or_a_name(engine: Engine, account: Account) -> None:
    for text, address, is_toll_free in ADDRESSES:
        assert add_line(engine, account.id, text).is_toll_free == is_toll_free
        assert engine.read(lambda tx, one=address: find_line(tx, one)).address == address  # type: ignore[misc]


def test_an_address_is_read_as_in_the_region_of_its_account(engine: Engine, other: Account) -> None:
    assert line_address("054-111-1111", "IL") == "+972541111111"
    israeli = add_account(engine, "Haifa", 20, "IL")
    assert add_line(engine, israeli.id, "054-111-1111").address == "+972541111111"
    assert add_line(engine, other.id, "206-555-0100").address == "+12065550100"


def test_lines_are_listed_by_rising_id(engine: Engine, account: Account, other: Account) -> None:
    for number, line_id in enumerate((None, 3, None, 1)):
        add_line(engine, account.id, f"555666000{number}", id=line_id)
    add_line(engine, other.id, "5556669999")

    def ids(**page: int) -> list[int]:
        return [line.id for line in engine.read(lambda tx: list_lines(tx, account.id, **page))]

    assert ids() == [1, 3, 10_001, 10_002]
    assert ids(after_id=1, limit=2) == [3, 10_001]
