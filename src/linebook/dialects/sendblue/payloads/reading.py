"""Reading requests: JSON bodies, queries, numbers in every spelling, times. Says which parameter was wrong."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from linebook.core.account import Account
from linebook.core.phone import Phone, UnusablePhone, national, parse_phone
from linebook.dialects.base import Request
from linebook.dialects.kit import (
    InvalidParameter,
    UnreadableBody,
    convert_params,
    decode_object,
    parameter_error,
    parse_pairs,
)
from linebook.dialects.sendblue.errors import InvalidNumber

T = TypeVar("T")

NOT_AN_OBJECT: Final = "The body is not a JSON object."

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGITS: Final = re.compile(r"[0-9]{2,15}")
_LOST_PLUS: Final = re.compile(r"(?<=[0-9]) (?=[0-9]{2}:?[0-9]{2}\Z)")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

ContactKey = Phone | str
"""What a path or a list names a contact by: its number, or its `contact_id`."""


@cache
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)


def read_body(request: Request, shape: Any) -> Any:
    """Give the JSON body in its declared shape; an empty one counts as `{}` (NOTES: bodies).

    A body that nobody asked for must be an object as well. Raises `UnreadableBody`, `InvalidParameter`.
    """
    body = request.body.strip()
    if shape is None:
        if body:
            decode_object(body)
        return None
    try:
        body.decode()  # the decoder does not look into members that nobody declared
        return _decoder(shape).decode(body or b"{}")
    except msgspec.ValidationError as error:
        if " - at `" not in str(error) and str(error).startswith("Expected `object`"):
            raise UnreadableBody(NOT_AN_OBJECT) from error
        raise parameter_error(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableBody(NOT_AN_OBJECT) from error


def read_query(request: Request, shape: type[msgspec.Struct] | None) -> Any:
    """Give the declared parameters of the query; an empty value counts as not given, the first one of a name counts.

    Raises `UnreadableBody`, `InvalidParameter`.
    """
    values: dict[str, str] = {}
    for name, value in parse_pairs(request.query) if request.query else ():
        if value:
            values.setdefault(name, value)
    return None if shape is None else convert_params(values, shape)


def given(*values: T | UnsetType | None) -> T | UnsetType:
    """Give the first value that was given, of the spellings of one member by their rank (NOTES: spellings)."""
    for value in values:
        if value is not UNSET and value is not None:
            return value
    return UNSET


def given_text(*values: str | UnsetType | None) -> str | None:
    """Give the first text that is not blank, None when there is none."""
    return next((one for one in values if isinstance(one, str) and one.strip()), None)


def read_number(name: str, text: str, account: Account) -> Phone:
    """Read a number that is to be stored or texted: it must be complete. Raises `InvalidNumber` (NOTES: numbers)."""
    phone = _phone(text, account)
    if phone is None or not phone.is_international:
        raise InvalidNumber(name)
    return phone


def read_key(text: str, account: Account) -> ContactKey | None:
    """Read what names a contact, None for what can name nobody. Here a number may be incomplete: the book has such."""
    uuid = text.strip().lower()
    return uuid if _UUID.fullmatch(uuid) else _phone(text, account)


def read_digits(text: str) -> Phone | None:
    """Give the number that is these bare digits as they are, None for text that is anything else."""
    return Phone.stored(text) if _DIGITS.fullmatch(text) else None


def _phone(text: str, account: Account) -> Phone | None:
    try:
        return parse_phone(text, national(account.region), leading_blank_is_plus=True)
    except UnusablePhone:
        return None


def read_time(name: str, text: str) -> int:
    """Give a time in milliseconds, rounded up; without an offset it is UTC. Raises `InvalidParameter`."""
    try:
        # In a query a plus that was not encoded arrives as a blank.
        at = datetime.fromisoformat(_LOST_PLUS.sub("+", text.strip()) if text.count(":") > 1 else text.strip())
        since = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)) - _EPOCH
    except (ValueError, OverflowError) as error:
        raise InvalidParameter(name, "is not a time in ISO 8601") from error
    return -((-since) // timedelta(milliseconds=1))
