"""What a caller says about a contact, in our words, and how a contact is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from time import gmtime, strftime
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.contact import (
    Confirmation,
    Contact,
    ContactPatch,
    FieldsChange,
    Label,
    SetChange,
    Unknown,
    email_key,
)
from linebook.core.phone import Phone, UnusablePhone, national_code, parse_phone
from linebook.dialects.kit import InvalidParameter, MissingParameter
from linebook.services.contacts import Match

MOBILE_DIGITS: Final = range(6, 16)
"""How many digits a mobile number has (NOTES: mobile numbers)."""

ENTRIES_MAX: Final = 1_000
"""Most fields, and most groups, of one call."""

FIELD_NAME_MAX: Final = 40
"""No spelling of a field is longer."""

FIRST_NAME: Final = 1
LAST_NAME: Final = 2
"""The personal fields that are first and last name (NOTES: personal fields)."""

_FIELD_NAME: Final = re.compile(r"(?:#field([0-9]{1,10})#|(?:field)?([0-9]{1,10}))", re.IGNORECASE)


class FieldBody(msgspec.Struct, frozen=True, kw_only=True):
    """One personal field and its content."""

    name: Annotated[
        str | None, Meta(description="`field` and the number of the field, `field21`.", examples=["field1"])
    ] = None
    content: Annotated[Any, Meta(description="The text to keep; empty or null empties the field.")] = None


class ContactBody(msgspec.Struct, frozen=True, kw_only=True):
    """What POST /contacts takes. At least one of `id`, `email` and `mobile_number` must be given."""

    id: Annotated[int | None, Meta(description="The contact to update; 0 is none.")] = None
    email: Annotated[str | None, Meta(description="E-mail address, the first key.")] = None
    mobile_number: Annotated[
        str | None, Meta(description="Mobile number, the second key: country code first, without a plus sign.")
    ] = None
    fields: Annotated[list[FieldBody] | None, Meta(description="Personal fields to set; others stay.")] = None
    confirmation_status: Annotated[
        str | None, Meta(description="`confirmed` (a new contact's, if nothing is said), `unconfirmed` or `pending`.")
    ] = None
    add_to_groups_ids: Annotated[
        list[int] | None, Meta(description="Groups to join; one that does not exist is made under that id.")
    ] = None
    remove_from_groups_ids: Annotated[list[int] | None, Meta(description="Groups to leave; 0 is none.")] = None
    remove_from_all_other_groups: Annotated[
        bool | None, Meta(description="Leave every group that is not in `add_to_groups_ids`.")
    ] = None
    clear_existing_fields: Annotated[
        bool | None, Meta(description="Empty all personal fields first, first and last name included.")
    ] = None
    external_id: Annotated[str | None, Meta(description="The caller's own reference; not a key.")] = None
    trim_mobile_number_leading_zero: Annotated[
        bool | None, Meta(description="Drop the zero that local numbers begin with.")
    ] = None
    add_default_country_to_mobile_number_only_if_not_exists: Annotated[
        bool | None, Meta(description="False: do not put the country code in front of a number that lacks it.")
    ] = None
    mobile_number_default_country_code: Annotated[str | int | None, Meta(description="The country code, `972`.")] = None


class FieldView(msgspec.Struct, frozen=True):
    """A personal field of a contact."""

    name: str
    content: str


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as the platform shows it."""

    id: int
    email: str | None
    mobile_number: str | None
    external_id: str | None
    confirmation_status: str
    fields: list[FieldView]
    groups_ids: tuple[int, ...]
    added_date: str
    updated_date: str


# -- reading


def contact_patch(body: ContactBody, *, names_are_fields: bool, strict_groups: bool) -> ContactPatch:
    """Give what POST /contacts says about a contact. Raises `InvalidParameter`."""
    email = read_email(body.email)
    phone = read_mobile(
        body.mobile_number,
        code=body.mobile_number_default_country_code,
        trim=bool(body.trim_mobile_number_leading_zero),
        add=body.add_default_country_to_mobile_number_only_if_not_exists,
    )
    first_name, last_name, fields = _fields(body, names_are_fields=names_are_fields)
    return ContactPatch(
        email=UNSET if email is None else email,
        phone=UNSET if phone is None else phone,
        first_name=first_name,
        last_name=last_name,
        fields=fields,
        external_id=UNSET if body.external_id is None else body.external_id,
        confirmation=read_confirmation(body.confirmation_status),
        groups=_groups(body, strict=strict_groups),
    )


def match_of(contact_id: int | None, patch: ContactPatch) -> Match:
    """Give which contact is meant: the one of a positive id, or the owner of the keys (NOTES: which contact is meant).

    Raises `MissingParameter` when nothing says which.
    """
    if contact_id is not None and contact_id < 0:
        raise InvalidParameter("id", "is negative")
    if not contact_id and patch.email is UNSET and patch.phone is UNSET:
        raise MissingParameter("email")
    return Match(id=contact_id or None, by_phone=True, by_email=True)


def read_email(given: str | None) -> str | None:
    """Give an address, trimmed, or None for none. Raises `InvalidParameter`."""
    email = (given or "").strip()
    if not email:
        return None
    if email_key(email) is None or "." not in email.partition("@")[2]:
        raise InvalidParameter("email", "is no e-mail address")
    return email


def read_mobile(given: str | None, *, code: str | int | None, trim: bool, add: bool | None) -> Phone | None:
    """Give a number, completed as the caller's flags say, or None for none. Raises `InvalidParameter`."""
    if given is None or not given.strip():
        return None
    try:
        reading = national_code(code, trim=trim, add=add)
    except ValueError as error:
        raise InvalidParameter("mobile_number_default_country_code", "is no country code") from error
    try:
        phone = parse_phone(given, reading)
    except UnusablePhone as error:
        raise InvalidParameter("mobile_number", "is no number") from error
    if len(phone.digits) not in MOBILE_DIGITS:
        raise InvalidParameter("mobile_number", "has too few digits")
    return phone


def read_confirmation(given: str | None) -> Confirmation | UnsetType:
    """Give the status of a word in any letter case, UNSET for none. Raises `InvalidParameter`."""
    word = (given or "").strip().lower()
    if not word:
        return UNSET
    try:
        return Confirmation(word)
    except ValueError as error:
        raise InvalidParameter("confirmation_status", "is no status") from error


def field_number(name: str) -> int | None:
    """Give the number of a field from one of its spellings (`field7`, `7`, `#field7#`), or None."""
    return _field_number(name) if len(name) <= FIELD_NAME_MAX else None


@lru_cache(maxsize=4096)
def _field_number(name: str) -> int | None:
    found = _FIELD_NAME.fullmatch(name.strip())
    return int(found[1] or found[2]) or None if found else None


def contents(values: Mapping[int, str], *, names_are_fields: bool) -> tuple[dict[str, str], dict[Label, str]]:
    """Divide contents by field number into members of the contact (`first_name`) and custom field values."""
    members: dict[str, str] = {}
    fields: dict[Label, str] = {number: text for number, text in values.items()}
    if names_are_fields:
        for number, member in ((FIRST_NAME, "first_name"), (LAST_NAME, "last_name")):
            if number in fields:
                members[member] = fields.pop(number)
    return members, fields


def _fields(
    body: ContactBody, *, names_are_fields: bool
) -> tuple[str | UnsetType, str | UnsetType, FieldsChange | UnsetType]:
    if not (body.fields or body.clear_existing_fields):
        return UNSET, UNSET, UNSET
    values: dict[int, str] = {}
    for one in body.fields or ():
        number = field_number(one.name or "")
        if number is None or isinstance(one.content, dict | list):
            raise InvalidParameter("fields", "has a name or a content that is none")
        values[number] = _text(one.content)
    if len(body.fields or ()) > ENTRIES_MAX:
        raise InvalidParameter("fields", f"has more than {ENTRIES_MAX} entries")
    members, fields = contents(values, names_are_fields=names_are_fields)
    clears = bool(body.clear_existing_fields)
    unsaid = "" if clears and names_are_fields else UNSET
    change = FieldsChange(fields, replace=clears) if fields or clears else UNSET
    return members.get("first_name", unsaid), members.get("last_name", unsaid), change


def _text(content: object) -> str:
    match content:
        case None:
            return ""
        case bool():
            return "true" if content else "false"
        case _:
            return str(content)


def _groups(body: ContactBody, *, strict: bool) -> SetChange | UnsetType:
    joined = _ids("add_to_groups_ids", body.add_to_groups_ids)
    left = _ids("remove_from_groups_ids", body.remove_from_groups_ids)
    unknown = Unknown.REFUSE if strict else Unknown.CREATE
    if body.remove_from_all_other_groups:
        return SetChange(joined, only=True, unknown=unknown)
    return SetChange(joined, left, unknown=unknown) if joined or left else UNSET


def _ids(name: str, given: list[int] | None) -> tuple[int, ...]:
    """Give ids without repeated ones, and without zero and negative ones, which are placeholders."""
    ids = tuple(dict.fromkeys(one for one in given or () if one > 0))
    if len(ids) > ENTRIES_MAX:
        raise InvalidParameter(name, f"has more than {ENTRIES_MAX} entries")
    return ids


# -- showing


def contact_view(contact: Contact, *, names_are_fields: bool) -> ContactView:
    """Give a contact as the platform shows it: what is not known is null, fields that are empty are left out."""
    return ContactView(
        id=contact.id,
        email=contact.email or None,
        mobile_number=None if contact.phone is None else contact.phone.digits,
        external_id=contact.external_id or None,
        confirmation_status=contact.confirmation.value,
        fields=_field_views(contact, names_are_fields=names_are_fields),
        groups_ids=contact.groups,
        added_date=_date_of_second(contact.created_ms // 1000),
        updated_date=_date_of_second(contact.updated_ms // 1000),
    )


def _field_views(contact: Contact, *, names_are_fields: bool) -> list[FieldView]:
    views: list[FieldView] = []
    if names_are_fields:
        for number, content in ((FIRST_NAME, contact.first_name), (LAST_NAME, contact.last_name)):
            if content:
                views.append(FieldView(f"field{number}", content))
    for number, content in contact.fields.items():
        if not (names_are_fields and number in (FIRST_NAME, LAST_NAME)):
            views.append(FieldView(f"field{number}", content))
    return views


@lru_cache(maxsize=4096)
def _date_of_second(second: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(second))
