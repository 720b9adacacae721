"""What a reader has not read yet of the book: ranges of creation or change numbers, taken from the newest downwards.

A mark on each contact would cost quadratic time to drain; a list of ranges costs the same for every page. A reader has
two states that know nothing of each other, one of creations and one of changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.core.contact import Contact
from linebook.errors import DomainError
from linebook.services.clocks import Clock
from linebook.services.contact_lists import Order, page_by_number
from linebook.storage import rows
from linebook.storage.base import Tx

Range = tuple[int, int]
"""Unread numbers from the first to the last, both included."""

RANGES_MAX: Final = 500
"""Most ranges of one state. A reader that always falls behind gets what is new once it has read some of what is old."""

_decode: Final = msgspec.json.Decoder(list[Range]).decode


class ReadUnread(msgspec.Struct, frozen=True, kw_only=True):
    """One request to read what a credential has not read: created contacts only, or changed ones too.

    `forget`: begin anew, as if the credential had never read anything, created or changed.
    """

    credential_id: int
    changed_too: bool
    limit: int
    forget: bool = False


def read_unread(tx: Tx, account_id: int, requests: Sequence[ReadUnread]) -> list[list[Contact] | DomainError]:
    """Give the newest unread contacts for each request, and remember that they were read, in the same transaction.

    Repeated reads drain any number of contacts, each exactly once, parallel readers included. A contact that is changed
    after it was read is unread again for who reads changes. Deleted contacts are not given.
    """
    clock = Clock(tx, account_id)
    return [_read(tx, account_id, request, clock.change_no) for request in requests]


def _read(tx: Tx, account_id: int, request: ReadUnread, newest_no: int) -> list[Contact]:
    order = Order.CHANGE if request.changed_too else Order.CREATION
    if request.forget:
        tx.run("forget_read_states", account_id=account_id, credential_id=request.credential_id)
    row = tx.one("read_state", account_id=account_id, credential_id=request.credential_id, name=order.value)
    seen_no, unread = (int(row[0]), _decode(row[1])) if row is not None else (0, [])
    found: list[Contact] = []
    while len(found) < request.limit:
        if seen_no < newest_no and (not unread or (not found and len(unread) < RANGES_MAX)):
            unread.append((seen_no + 1, newest_no))
            seen_no = newest_no
        if not unread:
            break
        first_no, last_no = unread.pop()
        wanted = request.limit - len(found)
        page = page_by_number(tx, account_id, order, falling=True, first_no=first_no, last_no=last_no, limit=wanted)
        found += page
        if len(page) == wanted:
            lowest = page[-1].change_no if order is Order.CHANGE else page[-1].created_no
            if lowest > first_no:
                unread.append((first_no, lowest - 1))
    tx.run(
        "save_read_state",
        account_id=account_id,
        credential_id=request.credential_id,
        name=order.value,
        seen_no=seen_no,
        unread=rows.to_json(unread),
    )
    return found
