"""Contacts: save, get, list, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import UNSET

from linebook.core.contact import NOTES_MAX, Contact
from linebook.dialects.base import Call, DocumentedError, Evidence, Operation
from linebook.dialects.kit import InvalidParameter, MissingParameter
from linebook.dialects.zipwhip import samples
from linebook.dialects.zipwhip.errors import TooLong
from linebook.dialects.zipwhip.payloads import contacts as payloads
from linebook.dialects.zipwhip.payloads.reading import read_phone, shown_phone
from linebook.dialects.zipwhip.routes.common import (
    BAD_NUMBER,
    BAD_SESSION,
    BOTH,
    BUSY,
    MISSING,
    OFFSET_MAX,
    count_of,
    me,
    page_size,
)
from linebook.errors import ContactNotFound, DomainError
from linebook.services import contact_reads
from linebook.services.contacts import DeleteContact, SaveContact, delete_contacts, save_contacts
from linebook.services.labels import list_fields

PAGE_MAX: Final = 1000
"""Most contacts in one answer, and how many come when the caller does not say (NOTES: contact/list)."""

DELETE_MAX: Final = 1000


async def contact_save(call: Call) -> payloads.SavedEnvelope:
    """Create or update the contact of a number."""
    params: payloads.SaveParams = call.params
    account = await call.runtime.directory.account(call.account_id)
    phone = shown_phone(params.mobileNumber, params.address, account)
    if phone is None:
        raise MissingParameter("mobileNumber")
    if params.notes is not UNSET and len(params.notes) > NOTES_MAX:
        raise TooLong("notes", NOTES_MAX)
    caller = call.credential
    save = SaveContact(patch=payloads.contact_patch(params, phone), author=me(call))
    saved = await call.runtime.store.write(save_contacts, caller.account_id, save)
    return payloads.SavedEnvelope(response=await _view(call, saved.contact))


async def contact_get(call: Call) -> payloads.ContactView:
    """Give one contact."""
    params: payloads.GetParams = call.params
    account = await call.runtime.directory.account(call.account_id)
    contact: Contact | None
    if params.id is not UNSET:
        key = params.id
        found = await call.runtime.store.read(lambda tx: contact_reads.contacts_by_id(tx, account.id, [key]))
        contact = found.get(key)
    elif (phone := shown_phone(params.mobileNumber, params.address, account)) is not None:
        owners = await call.runtime.store.read(lambda tx: contact_reads.contacts_by_phone(tx, account.id, [phone]))
        contact = owners.get(phone)
    else:
        raise MissingParameter("id", "Long")
    if contact is None:
        raise ContactNotFound
    return await _view(call, contact)


async def contact_list(call: Call) -> payloads.ListEnvelope:
    """Give a page of contacts by rising id."""
    params: payloads.ListParams = call.params
    account_id = call.account_id
    if params.start is not UNSET or params.limit is not UNSET:
        size = page_size("limit", params.limit, PAGE_MAX)
        offset = count_of("start", params.start, 0)
        page = offset // size + 1
    else:
        size = page_size("pageSize", params.pageSize, PAGE_MAX)
        page = max(count_of("page", params.page, 1), 1)
        offset = (page - 1) * size
    offset = min(offset, OFFSET_MAX)
    found, count = await call.runtime.store.read(lambda tx: contact_reads.contacts_at(tx, account_id, offset, size))
    extra = await _extra_names(call, found)
    line_id = call.credential.line_id or 0
    return payloads.ListEnvelope(
        total=len(found),
        response=[payloads.contact_view(contact, line_id, extra) for contact in found],
        page=page,
        pages=-(-count // size),
    )


async def contact_delete(call: Call) -> bool:
    """Delete contacts by id or address, all in one transaction; true when there was at least one of them."""
    account = await call.runtime.directory.account(call.account_id)
    wanted = call.flat.every("contact")
    if not wanted:
        raise MissingParameter("contact")
    if len(wanted) > DELETE_MAX:
        raise InvalidParameter("contact", f"at most {DELETE_MAX} at once")
    author = me(call)
    deletes: list[DeleteContact] = []
    for one in wanted:
        if one.startswith("ptn:/"):
            deletes.append(DeleteContact(author=author, phone=read_phone("contact", one, account)))
        else:
            deletes.append(DeleteContact(author=author, id=_contact_id(one)))
    outcomes = await call.runtime.store.write(_delete_together, account.id, deletes)
    return any(isinstance(one, Contact) for one in outcomes)


def _delete_together(
    tx: Any, account_id: int, requests: Sequence[list[DeleteContact]]
) -> list[list[Contact | DomainError]]:
    """Delete the contacts of each request: a writing service whose requests are lists, each done whole or not."""
    return [delete_contacts(tx, account_id, deletes) for deletes in requests]


def _contact_id(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(OFFSET_MAX))):
        raise InvalidParameter("contact", "is neither a contact id nor an address")
    return int(text)


async def shown_contacts(call: Call, found: Sequence[Contact]) -> list[payloads.ContactView]:
    """Give contacts as the platform shows them."""
    extra = await _extra_names(call, found)
    return [payloads.contact_view(one, call.credential.line_id or 0, extra) for one in found]


async def _view(call: Call, contact: Contact) -> payloads.ContactView:
    return payloads.contact_view(contact, call.credential.line_id or 0, await _extra_names(call, [contact]))


async def _extra_names(call: Call, found: Sequence[Contact]) -> Mapping[int, str]:
    """Give which further text field each custom field of these contacts is."""
    wanted = {field_id for contact in found for field_id in contact.fields}
    if not wanted:
        return {}
    account_id = call.account_id
    fields = await call.runtime.directory.fields(account_id)
    if not wanted <= {field.id for field in fields}:
        # Made by another process within the last second: what is kept in memory does not have it yet.
        fields = await call.runtime.store.read(lambda tx: list_fields(tx, account_id))
    return payloads.extra_names(fields)


# -- declarations

UNKNOWN_CONTACT: Final = DocumentedError(
    status=400,
    when="there is no such contact",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": "Contact not found"},
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="contact/save",
        methods=BOTH,
        path="/contact/save",
        summary="Create or update the contact of a number",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        params=payloads.SaveParams,
        result=payloads.ContactView,
        handler=contact_save,
        errors=(
            BAD_SESSION,
            MISSING,
            BAD_NUMBER,
            DocumentedError(
                status=400,
                when="the notes are longer than 1000 characters",
                evidence=Evidence.INFERRED,
                example={
                    "success": False,
                    "response": {"desc": "Invalid parameter length: notes has more than 1000 characters", "code": -394},
                },
            ),
            BUSY,
        ),
        notes="What is not sent stays as it is; an empty value empties.",
        example=samples.CONTACT_PARAMS,
        answer=samples.SAVED,
    ),
    Operation(
        name="contact/get",
        methods=BOTH,
        path="/contact/get",
        summary="One contact, by id, number or address",
        evidence=Evidence.CLIENT,
        resource="Contacts",
        params=payloads.GetParams,
        result=payloads.ContactView,
        handler=contact_get,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, UNKNOWN_CONTACT),
        example={"mobileNumber": "2065551234"},
        answer=samples.FOUND,
    ),
    Operation(
        name="contact/list",
        methods=BOTH,
        path="/contact/list",
        summary="A page of contacts",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        params=payloads.ListParams,
        result=list[payloads.ContactView],
        handler=contact_list,
        errors=(BAD_SESSION, BAD_NUMBER),
        notes="`total` counts the contacts of this answer, `pages` all pages. At most 1000 a page, by rising id.",
        example={"page": "1", "pageSize": "50"},
        answer=samples.LISTED,
    ),
    Operation(
        name="contact/delete",
        methods=BOTH,
        path="/contact/delete",
        summary="Delete contacts",
        evidence=Evidence.CLIENT,
        resource="Contacts",
        params=payloads.DeleteParams,
        result=bool,
        handler=contact_delete,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, BUSY),
        notes="`response` is false when none of them existed. The consent of their numbers stays.",
        example={"contact": "1073741825"},
        answer=samples.DELETED,
    ),
)
