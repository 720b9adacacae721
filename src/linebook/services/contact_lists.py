"""Lists of contacts in the orders that clients page through: by change, by creation, by number. Reading only.

Change numbers, creation numbers and their times rise together (the account's clock), so a time bounds a list by a
search over the numbers, and no index on times is kept.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Final

import msgspec

from linebook.core.contact import EXTERNAL_ID_MAX, Contact, is_storable
from linebook.services.clocks import BOOK
from linebook.storage import rows
from linebook.storage.base import Row, Tx


class Order(enum.StrEnum):
    """What a list is ordered by."""

    CHANGE = "change"
    CREATION = "creation"
    PHONE = "phone"


LAST_NO: Final = 2**62
"""Above every change number."""

_PAGE: Final = {
    (Order.CHANGE, False): "contacts_by_change_rising",
    (Order.CHANGE, True): "contacts_by_change_falling",
    (Order.CREATION, False): "contacts_by_creation_rising",
    (Order.CREATION, True): "contacts_by_creation_falling",
}
_WANTED_PAGE: Final = {
    (Order.CHANGE, False): "contacts_wanted_by_change_rising",
    (Order.CHANGE, True): "contacts_wanted_by_change_falling",
    (Order.CREATION, False): "contacts_wanted_by_creation_rising",
    (Order.CREATION, True): "contacts_wanted_by_creation_falling",
}
_WANTED_COUNT: Final = {
    Order.CHANGE: "count_contacts_wanted_by_change",
    Order.CREATION: "count_contacts_wanted_by_creation",
}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which contacts a list is limited to: those of an assignee, those with a text in name, e-mail address or number.

    The text is compared without regard to case. There is no index for either: the whole book is walked until the page
    is full.
    """

    assignee_id: int | None = None
    text: str | None = None

    def parameters(self) -> dict[str, object]:
        """Give the parameters of the queries for wanted contacts."""
        return {"assignee_id": self.assignee_id, **_patterns(self.text)}


def _patterns(text: str | None) -> dict[str, object]:
    if not text:
        return dict.fromkeys(("pattern_1", "pattern_2", "pattern_3"))
    # The databases fold the case of plain letters only, so the usual spellings of all others are looked for as well.
    spellings = list(dict.fromkeys(f"%{_escaped(one)}%" for one in (text.lower(), text.upper(), text.title())))
    padded: list[str | None] = [*spellings, None, None]
    return {"pattern_1": padded[0], "pattern_2": padded[1], "pattern_3": padded[2]}


def _escaped(text: str) -> str:
    plain = "".join(letter.lower() if letter.isascii() else letter for letter in text)
    return plain.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def page_by_number(
    tx: Tx,
    account_id: int,
    order: Order,
    *,
    falling: bool,
    first_no: int = 0,
    last_no: int = LAST_NO,
    offset: int = 0,
    limit: int,
    wanted: Wanted | None = None,
) -> list[Contact]:
    """Give a page of contacts ordered by change or by creation, with numbers from `first_no` to `last_no`."""
    found = tx.all(
        (_PAGE if wanted is None else _WANTED_PAGE)[order, falling],
        account_id=account_id,
        first_no=first_no,
        last_no=last_no,
        offset=offset,
        limit=limit,
        **({} if wanted is None else wanted.parameters()),
    )
    return [rows.contact_from_row(row) for row in found]


def count_by_number(
    tx: Tx, account_id: int, order: Order, *, first_no: int = 0, last_no: int = LAST_NO, wanted: Wanted
) -> int:
    """Give how many wanted contacts there are with numbers from `first_no` to `last_no`, by walking them all."""
    row = tx.one(_WANTED_COUNT[order], account_id=account_id, first_no=first_no, last_no=last_no, **wanted.parameters())
    return 0 if row is None else int(row[0])


def page_by_phone(tx: Tx, account_id: int, *, falling: bool, offset: int, limit: int) -> list[Contact]:
    """Give a page of contacts by number; those without a number are left out."""
    query = "contacts_by_phone_falling" if falling else "contacts_by_phone_rising"
    found: list[Row] = tx.all(query, account_id=account_id, offset=offset, limit=limit)
    return [rows.contact_from_row(row) for row in found]


def last_no_before(tx: Tx, account_id: int, order: Order, before_ms: int) -> int:
    """Give a number such that exactly the contacts up to it were changed (or created) before that time.

    At most 40 look-ups, whatever the size of the book.
    """
    query = "contact_up_to_change" if order is Order.CHANGE else "contact_up_to_creation"
    clock = tx.one("clock", account_id=account_id, name=BOOK)
    low, high = 0, int(clock[0]) if clock else 0
    while low < high:
        middle = (low + high + 1) // 2
        # The contact with the highest number in (low, middle], if there is one.
        row = tx.one(query, account_id=account_id, first_no=low + 1, last_no=middle)
        if row is None or row[1] < before_ms:
            low = middle
        else:
            high = row[0] - 1
    return low


def page_at_time(
    tx: Tx, account_id: int, order: Order, *, before_ms: int | None = None, limit: int, wanted: Wanted | None = None
) -> list[Contact]:
    """Give the newest contacts, those from strictly before a time where one is given, newest first.

    A page ends at its limit, or at the end of that row's millisecond if rows share it, so that a walk by bare times
    meets every contact exactly once.
    """
    newest_no = LAST_NO if before_ms is None else last_no_before(tx, account_id, order, before_ms)

    def rows_behind(last: Contact | None, count: int) -> list[Contact]:
        last_no = newest_no if last is None else _number(last, order) - 1
        return page_by_number(tx, account_id, order, falling=True, last_no=last_no, limit=count, wanted=wanted)

    return _whole_page(rows_behind, order, limit, None)


def page_from_time(
    tx: Tx, account_id: int, order: Order, *, from_ms: int | None = None, limit: int, wanted: Wanted | None = None
) -> list[Contact]:
    """Give the oldest contacts, those from that time on where one is given, oldest first.

    A page ends like that of `page_at_time`, and goes on while all of it is of the very millisecond it began with: who
    walks by the time of the last row is given that row again, and must get past it.
    """
    oldest_no = 0 if from_ms is None else last_no_before(tx, account_id, order, from_ms) + 1

    def rows_behind(last: Contact | None, count: int) -> list[Contact]:
        first_no = oldest_no if last is None else _number(last, order) + 1
        return page_by_number(tx, account_id, order, falling=False, first_no=first_no, limit=count, wanted=wanted)

    return _whole_page(rows_behind, order, limit, from_ms)


def _whole_page(
    rows_behind: Callable[[Contact | None, int], list[Contact]], order: Order, limit: int, begun_ms: int | None
) -> list[Contact]:
    """Give a page that ends with a whole millisecond, from rows that are read behind the last one.

    One row more than the limit shows in one reading whether the page is whole, which it nearly always is. Rows of the
    millisecond that a walk began with come on top of the limit where they alone would fill it.
    """
    found = rows_behind(None, limit + 1)
    is_all = len(found) <= limit
    while True:
        begun = 0 if begun_ms is None else sum(_time(one, order) == begun_ms for one in found)
        size = limit if begun < limit else begun + limit
        if is_all or (len(found) > size and _time(found[-1], order) != _time(found[size - 1], order)):
            break
        more = rows_behind(found[-1], limit)
        found += more
        is_all = len(more) < limit
    page = found[:size]
    return page + [one for one in found[size:] if _time(one, order) == _time(page[-1], order)]


def members_of_group(tx: Tx, account_id: int, group_id: int, after_id: int, limit: int) -> list[Contact]:
    """Give a page of a group's contacts by rising id."""
    found = tx.all("contacts_of_group", account_id=account_id, group_id=group_id, after_id=after_id, limit=limit)
    return [rows.contact_from_row(row) for row in found]


def contacts_with_tag(tx: Tx, account_id: int, tag_id: int, after_id: int, limit: int) -> list[Contact]:
    """Give a page of the contacts with a tag by rising id."""
    found = tx.all("contacts_of_tag", account_id=account_id, tag_id=tag_id, after_id=after_id, limit=limit)
    return [rows.contact_from_row(row) for row in found]


def contacts_with_external_id(tx: Tx, account_id: int, external_id: str, limit: int) -> list[Contact]:
    """Give the contacts with an external id, which is not unique, by rising id; none for what no contact can have."""
    if not is_storable(external_id) or len(external_id) > EXTERNAL_ID_MAX:
        return []
    found = tx.all("contacts_by_external_id", account_id=account_id, external_id=external_id, limit=limit)
    return [rows.contact_from_row(row) for row in found]


def _number(contact: Contact, order: Order) -> int:
    return contact.change_no if order is Order.CHANGE else contact.created_no


def _time(contact: Contact, order: Order) -> int:
    return contact.updated_ms if order is Order.CHANGE else contact.created_ms
