"""Contacts as the platform takes and shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import astuple

from linebook.core.account import Field, label_key
from linebook.core.contact import Contact, ContactPatch, FieldsChange, Label, is_storable
from linebook.core.phone import Phone
from linebook.dialects.kit import InvalidParameter
from linebook.dialects.zipwhip.payloads.answers import Answer, date_text, local_number
from linebook.dialects.zipwhip.payloads.reading import Text

EXTRA_FIELDS: Final = {
    "city": "City",
    "state": "State",
    "loc": "Location",
    "zipcode": "Zip code",
    "country": "Country",
    "addressLine1": "Address line 1",
    "addressLine2": "Address line 2",
    "jobTitle": "Job title",
    "phoneKey": "Phone key",
    "custom1": "Custom 1",
    "custom2": "Custom 2",
}
"""Zipwhip's further text fields by the label of the custom field that keeps them (NOTES: further contact fields)."""

_EXTRA_KEYS: Final = {name: label_key(label) for name, label in EXTRA_FIELDS.items()}


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as the platform shows it, the fields of 2020 first, then those that older clients read."""

    id: int
    version: int
    lastUpdated: str
    dateCreated: str
    deviceId: int
    firstName: str
    lastName: str
    email: str
    mobileNumber: str
    address: str
    notes: str
    businessName: str = ""
    jobTitle: str = ""
    addressLine1: str = ""
    addressLine2: str = ""
    city: str = ""
    state: str = ""
    zipcode: str = ""
    country: str = ""
    custom1: str = ""
    custom2: str = ""
    loc: str = ""
    latlong: str = ""
    channel: str = ""
    thread: str = ""
    fwd: str = ""
    phoneKey: str = ""
    carrier: str = ""
    birthday: None = None
    business: None = None
    phoneId: int = 0
    targetGroupDevice: int = -1
    deleted: bool = False
    MOCount: int = 0
    ZOCount: int = 0
    isZwUser: bool = False
    new: bool = False
    keywords: str = ""
    vector: str = ""
    dtoParentId: int = 0


class SavedEnvelope(Answer, frozen=True, kw_only=True):
    """The answer to contact/save, with the `sessions` that is always null."""

    response: ContactView
    sessions: None = None


class ListEnvelope(Answer, frozen=True, kw_only=True):
    """The answer to contact/list. `total` counts the items of this answer."""

    total: int
    response: list[ContactView]
    page: int
    pages: int


class SaveParams(msgspec.Struct, frozen=True, kw_only=True):
    """What contact/save takes."""

    mobileNumber: Annotated[
        Text, Meta(description="The number: 10 digits or E.164. Required, unless `address` is given.")
    ] = UNSET
    address: Annotated[Text, Meta(description="The number as an address, `ptn:/…`.")] = UNSET
    firstName: Annotated[Text, Meta(description="First name.")] = UNSET
    lastName: Annotated[Text, Meta(description="Last name.")] = UNSET
    email: Annotated[Text, Meta(description="E-mail address.")] = UNSET
    notes: Annotated[Text, Meta(description="Notes, at most 1000 characters.")] = UNSET
    businessName: Annotated[Text, Meta(description="Company.")] = UNSET
    jobTitle: Annotated[Text, Meta(description="Job title.")] = UNSET
    addressLine1: Annotated[Text, Meta(description="Street address.")] = UNSET
    addressLine2: Annotated[Text, Meta(description="Street address, second line.")] = UNSET
    city: Annotated[Text, Meta(description="City.")] = UNSET
    state: Annotated[Text, Meta(description="State.")] = UNSET
    zipcode: Annotated[Text, Meta(description="Postal code.")] = UNSET
    country: Annotated[Text, Meta(description="Country.")] = UNSET
    loc: Annotated[Text, Meta(description="Location.")] = UNSET
    phoneKey: Annotated[Text, Meta(description="Kind of phone.")] = UNSET
    custom1: Annotated[Text, Meta(description="Free text.")] = UNSET
    custom2: Annotated[Text, Meta(description="Free text.")] = UNSET


_NUMBER_NAMES: Final = ("mobileNumber", "address")


class GetParams(msgspec.Struct, frozen=True, kw_only=True):
    """What contact/get takes: one of three keys."""

    id: Annotated[int | UnsetType, Meta(description="The contact's id.")] = UNSET
    mobileNumber: Annotated[Text, Meta(description="The contact's number.")] = UNSET
    address: Annotated[Text, Meta(description="The contact's number as an address, `ptn:/…`.")] = UNSET


class ListParams(msgspec.Struct, frozen=True, kw_only=True):
    """What contact/list takes: pages, or an offset and a count."""

    page: Annotated[int, Meta(description="The page, from 1; 0 means the first too.")] = 1
    pageSize: Annotated[int | UnsetType, Meta(description="Contacts a page, at most 1000.")] = UNSET
    start: Annotated[int | UnsetType, Meta(description="How many to leave out, instead of `page`.")] = UNSET
    limit: Annotated[int | UnsetType, Meta(description="How many to give, with `start`.")] = UNSET


class DeleteParams(msgspec.Struct, frozen=True, kw_only=True):
    """What contact/delete takes."""

    contact: Annotated[str, Meta(description="Contact ids or addresses: repeated, or separated by commas.")]


def contact_patch(params: SaveParams, phone: Phone) -> ContactPatch:
    """Give what contact/save says about a contact. A parameter that is absent says nothing; an empty one empties.

    Raises `InvalidParameter` for text that cannot be stored.
    """
    extra: dict[Label, str] = {}
    for name, text in zip(SaveParams.__struct_fields__, astuple(params), strict=True):
        if text is UNSET or name in _NUMBER_NAMES:
            continue
        if not is_storable(text):
            raise InvalidParameter(name, "has a character that cannot be stored")
        if name in EXTRA_FIELDS:
            extra[EXTRA_FIELDS[name]] = text
    return ContactPatch(
        phone=phone,
        first_name=params.firstName,
        last_name=params.lastName,
        email=params.email,
        notes=params.notes,
        company=params.businessName,
        fields=FieldsChange(extra) if extra else UNSET,
    )


def contact_view(contact: Contact, line_id: int, extra: Mapping[int, str]) -> ContactView:
    """Give a contact as the platform shows it; `extra` names the further text field that a custom field is."""
    number = local_number(contact.phone)
    view = ContactView(
        id=contact.id,
        version=contact.rev,
        lastUpdated=date_text(contact.updated_ms),
        dateCreated=date_text(contact.created_ms),
        deviceId=line_id,
        firstName=contact.first_name,
        lastName=contact.last_name,
        email=contact.email,
        mobileNumber=number,
        address=f"ptn:/{number}" if number else "",
        notes=contact.notes,
        businessName=contact.company,
    )
    values = {extra[field_id]: text for field_id, text in contact.fields.items() if field_id in extra}
    return msgspec.structs.replace(view, **values) if values else view


def extra_names(fields: list[Field]) -> dict[int, str]:
    """Give the name of the further text field for each custom field that keeps one."""
    ids = {label_key(field.label): field.id for field in fields}
    return {ids[key]: name for name, key in _EXTRA_KEYS.items() if key in ids}
