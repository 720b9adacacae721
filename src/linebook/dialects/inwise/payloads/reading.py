"""What the reading calls take: how many, from where, and exact filters."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linebook.core.phone import Phone
from linebook.dialects.inwise.payloads.contacts import read_email, read_mobile
from linebook.dialects.kit import InvalidParameter

LIMIT_MAX: Final = 1_000
"""Most contacts in one answer, and how many come when the caller does not say (NOTES: reading contacts)."""

OFFSET_MAX: Final = 2**53


class UnreadParams(msgspec.Struct, frozen=True, kw_only=True):
    """What GET /contacts/recently_updated takes."""

    limit: Annotated[int, Meta(description="How many contacts at most; 1000 is the maximum.")] = LIMIT_MAX
    reset: Annotated[bool, Meta(description="Forget what was read, and begin anew.")] = False
    search_by_updated_or_added_date: Annotated[
        bool, Meta(description="True: new and changed contacts; false: new ones only.")
    ] = True


class ListParams(msgspec.Struct, frozen=True, kw_only=True):
    """What GET /contacts takes."""

    limit: Annotated[int, Meta(description="How many contacts at most; 1000 is the maximum.")] = LIMIT_MAX
    offset: Annotated[int, Meta(description="How many to leave out.")] = 0
    email: Annotated[str | None, Meta(description="The contact with this e-mail address.")] = None
    mobile_number: Annotated[str | None, Meta(description="The contact with this mobile number.")] = None
    external_id: Annotated[str | None, Meta(description="Contacts with this external id.")] = None
    group_id: Annotated[int | None, Meta(description="Contacts of this group.")] = None
    reset: Annotated[bool | None, Meta(description="With this or the next one the call is `recently_updated`.")] = None
    search_by_updated_or_added_date: Annotated[bool | None, Meta(description="See `reset`.")] = None


def read_limit(given: int) -> int:
    """Give how many are wanted, at most the maximum. Raises `InvalidParameter`."""
    if given < 1:
        raise InvalidParameter("limit", "is less than 1")
    return min(given, LIMIT_MAX)


def read_offset(given: int) -> int:
    """Give how many are left out. Raises `InvalidParameter`."""
    if given < 0:
        raise InvalidParameter("offset", "is negative")
    return min(given, OFFSET_MAX)


def email_filter(given: str) -> str:
    """Give the address that is looked for. Raises `InvalidParameter`."""
    # An address holds no blank: this one is a plus sign that was not encoded.
    email = read_email(given.strip().replace(" ", "+"))
    if email is None:
        raise InvalidParameter("email", "is empty")
    return email


def mobile_filter(given: str) -> Phone:
    """Give the number that is looked for. Raises `InvalidParameter`."""
    phone = read_mobile(given, code=None, trim=False, add=None)
    if phone is None:
        raise InvalidParameter("mobile_number", "is empty")
    return phone
