"""What callers say of a contact that they see in part: shown names, added notes, the tags that they can see."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from linebook.core.contact import (
    BLANK,
    NOTES_ADDED_MAX,
    ContactPatch,
    SetChange,
    check_patch,
    merge,
)
from linebook.errors import InvalidMember

ADA = msgspec.structs.replace(BLANK, id=5, first_name="Ada", last_name="Lovelace")
COUNTESS = msgspec.structs.replace(ADA, display_name="Countess")


def patch(**members: Any) -> ContactPatch:
    return ContactPatch(**members)


@pytest.mark.parametrize(
    ("contact", "said", "shown"),
    [
        (ADA, {"shown_name": "Ada Lovelace"}, "Ada Lovelace"),
        (ADA, {"shown_name": ""}, "Ada Lovelace"),
        (ADA, {"shown_name": "Countess"}, "Countess"),
        (ADA, {"shown_name": "Ada Lovelace", "last_name": "King"}, "Ada King"),
        (ADA, {"shown_name": "Ada King", "last_name": "King"}, "Ada King"),
        (ADA, {"shown_name": "Countess", "last_name": "King"}, "Countess"),
        (ADA, {"last_name": "King"}, "Ada King"),
        (COUNTESS, {"last_name": "King"}, "Countess"),
        (COUNTESS, {"shown_name": "Countess", "last_name": "King"}, "Countess"),
        (COUNTESS, {"shown_name": ""}, "Ada Lovelace"),
        (COUNTESS, {"shown_name": "Ada Lovelace"}, "Ada Lovelace"),
        (BLANK, {"shown_name": "Ada Lovelace", "first_name": "Ada", "last_name": "Lovelace"}, "Ada Lovelace"),
    ],
)
def test_a_shown_name_counts_where_it_differs_from_the_derived_one(
    contact: Any, said: dict[str, str], shown: str
) -> None:
    changed = msgspec.structs.replace(contact, **merge(contact, patch(**said)))
    assert changed.shown_name == shown
    renamed = msgspec.structs.replace(changed, **merge(changed, patch(first_name="Augusta")))
    is_derived = changed.display_name == ""
    assert (renamed.shown_name == shown) is not is_derived


def test_a_name_that_is_shown_back_changes_nothing() -> None:
    for contact in (ADA, COUNTESS, BLANK):
        assert merge(contact, patch(shown_name=contact.shown_name)) == {}


@pytest.mark.parametrize(
    ("before", "added", "after"),
    [
        ("", "Called", "Called"),
        ("First", "Called", "First\n\nCalled"),
        ("First", "", "First"),
        ("First", " \n", "First"),
        ("", "two\nlines", "two\nlines"),
    ],
)
def test_a_note_is_put_behind_the_others(before: str, added: str, after: str) -> None:
    contact = msgspec.structs.replace(ADA, notes=before)
    assert msgspec.structs.replace(contact, **merge(contact, patch(notes_added=added))).notes == after


def test_a_note_is_put_behind_notes_that_are_given_with_it() -> None:
    assert merge(ADA, patch(notes="New", notes_added="Called")) == {"notes": "New\n\nCalled"}


def test_notes_do_not_grow_for_ever() -> None:
    contact = msgspec.structs.replace(ADA, notes="x" * (NOTES_ADDED_MAX - 2))
    assert merge(contact, patch(notes_added=" ")) == {}
    with pytest.raises(InvalidMember) as refusal:
        merge(contact, patch(notes_added="y"))
    assert refusal.value.member == "notes"


@pytest.mark.parametrize(("said", "member"), [("shown_name", "display_name"), ("notes_added", "notes")])
def test_text_that_no_database_keeps_is_refused(said: str, member: str) -> None:
    with pytest.raises(InvalidMember) as refusal:
        check_patch(patch(**{said: "a\0"}))
    assert refusal.value.member == member


@pytest.mark.parametrize(
    ("present", "given", "after"),
    [
        ((1, 2, 3), (), ()),
        ((1, 2, 3), (9,), (9,)),
        ((1, 2, 3, 4, 5), (1, 2, 3, 4, 5), (1, 2, 3, 4, 5)),
        ((1, 2, 3, 4, 5, 6, 7), (1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6, 7)),
        ((1, 2, 3, 4, 5, 6, 7), (9,), (6, 7, 9)),
        ((1, 2, 3, 4, 5, 6, 7), (), (6, 7)),
        ((1, 2, 3, 4, 5, 6, 7), (7, 1), (1, 6, 7)),
    ],
)
def test_what_a_caller_cannot_see_stays_on(
    present: tuple[int, ...], given: tuple[int, ...], after: tuple[int, ...]
) -> None:
    assert SetChange(add=given, only=True, seen=5).apply(present) == after
