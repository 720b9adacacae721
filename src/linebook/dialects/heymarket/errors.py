"""The one place where our errors become Heymarket's status and body (NOTES: errors)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.dialects.kit import (
    BodyTooLarge,
    InvalidParameter,
    MissingParameter,
    UnknownOperation,
    UnreadableBody,
    WrongMethod,
)
from linebook.errors import (
    ContactExists,
    ContactNotFound,
    DomainError,
    InvalidMember,
    KeyConflict,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    StorageRefused,
    Unavailable,
)

Headers = tuple[tuple[bytes, bytes], ...]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a call that was refused."""

    error: Annotated[str, Meta(description="The class of the refusal: one for each status.")]
    error_code: Annotated[str, Meta(description="What it is, for programs.")]
    message: Annotated[str, Meta(description="What it is, for people.")]
    field: Annotated[str | UnsetType, Meta(description="The field that is to blame, where it is one.")] = UNSET
    request_id: Annotated[str, Meta(description="The id of the request, as in the header `X-Request-Id`.")]


class MissingKey(NotAuthenticated):
    """The request shows no credential."""


class RateLimited(DomainError):
    """Too many calls in a minute."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


class InvalidPhone(InvalidParameter):
    """A phone number is not of the platform's form."""


class UnsupportedChannel(InvalidParameter):
    """A contact cannot be reached that way here."""


class NoPhone(DomainError):
    """This contact has no phone number, so there is nothing to opt out or block."""


class Reason(msgspec.Struct, frozen=True):
    """Why a request, or one contact of a batch, is refused."""

    status: int
    error: str
    code: str
    message: str
    field: str | UnsetType = UNSET


_CLASSES: Final[Mapping[int, str]] = {
    400: "bad_data",
    401: "unauthorized",
    403: "denied",
    404: "not_found",
    405: "method_not_allowed",
    413: "bad_data",
    429: "rate_limited",
    500: "server_error",
    503: "server_error",
}

_N8N_WORDS: Final[Mapping[str, str]] = {"fields": "custom", "notes": "note"}
_WORDS: Final[Mapping[str, str]] = {**_N8N_WORDS, "first_name": "first", "last_name": "last"}
"""Our members by the platform's names, where they differ."""

_TOP: Final = re.compile(r"(?:\[[^\]]*\]\.)?(\w+)")


def refusal(error: Exception, *, is_n8n: bool = False) -> tuple[Reason, Headers]:
    """Give the reason and further headers for an error."""
    reason = reason_of(error, is_n8n=is_n8n)
    match error:
        case NotAuthenticated():
            return reason, ((b"www-authenticate", b"Bearer"),)
        case RateLimited() | Unavailable():
            return reason, ((b"retry-after", str(error.retry_after_s).encode()),)
        case WrongMethod():
            return reason, ((b"allow", ", ".join(error.allowed).encode()),)
        case _:
            return reason, ()


def reason_of(error: Exception, *, is_n8n: bool = False) -> Reason:
    """Give the reason for an error."""
    match error:
        case MissingParameter():
            return _bad("missing_field", f"{error.name}: is required", error.name)
        case InvalidPhone():
            return _bad("invalid_phone_number", error.message, error.name)
        case UnsupportedChannel():
            return _bad("unsupported_channel", error.message, error.name)
        case InvalidParameter():
            return _bad("invalid_field", error.message, error.name)
        case InvalidMember():
            name = (_N8N_WORDS if is_n8n else _WORDS).get(error.member, error.member)
            return _bad("invalid_field", f"{name}: {error.reason}", name)
        case KeyConflict() if error.phone_owner is not None:
            return _bad("phone_in_use", "phone: belongs to another contact", "phone")
        case KeyConflict():
            return _bad("email_in_use", "email: belongs to another contact", "email")
        case ContactExists():
            return _bad("contact_exists", error.message)
        case UnreadableBody():
            return _bad("invalid_body", error.message)
        case StorageRefused():
            return _bad("invalid_field", "A value cannot be stored.")
        case _:
            return _other(error)


def _other(error: Exception) -> Reason:
    match error:
        case MissingKey():
            return _reason(401, "missing_api_key", error.message)
        case NotAuthenticated():
            return _reason(401, "invalid_api_key", error.message)
        case NotPermitted():
            return _reason(403, "not_permitted", error.message)
        case ContactNotFound():
            return _reason(404, "contact_not_found", error.message)
        case NotFound() | UnknownOperation():
            return _reason(404, "not_found", error.message)
        case WrongMethod():
            return _reason(405, "method_not_allowed", error.message)
        case BodyTooLarge():
            return _reason(413, "body_too_large", error.message)
        case RateLimited():
            return _reason(429, "rate_limited", error.message)
        case Unavailable():
            return _reason(503, "internal_error", "Temporarily unavailable, try again.")
        case NoPhone():
            return _bad("no_phone_number", error.message)
        case DomainError():
            return _bad("bad_data", error.message)
        case _:
            return _reason(500, "internal_error", "Internal error.")


def _reason(status: int, code: str, message: str) -> Reason:
    return Reason(status, _CLASSES[status], code, message)


def _bad(code: str, message: str, field: str | UnsetType = UNSET) -> Reason:
    if field is not UNSET:
        # The field of the body, or of one in a list: `tags[0].tag_id` and `[3].tags` are in `tags`.
        top = _TOP.match(field)
        field = top[1] if top else field
    return Reason(400, "bad_data", code, message, field)


def failure(reason: Reason, request_id: str) -> Failure:
    """Give the body of a refusal."""
    return Failure(
        error=reason.error,
        error_code=reason.code,
        message=reason.message,
        field=reason.field,
        request_id=request_id,
    )
