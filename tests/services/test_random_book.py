"""Random saves, deletes and consents in random batches do what a model of a few lines does, on both engines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, Final

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from linebook.core.consent import Consent, ConsentAction
from linebook.core.contact import ContactPatch, FieldsChange, SetChange, email_key
from linebook.core.phone import Phone
from linebook.errors import ContactExists, ContactNotFound, DomainError, IdTaken, InvalidMember, KeyConflict
from linebook.services.consents import RecordConsent, record_consents
from linebook.services.contact_reads import contacts_after, count_contacts
from linebook.services.contacts import (
    DeleteContact,
    Match,
    Present,
    SaveContact,
    Saved,
    SaveKind,
    delete_contacts,
    save_contacts,
)
from linebook.storage.base import Engine
from tests.kit.builders import AUTHOR, add_account, phone
from tests.kit.invariants import check_book

PHONES: Final = [phone(f"20655500{number:02}") for number in range(5)]
EMAILS: Final = ["a@b.c", "A@B.c", "d@e.f", "None", ""]
IDS: Final = [1, 2, 3]
NUMBERS: Final = count(1)


class Person(msgspec.Struct):
    """What the model knows of a contact."""

    phone: Phone | None = None
    email: str = ""
    owns_email: bool = False
    notes: str = ""
    fields: dict[int, str] = {}
    tags: tuple[int, ...] = ()
    rev: int = 0


class Model:
    """A book in memory: the rules once more, as plainly as they can be said."""

    def __init__(self) -> None:
        self.people: dict[int, Person] = {}
        self.stops: dict[Phone, dict[str, bool]] = {}
        self.next_id = 2**30 + 1
        self.changes = 0

    def owner(self, number: Phone | None) -> int | None:
        """Give who has a number."""
        return next((one for one, person in self.people.items() if number is not None and person.phone == number), None)

    def claimer(self, email: str) -> int | None:
        """Give who claims an address."""
        key = email_key(email)
        people = self.people.items()
        return next(
            (one for one, person in people if key and person.owns_email and email_key(person.email) == key), None
        )

    def save(self, save: SaveContact) -> object:
        """Save a contact; give what must come out: the kind and the id, or the kind of the refusal."""
        patch, match = save.patch, save.match
        by_phone = self.owner(patch.phone) if isinstance(patch.phone, Phone) else None
        by_email = self.claimer(patch.email) if match.by_email and isinstance(patch.email, str) else None
        if match.id is not None:
            target = match.id if match.id in self.people else None
            if target is None:
                return ContactNotFound
        else:
            target = (by_phone if match.by_phone else None) or by_email
            if target is None and by_phone is not None:
                return KeyConflict
        if target is None:
            return self._create(save)
        if by_email is not None and email_key(self.people[target].email) == email_key(self.people[by_email].email):
            by_email = target
        if (by_phone or target) != target or (by_email or target) != target:
            return KeyConflict
        if save.if_present is Present.REFUSE:
            return ContactExists
        if self._lacks_number(save, self.people[target]):
            return InvalidMember
        return self._update(save, target)

    def _create(self, save: SaveContact) -> object:
        if not save.creates:
            return ContactNotFound
        if save.chosen_id is not None and save.chosen_id in self.people:
            return IdTaken
        if self._lacks_number(save, None):
            return InvalidMember
        contact_id = save.chosen_id or self.next_id
        self.next_id += save.chosen_id is None
        self.people[contact_id] = Person()
        self._apply(save, contact_id)
        self._touch(contact_id)
        self._consent(save, contact_id)
        return SaveKind.CREATED, contact_id

    def _update(self, save: SaveContact, contact_id: int) -> object:
        before = msgspec.structs.replace(self.people[contact_id])
        # The consent that changes is that of the number told, or of the one that the contact had.
        is_changed = self._consent(save, contact_id)
        self._apply(save, contact_id)
        after = msgspec.structs.replace(self.people[contact_id], owns_email=before.owns_email)
        if not (is_changed or save.touches or after != before):
            self.people[contact_id].owns_email = before.owns_email
            return SaveKind.UNCHANGED, contact_id
        self._touch(contact_id)
        return SaveKind.UPDATED, contact_id

    def _apply(self, save: SaveContact, contact_id: int) -> None:
        person, patch = self.people[contact_id], save.patch
        if patch.phone is not UNSET:
            person.phone = patch.phone
        if patch.notes is not UNSET:
            person.notes = patch.notes
        if patch.fields is not UNSET:
            person.fields = patch.fields.apply(person.fields)
        if patch.tags is not UNSET:
            person.tags = patch.tags.apply(person.tags)
        if patch.email is not UNSET:
            person.email = patch.email
            person.owns_email = False
            person.owns_email = email_key(patch.email) is not None and self.claimer(patch.email) is None

    def _lacks_number(self, save: SaveContact, person: Person | None) -> bool:
        number = save.patch.phone if isinstance(save.patch.phone, Phone) else person and person.phone
        return number is None and (save.team_opt_out is True or save.block is True)

    def _consent(self, save: SaveContact, contact_id: int) -> bool:
        number = save.patch.phone if isinstance(save.patch.phone, Phone) else self.people[contact_id].phone
        if number is None:
            return False
        told = {"by_team": save.team_opt_out, "is_blocked": save.block}
        return self._tell(number, {name: value for name, value in told.items() if isinstance(value, bool)})

    def _tell(self, number: Phone, told: dict[str, bool]) -> bool:
        state = self.stops.setdefault(number, {"by_person": False, "by_team": False, "is_blocked": False})
        is_changed = any(state[name] is not value for name, value in told.items())
        state.update(told)
        return is_changed

    def _touch(self, contact_id: int) -> None:
        self.people[contact_id].rev += 1
        self.changes += 1

    def delete(self, contact_id: int) -> bool:
        """Delete a contact; tell whether it was there."""
        is_there = self.people.pop(contact_id, None) is not None
        self.changes += is_there
        return is_there

    def stop(self, change: RecordConsent) -> dict[str, bool]:
        """Record a consent; give the state after it."""
        told = {
            ConsentAction.PERSON_STOP: {"by_person": True},
            ConsentAction.PERSON_START: {"by_person": False},
            ConsentAction.TEAM_START: {"by_team": False},
            ConsentAction.OVERRIDE: {"by_person": False, "by_team": False},
        }[change.action]
        if self._tell(change.phone, told) and (contact_id := self.owner(change.phone)) is not None:
            self._touch(contact_id)
        return dict(self.stops[change.phone])


# Steps.

unset: st.SearchStrategy[Any] = st.just(UNSET)
patches = st.builds(
    ContactPatch,
    phone=unset | st.none() | st.sampled_from(PHONES),
    email=unset | st.sampled_from(EMAILS),
    notes=unset | st.sampled_from(["", "x", "y"]),
    fields=unset
    | st.builds(FieldsChange, st.dictionaries(st.sampled_from([7, 8]), st.sampled_from(["", "u"])), st.booleans()),
    tags=unset
    | st.builds(
        SetChange,
        st.lists(st.sampled_from([1, 2]), max_size=2).map(tuple),
        st.lists(st.sampled_from([1, 2]), max_size=2).map(tuple),
        st.booleans(),
    ),
)
matches = st.one_of(
    st.just(Match(by_phone=True)),
    st.just(Match(by_phone=True, by_email=True)),
    st.just(Match(by_email=True)),
    st.just(Match()),
    st.builds(Match, id=st.sampled_from([*IDS, 2**30 + 1, 2**30 + 2]), by_email=st.booleans()),
)
flags = unset | st.booleans()
saves = st.builds(
    SaveContact,
    patch=patches,
    author=st.just(AUTHOR),
    match=matches,
    creates=st.sampled_from([True, True, True, False]),
    if_present=st.sampled_from([Present.UPDATE] * 4 + [Present.REFUSE]),
    chosen_id=st.none() | st.sampled_from(IDS),
    touches=st.booleans(),
    team_opt_out=flags,
    block=flags,
)
deletes = st.builds(DeleteContact, author=st.just(AUTHOR), id=st.sampled_from([*IDS, 2**30 + 1, 2**30 + 2]))
stops = st.builds(
    RecordConsent,
    phone=st.sampled_from(PHONES),
    action=st.sampled_from(
        [ConsentAction.PERSON_STOP, ConsentAction.PERSON_START, ConsentAction.TEAM_START, ConsentAction.OVERRIDE]
    ),
    author=st.just(AUTHOR),
)
batches = st.one_of(
    st.tuples(st.just(save_contacts), st.lists(saves, min_size=1, max_size=8)),
    st.tuples(st.just(delete_contacts), st.lists(deletes, min_size=1, max_size=2)),
    st.tuples(st.just(record_consents), st.lists(stops, min_size=1, max_size=3)),
)
transactions = st.lists(batches, min_size=1, max_size=2)


def wanted_of(model: Model, item: object) -> object:
    """Let the model do a step; give what must come out."""
    if isinstance(item, SaveContact):
        return model.save(item)
    if isinstance(item, DeleteContact):
        return model.delete(item.id or 0)
    assert isinstance(item, RecordConsent)
    return model.stop(item)


def told_of(item: object, outcome: object) -> object:
    """Give what came out in the model's words."""
    if isinstance(item, DeleteContact):
        return not isinstance(outcome, ContactNotFound)
    if isinstance(outcome, DomainError):
        return type(outcome)
    if isinstance(outcome, Saved):
        return outcome.kind, outcome.contact.id
    assert isinstance(outcome, Consent)
    return {name: getattr(outcome, name) for name in ("by_person", "by_team", "is_blocked")}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(transactions, min_size=1, max_size=8))
def test_a_book_does_what_its_model_does(engine: Engine, steps: Sequence[Sequence[tuple[Any, list[Any]]]]) -> None:
    account_id = add_account(engine, f"Random {next(NUMBERS)}").id
    model = Model()
    for step in steps:
        outcomes = engine.write(lambda tx: [service(tx, account_id, items) for service, items in step])  # noqa: B023
        for (_, items), told in zip(step, outcomes, strict=True):
            for item, outcome in zip(items, told, strict=True):
                assert told_of(item, outcome) == wanted_of(model, item), item
    contacts = engine.read(lambda tx: contacts_after(tx, account_id, 0, 1000))
    assert {
        one.id: Person(
            one.phone, one.email, one.email_key is not None, one.notes, dict(one.fields), tuple(one.tags), one.rev
        )
        for one in contacts
    } == model.people
    assert engine.read(lambda tx: count_contacts(tx, account_id)) == len(model.people)
    assert engine.read(lambda tx: tx.one("clock", account_id=account_id, name="book"))[0] == model.changes  # type: ignore[index]
    check_book(engine, account_id)
