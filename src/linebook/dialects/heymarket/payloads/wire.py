"""What every call shares on the wire: reading bodies and parameters, phone numbers and times, and writing them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from time import gmtime, strftime
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.phone import Phone, international, parse_phone
from linebook.dialects.base import Request
from linebook.dialects.heymarket.errors import InvalidPhone
from linebook.dialects.kit import (
    InvalidParameter,
    MissingParameter,
    RequestError,
    UnreadableBody,
    decode_object,
    parameter_error,
    parse_pairs,
)

T = TypeVar("T")

Text = str | UnsetType | None
Number = int | UnsetType | None
Flag = bool | UnsetType | None
PhoneText = str | int | UnsetType | None
"""Absent, null or given: null counts as absent (NOTES: bodies)."""

EMPTY: Final = frozenset({b"", b"{}", b"[]", b"null"})
"""The bodies that say nothing."""

TRUE: Final = frozenset({"true", "1", "True"})


class Stub(msgspec.Struct, frozen=True):
    """The answer to a write: not the thing itself."""

    id: int
    rev: int
    uuid: str


class Count(msgspec.Struct, frozen=True):
    """The answer to a count."""

    count: int


class IdPath(msgspec.Struct, frozen=True, kw_only=True):
    """A path that ends with an integer id."""

    id: Annotated[int, Meta(description="The id, an integer.")]


class NoBody(msgspec.Struct, frozen=True, kw_only=True):
    """A call without parameters: an empty body, `{}` and `[]` are the same."""


def decode_body(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """Read a JSON body; an empty one, `{}`, `[]` and `null` are all a body without members (NOTES: bodies).

    Raises `UnreadableBody`, `MissingParameter`, `InvalidParameter`.
    """
    if body.strip() in EMPTY:
        body = b"[]" if _takes_list(decoder.type) else b"{}"
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _blaming(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableBody("The body is not JSON.") from error


def _takes_list(shape: Any) -> bool:
    return any(get_origin(one) is list for one in (shape, *get_args(shape)))


def _blaming(error: msgspec.ValidationError) -> RequestError:
    """Give our error, with the whole way to a member that is missing inside another one."""
    found = parameter_error(error)
    inside = _INSIDE.search(str(error))
    if isinstance(found, MissingParameter) and inside is not None:
        return MissingParameter(f"{inside[1]}.{found.name}".lstrip("."))
    return found


_INSIDE: Final = re.compile(r"- at `\$\.?([^`]*)`$")


def read_query(request: Request) -> dict[str, str]:
    """Give the values of path and query; of a repeated one the first. Raises `UnreadableBody`."""
    values: dict[str, str] = {}
    if request.query:
        for name, value in parse_pairs(request.query):
            values.setdefault(name, value)
    return values | dict(request.path_values)


def body_by_query(request: Request) -> dict[str, Any]:
    """Give the parameters of a GET: those of the query, and of a JSON object in the body what the query lacks.

    Raises `UnreadableBody`.
    """
    body = decode_object(request.body) if request.body.strip() not in EMPTY else {}
    return body | read_query(request)


def given(value: T | UnsetType | None) -> T | UnsetType:
    """Give a value; null is the same as none given."""
    return UNSET if value is None else value


def read_phone(value: str | int | UnsetType | None, name: str = "phone") -> Phone:
    """Read a number: 8 to 15 digits, country code first; one `+` in front is taken off (NOTES: numbers).

    Raises `MissingParameter`, `InvalidPhone`.
    """
    if value is UNSET or value is None:
        raise MissingParameter(name)
    if isinstance(value, int):
        value = str(value) if 0 < value < 10**15 else ""
    digits = value.removeprefix("+")
    if _PHONE.fullmatch(digits) is None:
        raise InvalidPhone(name, "expected 8 to 15 digits in E.164 form without a leading plus")
    return parse_phone(digits, international())


_PHONE: Final = re.compile("[1-9][0-9]{7,14}")


def phone_text(phone: Phone | None) -> str:
    """Give a number as the platform writes it: digits, empty where there is none."""
    return "" if phone is None else phone.digits


def read_time(text: str, name: str = "date") -> int:
    """Give the milliseconds of an RFC 3339 time, finer ones rounded up. Without an offset it is UTC.

    Raises `InvalidParameter`.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise InvalidParameter(name, "expected a time like 2026-03-02T09:15:00.000Z")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second) - _EPOCH
    except ValueError as error:
        raise InvalidParameter(name, f"is not a time: {error}") from error
    fraction, sign, hours, minutes = found.groups()[6:]
    finer = (fraction or "").ljust(3, "0")
    offset_ms = (int(hours or 0) * 60 + int(minutes or 0)) * 60_000
    at_ms = moment // timedelta(milliseconds=1) - (-offset_ms if sign == "-" else offset_ms) + int(finer[:3])
    return at_ms + (1 if finer[3:].strip("0") else 0)


_EPOCH: Final = datetime(1970, 1, 1)
_TIME: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,18}))?)?"
    r"(?:[Zz]|([+-])([0-9]{2}):?([0-9]{2}))?"
)


@lru_cache(maxsize=4096)
def _second_text(second: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(second))


def time_text(at_ms: int) -> str:
    """Give a time as the platform writes it: RFC 3339 in UTC, with milliseconds."""
    return f"{_second_text(at_ms // 1000)}.{at_ms % 1000:03d}Z"


def is_true(text: Any) -> bool:
    """Whether a switch in the query is on; whatever is not a yes is a no."""
    return text in TRUE
