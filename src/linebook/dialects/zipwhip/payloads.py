"""Zipwhip's words: what its parameters mean in ours, and the shapes of its answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from time import gmtime, strftime
from typing import Annotated, Any, Final, get_args, get_type_hints

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import astuple

from linebook.core.account import Account, Field, Line, User, label_key
from linebook.core.contact import Contact, ContactPatch, FieldsChange, Label, is_storable
from linebook.core.phone import Phone, UnusablePhone, national, parse_phone
from linebook.dialects.base import Request
from linebook.dialects.kit import Flat, InvalidParameter, UnreadableBody, decode_object, parse_multipart, parse_pairs

Text = str | UnsetType

NOTHING: Final = frozenset({"", "None"})
"""What programs send for a value that they lack; the second one is how Python writes it."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer to a call that succeeded; what a handler gives otherwise goes into an `Envelope`."""

    success: bool = True


class Envelope(Answer, frozen=True, kw_only=True):
    """The usual answer."""

    response: Any


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


class ErrorDetail(msgspec.Struct, frozen=True):
    """The object shape of an error."""

    desc: str
    code: int


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a call that was refused: a text or an object."""

    success: bool = False
    response: str | ErrorDetail


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


class LoginParams(msgspec.Struct, frozen=True, kw_only=True):
    """What user/login takes. `mobileNumber` and `userName` are other spellings of `username`."""

    username: Annotated[Text, Meta(description="The line's number, or `prefix@number` on a multi-user line.")] = UNSET
    mobileNumber: Annotated[Text, Meta(description="Another spelling of `username`.")] = UNSET
    userName: Annotated[Text, Meta(description="Another spelling of `username`.")] = UNSET
    password: Annotated[str, Meta(description="The password.")] = ""


# -- reading


def read_parameters(request: Request) -> Flat:
    """Merge the parameters of query, form and parts into one map; the first value of a name counts (NOTES: parameters).

    Raises `UnreadableBody`.
    """
    flat = Flat()
    if request.query:
        flat.add(parse_pairs(request.query))
    if request.body:
        kind = request.headers.get(b"content-type", b"").lower()
        if kind.startswith(b"multipart/"):
            fields, files = parse_multipart(request.body, request.header(b"content-type"))
            flat.add(fields)
            flat.files.extend(files)
        elif kind.startswith(b"application/json"):
            flat.add(_json_pairs(request.body))
        else:
            flat.add(parse_pairs(request.body))
    return flat


def _json_pairs(body: bytes) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in decode_object(body).items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                pairs.append((name, _json_text(one)))
    return pairs


def _json_text(value: object) -> str:
    """Give what a form would say for a JSON value: a number in digits, anything nested as the JSON that it is."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() if value.is_integer():
            return str(int(value))
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError as error:
        raise UnreadableBody("The body is not a JSON object.") from error


def given_values(flat: Flat, shape: type[msgspec.Struct]) -> dict[str, str]:
    """Give the first value of every parameter, without numbers that say nothing (NOTES: parameters)."""
    absent = {name for name in _number_names(shape) if flat.first.get(name) in NOTHING}
    return {name: value for name, value in flat.first.items() if name not in absent} if absent else flat.first


@cache
def _number_names(shape: type[msgspec.Struct]) -> tuple[str, ...]:
    kinds = get_type_hints(shape)
    return tuple(name for name, kind in kinds.items() if kind is int or int in get_args(kind))


def read_phone(name: str, text: str, account: Account) -> Phone:
    """Read a number in any form that clients send, `ptn:/…` too. Raises `InvalidParameter` (NOTES: numbers)."""
    try:
        return parse_phone(text.removeprefix("ptn:/"), national(account.region), leading_blank_is_plus=True)
    except UnusablePhone as error:
        raise InvalidParameter(name, "is not a usable number") from error


def shown_phone(mobile_number: Text, address: Text, account: Account) -> Phone | None:
    """Read the number of a contact: `mobileNumber`, or `address` where that says nothing; None for neither.

    Raises `InvalidParameter`.
    """
    if mobile_number is not UNSET and (mobile_number not in NOTHING or address is UNSET):
        return read_phone("mobileNumber", mobile_number, account)
    return None if address is UNSET else read_phone("address", address, account)


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


# -- writing


def content_type(request: Request) -> bytes:
    """Give the content type: JSON, or plain text for a client library that takes JSON for a failure.

    See NOTES: content type.
    """
    if request.headers.get(b"user-agent", b"").startswith(b"NING"):
        return b"text/plain;charset=UTF-8"
    return b"application/json;charset=UTF-8"


@lru_cache(maxsize=4096)
def _date_of_second(second: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S+00:00", gmtime(second))


def date_text(at_ms: int) -> str:
    """Give a date as the platform writes it: ISO 8601 in UTC, never with fractions (NOTES: dates)."""
    return _date_of_second(at_ms // 1000)


def local_number(phone: Phone | None) -> str:
    """Give a contact's number: 10 digits in North America, else as stored; empty without a number."""
    if phone is None:
        return ""
    return phone.nanp_national or phone.text


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


def user_view(line: Line | None, user: User | None) -> dict[str, object]:
    """Give the answer of user/get: the line, and the user of the session if it has one."""
    number = line.address.removeprefix("+1") if line else ""
    return {
        "user": {
            "firstName": user.first_name if user else "",
            "lastName": user.last_name if user else "",
            "fullName": user.name if user else line.label if line else "",
            "mobileNumber": number,
            "phoneNumber": number,
            "email": user.email if user else "",
            "notes": "",
            "loc": "",
            "carrier": "",
            "phoneKey": "",
            "birthday": None,
            "zipcode": "",
            "businessName": "",
            "websiteDeviceId": line.id if line else 0,
            "websiteDeviceKey": "",
            "MOCount": 0,
            "ZOCount": 0,
        },
        "settings": {},
        "groups": [],
    }
