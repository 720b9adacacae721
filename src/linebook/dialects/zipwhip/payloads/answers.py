"""What wraps every answer, and how the platform writes dates and numbers."""

from __future__ import annotations

from functools import lru_cache
from time import gmtime, strftime
from typing import Any

import msgspec

from linebook.core.phone import Phone
from linebook.dialects.base import Request


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer to a call that succeeded; what a handler gives otherwise goes into an `Envelope`."""


class Answer(Whole, frozen=True, kw_only=True):
    """A whole answer that says so."""

    success: bool = True


class Envelope(Answer, frozen=True, kw_only=True):
    """The usual answer."""

    response: Any


class ErrorDetail(msgspec.Struct, frozen=True):
    """The object shape of an error."""

    desc: str
    code: int


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a call that was refused: a text or an object."""

    success: bool = False
    response: str | ErrorDetail


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
