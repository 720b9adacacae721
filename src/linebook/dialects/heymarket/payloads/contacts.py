"""Contacts of `/v1`: the fields of a write and what they mean. How a contact is shown is `contact_views.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.author import Author
from linebook.core.contact import ContactPatch, FieldsChange, Label, SetChange, Unknown
from linebook.core.phone import Phone
from linebook.dialects.heymarket.payloads.wire import (
    Flag,
    Number,
    PhoneText,
    Text,
    given,
)
from linebook.dialects.kit import InvalidParameter
from linebook.services.contacts import BY_PHONE, Match, Present, SaveContact

TAGS_MAX: Final = 5
"""Most tags in a write, and as many are shown (NOTES: tags)."""

NOBODY: Final = (-1, 0)
"""What a write sends to unassign, and what a read shows of a contact without an assignee."""

_ID_DIGITS_MAX: Final = 18


class TagRef(msgspec.Struct, frozen=True):
    """A tag in a write."""

    tag_id: Annotated[int, Meta(description="The tag's id.")]


class ContactMembers(msgspec.Struct, frozen=True, kw_only=True):
    """What a write may say of a contact beside its phone."""

    first: Annotated[Text, Meta(description="First name.")] = UNSET
    last: Annotated[Text, Meta(description="Last name.")] = UNSET
    display_name: Annotated[Text, Meta(description="Name shown in conversations, if it is not first and last.")] = UNSET
    email: Annotated[Text, Meta(description="E-mail address.")] = UNSET
    custom: Annotated[
        dict[str, Any] | list[Any] | UnsetType | None,
        Meta(
            description="Custom field values by field id. Unknown ids are dropped; null or an empty text removes one."
        ),
    ] = UNSET
    avatar: Annotated[Text, Meta(description="URL of a picture. It is kept, never fetched.")] = UNSET
    assignee_id: Annotated[Number, Meta(description="User to assign the contact to; -1 unassigns.")] = UNSET
    tags: Annotated[
        list[TagRef] | UnsetType | None, Meta(description="The tags, at most 5; they replace those that are shown.")
    ] = UNSET
    is_opted_out: Annotated[Flag, Meta(description="Whether the team opts the number out.")] = UNSET
    email_suppressions: Annotated[
        list[int] | UnsetType | None, Meta(description="Taken and not kept: nothing shows it.")
    ] = UNSET


class ContactBody(ContactMembers, frozen=True, kw_only=True):
    """A contact in a write of `/v1`."""

    phone: Annotated[str | int | None, Meta(description="E.164 without the leading plus. Required.")]


class ContactsBody(msgspec.Struct, frozen=True, kw_only=True):
    """Many contacts in an object."""

    contacts: Annotated[list[ContactBody], Meta(description="The contacts.")]


class RawContactsBody(msgspec.Struct, frozen=True, kw_only=True):
    """The same before its elements are read: each is read, and refused, by itself."""

    contacts: list[msgspec.Raw]


class UpdatePath(msgspec.Struct, frozen=True, kw_only=True):
    """Which contact, and how its custom fields change."""

    id: Annotated[int, Meta(description="The contact's id.")]
    overwrite: Annotated[
        str, Meta(description="`true` replaces all custom values by those given; otherwise they are merged.")
    ] = "false"


class BatchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to contacts that are known."""

    overwrite: Annotated[str, Meta(description="`true` overwrites known contacts; otherwise they are skipped.")] = (
        "false"
    )


class GetBody(msgspec.Struct, frozen=True, kw_only=True):
    """A contact by phone or by id; the phone wins."""

    phone: Annotated[PhoneText, Meta(description="The contact's phone.")] = UNSET
    id: Annotated[Number, Meta(description="The contact's id, as text or as a number.")] = UNSET


def contact_patch(
    body: ContactMembers, phone: Phone | UnsetType, *, email: str | UnsetType = UNSET, replaces_fields: bool = False
) -> ContactPatch:
    """Give what a write says about a contact; absent and null say nothing. `email` is one given in another place.

    Raises `InvalidParameter`.
    """
    own_email = given(body.email)
    if own_email is not UNSET and own_email.strip() and "@" not in own_email:
        raise InvalidParameter("email", "is not an e-mail address")
    assignee_id = given(body.assignee_id)
    return ContactPatch(
        phone=phone,
        first_name=given(body.first),
        last_name=given(body.last),
        shown_name=given(body.display_name),
        email=own_email if email is UNSET else email,
        avatar=given(body.avatar),
        assignee_id=None if assignee_id in NOBODY else assignee_id,
        fields=fields_change(body.custom, replaces=replaces_fields),
        tags=_tags_change(body.tags),
    )


def fields_change(
    custom: Mapping[str, Any] | list[Any] | UnsetType | None, *, replaces: bool = False
) -> FieldsChange | UnsetType:
    """Give the change of custom values: keys that are no field ids are dropped (NOTES: custom fields).

    Raises `InvalidParameter`.
    """
    if custom is UNSET or custom is None:
        return UNSET
    if isinstance(custom, list):
        if custom:
            raise InvalidParameter("custom", "expected an object of values by field id")
        custom = {}
    values: dict[Label, str] = {
        int(key): _field_text(value)
        for key, value in custom.items()
        if key.isascii() and key.isdecimal() and len(key) <= _ID_DIGITS_MAX
    }
    return FieldsChange(values, replace=replaces, unknown=Unknown.DROP)


def _field_text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _tags_change(tags: list[TagRef] | UnsetType | None) -> SetChange | UnsetType:
    if tags is UNSET or tags is None:
        return UNSET
    ids = tuple(dict.fromkeys(one.tag_id for one in tags))
    if len(ids) > TAGS_MAX:
        raise InvalidParameter("tags", f"at most {TAGS_MAX} tags")
    return SetChange(add=ids, only=True, unknown=Unknown.REFUSE, seen=TAGS_MAX)


def save_request(
    body: ContactMembers,
    patch: ContactPatch,
    author: Author,
    *,
    match: Match = BY_PHONE,
    creates: bool = True,
    if_present: Present = Present.UPDATE,
    phone_is_shown: bool = False,
) -> SaveContact:
    """Give the request to save a contact. An equal write counts as a change: `rev` grows with every one."""
    return SaveContact(
        patch=patch,
        author=author,
        match=match,
        creates=creates,
        if_present=if_present,
        touches=True,
        team_opt_out=given(body.is_opted_out),
        phone_is_shown=phone_is_shown,
    )
