"""Contacts together with the consent of their numbers, for front doors that always show both; whole sets of contacts.

What is saved is told in the same transaction, so that no second question has to be asked for an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec

from linebook.core.contact import Contact
from linebook.core.phone import Phone
from linebook.errors import DomainError, SetRefused
from linebook.services.consents import consents_of
from linebook.services.contact_reads import contacts_by_phone, contacts_by_uuid
from linebook.services.contacts import DeleteContact, SaveContact, Saved, delete_contacts, save_contacts
from linebook.storage.base import Tx


class Told(msgspec.Struct, frozen=True):
    """A contact, and whether its number is opted out on every line; never for one without a number."""

    contact: Contact
    is_opted_out: bool


def tell_contacts(tx: Tx, account_id: int, contacts: Iterable[Contact]) -> list[Told]:
    """Give each contact with the consent that counts, in the same order."""
    found = list(contacts)
    phones = [one.phone for one in found if one.phone is not None]
    consents = consents_of(tx, account_id, phones) if phones else {}
    return [Told(one, one.phone is not None and consents[one.phone].is_opted_out) for one in found]


def find_told(tx: Tx, account_id: int, key: Phone | str) -> Told | None:
    """Give the contact that has the number or the UUID, with its consent."""
    found: Iterable[Contact]
    if isinstance(key, Phone):
        found = contacts_by_phone(tx, account_id, [key]).values()
    else:
        found = contacts_by_uuid(tx, account_id, [key]).values()
    return next(iter(tell_contacts(tx, account_id, found)), None)


def save_and_tell(tx: Tx, account_id: int, saves: Sequence[SaveContact]) -> list[Told | DomainError]:
    """Save contacts like `save_contacts`, and give each with the consent that counts after all of them."""
    outcomes = save_contacts(tx, account_id, saves)
    told = iter(tell_contacts(tx, account_id, [one.contact for one in outcomes if isinstance(one, Saved)]))
    return [next(told) if isinstance(one, Saved) else one for one in outcomes]


def save_whole_sets(tx: Tx, account_id: int, sets: Sequence[Sequence[SaveContact]]) -> list[list[Told] | DomainError]:
    """Save sets of contacts, each of them whole or not at all, and give the contacts of each in its order.

    Raises `SetRefused` when one contact is refused, which undoes the transaction; the gate then runs each set alone, so
    that only the one with that contact comes to nothing.
    """
    outcomes = iter(save_and_tell(tx, account_id, [save for one in sets for save in one]))
    return [_whole(list(islice(outcomes, len(one)))) for one in sets]


def _whole(outcomes: list[Told | DomainError]) -> list[Told] | DomainError:
    told: list[Told] = []
    for index, one in enumerate(outcomes):
        if isinstance(one, DomainError):
            raise SetRefused(index, one)
        told.append(one)
    return told


def delete_contact_sets(tx: Tx, account_id: int, sets: Sequence[Sequence[DeleteContact]]) -> list[int | DomainError]:
    """Delete sets of contacts and give how many of each were really deleted; those that are not there are skipped."""
    outcomes = iter(delete_contacts(tx, account_id, [delete for one in sets for delete in one]))
    return [sum(isinstance(outcome, Contact) for outcome in islice(outcomes, len(one))) for one in sets]
