"""The n8n surface: names of its own for the same things, and phones with the plus."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.contact import ContactPatch
from linebook.core.phone import Phone
from linebook.dialects.heymarket.payloads.contacts import fields_change
from linebook.dialects.heymarket.payloads.wire import Text
from linebook.dialects.kit import InvalidParameter


class TestAuthView(msgspec.Struct, frozen=True):
    """Whose key it is."""

    __test__ = False

    team_id: int
    team_name: str


class NamedView(msgspec.Struct, frozen=True):
    """One choice of a list."""

    id: int
    name: str


class ContactBody(msgspec.Struct, frozen=True, kw_only=True):
    """A contact to create or update; what is absent stays as it is."""

    phone_number: Annotated[str | int | None, Meta(description="E.164, with or without the plus. Required.")]
    first_name: Annotated[Text, Meta(description="First name.")] = UNSET
    last_name: Annotated[Text, Meta(description="Last name.")] = UNSET
    email: Annotated[Text, Meta(description="E-mail address.")] = UNSET
    note: Annotated[Text, Meta(description="A note, put behind those that are there.")] = UNSET
    custom: Annotated[
        dict[str, Any] | list[Any] | UnsetType | None,
        Meta(description="Custom field values by field id; unknown ids are dropped."),
    ] = UNSET


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a contact; `id` is 0 for one that a dry run would create."""

    id: int
    created: bool
    dry_run: bool | UnsetType = UNSET


def contact_patch(body: ContactBody, phone: Phone) -> ContactPatch:
    """Give what the call says about a contact; an empty text says nothing (NOTES: n8n). Raises `InvalidParameter`."""
    email = body.email or UNSET
    if email is not UNSET and "@" not in email:
        raise InvalidParameter("email", "is not an e-mail address")
    return ContactPatch(
        phone=phone,
        first_name=body.first_name or UNSET,
        last_name=body.last_name or UNSET,
        email=email,
        notes_added=body.note or UNSET,
        fields=fields_change(body.custom),
    )
