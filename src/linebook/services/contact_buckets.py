"""Where in an account's book the contact is that has so many before it, found from what is kept of ranges of ids.

Ids that are counted out follow each other, so the place of a contact is known but for what was deleted, and for
chosen ids. `contact_bucket` keeps just those differences: an ordinary save writes nothing there.
"""

from __future__ import annotations

from typing import Final

from linebook.core.account import LAST_CHOSEN_CONTACT_ID
from linebook.storage.base import Tx

BUCKET: Final = 1 << 14
"""How many ids a bucket holds."""


def bucket_of(contact_id: int) -> int:
    """Give the bucket of an id; those of chosen ids come before those of ids that are counted out."""
    return (contact_id - 1) // BUCKET


def start_near(tx: Tx, account_id: int, last_id: int, offset: int) -> tuple[int, int]:
    """Give an id, and how many of the contacts with higher ids come before the one with `offset` before it.

    The second is at most the size of a bucket, however large the book. `last_id` is the last id that was counted out.
    """
    if offset < BUCKET:
        return 0, offset
    last_bucket = bucket_of(max(last_id, 1))
    surplus: dict[int, int] = dict(tx.all("contact_buckets", account_id=account_id, last_bucket=last_bucket))
    first_counted = bucket_of(LAST_CHOSEN_CONTACT_ID + 1)
    left = offset
    for bucket in (*(one for one in surplus if one < first_counted), *range(first_counted, last_bucket + 1)):
        counted = min(BUCKET, last_id - bucket * BUCKET) if bucket >= first_counted else 0
        size = counted + surplus.get(bucket, 0)
        if left < size:
            return bucket * BUCKET, left
        left -= size
    return last_id, left
