"""Contacts: how the platform shows them, and the answers they stand in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linebook.core.contact import Contact
from linebook.dialects.sendblue.payloads.answers import Done, time_text
from linebook.services.contacts_with_consent import Told


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as the platform shows it, each member in both spellings (NOTES: spellings)."""

    contact_id: str
    phone: str | None
    first_name: str | None
    last_name: str | None
    company_name: str | None
    assigned_to_email: str | None
    sendblue_number: str | None
    tags: list[str]
    custom_variables: dict[str, str]
    opt_out: bool
    verified: bool
    created_at: Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
    firstName: str | None
    lastName: str | None
    companyName: str | None
    assignedToEmail: str | None
    sendblueNumber: str | None
    customVariables: dict[str, str]


class OlderView(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as the older creation shows it."""

    id: str
    number: str | None
    firstName: str | None
    lastName: str | None
    companyName: str | None
    tags: list[str]
    createdAt: str
    updatedAt: str


class OneContact(Done, frozen=True, kw_only=True):
    """The answer that holds one contact."""

    contact: ContactView


class OlderContact(Done, frozen=True, kw_only=True):
    """The answer to the older creation."""

    contact: OlderView


class ManyContacts(Done, frozen=True, kw_only=True):
    """The answer that holds the contacts of a request, in its order."""

    contacts: list[ContactView]


class Deleted(Done, frozen=True, kw_only=True):
    """How many contacts were really deleted."""

    amount: int


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """How many contacts there are."""

    count: int
    status: Literal["OK"] = "OK"


class OptedOut(Done, frozen=True, kw_only=True):
    """The number in its complete form, and the state that is in force now."""

    number: str
    opted_out: bool


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """What the ids in contacts are called."""

    tags: Mapping[int, str] = {}
    fields: Mapping[int, str] = {}
    users: Mapping[int, str] = {}


def contact_view(told: Told, labels: Labels) -> ContactView:
    """Give a contact as the platform shows it; what is empty is null."""
    contact = told.contact
    first_name, last_name = contact.first_name or None, contact.last_name or None
    company, line_number = contact.company or None, contact.line_number or None
    email = labels.users.get(contact.assignee_id) or None if contact.assignee_id is not None else None
    variables = {labels.fields[one]: text for one, text in contact.fields.items() if one in labels.fields}
    return ContactView(
        contact_id=contact.uuid,
        phone=_number(contact),
        first_name=first_name,
        last_name=last_name,
        company_name=company,
        assigned_to_email=email,
        sendblue_number=line_number,
        tags=_tag_names(contact, labels),
        custom_variables=variables,
        opt_out=told.is_opted_out,
        verified=contact.verified,
        created_at=time_text(contact.created_ms),
        firstName=first_name,
        lastName=last_name,
        companyName=company,
        assignedToEmail=email,
        sendblueNumber=line_number,
        customVariables=variables,
    )


def older_view(told: Told, labels: Labels) -> OlderView:
    """Give a contact as the older creation shows it."""
    contact = told.contact
    return OlderView(
        id=contact.uuid,
        number=_number(contact),
        firstName=contact.first_name or None,
        lastName=contact.last_name or None,
        companyName=contact.company or None,
        tags=_tag_names(contact, labels),
        createdAt=time_text(contact.created_ms),
        updatedAt=time_text(contact.updated_ms),
    )


def _number(contact: Contact) -> str | None:
    return None if contact.phone is None else contact.phone.text


def _tag_names(contact: Contact, labels: Labels) -> list[str]:
    return [labels.tags[one] for one in contact.tags if one in labels.tags]
