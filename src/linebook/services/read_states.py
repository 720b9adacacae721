"""What a reader has not read yet of the book: ranges of creation or change numbers, taken from the newest downwards.

A mark on each contact would cost quadratic time to drain; a list of ranges costs the same for every page.
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

_decode: Final = msgspec.json.Decoder(list[Range]).decode


class ReadUnread(msgspec.Struct, frozen=True, kw_only=True):
    """One request to read what a credential has not read: created contacts only, or changed ones too.

    `forget`: begin anew, as if nothing had been read.
    """

    credential_id: int
    changed_too: bool
    limit: int
    forget: bool = False


def read_unread(tx: Tx, account_id: int, requests: Sequence[ReadUnread]) -> list[list[Contact] | DomainError]:
    """Give the newest unread contacts for each request, and remember that they were read, in the same transaction.

    Repeated reads drain any number of contacts, each exactly once, parallel readers included. What is created or changed
    meanwhile is unread again. Both modes share what was read: a contact handed out in one is not handed out in the other.
    """
    clock = Clock(tx, account_id)
    return [_read(tx, account_id, request, clock.change_no) for request in requests]


def _read(tx: Tx, account_id: int, request: ReadUnread, newest_no: int) -> list[Contact]:
    order = Order.CHANGE if request.changed_too else Order.CREATION
    row = tx.one("read_state", account_id=account_id, credential_id=request.credential_id, name=order.value)
    seen_no, unread = (int(row[0]), _decode(row[1])) if row is not None and not request.forget else (0, [])
    if newest_no > seen_no:
        unread.append((seen_no + 1, newest_no))
    found: list[Contact] = []
    while unread and len(found) < request.limit:
        first_no, last_no = unread.pop()
        wanted = request.limit - len(found)
        page = page_by_number(
            tx, account_id, order, falling=True, first_no=first_no, last_no=last_no, limit=wanted
        )
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
        seen_no=newest_no,
        unread=rows.to_json(_joined(unread)),
    )
    return found


def _joined(ranges: list[Range]) -> list[Range]:
    """Join ranges that touch."""
    joined: list[Range] = []
    for first, last in ranges:
        if joined and joined[-1][1] + 1 == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined
