"""Opt-out and block of `/v1`."""

from __future__ import annotations

import asyncio
from typing import Final

from msgspec import UNSET

from linebook.core.contact import Contact
from linebook.core.phone import Phone
from linebook.dialects.base import Call, Evidence, Operation
from linebook.dialects.heymarket.errors import NoPhone
from linebook.dialects.heymarket.payloads.status import (
    SetStatusBody,
    StatusBody,
    StatusView,
    read_actions,
    status_view,
)
from linebook.dialects.heymarket.payloads.wire import given, read_phone
from linebook.dialects.heymarket.routes.common import BAD_PHONE, NO_CONTACT, READING, WRITING, bad_data, me
from linebook.dialects.kit import MissingParameter
from linebook.errors import ContactNotFound
from linebook.services.consents import RecordConsent, consents_of, record_consents
from linebook.services.contact_reads import contacts_by_id, contacts_by_phone


async def get_status(call: Call) -> StatusView:
    """Give the state of a number."""
    phone, contact = await _whose(call, call.body)
    consents = await call.runtime.store.read(lambda tx: consents_of(tx, call.account_id, [phone]))
    return status_view(0 if contact is None else contact.id, consents[phone])


async def set_status(call: Call) -> str:
    """Change the state of a number."""
    body: SetStatusBody = call.body
    actions = read_actions(body.status)
    phone, _ = await _whose(call, body)
    author = me(call)
    await asyncio.gather(
        *(
            call.runtime.store.write(
                record_consents, call.account_id, RecordConsent(phone=phone, action=action, author=author)
            )
            for action in actions
        )
    )
    return "success"


async def _whose(call: Call, body: StatusBody) -> tuple[Phone, Contact | None]:
    """Give the number that is meant, and the contact that has it.

    Raises `MissingParameter`, `ContactNotFound` for an unknown id, `NoPhone` for a contact without a number.
    """
    account_id = call.account_id
    if given(body.phone) not in (UNSET, ""):
        phone = read_phone(body.phone)
        owners = await call.runtime.store.read(lambda tx: contacts_by_phone(tx, account_id, [phone]))
        return phone, owners.get(phone)
    contact_id = given(body.id)
    if contact_id is UNSET:
        raise MissingParameter("phone")
    found = await call.runtime.store.read(lambda tx: contacts_by_id(tx, account_id, [contact_id]))
    contact = found.get(contact_id)
    if contact is None:
        raise ContactNotFound
    if contact.phone is None:
        raise NoPhone
    return contact.phone, contact


# -- declarations

_WHOSE: Final = (
    bad_data("neither phone nor id is given", Evidence.CHOICE, "missing_field", "phone: is required", "phone"),
    BAD_PHONE,
    NO_CONTACT,
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="v1/contact/status",
        methods=("POST",),
        path="/v1/contact/status",
        summary="Whether a number is opted out or blocked",
        evidence=Evidence.DOCUMENTED,
        resource="Opt-out",
        body=StatusBody,
        result=StatusView,
        handler=get_status,
        errors=(*_WHOSE, *READING),
        notes="A number without a contact has a state as well; its `id` is 0.",
        example={"phone": "15105553344"},
    ),
    Operation(
        name="v1/contact/set_status",
        methods=("POST",),
        path="/v1/contact/set_status",
        summary="Opt a number out or in, block or unblock it",
        evidence=Evidence.DOCUMENTED,
        resource="Opt-out",
        body=SetStatusBody,
        result=str,
        handler=set_status,
        errors=(
            bad_data(
                "`status` is none of the five words",
                Evidence.CHOICE,
                "invalid_field",
                "status: expected one of active, blocked, unblocked, subscribed, unsubscribed",
                "status",
            ),
            *_WHOSE,
            *WRITING,
        ),
        notes="It sets and lifts the team's opt-out. A STOP that the person sent is lifted by their own START only.",
        example={"phone": "15105553344", "status": "unsubscribed"},
        answer="success",
    ),
)
