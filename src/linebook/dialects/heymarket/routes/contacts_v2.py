"""Contacts of `/v2`: by UUID and over channels."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import UNSET

from linebook.core.contact import Contact, ContactPatch
from linebook.dialects.base import Call, Evidence, Level, Operation
from linebook.dialects.heymarket.payloads.contact_views import ContactView
from linebook.dialects.heymarket.payloads.contacts import contact_patch, save_request
from linebook.dialects.heymarket.payloads.contacts_v2 import (
    CHANNELS,
    BulkElement,
    ChannelsBody,
    Reach,
    UpdateUuidPath,
    UuidPath,
    read_reach,
    read_uuid,
)
from linebook.dialects.heymarket.payloads.wire import Stub, is_true, phone_text
from linebook.dialects.heymarket.routes.common import (
    BAD_PHONE,
    NO_CONTACT,
    NO_TAG,
    NO_USER,
    PHONE_IN_USE,
    READING,
    TOO_MANY_TAGS,
    WRITING,
    bad_data,
    me,
    only_view,
    views,
)
from linebook.dialects.kit import MissingParameter
from linebook.errors import ContactNotFound
from linebook.services.contact_reads import contacts_by_uuid
from linebook.services.contacts import BY_PHONE, DeleteContact, Match, SaveContact, delete_contacts, save_contacts
from linebook.services.contacts_with_consent import tell_contacts

SEARCH_MAX: Final = 1000
"""Most numbers and addresses in one search."""

_element: Final = msgspec.json.Decoder(BulkElement, strict=False)


async def create_contact(call: Call) -> Stub:
    """Create a contact, or update the one that has the phone or the e-mail channel."""
    saved = await call.runtime.store.write(save_contacts, call.account_id, creation(call, call.body))
    return Stub(saved.contact.id, saved.contact.rev, saved.contact.uuid)


def creation(call: Call, body: ChannelsBody) -> SaveContact:
    """Give the request to save a contact by its phone, or without a phone by its e-mail channel (NOTES: channels)."""
    reach = read_reach(body)
    if reach.phone is UNSET and reach.email is UNSET:
        raise MissingParameter(CHANNELS)
    patch = contact_patch(body, reach.phone, email=reach.email)
    return save_request(body, patch, me(call), match=BY_PHONE if reach.phone is not UNSET else Match(by_email=True))


async def get_contact(call: Call) -> ContactView:
    """Give a contact by UUID."""
    params: UuidPath = call.params
    return await _by_uuid(call, read_uuid(params.uuid))


async def _by_uuid(call: Call, uuid: str) -> ContactView:
    account_id = call.account_id
    found = await call.runtime.store.read(
        lambda tx: tell_contacts(tx, account_id, contacts_by_uuid(tx, account_id, [uuid]).values())
    )
    return await only_view(call, found, with_channels=True)


async def update_contact(call: Call) -> ContactView:
    """Update a contact; give it whole."""
    params: UpdateUuidPath = call.params
    body: ChannelsBody = call.body
    contact = await contact_of(call, read_uuid(params.uuid))
    patch = contact_patch(body, UNSET, replaces_fields=is_true(params.overwrite))
    patch = with_reach(patch, _new_reach(body, contact))
    return await _update(call, save_request(body, patch, me(call), match=Match(id=contact.id), creates=False))


def _new_reach(body: ChannelsBody, contact: Contact) -> Reach:
    """Read what changes of how a contact is reached; a phone that is just the shown one changes nothing."""
    shown = phone_text(contact.phone)
    if isinstance(body.phone, str | int) and str(body.phone) == shown:
        body = msgspec.structs.replace(body, phone=UNSET)
    if isinstance(body.contact_channels, list):
        channels = [one for one in body.contact_channels if one.values() not in ([shown], [contact.email])]
        body = msgspec.structs.replace(body, contact_channels=channels)
    return read_reach(body)


def with_reach(patch: ContactPatch, reach: Reach) -> ContactPatch:
    """Give the patch with what was said about how the contact is reached."""
    return msgspec.structs.replace(
        patch,
        phone=patch.phone if reach.phone is UNSET else reach.phone,
        email=patch.email if reach.email is UNSET else reach.email,
    )


async def contact_of(call: Call, uuid: str) -> Contact:
    """Give a contact by UUID. Raises `ContactNotFound`."""
    found = await call.runtime.store.read(lambda tx: contacts_by_uuid(tx, call.account_id, [uuid]))
    if uuid not in found:
        raise ContactNotFound
    return found[uuid]


async def _update(call: Call, save: SaveContact) -> ContactView:
    saved = await call.runtime.store.write(save_contacts, call.account_id, save)
    return (await saved_views(call, [saved.contact]))[0]


async def saved_views(call: Call, contacts: list[Contact]) -> list[ContactView]:
    """Give contacts that were just saved as they are shown."""
    found = await call.runtime.store.read(lambda tx: tell_contacts(tx, call.account_id, contacts))
    return await views(call, found, with_channels=True)


async def delete_contact(call: Call) -> str:
    """Delete a contact by UUID."""
    params: UuidPath = call.params
    request = DeleteContact(author=me(call), uuid=read_uuid(params.uuid))
    await call.runtime.store.write(delete_contacts, call.account_id, request)
    return "ok"


# -- declarations

NOT_A_UUID: Final = bad_data("the id is not a UUID", Evidence.CHOICE, "invalid_field", "uuid: expected a UUID", "uuid")
_NO_CHANNEL: Final = bad_data(
    "there is neither a phone nor a channel",
    Evidence.DOCUMENTED,
    "missing_field",
    "contact_channels: is required",
    CHANNELS,
)
OTHER_CHANNEL: Final = bad_data(
    "a channel is neither phone nor e-mail, or a second one of its kind",
    Evidence.CHOICE,
    "unsupported_channel",
    "contact_channels: only phone and email are kept here",
    CHANNELS,
)
_SAVING: Final = (BAD_PHONE, TOO_MANY_TAGS, NO_TAG, NO_USER, OTHER_CHANNEL)
_UUID: Final = "0b6f0c52-3f6c-4d0b-9f0e-1f2f3a4b5c6d"
ONE_OF_A_KIND: Final = "A contact has one phone and one e-mail address here; other channels are refused."

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="v2/contact/create",
        methods=("POST",),
        path="/v2/contact",
        summary="Create a contact, or update the one that has the channel",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts, version 2",
        body=ChannelsBody,
        result=Stub,
        handler=create_contact,
        level=Level.PARTIAL,
        errors=(_NO_CHANNEL, *_SAVING, *WRITING),
        notes=ONE_OF_A_KIND,
        example={
            "first": "Sample",
            "last": "Reader",
            "contact_channels": [{"channel_type": "email", "channel_id": "reader@example.org"}],
        },
        answer={"id": 1073741826, "rev": 1, "uuid": _UUID},
    ),
    Operation(
        name="v2/contact/read",
        methods=("GET",),
        path="/v2/contact/{uuid}",
        summary="One contact by UUID",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts, version 2",
        params=UuidPath,
        result=ContactView,
        handler=get_contact,
        errors=(NOT_A_UUID, NO_CONTACT, *READING),
    ),
    Operation(
        name="v2/contact/update",
        methods=("PUT",),
        path="/v2/contact/{uuid}",
        summary="Update a contact; the answer is the whole contact",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts, version 2",
        params=UpdateUuidPath,
        body=ChannelsBody,
        result=ContactView,
        handler=update_contact,
        level=Level.PARTIAL,
        errors=(NOT_A_UUID, *_SAVING, PHONE_IN_USE, NO_CONTACT, *WRITING),
        notes=ONE_OF_A_KIND,
        example={"last": "Writer"},
    ),
    Operation(
        name="v2/contact/delete",
        methods=("DELETE",),
        path="/v2/contact/{uuid}",
        summary="Delete a contact",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts, version 2",
        params=UuidPath,
        result=str,
        handler=delete_contact,
        errors=(NOT_A_UUID, NO_CONTACT, *WRITING),
        answer="ok",
    ),
)
