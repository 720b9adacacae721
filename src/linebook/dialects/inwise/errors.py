"""The one place where our errors become the platform's status and body (NOTES: errors)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from linebook.dialects.inwise.reading import BODY
from linebook.dialects.kit import (
    BodyTooLarge,
    InvalidParameter,
    MissingParameter,
    RequestError,
    UnknownOperation,
    WrongMethod,
)
from linebook.errors import (
    ContactNotFound,
    DomainError,
    InvalidMember,
    KeyConflict,
    NotAuthenticated,
    NotPermitted,
    StorageRefused,
    Unavailable,
)

KEY_HEADER: Final = "X-API-Key"

Headers = tuple[tuple[bytes, bytes], ...]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a call that was refused; `code` is the HTTP status."""

    code: int
    message: str


class KeyMissing(NotAuthenticated):
    """No API key is shown."""


class UnknownId(RequestError):
    """There is no such thing."""

    def __init__(self, what: str, given: object) -> None:
        super().__init__(f"{invalid('id')} {what} ID #{given} was not found.")


_FIXED: Final[Mapping[type[Exception], tuple[int, str]]] = {
    KeyMissing: (401, f"Parameter '{KEY_HEADER}' was missing."),
    NotAuthenticated: (401, f"Parameter '{KEY_HEADER}' is invalid."),
    NotPermitted: (401, "you are not authorized to use rest API"),
    ContactNotFound: (404, "Parameter 'id' is invalid. The contact was not found."),
    UnknownOperation: (404, "The resource was not found."),
    BodyTooLarge: (413, "The request body is too large."),
    StorageRefused: (400, f"Parameter '{BODY}' is invalid."),
    Unavailable: (503, "The service is unavailable now, try again shortly."),
    Exception: (500, "An internal error occurred."),
}
"""Refusals that are always the same; the nearest class of an error counts."""

_MEMBERS: Final = {
    "first_name": "fields",
    "last_name": "fields",
    "groups": "add_to_groups_ids",
    "phone": "mobile_number",
}
"""What our members are called here, where the names differ."""


def invalid(name: str) -> str:
    """Give the sentence about a parameter that cannot be used."""
    return f"Parameter '{name}' is invalid."


def refusal(error: Exception) -> tuple[int, Failure, Headers]:
    """Give status, body and further headers for an error."""
    status, message = _status_and_message(error)
    return status, Failure(code=status, message=message), _headers(error)


def message_of(error: DomainError) -> str:
    """Give the sentence that a single call would be refused with."""
    return _status_and_message(error)[1]


def _status_and_message(error: Exception) -> tuple[int, str]:
    match error:
        case MissingParameter(name=name):
            return 400, f"Parameter '{_outermost(name)}' was missing."
        case InvalidParameter(name=name, reason=reason):
            # Where the text cannot be read at all, the name alone does not help to find the place.
            return 400, f"{invalid(_outermost(name))} {reason}." if " at line " in reason else invalid(_outermost(name))
        case InvalidMember(member=member):
            return 400, invalid(_MEMBERS.get(member, member))
        case KeyConflict(email_owner=email_owner, phone_owner=phone_owner):
            return 422, _conflict(email_owner, phone_owner)
        case UnknownId():
            return 404, error.message
        case WrongMethod(allowed=allowed):
            return 405, f"The method is not allowed here. Allowed: {', '.join(allowed)}."
    for kind in type(error).__mro__:
        if kind in _FIXED:
            return _FIXED[kind]
        if kind is DomainError:
            return 400, str(error.args[0])
    return _FIXED[Exception]


def _conflict(email_owner: int | None, phone_owner: int | None) -> str:
    """Give the documented sentences, with nothing between them."""
    message = "" if email_owner is None else f"The email exists for contact ID #{email_owner}."
    return message if phone_owner is None else f"{message}The mobile number exists for contact ID #{phone_owner}."


def _outermost(name: str) -> str:
    return name.partition(".")[0].partition("[")[0]


def _headers(error: Exception) -> Headers:
    match error:
        case Unavailable():
            return ((b"retry-after", str(error.retry_after_s).encode()),)
        case WrongMethod():
            return ((b"allow", ", ".join(error.allowed).encode()),)
        case _:
            return ()
