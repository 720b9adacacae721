"""The one merge of a contact and a patch, the key of an e-mail address, and what cannot be kept."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from linebook.core.contact import (
    BLANK,
    EMAIL_MAX,
    EXTERNAL_ID_MAX,
    PLAIN_MEMBERS,
    Confirmation,
    Contact,
    ContactPatch,
    FieldsChange,
    SetChange,
    check_patch,
    email_key,
    merge,
)
from linebook.core.phone import Phone
from linebook.errors import InvalidMember

ADA = msgspec.structs.replace(
    BLANK,
    id=5,
    phone=Phone("+12065551234"),
    email="ada@example.org",
    email_key="ada@example.org",
    first_name="Ada",
    last_name="Lovelace",
    display_name="Countess",
    company="Engines",
    notes="first",
    avatar="https://example.org/a.png",
    external_id="x1",
    assignee_id=9,
    line_number="+15556661234",
    confirmation=Confirmation.PENDING,
    verified=True,
    fields={7: "red", 9: "blue"},
    tags=(1, 3),
    groups=(2,),
)

OTHER: dict[str, object] = {
    "phone": Phone("+12065559999"),
    "email": "ada@example.com",
    "first_name": "Augusta",
    "last_name": "King",
    "display_name": "A.",
    "company": "Analytical",
    "notes": "second",
    "avatar": "https://example.org/b.png",
    "external_id": "x2",
    "assignee_id": 10,
    "line_number": "+15556660000",
    "confirmation": Confirmation.CONFIRMED,
    "verified": False,
}
EMPTY: dict[str, object] = {
    "phone": None,
    "email": "",
    "first_name": "",
    "last_name": "",
    "display_name": "",
    "company": "",
    "notes": "",
    "avatar": "",
    "external_id": "",
    "assignee_id": None,
    "line_number": "",
}
TEXTS = [member for member, empty in EMPTY.items() if empty == ""]
BAD_TEXTS = ["\0", "a\0b", "\ud800", "a\udfffb", "\udc80"]


def patch(**members: Any) -> ContactPatch:
    return ContactPatch(**members)


# What is refused.


@pytest.mark.parametrize("text", BAD_TEXTS, ids=ascii)
@pytest.mark.parametrize("member", TEXTS)
def test_text_that_no_database_keeps_is_refused(member: str, text: str) -> None:
    with pytest.raises(InvalidMember) as refusal:
        check_patch(patch(**{member: text}))
    assert refusal.value.member == member


@pytest.mark.parametrize("text", BAD_TEXTS, ids=ascii)
def test_a_field_value_that_no_database_keeps_is_refused(text: str) -> None:
    with pytest.raises(InvalidMember) as refusal:
        check_patch(patch(fields=FieldsChange({7: "fine", "eyes": text})))
    assert refusal.value.member == "fields"


@pytest.mark.parametrize("assignee_id", [0, -1, 2**63, 10**30])
def test_an_assignee_that_is_no_id_is_refused(assignee_id: int) -> None:
    with pytest.raises(InvalidMember) as refusal:
        check_patch(patch(assignee_id=assignee_id))
    assert refusal.value.member == "assignee_id"


def test_an_external_id_too_long_for_its_index_is_refused() -> None:
    check_patch(patch(external_id="x" * EXTERNAL_ID_MAX))
    with pytest.raises(InvalidMember):
        check_patch(patch(external_id="x" * (EXTERNAL_ID_MAX + 1)))


@pytest.mark.parametrize("text", ["", "שלום", "\U0001f600", "\n\t\x01", "\ufffd\uffff"])
def test_any_other_text_is_taken(text: str) -> None:
    check_patch(patch(**dict.fromkeys(TEXTS, text), phone=None, assignee_id=None, fields=FieldsChange({7: text})))


# The merge.


def test_every_member_of_a_patch_is_covered_here() -> None:
    assert set(OTHER) == set(PLAIN_MEMBERS)
    assert ContactPatch.__struct_fields__[: len(PLAIN_MEMBERS)] == PLAIN_MEMBERS
    assert set(ContactPatch.__struct_fields__) == {
        *PLAIN_MEMBERS,
        *("fields", "tags", "groups"),
        *("shown_name", "notes_added"),  # tested in test_contact_words.py
    }


def test_a_patch_that_says_nothing_changes_nothing() -> None:
    assert merge(ADA, ContactPatch()) == {}
    assert merge(BLANK, ContactPatch()) == {}


@pytest.mark.parametrize("member", PLAIN_MEMBERS)
def test_a_member_is_absent_equal_or_set(member: str) -> None:
    assert merge(ADA, patch(**{member: UNSET})) == {}
    assert merge(ADA, patch(**{member: getattr(ADA, member)})) == {}
    assert merge(ADA, patch(**{member: OTHER[member]})) == {member: OTHER[member]}


@pytest.mark.parametrize("member", EMPTY)
def test_an_empty_member_is_cleared_and_a_cleared_one_stays(member: str) -> None:
    assert merge(ADA, patch(**{member: EMPTY[member]})) == {member: EMPTY[member]}
    assert merge(BLANK, patch(**{member: EMPTY[member]})) == {}


def test_only_what_differs_is_given() -> None:
    same = {member: getattr(ADA, member) for member in PLAIN_MEMBERS}
    assert merge(ADA, patch(**same | {"notes": "new"})) == {"notes": "new"}


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (FieldsChange(), {7: "red", 9: "blue"}),
        (FieldsChange({7: "green"}), {7: "green", 9: "blue"}),
        (FieldsChange({3: "new"}), {3: "new", 7: "red", 9: "blue"}),
        (FieldsChange({7: ""}), {9: "blue"}),
        (FieldsChange({8: ""}), {7: "red", 9: "blue"}),
        (FieldsChange({7: "", 9: ""}), {}),
        (FieldsChange(replace=True), {}),
        (FieldsChange({8: "x"}, replace=True), {8: "x"}),
        (FieldsChange({7: "red", 9: ""}, replace=True), {7: "red"}),
    ],
)
def test_fields_are_set_removed_and_replaced(change: FieldsChange, after: dict[int, str]) -> None:
    assert change.apply(ADA.fields) == after
    assert list(change.apply(ADA.fields)) == sorted(after)
    assert merge(ADA, patch(fields=change)) == ({} if after == ADA.fields else {"fields": after})


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (SetChange(), (1, 3)),
        (SetChange((2,)), (1, 2, 3)),
        (SetChange((3,)), (1, 3)),
        (SetChange((5, 5, 4)), (1, 3, 4, 5)),
        (SetChange(remove=(1,)), (3,)),
        (SetChange(remove=(8,)), (1, 3)),
        (SetChange((1, 2), remove=(1, 3)), (1, 2)),
        (SetChange(only=True), ()),
        (SetChange((3, 2), only=True), (2, 3)),
        (SetChange((3, 2), remove=(2,), only=True), (2, 3)),
    ],
)
def test_tags_and_groups_are_put_on_and_taken_off(change: SetChange, after: tuple[int, ...]) -> None:
    contact = msgspec.structs.replace(ADA, groups=(1, 3))
    assert change.apply((1, 3)) == after
    assert merge(contact, patch(tags=change)) == ({} if after == (1, 3) else {"tags": after})
    assert merge(contact, patch(groups=change)) == ({} if after == (1, 3) else {"groups": after})


members = st.fixed_dictionaries(
    {},
    optional={member: st.sampled_from([OTHER[member], getattr(ADA, member)]) for member in PLAIN_MEMBERS}
    | {member: st.just(empty) for member, empty in EMPTY.items()}
    | {
        "fields": st.builds(
            FieldsChange, st.dictionaries(st.integers(1, 9), st.sampled_from(["", "a", "red"])), st.booleans()
        )
    }
    | {
        member: st.builds(
            SetChange,
            st.lists(st.integers(1, 5)).map(tuple),
            st.lists(st.integers(1, 5)).map(tuple),
            st.booleans(),
        )
        for member in ("tags", "groups")
    },
)


@given(st.sampled_from([ADA, BLANK]), members)
def test_the_same_patch_twice_changes_nothing_more(contact: Contact, told: dict[str, Any]) -> None:
    changes: dict[str, Any] = merge(contact, patch(**told))
    assert set(changes) <= set(told)
    assert merge(msgspec.structs.replace(contact, **changes), patch(**told)) == {}


# Names and addresses.


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("", "", ""), ""),
        (("Ada", "", ""), "Ada"),
        (("", "Lovelace", ""), "Lovelace"),
        (("Ada", "Lovelace", ""), "Ada Lovelace"),
        (("Ada", "Lovelace", "Countess"), "Countess"),
    ],
)
def test_the_name_to_show_is_the_one_that_was_set_or_made_of_the_others(names: tuple[str, ...], shown: str) -> None:
    first, last, display = names
    contact = msgspec.structs.replace(BLANK, first_name=first, last_name=last, display_name=display)
    assert contact.shown_name == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "None",
        "none",
        "@",
        "a@",
        "@b",
        "a@b@c",
        "a b@c.org",
        "a@b c",
        "a\u00a0b@c.org",
        "example.org",
        "null",
        "a\0@b.c",
        "a@\ud800.c",
    ],
)
def test_what_is_no_address_names_nobody(text: str) -> None:
    assert email_key(text) is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a@b", "a@b"),
        ("  Ada@Example.ORG\t", "ada@example.org"),
        ("STRASSE@x.de", "strasse@x.de"),
        ("straße@x.de", "strasse@x.de"),
        ("ΣΊΣΥΦΟΣ@x.gr", "σίσυφοσ@x.gr"),
    ],
)
def test_two_spellings_of_an_address_are_one(text: str, key: str) -> None:
    assert email_key(text) == key


def test_an_address_longer_than_mail_allows_names_nobody() -> None:
    longest = "a" * (EMAIL_MAX - 4) + "@b.c"
    assert email_key(longest) == longest
    assert email_key("a" + longest) is None
