"""Pages of contacts for clients that walk by the time of the last row they saw, or by page numbers. Reading only."""

from __future__ import annotations

import msgspec

from linebook.services.contact_lists import (
    LAST_NO,
    Order,
    Wanted,
    count_by_number,
    last_no_before,
    page_at_time,
    page_by_number,
    page_from_time,
)
from linebook.services.contact_reads import count_contacts
from linebook.services.contacts_with_consent import Told, tell_contacts
from linebook.storage.base import Tx


class TimePage(msgspec.Struct, frozen=True, kw_only=True):
    """One request for a page. Without an `offset` it is a step of a walk by time.

    `at_ms` bounds the order's time: falling pages hold what is strictly before it, rising ones what is not.
    """

    order: Order = Order.CHANGE
    falling: bool = True
    at_ms: int | None = None
    limit: int
    offset: int | None = None
    wanted: Wanted | None = None


def read_time_page(tx: Tx, account_id: int, page: TimePage) -> list[Told]:
    """Give a page: with an offset it has exactly its size, without one it ends with a whole millisecond."""
    order, falling, at_ms, limit, wanted = page.order, page.falling, page.at_ms, page.limit, page.wanted
    if page.offset is not None:
        first_no, last_no = _bounds(tx, account_id, page)
        found = page_by_number(
            tx,
            account_id,
            order,
            falling=falling,
            first_no=first_no,
            last_no=last_no,
            offset=min(page.offset, count_contacts(tx, account_id)),
            limit=limit,
            wanted=wanted,
        )
    elif falling:
        found = page_at_time(tx, account_id, order, before_ms=at_ms, limit=limit, wanted=wanted)
    else:
        found = page_from_time(tx, account_id, order, from_ms=at_ms, limit=limit, wanted=wanted)
    return tell_contacts(tx, account_id, found)


def count_in_pages(tx: Tx, account_id: int, page: TimePage) -> int:
    """Give how many contacts all pages have together: the kept count, or where only some are wanted a walk."""
    if page.wanted is None and page.at_ms is None:
        return count_contacts(tx, account_id)
    first_no, last_no = _bounds(tx, account_id, page)
    wanted = page.wanted or Wanted()
    return count_by_number(tx, account_id, page.order, first_no=first_no, last_no=last_no, wanted=wanted)


def _bounds(tx: Tx, account_id: int, page: TimePage) -> tuple[int, int]:
    if page.at_ms is None:
        return 0, LAST_NO
    before = last_no_before(tx, account_id, page.order, page.at_ms)
    return (0, before) if page.falling else (before + 1, LAST_NO)
