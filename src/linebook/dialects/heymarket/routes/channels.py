"""The channels of one contact of `/v2`: add, change, list, get, remove."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from linebook.core.contact import Contact, ContactPatch
from linebook.dialects.base import Call, Evidence, Level, Operation
from linebook.dialects.heymarket.errors import UnsupportedChannel
from linebook.dialects.heymarket.payloads.contact_views import ChannelView, channel_views
from linebook.dialects.heymarket.payloads.contacts_v2 import (
    Channel,
    ChannelPath,
    Reach,
    UuidPath,
    read_channel,
    read_uuid,
)
from linebook.dialects.heymarket.routes.common import (
    BAD_PHONE,
    NO_CONTACT,
    PHONE_IN_USE,
    READING,
    WRITING,
    me,
    refused,
)
from linebook.dialects.heymarket.routes.contacts_v2 import (
    NOT_A_UUID,
    ONE_OF_A_KIND,
    OTHER_CHANNEL,
    contact_of,
    with_reach,
)
from linebook.errors import NotFound
from linebook.services.contacts import Match, SaveContact, save_contacts


async def add_channel(call: Call) -> list[ChannelView]:
    """Give a contact a phone or an e-mail address that it lacks."""
    params: UuidPath = call.params
    contact = await contact_of(call, read_uuid(params.uuid))
    reach = read_channel(call.body)
    for new, old in zip((reach.phone, reach.email), _present(contact), strict=True):
        if new is not UNSET and old not in (UNSET, new):
            raise UnsupportedChannel("channel_id", "the contact has one of this kind already; a contact has one here")
    return await _save(call, contact, reach)


async def change_channel(call: Call) -> list[ChannelView]:
    """Give a contact another phone or e-mail address in place of the one it has."""
    params: UuidPath = call.params
    contact = await contact_of(call, read_uuid(params.uuid))
    reach = read_channel(call.body)
    for kind, new, old in zip(("phone", "email"), (reach.phone, reach.email), _present(contact), strict=True):
        if new is not UNSET and old is UNSET:
            raise NotFound(f"The contact has no channel {kind}.")
    return await _save(call, contact, reach)


async def list_channels(call: Call) -> list[ChannelView]:
    """Give the channels of a contact."""
    params: UuidPath = call.params
    return channel_views(await contact_of(call, read_uuid(params.uuid)), call.account_id)


async def get_channel(call: Call) -> ChannelView:
    """Give one channel of a contact."""
    params: ChannelPath = call.params
    return _channel(await contact_of(call, read_uuid(params.uuid)), params.channelType, call.account_id)


async def remove_channel(call: Call) -> str:
    """Take a phone or an e-mail address away from a contact. The consent of the number stays."""
    params: ChannelPath = call.params
    contact = await contact_of(call, read_uuid(params.uuid))
    removed = _channel(contact, params.channelType, call.account_id)
    patch = ContactPatch(phone=None) if removed.channel_type == "phone" else ContactPatch(email="")
    await _write(call, contact, patch)
    return "ok"


def _present(contact: Contact) -> tuple[object, object]:
    return contact.phone or UNSET, contact.email or UNSET


def _channel(contact: Contact, kind: str, account_id: int) -> ChannelView:
    for channel in channel_views(contact, account_id):
        if channel.channel_type == kind.strip().lower():
            return channel
    raise NotFound("The contact has no such channel.")


async def _save(call: Call, contact: Contact, reach: Reach) -> list[ChannelView]:
    return channel_views(await _write(call, contact, with_reach(ContactPatch(), reach)), call.account_id)


async def _write(call: Call, contact: Contact, patch: ContactPatch) -> Contact:
    save = SaveContact(patch=patch, author=me(call), match=Match(id=contact.id), creates=False, touches=True)
    return (await call.runtime.store.write(save_contacts, call.account_id, save)).contact


# -- declarations

_NO_CHANNEL: Final = refused(
    404,
    "the contact has no such channel",
    Evidence.CHOICE,
    error="not_found",
    code="not_found",
    message="The contact has no such channel.",
)
_SAVING: Final = (NOT_A_UUID, BAD_PHONE, OTHER_CHANNEL, PHONE_IN_USE, NO_CONTACT, *WRITING)
_EXAMPLE: Final = {"channel_type": "phone", "channel_id": "15105553347"}

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="v2/channel/create",
        methods=("POST",),
        path="/v2/contact/{uuid}/channel",
        summary="Add a channel to a contact",
        evidence=Evidence.DOCUMENTED,
        resource="Channels, version 2",
        params=UuidPath,
        body=Channel,
        result=list[ChannelView],
        handler=add_channel,
        level=Level.PARTIAL,
        errors=_SAVING,
        notes=f"The answer is the list of the contact's channels. {ONE_OF_A_KIND}",
        example=_EXAMPLE,
    ),
    Operation(
        name="v2/channel/update",
        methods=("PUT",),
        path="/v2/contact/{uuid}/channel",
        summary="Change a channel of a contact",
        evidence=Evidence.DOCUMENTED,
        resource="Channels, version 2",
        params=UuidPath,
        body=Channel,
        result=list[ChannelView],
        handler=change_channel,
        level=Level.PARTIAL,
        errors=(_NO_CHANNEL, *_SAVING),
        notes=ONE_OF_A_KIND,
        example=_EXAMPLE,
    ),
    Operation(
        name="v2/channels/list",
        methods=("GET",),
        path="/v2/contact/{uuid}/channels",
        summary="The channels of a contact",
        evidence=Evidence.DOCUMENTED,
        resource="Channels, version 2",
        params=UuidPath,
        result=list[ChannelView],
        handler=list_channels,
        errors=(NOT_A_UUID, NO_CONTACT, *READING),
    ),
    Operation(
        name="v2/channel/read",
        methods=("GET",),
        path="/v2/contact/{uuid}/channel/{channelType}",
        summary="One channel of a contact",
        evidence=Evidence.DOCUMENTED,
        resource="Channels, version 2",
        params=ChannelPath,
        result=ChannelView,
        handler=get_channel,
        errors=(NOT_A_UUID, NO_CONTACT, _NO_CHANNEL, *READING),
    ),
    Operation(
        name="v2/channel/delete",
        methods=("DELETE",),
        path="/v2/contact/{uuid}/channel/{channelType}",
        summary="Remove a channel from a contact",
        evidence=Evidence.DOCUMENTED,
        resource="Channels, version 2",
        params=ChannelPath,
        result=str,
        handler=remove_channel,
        errors=(NOT_A_UUID, NO_CONTACT, _NO_CHANNEL, *WRITING),
        notes="The consent of a number stays when the number is removed.",
        answer="ok",
    ),
)
