"""Contacts in the order of their names: a side table that follows the book's changes and costs no write anything.

An account whose contacts nobody ever asked for in this order has no row here. Once somebody did, the table is brought
up to the book in bounded steps: before such a list is answered, and by a follower in the background
(`name_follower.py`). Until that is done for the first time on a large book, `contact_walks.py` answers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.core.contact import Contact
from linebook.errors import DomainError
from linebook.services.clocks import BOOK, Clock
from linebook.storage import rows
from linebook.storage.base import Row, Tx

STEP: Final = 500
"""How many changes one transaction follows: other writers of the account wait no longer than for that."""

KEY_MAX: Final = 64
"""Names are ordered by so many characters, which must fit an index; further ones make no difference."""

NAMELESS: Final = "\U0010ffff"
"""Stands for a missing name: behind every name."""

_PAGE: Final = {
    (False, False): "contacts_by_first_name_rising",
    (False, True): "contacts_by_first_name_falling",
    (True, False): "contacts_by_last_name_rising",
    (True, True): "contacts_by_last_name_falling",
}


class FollowNames(msgspec.Struct, frozen=True):
    """One request to bring an account's name order a step nearer to its book. The first one starts it."""

    limit: int = STEP


class NamePosition(msgspec.Struct, frozen=True):
    """How far an account's name order has followed: up to `change_no` of `newest_no`. None: it was never asked for."""

    change_no: int | None
    newest_no: int

    def has_reached(self, change_no: int) -> bool:
        """Whether every change up to that number is in the order."""
        return self.change_no is not None and self.change_no >= change_no


def name_key(name: str) -> str:
    """Give the form that a name is ordered by: without regard to case, accents and blanks; a missing one comes last."""
    if not name.isascii():
        name = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return " ".join(name.casefold().split())[:KEY_MAX] or NAMELESS


def name_position(tx: Tx, account_id: int) -> NamePosition:
    """Give how far the account's name order has followed, without following."""
    clock = tx.one("clock", account_id=account_id, name=BOOK)
    follower = tx.one("name_follower", account_id=account_id)
    return NamePosition(int(follower[0]) if follower else None, int(clock[0]) if clock else 0)


def follow_names(tx: Tx, account_id: int, requests: Sequence[FollowNames]) -> list[NamePosition | DomainError]:
    """Follow the book by one step, for all requests together, and give each the new position.

    The account's clock is taken first, as by every writer, so that what is read here cannot change meanwhile.
    """
    clock = Clock(tx, account_id)
    follower = tx.one("name_follower", account_id=account_id)
    done_no, started_no = (int(follower[0]), int(follower[1])) if follower else (0, clock.change_no)
    if follower is None or done_no < clock.change_no:
        limit = max(request.limit for request in requests)
        if done_no < started_no:
            done_no = _follow_beginning(tx, account_id, done_no, started_no, limit)
        else:
            done_no = _follow_changes(tx, account_id, done_no, min(done_no + limit, clock.change_no))
        tx.run("save_name_follower", account_id=account_id, change_no=done_no, started_no=started_no)
    return [NamePosition(done_no, clock.change_no) for _ in requests]


def _follow_beginning(tx: Tx, account_id: int, done_no: int, started_no: int, limit: int) -> int:
    """Take in at most `limit` contacts that were last changed before the order was first asked for.

    What was deleted before then never came into the order, so that only contacts count, however long their history.
    """
    changed = tx.all("names_by_change", account_id=account_id, first_no=done_no + 1, last_no=started_no, limit=limit)
    _save_names(tx, account_id, changed)
    return int(changed[-1][1]) if len(changed) == limit else started_no


def _follow_changes(tx: Tx, account_id: int, done_no: int, last_no: int) -> int:
    """Follow the changes up to a number: each number up to the clock is that of a contact or of a row of history."""
    between = {"account_id": account_id, "first_no": done_no + 1, "last_no": last_no}
    deleted = [row[0] for row in tx.all("contacts_deleted_between", **between)]
    tx.run_many("delete_contact_names", [{"account_id": account_id, "contact_id": one} for one in deleted])
    _save_names(tx, account_id, tx.all("names_by_change", **between, limit=last_no - done_no))
    return last_no


def _save_names(tx: Tx, account_id: int, changed: Sequence[Row]) -> None:
    names = [
        {"account_id": account_id, "contact_id": row[0], "first_key": name_key(row[2]), "last_key": name_key(row[3])}
        for row in changed
    ]
    tx.run_many("save_contact_names", names)


def page_by_name(tx: Tx, account_id: int, *, by_last: bool, falling: bool, offset: int, limit: int) -> list[Contact]:
    """Give a page of contacts by first name, or by last name, as far as the order has followed.

    A page is shorter than its limit only at the end, even when contacts were deleted since they were followed.
    """
    found: list[Contact] = []
    while (wanted := limit - len(found)) > 0:
        page = tx.all(_PAGE[by_last, falling], account_id=account_id, offset=offset, limit=wanted)
        found += [rows.contact_from_row(row) for row in page if row[1] is not None]
        offset += len(page)
        if len(page) < wanted:
            break
    return found
