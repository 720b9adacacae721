"""Walks the contacts of an account, or some of them, each with its consent, for whoever writes them down. Reading only.

A walk belongs to one transaction, which is one snapshot of the book; it holds a page of contacts at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Final

import msgspec

from linebook.core.consent import Consent
from linebook.core.contact import Contact
from linebook.core.phone import Phone
from linebook.files.exported import PLAIN_COLUMNS, BookNames, Exported, ExportedPlain
from linebook.services.consent_lists import has_consents
from linebook.services.consents import consents_of
from linebook.services.contact_lists import LAST_NO, Order, last_no_before
from linebook.services.labels import list_fields, list_groups, list_tags
from linebook.services.users import all_users
from linebook.storage import rows
from linebook.storage.base import Row, Tx

PAGE: Final = 1_000

_ID, _PHONE, _CHANGE_NO = (rows.CONTACT_COLUMNS.index(one) for one in ("id", "phone", "change_no"))
_plain: Final = itemgetter(*map(rows.CONTACT_COLUMNS.index, PLAIN_COLUMNS))


class ExportFilters(msgspec.Struct, frozen=True, kw_only=True):
    """What every contact of an export must have, as far as it is given: all groups and all tags of these."""

    group_ids: tuple[int, ...] = ()
    tag_ids: tuple[int, ...] = ()
    opted_out: bool | None = None
    blocked: bool | None = None
    changed_since_ms: int | None = None


def book_names(tx: Tx, account_id: int) -> BookNames:
    """Give the names that an account's contacts are written down with."""
    return BookNames(
        fields={one.id: one.label for one in list_fields(tx, account_id)},
        tags={one.id: one.name for one in list_tags(tx, account_id)},
        groups={one.id: one.name for one in list_groups(tx, account_id)},
        users={one.id: one.email for one in all_users(tx, account_id)},
    )


def walk_contacts(tx: Tx, account_id: int, filters: ExportFilters) -> Iterator[list[Exported]]:
    """Give the contacts that pass the filters, a page at a time: by rising id, or by change with `changed_since_ms`."""
    for page, consents in _walk(tx, account_id, filters):
        yield [Exported(rows.contact_from_row(row), consents.get(row[_PHONE])) for row in page]


def walk_plain(tx: Tx, account_id: int, filters: ExportFilters) -> Iterator[list[ExportedPlain]]:
    """Give the same contacts as `walk_contacts`, as they are stored."""
    for page, consents in _walk(tx, account_id, filters):
        yield [ExportedPlain(values, consents.get(values[2])) for values in map(_plain, page)]


def _walk(tx: Tx, account_id: int, filters: ExportFilters) -> Iterator[tuple[list[Row], dict[str, Consent]]]:
    """Give pages of rows that pass the filters, and what is known of the consent of their numbers."""
    knows_consents = has_consents(tx, account_id)
    for page in _pages(tx, account_id, filters):
        found = page
        if len(filters.group_ids) + len(filters.tag_ids) + (filters.changed_since_ms is not None) > 1:
            found = [row for row in page if _passes(rows.contact_from_row(row), filters)]
        consents: dict[str, Consent] = {}
        if knows_consents:
            phones = [Phone.stored(row[_PHONE]) for row in found if row[_PHONE] is not None]
            consents = {phone.text: one for phone, one in consents_of(tx, account_id, phones).items()}
        if filters.opted_out is not None or filters.blocked is not None:
            found = [row for row in found if _consents(consents.get(row[_PHONE]), filters)]
        yield found, consents


def _pages(tx: Tx, account_id: int, filters: ExportFilters) -> Iterator[list[Row]]:
    """Give the rows of the narrowest list that holds all that are wanted."""
    if filters.changed_since_ms is not None and not (filters.group_ids or filters.tag_ids):
        first_no = last_no_before(tx, account_id, Order.CHANGE, filters.changed_since_ms) + 1
        while page := tx.all(
            "contacts_by_change_rising",
            account_id=account_id,
            first_no=first_no,
            last_no=LAST_NO,
            offset=0,
            limit=PAGE,
        ):
            yield page
            first_no = page[-1][_CHANGE_NO] + 1
        return
    after: dict[str, int] = {"account_id": account_id, "after_id": 0, "limit": PAGE}
    while True:
        if filters.group_ids:
            page = tx.all("contacts_of_group", group_id=filters.group_ids[0], **after)
        elif filters.tag_ids:
            page = tx.all("contacts_of_tag", tag_id=filters.tag_ids[0], **after)
        else:
            page = tx.all("contacts_after_id", **after)
        if not page:
            return
        yield page
        after["after_id"] = page[-1][_ID]


def _passes(contact: Contact, filters: ExportFilters) -> bool:
    return (
        all(one in contact.groups for one in filters.group_ids)
        and all(one in contact.tags for one in filters.tag_ids)
        and (filters.changed_since_ms is None or contact.updated_ms >= filters.changed_since_ms)
    )


def _consents(consent: Consent | None, filters: ExportFilters) -> bool:
    is_opted_out = consent is not None and consent.is_opted_out
    is_blocked = consent is not None and consent.is_blocked
    return filters.opted_out in (None, is_opted_out) and filters.blocked in (None, is_blocked)
