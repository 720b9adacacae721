"""Contacts are saved and deleted here. Every door writes contacts through `save_contacts`."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from linebook.core.author import Author
from linebook.core.consent import ConsentAction
from linebook.core.contact import (
    BLANK,
    Contact,
    ContactPatch,
    check_patch,
    check_text,
    email_key,
    merge,
)
from linebook.core.phone import Phone
from linebook.errors import ContactExists, ContactNotFound, DomainError, InvalidMember, KeyConflict
from linebook.services.accounts import NAME_MAX
from linebook.services.book import Book, Keys
from linebook.services.consents import ConsentLedger, RecordConsent
from linebook.services.labels import LabelBook
from linebook.services.users import Assignees
from linebook.storage.base import Tx


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Which contact a save means: the one of an id or a UUID and no other, or the owner of the patch's keys."""

    id: int | None = None
    uuid: str | None = None
    by_phone: bool = False
    by_email: bool = False


BY_PHONE: Final = Match(by_phone=True)


class Present(enum.Enum):
    """What happens to a contact that exists already."""

    UPDATE = enum.auto()
    REFUSE = enum.auto()


class SaveContact(msgspec.Struct, frozen=True, kw_only=True):
    """One request to save a contact.

    `team_opt_out` and `block` change the consent of the contact's number; to set one there must be a number. `touches`:
    an equal write counts as a change. `patch_if_present` replaces the patch for a contact that exists, and what is said
    of consent and assignee. `assignee_email` names the assignee by address: an unknown one becomes a user without a
    login, an empty one unassigns. `phone_is_shown` is for callers who are shown the digits of a number alone: those of
    the contact's own number change nothing.
    """

    patch: ContactPatch
    author: Author
    match: Match = BY_PHONE
    creates: bool = True
    if_present: Present = Present.UPDATE
    patch_if_present: ContactPatch | None = None
    chosen_id: int | None = None
    touches: bool = False
    team_opt_out: bool | UnsetType = UNSET
    block: bool | UnsetType = UNSET
    assignee_email: str | UnsetType = UNSET
    phone_is_shown: bool = False


class SaveBatch(msgspec.Struct, frozen=True):
    """Many requests to save contacts that are answered together, such as a part of a file."""

    saves: Sequence[SaveContact]


class SaveKind(enum.StrEnum):
    """What a save did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class Saved(msgspec.Struct, frozen=True):
    """The outcome of a save: what it did, the contact as it is now, and the old values of the consent it changed."""

    kind: SaveKind
    contact: Contact
    consent_before: Mapping[str, object] = {}


class DeleteContact(msgspec.Struct, frozen=True, kw_only=True):
    """One request to delete a contact: by id, UUID or number, whichever is given first."""

    author: Author
    id: int | None = None
    uuid: str | None = None
    phone: Phone | None = None


class People:
    """Turns the names in a save into ids: fields, tags and groups by label, the assignee by e-mail address."""

    def __init__(self, labels: LabelBook, assignees: Assignees) -> None:
        self._labels = labels
        self._assignees = assignees

    def resolve(self, patch: ContactPatch, save: SaveContact) -> ContactPatch:
        """Give the patch with ids only. Raises `InvalidMember` for a name that is refused, or an unknown assignee."""
        if isinstance(patch.assignee_id, int) and save.assignee_email is UNSET:
            self._assignees.check(patch.assignee_id)
        patch = self._labels.resolve(patch)
        if save.assignee_email is UNSET:
            return patch
        return msgspec.structs.replace(patch, assignee_id=self._assignees.user_id(save.assignee_email))


def save_contacts(tx: Tx, account_id: int, saves: Sequence[SaveContact]) -> list[Saved | DomainError]:
    """Save contacts in request order, later ones seeing earlier ones; give an outcome or a domain error for each.

    A domain error concerns its request alone: `ContactNotFound`, `ContactExists`, `KeyConflict`, `IdTaken`,
    `InvalidMember`. A member that the patch does not mention stays as it is.
    """
    refusals = [_refusal(save) for save in saves]
    keys = _keys([save for save, refusal in zip(saves, refusals, strict=True) if refusal is None])
    book = Book(tx, account_id, len(saves), keys)
    ledger = ConsentLedger(tx, account_id)
    people = People(LabelBook(tx, account_id), Assignees(tx, account_id))
    ledger.load(_consent_phones(book, saves))
    outcomes: list[Saved | DomainError] = []
    for save, refusal in zip(saves, refusals, strict=True):
        try:
            outcomes.append(_save(book, ledger, people, save) if refusal is None else refusal)
        except DomainError as error:
            outcomes.append(error)
    ledger.write()
    book.write()
    return outcomes


def save_contact_batch(tx: Tx, account_id: int, batches: Sequence[SaveBatch]) -> list[list[Saved | DomainError]]:
    """Save batches of contacts, all in order; give the outcomes of each batch. See `save_contacts`."""
    outcomes = iter(save_contacts(tx, account_id, [save for batch in batches for save in batch.saves]))
    return [list(islice(outcomes, len(batch.saves))) for batch in batches]


def delete_contacts(tx: Tx, account_id: int, deletes: Sequence[DeleteContact]) -> list[Contact | DomainError]:
    """Delete contacts; give each as it was, or `ContactNotFound`. Their numbers' consent stays."""
    keys = Keys(
        ids=[one.id for one in deletes if one.id is not None],
        uuids=[one.uuid for one in deletes if one.uuid is not None],
        phones=[one.phone.text for one in deletes if one.phone is not None],
    )
    book = Book(tx, account_id, len(deletes), keys)
    outcomes: list[Contact | DomainError] = []
    for one in deletes:
        contact = None
        if one.id is not None:
            contact = book.by_id(one.id)
        elif one.uuid is not None:
            contact = book.by_uuid(one.uuid)
        elif one.phone is not None:
            contact = book.by_phone(one.phone)
        if contact is None:
            outcomes.append(ContactNotFound())
        else:
            book.delete(contact, one.author)
            outcomes.append(contact)
    book.write()
    return outcomes


def _refusal(save: SaveContact) -> DomainError | None:
    """Give the refusal of values that cannot be stored; they must not reach a look-up either."""
    try:
        check_patch(save.patch)
        if save.patch_if_present is not None:
            check_patch(save.patch_if_present)
        if save.assignee_email is not UNSET:
            check_text("assignee_email", save.assignee_email, NAME_MAX)
    except DomainError as error:
        return error
    return None


def _keys(saves: Sequence[SaveContact]) -> Keys:
    """Give the keys of every contact that these saves could mean."""
    phones: list[str] = []
    email_keys: list[str] = []
    ids: list[int] = []
    uuids: list[str] = []
    for save in saves:
        for patch in (save.patch,) if save.patch_if_present is None else (save.patch, save.patch_if_present):
            if isinstance(patch.phone, Phone):
                phones.append(patch.phone.text)
            if isinstance(patch.email, str) and (key := email_key(patch.email)) is not None:
                email_keys.append(key)
        if save.match.id is not None:
            ids.append(save.match.id)
        if save.chosen_id is not None:
            ids.append(save.chosen_id)
        if save.match.uuid is not None:
            uuids.append(save.match.uuid)
    return Keys(phones=phones, email_keys=email_keys, ids=ids, uuids=uuids)


def _save(book: Book, ledger: ConsentLedger, people: People, save: SaveContact) -> Saved:
    if save.phone_is_shown and save.match.id is not None:
        save = _without_own_number(book.by_id(save.match.id), save)
    contact = _target(book, save)
    if contact is None:
        if not save.creates:
            raise ContactNotFound
        book.check_id(save.chosen_id)
        _check_number(save, None)
        created = book.create(_changes(BLANK, save.patch, save, people), BLANK, save.author, save.chosen_id)
        return Saved(SaveKind.CREATED, created, _change_consent(ledger, save, created))
    if save.if_present is Present.REFUSE:
        raise ContactExists(contact.id)
    if save.patch_if_present is not None:
        save = msgspec.structs.replace(
            save, patch=save.patch_if_present, team_opt_out=UNSET, block=UNSET, assignee_email=UNSET
        )
    patch = save.patch
    phone_owner = book.by_phone(patch.phone) if isinstance(patch.phone, Phone) else None
    if phone_owner is not None and phone_owner.id != contact.id:
        raise KeyConflict(email_owner=None, phone_owner=phone_owner.id)
    _check_number(save, contact)
    changes = _changes(contact, patch, save, people)
    consent_before = _change_consent(ledger, save, contact)
    if not (changes or consent_before or save.touches):
        return Saved(SaveKind.UNCHANGED, contact)
    names_email = patch.email is not UNSET
    changed = book.update(contact, changes, save.author, consent_before, names_email=names_email)
    return Saved(SaveKind.UPDATED, changed, consent_before)


def _without_own_number(contact: Contact | None, save: SaveContact) -> SaveContact:
    """Leave out the number of a patch whose digits are those of the contact's own, complete or not."""
    own, given = None if contact is None else contact.phone, save.patch.phone
    if own is None or not isinstance(given, Phone) or own.digits != given.digits:
        return save
    return msgspec.structs.replace(save, patch=msgspec.structs.replace(save.patch, phone=UNSET))


def _changes(contact: Contact, patch: ContactPatch, save: SaveContact, people: People) -> dict[str, object]:
    """Give what the save changes of a contact. Raises `InvalidMember`; then no label and no user was made for it."""
    if patch.notes_added is not UNSET:
        # The one thing that the merge itself may refuse: it must do so before a label is made.
        merge(contact, msgspec.structs.replace(patch, fields=UNSET, tags=UNSET, groups=UNSET))
    return merge(contact, people.resolve(patch, save))


def _target(book: Book, save: SaveContact) -> Contact | None:
    """Find the contact that is meant. Raises `ContactNotFound` and `KeyConflict`."""
    patch, match = save.patch, save.match
    phone_owner = book.by_phone(patch.phone) if isinstance(patch.phone, Phone) else None
    email_owner = book.by_email(email_key(patch.email)) if match.by_email and isinstance(patch.email, str) else None
    if match.id is not None or match.uuid is not None:
        target = book.by_id(match.id) if match.id is not None else book.by_uuid(match.uuid or "")
        if target is None:
            raise ContactNotFound
    else:
        target = (phone_owner if match.by_phone else None) or email_owner
        if target is None and phone_owner is not None:
            raise KeyConflict(email_owner=None, phone_owner=phone_owner.id)
        if target is None:
            return None
    if email_owner is not None and email_key(target.email) == email_owner.email_key:
        # Two people share the address: whoever claimed it first, the other one does not take it by showing it again.
        email_owner = target
    email_conflict = email_owner.id if email_owner is not None and email_owner.id != target.id else None
    phone_conflict = phone_owner.id if phone_owner is not None and phone_owner.id != target.id else None
    if email_conflict is not None or phone_conflict is not None:
        if match.id is None and match.uuid is None:
            # Two keys that name two people: both owners are told.
            email_conflict = email_owner.id if email_owner is not None else None
            phone_conflict = phone_owner.id if phone_owner is not None else None
        raise KeyConflict(email_owner=email_conflict, phone_owner=phone_conflict)
    return target


def _change_consent(ledger: ConsentLedger, save: SaveContact, contact: Contact) -> dict[str, object]:
    """Apply what the save says of consent; give the old values of what changed."""
    if save.team_opt_out is UNSET and save.block is UNSET:
        return {}
    phone = _number(save, contact)
    if phone is None:
        return {}
    actions: list[ConsentAction] = []
    if save.team_opt_out is not UNSET:
        actions.append(ConsentAction.TEAM_STOP if save.team_opt_out else ConsentAction.TEAM_START)
    if save.block is not UNSET:
        actions.append(ConsentAction.BLOCK if save.block else ConsentAction.UNBLOCK)
    old: dict[str, object] = {}
    for action in actions:
        old = ledger.record(RecordConsent(phone=phone, action=action, author=save.author)) | old
    return old


def _check_number(save: SaveContact, contact: Contact | None) -> None:
    """Refuse to opt out or to block somebody without a number: it would be forgotten. Raises `InvalidMember`."""
    if (save.team_opt_out is True or save.block is True) and _number(save, contact) is None:
        raise InvalidMember("phone", "only a number can be opted out or blocked, and this contact has none")


def _number(save: SaveContact, contact: Contact | None) -> Phone | None:
    """Give the number whose consent a save means."""
    if isinstance(save.patch.phone, Phone):
        return save.patch.phone
    return None if contact is None else contact.phone


def _consent_phones(book: Book, saves: Sequence[SaveContact]) -> list[Phone]:
    phones: list[Phone] = []
    for save in saves:
        if save.team_opt_out is UNSET and save.block is UNSET:
            continue
        if isinstance(save.patch.phone, Phone):
            phones.append(save.patch.phone)
        contact = book.by_id(save.match.id) if save.match.id is not None else book.by_uuid(save.match.uuid or "")
        if contact is not None and contact.phone is not None:
            phones.append(contact.phone)
    return phones
