"""Contacts of `/v1`, one at a time: create, get, update, delete."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET, UnsetType

from linebook.core.phone import Phone
from linebook.dialects.base import Call, Evidence, Operation
from linebook.dialects.heymarket.errors import InvalidPhone
from linebook.dialects.heymarket.payloads.contact_views import ContactView
from linebook.dialects.heymarket.payloads.contacts import (
    ContactBody,
    GetBody,
    UpdatePath,
    contact_patch,
    save_request,
)
from linebook.dialects.heymarket.payloads.wire import IdPath, Stub, given, is_true, phone_text, read_phone
from linebook.dialects.heymarket.routes.common import (
    NO_CONTACT,
    PHONE_IN_USE,
    READING,
    SAVING,
    WRITING,
    bad_data,
    me,
    only_view,
)
from linebook.dialects.kit import MissingParameter
from linebook.errors import ContactNotFound
from linebook.services.contact_reads import contacts_by_id, contacts_by_phone
from linebook.services.contacts import DeleteContact, Match, delete_contacts, save_contacts
from linebook.services.contacts_with_consent import tell_contacts


async def create_contact(call: Call) -> Stub:
    """Create a contact, or update the one that has the phone."""
    body: ContactBody = call.body
    patch = contact_patch(body, read_phone(body.phone))
    saved = await call.runtime.store.write(save_contacts, call.account_id, save_request(body, patch, me(call)))
    return Stub(saved.contact.id, saved.contact.rev, saved.contact.uuid)


async def get_contact(call: Call) -> ContactView:
    """Give a contact by id."""
    params: IdPath = call.params
    return await _by_id(call, params.id)


async def _by_id(call: Call, contact_id: int) -> ContactView:
    account_id = call.account_id
    found = await call.runtime.store.read(
        lambda tx: tell_contacts(tx, account_id, contacts_by_id(tx, account_id, [contact_id]).values())
    )
    return await only_view(call, found)


async def find_contact(call: Call) -> ContactView:
    """Give a contact by phone or id."""
    body: GetBody = call.body
    contact_id = given(body.id)
    if given(body.phone) not in (UNSET, ""):
        account_id, phone = call.account_id, read_phone(body.phone)
        found = await call.runtime.store.read(
            lambda tx: tell_contacts(tx, account_id, contacts_by_phone(tx, account_id, [phone]).values())
        )
        return await only_view(call, found)
    if contact_id is UNSET:
        raise MissingParameter("phone")
    return await _by_id(call, contact_id)


async def update_contact(call: Call) -> Stub:
    """Update a contact."""
    params: UpdatePath = call.params
    body: ContactBody = call.body
    phone = await _changed_phone(call, params.id, body.phone)
    patch = contact_patch(body, phone, replaces_fields=is_true(params.overwrite))
    is_shown = not str(body.phone).startswith("+")
    save = save_request(body, patch, me(call), match=Match(id=params.id), creates=False, phone_is_shown=is_shown)
    saved = await call.runtime.store.write(save_contacts, call.account_id, save)
    return Stub(saved.contact.id, saved.contact.rev, saved.contact.uuid)


async def _changed_phone(call: Call, contact_id: int, shown: str | int | None) -> Phone | UnsetType:
    """Read the phone of an update; the one that is shown of the contact changes nothing, whatever its form.

    A number from another door may lack its country, and a contact may have none at all: what is shown of them could not
    be written otherwise.
    """
    if shown is None:
        raise MissingParameter("phone")
    try:
        return read_phone(shown)
    except InvalidPhone:
        found = await call.runtime.store.read(lambda tx: contacts_by_id(tx, call.account_id, [contact_id]))
        contact = found.get(contact_id)
        if contact is None:
            raise ContactNotFound from None
        if str(shown) == phone_text(contact.phone):
            return UNSET
        raise


async def delete_contact(call: Call) -> str:
    """Delete a contact."""
    params: IdPath = call.params
    await call.runtime.store.write(delete_contacts, call.account_id, DeleteContact(author=me(call), id=params.id))
    return "ok"


# -- declarations

_NOT_AN_ID: Final = bad_data(
    "the id is not an integer", Evidence.CHOICE, "invalid_field", "id: is not a whole number", "id"
)
_STUB: Final = {"id": 1073741825, "rev": 1, "uuid": "0b6f0c52-3f6c-4d0b-9f0e-1f2f3a4b5c6d"}
_EXAMPLE: Final = {
    "phone": "15105553344",
    "first": "Sample",
    "last": "Client",
    "email": "sample@example.org",
    "is_opted_out": False,
}

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="v1/contact/create",
        methods=("POST",),
        path="/v1/contact",
        summary="Create a contact, or update the one that has the phone",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        body=ContactBody,
        result=Stub,
        handler=create_contact,
        errors=(*SAVING, *WRITING),
        notes="What is not sent stays as it is. The contact itself is not in the answer.",
        example=_EXAMPLE,
        answer=_STUB,
    ),
    Operation(
        name="v1/contact/read",
        methods=("GET",),
        path="/v1/contact/{id}",
        summary="One contact by id",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        params=IdPath,
        result=ContactView,
        handler=get_contact,
        errors=(_NOT_AN_ID, NO_CONTACT, *READING),
        example={"id": 1073741825},
    ),
    Operation(
        name="v1/contact/update",
        methods=("PUT",),
        path="/v1/contact/{id}",
        summary="Update a contact",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        params=UpdatePath,
        body=ContactBody,
        result=Stub,
        handler=update_contact,
        errors=(_NOT_AN_ID, *SAVING, PHONE_IN_USE, NO_CONTACT, *WRITING),
        notes="`overwrite` concerns custom fields only. What is not sent stays as it is.",
        example={"id": 1073741825, "phone": "15105553344", "last": "Customer"},
        answer=_STUB | {"rev": 2},
    ),
    Operation(
        name="v1/contact/get",
        methods=("POST",),
        path="/v1/contact/get",
        summary="One contact by phone or id",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        body=GetBody,
        result=ContactView,
        handler=find_contact,
        errors=(
            bad_data("neither phone nor id is given", Evidence.CHOICE, "missing_field", "phone: is required", "phone"),
            NO_CONTACT,
            *READING,
        ),
        example={"phone": "15105553344"},
    ),
    Operation(
        name="v1/contact/delete",
        methods=("DELETE",),
        path="/v1/contact/{id}",
        summary="Delete a contact",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        params=IdPath,
        result=str,
        handler=delete_contact,
        errors=(_NOT_AN_ID, NO_CONTACT, *WRITING),
        notes="The opt-out of its number stays.",
        example={"id": 1073741825},
        answer="ok",
    ),
)
