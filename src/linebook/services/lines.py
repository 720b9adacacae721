"""Lines: the addresses that can text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.core.account import FIRST_COUNTED_SMALL_ID, Line, OnDoubt
from linebook.core.contact import LAST_ID, check_text, is_storable
from linebook.core.phone import UnusablePhone, national, parse_phone
from linebook.errors import AddressTaken, DomainError, IdTaken, InvalidMember, NotFound
from linebook.services.accounts import hold_account
from linebook.services.labels import next_id
from linebook.storage import rows
from linebook.storage.base import Tx

TOLL_FREE_CODES: Final = ("800", "833", "844", "855", "866", "877", "888")
"""The North American area codes whose numbers are toll-free."""

DEFAULT_WINDOW: Final = 10
LAST_COUNT: Final = 2**31 - 1
SENDER_MAX: Final = 11
"""Most characters of an alphanumeric sender (GSM)."""


class AddLine(msgspec.Struct, frozen=True, kw_only=True):
    """One request to add a line. `id` may be chosen; `is_toll_free` None means: by the number."""

    address: str
    label: str = ""
    carrier: str = "loopback"
    id: int | None = None
    is_multi_user: bool = False
    is_toll_free: bool | None = None
    window_size: int = DEFAULT_WINDOW
    rate_per_s: int | None = None
    on_doubt: OnDoubt = OnDoubt.RESEND


def add_lines(tx: Tx, account_id: int, requests: Sequence[AddLine]) -> list[Line | DomainError]:
    """Add lines to an account. Domain errors: `InvalidMember`, `AddressTaken`, `IdTaken`, `NotFound` (the account)."""
    outcomes: list[Line | DomainError] = []
    for request in requests:
        try:
            outcomes.append(_add(tx, account_id, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def _add(tx: Tx, account_id: int, request: AddLine) -> Line:
    account = hold_account(tx, account_id)
    check_text("label", request.label)
    check_text("carrier", request.carrier)
    if not 1 <= request.window_size <= LAST_COUNT:
        raise InvalidMember("window", "must be at least 1")
    if request.rate_per_s is not None and not 1 <= request.rate_per_s <= LAST_COUNT:
        raise InvalidMember("rate", "must be at least 1")
    address = line_address(request.address, account.region)
    if tx.one("line_address", address=address) is not None:
        raise AddressTaken(f"{address} is a line of this server already.")
    if request.id is None:
        line_id = next_id(tx, account_id, "line", FIRST_COUNTED_SMALL_ID)
    else:
        line_id = request.id
        is_possible = 1 <= line_id < FIRST_COUNTED_SMALL_ID
        if not is_possible or tx.one("line_by_id", account_id=account_id, id=line_id) is not None:
            raise IdTaken
    is_toll_free = request.is_toll_free
    if is_toll_free is None:
        is_toll_free = address.startswith("+1") and address[2:5] in TOLL_FREE_CODES
    line = Line(
        account_id=account_id,
        id=line_id,
        address=address,
        label=request.label.strip(),
        carrier=request.carrier,
        window_size=request.window_size,
        rate_per_s=request.rate_per_s,
        is_toll_free=is_toll_free,
        is_multi_user=request.is_multi_user,
        created_ms=tx.now_ms,
        updated_ms=tx.now_ms,
        on_doubt=request.on_doubt,
    )
    values = msgspec.structs.asdict(line)
    del values["updated_ms"]
    tx.run("insert_line", **values)
    tx.run("insert_line_address", address=address, account_id=account_id, line_id=line_id)
    tx.run("insert_lease", kind="line", account_id=account_id, thing_id=line_id)
    tx.bump_directory()
    return line


def line_address(text: str, region: str) -> str:
    """Give the address a line is known by: a number as `+…`, a short code as digits, or an alphanumeric sender.

    Raises `InvalidMember`.
    """
    text = text.strip()
    if any(letter.isalpha() for letter in text):
        if len(text) > SENDER_MAX or not (text.isascii() and text.isprintable()):
            raise InvalidMember("address", f"an alphanumeric sender has at most {SENDER_MAX} plain characters")
        return text
    try:
        return parse_phone(text, national(region)).text
    except UnusablePhone as error:
        raise InvalidMember("address", str(error)) from error


def get_line(tx: Tx, account_id: int, line_id: int) -> Line:
    """Give a line. Raises `NotFound`."""
    row = tx.one("line_by_id", account_id=account_id, id=line_id) if 1 <= line_id <= LAST_ID else None
    if row is None:
        raise NotFound(f"There is no line {line_id}.")
    return rows.line_from_row(row)


def find_line(tx: Tx, address: str) -> Line:
    """Give the line of that address, whatever its account. Raises `NotFound`."""
    row = tx.one("line_address", address=address) if is_storable(address) else None
    if row is None:
        raise NotFound(f"{address} is no line of this server.")
    return get_line(tx, row[1], row[2])


def list_lines(tx: Tx, account_id: int, after_id: int = 0, limit: int = 1000) -> list[Line]:
    """Give a page of an account's lines by rising id."""
    found = tx.all("lines_page", account_id=account_id, after_id=after_id, limit=limit)
    return [rows.line_from_row(row) for row in found]


def all_lines(tx: Tx, account_id: int) -> list[Line]:
    """Give all of an account's lines by rising id."""
    found: list[Line] = []
    while page := list_lines(tx, account_id, found[-1].id if found else 0):
        found += page
    return found
