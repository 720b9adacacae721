"""Orders of contacts that no index serves: the book is walked once, in bounded memory, and its best rows are kept.

For combinations that programs hardly ever ask for, and for the order by name until its side table is made.
"""

from __future__ import annotations

import enum
import heapq
from collections.abc import Iterator
from typing import Any, Final

from linebook.core.contact import Contact
from linebook.services.contact_lists import LAST_NO
from linebook.services.contact_reads import contacts_by_id
from linebook.services.name_order import name_key
from linebook.storage.base import Tx

WALK_PAGE: Final = 5_000


class Sorting(enum.StrEnum):
    """What a walk can order by."""

    FIRST_NAME = "first name"
    LAST_NAME = "last name"
    PHONE = "phone"


def page_by_walk(
    tx: Tx, account_id: int, sorting: Sorting, *, falling: bool, first_no: int = 0, offset: int, limit: int
) -> list[Contact]:
    """Give a page of the contacts with creation numbers from `first_no`, ordered as in the other lists.

    It costs a walk of all these contacts, whatever the page; `offset` and `limit` bound what is kept meanwhile.
    """
    best = heapq.nlargest if falling else heapq.nsmallest
    chosen = best(offset + limit, _keys(tx, account_id, sorting, first_no))[offset:]
    ids = [key[-1] for key in chosen]
    found = contacts_by_id(tx, account_id, ids)
    return [found[one] for one in ids]


def _keys(tx: Tx, account_id: int, sorting: Sorting, first_no: int) -> Iterator[tuple[Any, ...]]:
    """Give what each contact is ordered by, its id last."""
    while True:
        page = tx.all("names_by_creation", account_id=account_id, first_no=first_no, last_no=LAST_NO, limit=WALK_PAGE)
        for contact_id, _, first_name, last_name, phone in page:
            if sorting is Sorting.FIRST_NAME:
                yield name_key(first_name), name_key(last_name), contact_id
            elif sorting is Sorting.LAST_NAME:
                yield name_key(last_name), name_key(first_name), contact_id
            elif phone is not None:
                yield phone, contact_id
        if len(page) < WALK_PAGE:
            return
        first_no = page[-1][1] + 1
