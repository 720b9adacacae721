"""Lists of contacts by exact values: the newest first, for clients that know nothing but offsets. Reading only."""

from __future__ import annotations

import msgspec

from linebook.core.contact import LAST_ID, Contact, email_key, is_storable
from linebook.core.phone import Phone
from linebook.services.contact_lists import Order, page_by_number
from linebook.services.contact_reads import contacts_by_email, contacts_by_phone, count_contacts
from linebook.storage import rows
from linebook.storage.base import Row, Tx


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What every contact of a list must have, as far as it is given."""

    email: str | None = None
    phone: Phone | None = None
    external_id: str | None = None
    group_id: int | None = None


def newest_contacts(tx: Tx, account_id: int, filters: Filters, *, offset: int, limit: int) -> list[Contact]:
    """Give a page of the contacts that were changed last; of a group or an external id, of those created last.

    An e-mail address names the contact that claimed it.
    """
    if filters.email is not None or filters.phone is not None:
        found = _by_key(tx, account_id, filters)
        return [found][offset : offset + limit] if found is not None and _has(found, filters) else []
    if filters.external_id is None and filters.group_id is None:
        return _last_changed(tx, account_id, offset, limit)
    return [rows.contact_from_row(row) for row in _walk(tx, account_id, filters, offset, limit)]


def _last_changed(tx: Tx, account_id: int, offset: int, limit: int) -> list[Contact]:
    """Walk from the nearer end, as the number of contacts is known."""
    count = count_contacts(tx, account_id)
    limit = min(limit, max(count - offset, 0))
    if limit <= 0:
        return []
    if offset <= count // 2:
        return page_by_number(tx, account_id, Order.CHANGE, falling=True, offset=offset, limit=limit)
    from_end = count - offset - limit
    return page_by_number(tx, account_id, Order.CHANGE, falling=False, offset=from_end, limit=limit)[::-1]


def _by_key(tx: Tx, account_id: int, filters: Filters) -> Contact | None:
    if filters.phone is not None:
        return contacts_by_phone(tx, account_id, [filters.phone]).get(filters.phone)
    return next(iter(contacts_by_email(tx, account_id, [filters.email or ""])), None)


def _has(contact: Contact, filters: Filters) -> bool:
    return (
        (filters.email is None or email_key(contact.email) == email_key(filters.email))
        and (filters.phone is None or contact.phone == filters.phone)
        and (filters.external_id is None or contact.external_id == filters.external_id)
        and (filters.group_id is None or filters.group_id in contact.groups)
    )


def _walk(tx: Tx, account_id: int, filters: Filters, offset: int, limit: int) -> list[Row]:
    group_id, external_id = filters.group_id, filters.external_id
    if (group_id is not None and not 1 <= group_id <= LAST_ID) or not is_storable(external_id or ""):
        return []
    page = {"account_id": account_id, "offset": offset, "limit": limit}
    if external_id is None:
        return tx.all("contacts_of_group_falling", group_id=group_id, **page)
    if group_id is None:
        return tx.all("contacts_by_external_id_falling", external_id=external_id, **page)
    return tx.all("contacts_by_external_id_in_group", external_id=external_id, group_id=group_id, **page)
