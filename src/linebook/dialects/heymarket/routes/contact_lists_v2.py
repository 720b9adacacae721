"""Contacts of `/v2`, many at a time: bulk, list, search."""

from __future__ import annotations

from typing import Final

import msgspec

from linebook.core.contact import Contact
from linebook.dialects.base import Call, Evidence, Level, Operation
from linebook.dialects.heymarket.payloads.contact_views import ContactView
from linebook.dialects.heymarket.payloads.contacts import contact_patch, save_request
from linebook.dialects.heymarket.payloads.contacts_v2 import (
    CHANNELS,
    BulkBody,
    BulkElement,
    BulkView,
    DeleteBody,
    SearchBody,
    channel_kind,
    read_reach,
    read_uuid,
)
from linebook.dialects.heymarket.payloads.lists import PageBody, read_list
from linebook.dialects.heymarket.payloads.wire import decode_body, read_phone
from linebook.dialects.heymarket.routes.common import BAD_DATE, BAD_PHONE, READING, WRITING, bad_data, me, views
from linebook.dialects.heymarket.routes.contact_lists import BATCH_MAX, failed_element, raw_elements, save_set
from linebook.dialects.heymarket.routes.contacts_v2 import ONE_OF_A_KIND, OTHER_CHANNEL, creation, saved_views
from linebook.dialects.kit import InvalidParameter
from linebook.errors import DomainError
from linebook.services.contact_reads import contacts_by_email, contacts_by_phone
from linebook.services.contact_time_pages import read_time_page
from linebook.services.contacts import DeleteContact, Match, SaveContact, Saved
from linebook.services.contacts_with_consent import delete_contact_sets, tell_contacts

SEARCH_MAX: Final = 1000
"""Most numbers and addresses in one search."""

_element: Final = msgspec.json.Decoder(BulkElement, strict=False)


async def save_bulk(call: Call) -> BulkView:
    """Save many contacts as one write; give those that were saved and those that failed."""
    elements = raw_elements(call.body)
    saves: dict[int, SaveContact] = {}
    failed: dict[int, Exception] = {}
    for number, raw in enumerate(elements):
        try:
            saves[number] = _bulk_save(call, decode_body(_element, bytes(raw)))
        except DomainError as error:
            failed[number] = error
    saved: dict[int, Contact] = {}
    for number, outcome in zip(saves, await save_set(call, list(saves.values())), strict=True):
        if isinstance(outcome, Saved):
            saved[outcome.contact.id] = outcome.contact
        elif isinstance(outcome, DomainError):
            failed[number] = outcome
    return BulkView(
        contacts=await saved_views(call, list(saved.values())),
        failed_contacts=[
            failed_element(elements[number], failed[number], inside="contact") for number in sorted(failed)
        ],
    )


def _bulk_save(call: Call, body: BulkElement) -> SaveContact:
    if not body.contact_id:
        return creation(call, body)
    reach = read_reach(body)
    patch = contact_patch(body, reach.phone, email=reach.email)
    match = Match(uuid=read_uuid(str(body.contact_id), "contact_id"))
    return save_request(body, patch, me(call), match=match, creates=False)


async def delete_bulk(call: Call) -> str:
    """Delete many contacts by UUID as one write; those that are not there are skipped."""
    body: DeleteBody = call.body
    if len(body.contact_channels) != 1 or body.contact_channels[0].channel_type != "id":
        raise InvalidParameter(CHANNELS, "expected one entry with the channel_type id")
    uuids = [read_uuid(value, CHANNELS) for value in body.contact_channels[0].values()]
    if len(uuids) > BATCH_MAX:
        raise InvalidParameter(CHANNELS, f"at most {BATCH_MAX} contacts at once")
    author = me(call)
    deletes = [DeleteContact(author=author, uuid=uuid) for uuid in uuids]
    if deletes:
        await call.runtime.store.write(delete_contact_sets, call.account_id, deletes)
    return "ok"


async def list_contacts(call: Call) -> list[ContactView]:
    """Give a page of contacts, the latest change first."""
    page, account_id = read_list(call.body, first_page=0), call.account_id
    found = await call.runtime.store.read(lambda tx: read_time_page(tx, account_id, page))
    return await views(call, found, with_channels=True)


async def search_contacts(call: Call) -> list[ContactView]:
    """Give the contacts that have these numbers and addresses."""
    body: SearchBody = call.body
    phones, emails = [], []
    for channel in body.contact_channels:
        for value in channel.values():
            if channel_kind(channel, value) == "email":
                emails.append(value)
            else:
                phones.append(read_phone(value, CHANNELS))
    if len(phones) + len(emails) > SEARCH_MAX:
        raise InvalidParameter(CHANNELS, f"at most {SEARCH_MAX} numbers and addresses at once")
    account_id = call.account_id
    found = await call.runtime.store.read(
        lambda tx: tell_contacts(
            tx,
            account_id,
            (*contacts_by_phone(tx, account_id, phones).values(), *contacts_by_email(tx, account_id, emails)),
        )
    )
    unique = {told.contact.id: told for told in found}
    return await views(call, [unique[contact_id] for contact_id in sorted(unique)], with_channels=True)


# -- declarations

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="v2/contacts/save",
        methods=("POST",),
        path="/v2/contacts",
        summary="Create and update many contacts at once",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts, version 2",
        body=BulkBody,
        result=BulkView,
        handler=save_bulk,
        level=Level.PARTIAL,
        errors=(*WRITING,),
        notes=ONE_OF_A_KIND,
        example={"contacts": [{"phone": "15105553348", "first": "Fourth"}]},
    ),
    Operation(
        name="v2/contacts/delete",
        methods=("DELETE",),
        path="/v2/contacts",
        summary="Delete many contacts at once",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts, version 2",
        body=DeleteBody,
        result=str,
        handler=delete_bulk,
        errors=(
            bad_data(
                "the body is not one entry of UUIDs",
                Evidence.DOCUMENTED,
                "invalid_field",
                "contact_channels: expected one entry with the channel_type id",
                CHANNELS,
            ),
            *WRITING,
        ),
        notes="UUIDs that nobody has are skipped. The opt-outs of the numbers stay.",
        example={"contact_channels": [{"channel_type": "id", "channel_ids": ["0b6f0c52-3f6c-4d0b-9f0e-1f2f3a4b5c6d"]}]},
        answer="ok",
    ),
    Operation(
        name="v2/contacts/list",
        methods=("POST",),
        path="/v2/contacts/list",
        summary="A page of contacts, the latest change first",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts, version 2",
        body=PageBody,
        result=list[ContactView],
        handler=list_contacts,
        errors=(BAD_DATE, *READING),
        notes="Pages are numbered from 0 here.",
        example={"limit": 30, "page": 0},
    ),
    Operation(
        name="v2/contacts/search",
        methods=("POST",),
        path="/v2/contacts/search",
        summary="The contacts that have these numbers or addresses",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts, version 2",
        body=SearchBody,
        result=list[ContactView],
        handler=search_contacts,
        errors=(BAD_PHONE, OTHER_CHANNEL, *READING),
        notes="Of contacts that share an e-mail address the one that had it first is found.",
        example={"contact_channels": [{"channel_ids": ["15105553344"], "channel_type": "phone"}]},
    ),
)
