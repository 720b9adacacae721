"""A contact as the platform shows it, on `/v1` and `/v2`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, UnsetType

from linebook.core.account import Role, Tag, User
from linebook.core.contact import Contact
from linebook.dialects.heymarket.payloads.contacts import TAGS_MAX
from linebook.dialects.heymarket.payloads.wire import phone_text, time_text
from linebook.services.contacts_with_consent import Told


class TagView(msgspec.Struct, frozen=True):
    """A tag on a contact."""

    tag_id: int
    tag: str
    color: str


class NoteView(msgspec.Struct, frozen=True):
    """One paragraph of a contact's notes."""

    id: str
    date: str
    name: str
    text: str
    user_id: int


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """A way to reach a contact, on `/v2`."""

    id: int
    team_id: int
    contact_id: int
    channel_type: str
    channel_id: str
    channel_ids: list[str]
    channel_handle: str = ""
    info_channel: str = ""
    created: str
    updated: str


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as it is shown; the last members are left out where they are empty."""

    id: int
    uuid: str
    team_id: int
    phone: str
    first: str
    last: str
    display_name: str
    email: str
    custom: dict[str, str]
    tags: list[TagView]
    is_opted_out: bool
    assigned_user_id: int
    creator_id: int
    shared: bool
    created: str
    updated: str
    rev: int
    op: str
    avatar: str | UnsetType = UNSET
    note: list[NoteView] | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    contact_channels: list[ChannelView] | UnsetType = UNSET


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What a contact's view needs of its account."""

    account_id: int
    owner: User | None
    tags: Mapping[int, Tag]

    @property
    def owner_id(self) -> int:
        """The id of the team's owner, 0 where there is nobody."""
        return 0 if self.owner is None else self.owner.id


def team_owner(users: list[User]) -> User | None:
    """Give the team's owner: its first administrator, or else its first user."""
    return next((user for user in users if user.role is not Role.OPERATOR), users[0] if users else None)


def contact_view(told: Told, around: Surroundings, *, with_channels: bool = False) -> ContactView:
    """Give a contact as the platform shows it."""
    contact = told.contact
    phone = phone_text(contact.phone)
    updated = time_text(contact.updated_ms)
    return ContactView(
        id=contact.id,
        uuid=contact.uuid,
        team_id=around.account_id,
        phone=phone,
        first=contact.first_name,
        last=contact.last_name,
        display_name=contact.shown_name,
        email=contact.email,
        custom={str(field_id): text for field_id, text in contact.fields.items()},
        tags=[_tag_view(tag_id, around.tags.get(tag_id)) for tag_id in contact.tags[:TAGS_MAX]],
        is_opted_out=told.is_opted_out,
        assigned_user_id=contact.assignee_id or 0,
        creator_id=around.owner_id,
        shared=True,
        created=time_text(contact.created_ms),
        updated=updated,
        rev=contact.rev,
        op="create" if contact.rev == 1 else "update",
        avatar=contact.avatar or UNSET,
        note=_notes_view(contact.notes, updated, around) if contact.notes else UNSET,
        external_id=contact.external_id or UNSET,
        contact_channels=channel_views(contact, around.account_id) if with_channels else UNSET,
    )


def _tag_view(tag_id: int, tag: Tag | None) -> TagView:
    # A tag made by another process may be on a contact before it is known here.
    return TagView(tag_id, "", "") if tag is None else TagView(tag.id, tag.name, tag.color)


def _notes_view(notes: str, updated: str, around: Surroundings) -> list[NoteView]:
    name = around.owner.name if around.owner is not None else ""
    paragraphs = [part for part in notes.split("\n\n") if part.strip()]
    return [
        NoteView(id=str(number), date=updated, name=name, text=text, user_id=around.owner_id)
        for number, text in enumerate(paragraphs, 1)
    ]


def channel_views(contact: Contact, account_id: int) -> list[ChannelView]:
    """Give the ways to reach a contact: its phone and its e-mail address. Their ids follow from the contact's."""
    ways = (("phone", phone_text(contact.phone)), ("email", contact.email))
    return [
        ChannelView(
            id=2 * contact.id + number,
            team_id=account_id,
            contact_id=contact.id,
            channel_type=kind,
            channel_id=value,
            channel_ids=[value],
            created=time_text(contact.created_ms),
            updated=time_text(contact.updated_ms),
        )
        for number, (kind, value) in enumerate(ways)
        if value
    ]
