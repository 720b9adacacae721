"""Pages of contacts in every order that the book can give, with the consent of their numbers. Reading only."""

from __future__ import annotations

import msgspec

from linebook.services.contact_lists import Order, last_no_before, page_by_number, page_by_phone
from linebook.services.contact_walks import Sorting, page_by_walk
from linebook.services.contacts_with_consent import Told, tell_contacts
from linebook.services.name_order import page_by_name
from linebook.storage.base import Tx


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """Which page: by creation where there is no `sorting`, and from `since_ms` on where that is given.

    `walks`: do not trust the name order, which is not made yet (`NameFollower.catch_up`), and walk the book.
    """

    sorting: Sorting | None = None
    falling: bool = False
    since_ms: int | None = None
    offset: int = 0
    limit: int
    walks: bool = False


def read_page(tx: Tx, account_id: int, listing: Listing) -> list[Told]:
    """Give a page. Contacts without a number are left out where it is by number."""
    sorting, falling, offset, limit = listing.sorting, listing.falling, listing.offset, listing.limit
    first_no = 0
    if listing.since_ms is not None:
        first_no = last_no_before(tx, account_id, Order.CREATION, listing.since_ms) + 1
    if sorting is None:
        page = page_by_number(
            tx, account_id, Order.CREATION, falling=falling, first_no=first_no, offset=offset, limit=limit
        )
    elif listing.walks or first_no:
        page = page_by_walk(tx, account_id, sorting, falling=falling, first_no=first_no, offset=offset, limit=limit)
    elif sorting is Sorting.PHONE:
        page = page_by_phone(tx, account_id, falling=falling, offset=offset, limit=limit)
    else:
        by_last = sorting is Sorting.LAST_NAME
        page = page_by_name(tx, account_id, by_last=by_last, falling=falling, offset=offset, limit=limit)
    return tell_contacts(tx, account_id, page)
