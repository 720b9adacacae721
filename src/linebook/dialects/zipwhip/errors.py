"""The one place where our errors become Zipwhip's status and body (NOTES: errors)."""

from __future__ import annotations

from typing import Final

from linebook.dialects.kit import (
    BodyTooLarge,
    InvalidParameter,
    MissingParameter,
    UnknownOperation,
    UnreadableBody,
    WrongMethod,
)
from linebook.dialects.zipwhip.payloads import ErrorDetail, Failure
from linebook.errors import (
    ContactNotFound,
    DomainError,
    InvalidMember,
    KeyConflict,
    LoginRefused,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    TooManyLogins,
    Unavailable,
)

BAD_ARGUMENT: Final = -703
BAD_LENGTH: Final = -394
INTERNAL: Final = -855

Headers = tuple[tuple[bytes, bytes], ...]


class TooLong(DomainError):
    """A text parameter is longer than the platform takes."""

    def __init__(self, name: str, limit: int) -> None:
        super().__init__(f"{name} has more than {limit} characters")


def refusal(error: Exception) -> tuple[int, Failure, Headers]:  # noqa: PLR0911 - one line per error
    """Give status, body and further headers for an error. Two shapes: a text, or an object with `desc` and `code`."""
    match error:
        case MissingParameter():
            return 400, Failure(response=f"Required {error.kind} parameter '{error.name}' is not present"), ()
        case InvalidParameter():
            return 400, _bad_argument(f"{error.name} {error.reason}"), ()
        case InvalidMember():
            return 400, _bad_argument(f"{error.member} {error.reason}"), ()
        case KeyConflict():
            return 400, _bad_argument("mobileNumber belongs to another contact"), ()
        case TooLong():
            return 400, Failure(response=ErrorDetail(desc=f"Invalid parameter length: {error.message}", code=BAD_LENGTH)), ()
        case NotAuthenticated():
            return 403, Failure(response="Invalid session"), ()
        case LoginRefused():
            return 400, Failure(response="Invalid username or password"), ()
        case TooManyLogins():
            retry = ((b"retry-after", str(error.retry_after_s).encode()),)
            return 429, Failure(response="Too many failed logins, try again later"), retry
        case NotPermitted():
            return 403, Failure(response="Not permitted for this user"), ()
        case ContactNotFound():
            return 400, Failure(response="Contact not found"), ()
        case NotFound():
            return 400, Failure(response=error.message), ()
        case UnknownOperation():
            return 404, Failure(response="Unknown method"), ()
        case WrongMethod():
            allow = ((b"allow", ", ".join(error.allowed).encode()),)
            return 405, Failure(response="Request method not supported"), allow
        case BodyTooLarge():
            return 413, Failure(response="Request body too large"), ()
        case UnreadableBody():
            return 400, Failure(response=error.message), ()
        case Unavailable():
            retry = ((b"retry-after", str(error.retry_after_s).encode()),)
            return 503, Failure(response=ErrorDetail(desc="Temporarily unavailable, try again", code=INTERNAL)), retry
        case DomainError():
            return 400, Failure(response=error.message), ()
        case _:
            return 500, Failure(response=ErrorDetail(desc="Internal error", code=INTERNAL)), ()


def _bad_argument(reason: str) -> Failure:
    return Failure(response=ErrorDetail(desc=f"Wrong arguments: {reason}", code=BAD_ARGUMENT))
