"""What became of a contact: who changed what, when."""

from __future__ import annotations

import msgspec

from linebook.core.account import LAST_CONTACT_ID
from linebook.errors import ContactNotFound
from linebook.services.contact_reads import contacts_by_id
from linebook.storage.base import Tx


class Change(msgspec.Struct, frozen=True):
    """One entry of a contact's history: who changed what, when, and what it was before."""

    change_no: int
    contact_id: int
    action: str
    at_ms: int
    door: str
    credential_id: int | None
    old: dict[str, object]


def contact_history(tx: Tx, account_id: int, contact_id: int, limit: int = 100) -> list[Change]:
    """Give what was changed on a contact, newest first; for a deleted one too, as long as the id is not in use again.

    Raises `ContactNotFound` when the book never had it.
    """
    contact = contacts_by_id(tx, account_id, [contact_id]).get(contact_id)
    if contact is not None:
        newest = contact.change_no
    else:
        is_possible = 1 <= contact_id <= LAST_CONTACT_ID
        row = tx.one("deletion_of_contact", account_id=account_id, contact_id=contact_id) if is_possible else None
        if row is None:
            raise ContactNotFound
        newest = row[0]
    found = tx.all("history_of_change", account_id=account_id, change_no=newest, limit=limit)
    return [
        Change(
            change_no=row[1],
            contact_id=row[3],
            action=row[4],
            at_ms=row[5],
            door=row[6],
            credential_id=row[7],
            old=msgspec.json.decode(row[8], type=dict[str, object]),
        )
        for row in found
    ]
