"""Contacts of `/v2`: known by UUID, reached over channels. A contact here has one phone and one e-mail address."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.phone import Phone
from linebook.dialects.heymarket.errors import UnsupportedChannel
from linebook.dialects.heymarket.payloads.contact_views import ContactView
from linebook.dialects.heymarket.payloads.contacts import ContactMembers
from linebook.dialects.heymarket.payloads.wire import PhoneText, Text, read_phone
from linebook.dialects.kit import InvalidParameter, MissingParameter

CHANNELS: Final = "contact_channels"

_UUID: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A way to reach a contact."""

    channel_type: Annotated[Text, Meta(description="`phone` or `email`; without it the value shows which.")] = UNSET
    channel_id: Annotated[PhoneText, Meta(description="The number or the address.")] = UNSET
    channel_ids: Annotated[list[str | int] | UnsetType | None, Meta(description="The same as a list.")] = UNSET
    channel_handle: Annotated[Any, Meta(description="Taken and not kept.")] = None
    info_channel: Annotated[Any, Meta(description="Taken and not kept.")] = None

    def values(self) -> list[str]:
        """Give the numbers or addresses it holds, each once."""
        listed = self.channel_ids if isinstance(self.channel_ids, list) else []
        single = [self.channel_id] if isinstance(self.channel_id, str | int) else []
        return list(dict.fromkeys(str(one).strip() for one in (*single, *listed) if _is_given(one)))


class ChannelsBody(ContactMembers, frozen=True, kw_only=True):
    """A contact in a write of `/v2`."""

    phone: Annotated[PhoneText, Meta(description="E.164 without the leading plus; not needed with a channel.")] = UNSET
    contact_channels: Annotated[
        list[Channel] | UnsetType | None, Meta(description="The ways to reach the contact.")
    ] = UNSET


class BulkElement(ChannelsBody, frozen=True, kw_only=True):
    """One contact of many: with `contact_id` it is updated, without it created."""

    contact_id: Annotated[Text, Meta(description="The UUID of the contact to update.")] = UNSET


class BulkBody(msgspec.Struct, frozen=True, kw_only=True):
    """Many contacts."""

    contacts: Annotated[list[BulkElement], Meta(description="The contacts, at most 1000.")]


class BulkView(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to many contacts: those that were saved as they are now, those that failed as they were sent."""

    contacts: list[ContactView]
    failed_contacts: list[dict[str, Any]]


class SearchBody(msgspec.Struct, frozen=True, kw_only=True):
    """The channels to look for."""

    contact_channels: Annotated[list[Channel], Meta(description="Numbers and addresses to look for.")]


class DeleteBody(msgspec.Struct, frozen=True, kw_only=True):
    """Which contacts to delete: one entry of the kind `id`, with their UUIDs."""

    contact_channels: Annotated[list[Channel], Meta(description="One entry: `channel_type` is `id`, and the UUIDs.")]


class UuidPath(msgspec.Struct, frozen=True, kw_only=True):
    """A path that ends with a UUID."""

    uuid: Annotated[str, Meta(description="The contact's UUID.")]


class ChannelPath(UuidPath, frozen=True, kw_only=True):
    """A path that names one channel of a contact."""

    channelType: Annotated[str, Meta(description="`phone` or `email`.")]


class UpdateUuidPath(UuidPath, frozen=True, kw_only=True):
    """Which contact, and how its custom fields change."""

    overwrite: Annotated[
        str, Meta(description="`true` replaces all custom values by those given; otherwise they are merged.")
    ] = "false"


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How a contact is reached, as far as it was said."""

    phone: Phone | UnsetType = UNSET
    email: str | UnsetType = UNSET


def read_uuid(text: str, name: str = "uuid") -> str:
    """Give a UUID in lower case. Raises `InvalidParameter`."""
    lower = text.strip().lower()
    if _UUID.fullmatch(lower) is None:
        raise InvalidParameter(name, "expected a UUID")
    return lower


def read_reach(body: ChannelsBody) -> Reach:
    """Give the phone and the e-mail address that a write names, in `phone` or in the channels.

    Raises `InvalidParameter` for two different ones, `UnsupportedChannel`, `InvalidPhone`.
    """
    phone: Phone | UnsetType = UNSET
    email: str | UnsetType = UNSET
    if _is_given(body.phone):
        phone = read_phone(body.phone)
    for channel in body.contact_channels if isinstance(body.contact_channels, list) else []:
        found = read_channel(channel)
        if found.phone is not UNSET:
            if phone not in (UNSET, found.phone):
                raise UnsupportedChannel(CHANNELS, "a contact has one phone here")
            phone = found.phone
        if found.email is not UNSET:
            if email not in (UNSET, found.email):
                raise UnsupportedChannel(CHANNELS, "a contact has one e-mail address here")
            email = found.email
    if isinstance(body.email, str) and email not in (UNSET, body.email):
        raise InvalidParameter("email", "differs from the e-mail channel")
    return Reach(phone=phone, email=email)


def read_channel(channel: Channel) -> Reach:
    """Give the phone or the e-mail address that one channel holds. Raises like `read_reach`, and for an empty one."""
    values = channel.values()
    if not values:
        raise MissingParameter(f"{CHANNELS}.channel_id")
    if len(values) > 1:
        raise UnsupportedChannel(CHANNELS, "a contact has one number or address of a kind here")
    if channel_kind(channel, values[0]) == "email":
        return Reach(email=_email(values[0]))
    return Reach(phone=read_phone(values[0], CHANNELS))


def channel_kind(channel: Channel, value: str) -> str:
    """Give `phone` or `email`. Raises `UnsupportedChannel` for a kind that is not kept here."""
    kind = channel.channel_type.strip().lower() if isinstance(channel.channel_type, str) else ""
    if not kind:
        return "email" if "@" in value else "phone"
    if kind not in ("phone", "email"):
        raise UnsupportedChannel(CHANNELS, "only phone and email are kept here")
    return kind


def _email(text: str) -> str:
    if "@" not in text:
        raise InvalidParameter(CHANNELS, "is not an e-mail address")
    return text


def _is_given(value: object) -> bool:
    return value is not UNSET and value is not None and value != ""
