"""Contacts by their keys, a page of them by id, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence

from linebook.core.account import LAST_CONTACT_ID
from linebook.core.contact import LAST_ID, Contact, email_key, is_storable
from linebook.core.phone import Phone
from linebook.services.clocks import BOOK
from linebook.services.contact_buckets import start_near
from linebook.storage import rows
from linebook.storage.base import Row, Tx


def contacts_by_id(tx: Tx, account_id: int, ids: Sequence[int]) -> dict[int, Contact]:
    """Give the contacts of these ids that exist."""
    possible = [one for one in ids if 1 <= one <= LAST_CONTACT_ID]
    return {one.id: one for one in _read(tx.all("contacts_by_id", account_id=account_id, keys=possible))}


def contacts_by_uuid(tx: Tx, account_id: int, uuids: Sequence[str]) -> dict[str, Contact]:
    """Give the contacts of these UUIDs that exist."""
    possible = [one for one in uuids if is_storable(one)]
    return {one.uuid: one for one in _read(tx.all("contacts_by_uuid", account_id=account_id, keys=possible))}


def contacts_by_phone(tx: Tx, account_id: int, phones: Sequence[Phone]) -> dict[Phone, Contact]:
    """Give the contacts that have these numbers."""
    found = _read(tx.all("contacts_by_phone", account_id=account_id, keys=[phone.text for phone in phones]))
    return {one.phone: one for one in found if one.phone is not None}


def contacts_by_email(tx: Tx, account_id: int, emails: Sequence[str]) -> list[Contact]:
    """Give the contacts that claimed these e-mail addresses, one for each address at most, by rising id."""
    keys = {key for key in map(email_key, emails) if key is not None and is_storable(key)}
    found = _read(tx.all("contacts_by_email", account_id=account_id, keys=sorted(keys)))
    return sorted(found, key=lambda contact: contact.id)


def contacts_after(tx: Tx, account_id: int, after_id: int, limit: int) -> list[Contact]:
    """Give a page of contacts by rising id: those behind `after_id`."""
    after_id = min(max(after_id, 0), LAST_ID)
    return _read(tx.all("contacts_after_id", account_id=account_id, after_id=after_id, limit=max(limit, 0)))


def contacts_at(tx: Tx, account_id: int, offset: int, limit: int) -> tuple[list[Contact], int]:
    """Give a page of contacts by rising id, so many from the start, and how many contacts there are.

    For clients that know nothing but offsets; our own lists page by key.
    """
    clock = tx.one("clock", account_id=account_id, name=BOOK)
    if clock is None:
        return [], 0
    last_id, count = int(clock[2]), int(clock[3])
    offset = max(offset, 0)
    limit = min(limit, count - offset)
    if limit <= 0:
        return [], count
    after_id, offset = start_near(tx, account_id, last_id, offset)
    found = tx.all("contacts_at_offset", account_id=account_id, after_id=after_id, offset=offset, limit=limit)
    return _read(found), count


def count_contacts(tx: Tx, account_id: int) -> int:
    """Give how many contacts the account has: kept, not counted."""
    row = tx.one("clock", account_id=account_id, name=BOOK)
    return 0 if row is None else int(row[3])


def _read(found: Sequence[Row]) -> list[Contact]:
    return [rows.contact_from_row(row) for row in found]
