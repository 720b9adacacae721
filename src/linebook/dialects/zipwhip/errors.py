"""The one place where our errors become Zipwhip's status and body (NOTES: errors)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from linebook.dialects.kit import (
    BodyTooLarge,
    InvalidParameter,
    MissingParameter,
    UnknownOperation,
    WrongMethod,
)
from linebook.dialects.zipwhip.payloads.answers import ErrorDetail, Failure
from linebook.errors import (
    AttachmentUnreadable,
    ContactNotFound,
    ConversationNotFound,
    DomainError,
    GroupNotFound,
    InvalidMember,
    KeyConflict,
    LoginRefused,
    MessageNotFound,
    MessageTooLong,
    NameTaken,
    NoCarrier,
    NoRoute,
    NotAuthenticated,
    NotPermitted,
    OperatorNotFound,
    OptedOut,
    SendRefused,
    SendUnavailable,
    StorageRefused,
    TooManyLogins,
    Unavailable,
    WebhookNotFound,
)

BAD_ARGUMENT: Final = -703
BAD_LENGTH: Final = -394
INTERNAL: Final = -855

Headers = tuple[tuple[bytes, bytes], ...]


class TooLong(DomainError):
    """A text parameter is longer than the platform takes."""

    def __init__(self, name: str, limit: int) -> None:
        super().__init__(f"{name} has more than {limit} characters")


class UnknownApiKey(NotAuthenticated):
    """The API key is missing, unknown or ended."""


class NotProvisioned(DomainError):
    """The number is no line that the API key may use."""


_FIXED: Final[Mapping[type[Exception], tuple[int, str | ErrorDetail]]] = {
    NotAuthenticated: (403, "Invalid session"),
    UnknownApiKey: (403, "Invalid API key"),
    LoginRefused: (400, "Invalid username or password"),
    TooManyLogins: (429, "Too many failed logins, try again later"),
    NotPermitted: (403, "Not permitted for this user"),
    NotProvisioned: (400, "Phone number is not provisioned"),
    ContactNotFound: (400, "Contact not found"),
    KeyConflict: (400, ErrorDetail(desc="Wrong arguments: mobileNumber belongs to another contact", code=BAD_ARGUMENT)),
    StorageRefused: (400, ErrorDetail(desc="Wrong arguments: a value cannot be stored", code=BAD_ARGUMENT)),
    MessageNotFound: (400, "Message not found"),
    WebhookNotFound: (400, "Webhook not found"),
    OperatorNotFound: (400, "Operator not found"),
    NameTaken: (400, ErrorDetail(desc="Wrong arguments: email belongs to another user", code=BAD_ARGUMENT)),
    GroupNotFound: (400, "Group not found"),
    ConversationNotFound: (400, "Conversation not found"),
    # What is wrong with a message itself is told with status 200 (NOTES: message/send).
    AttachmentUnreadable: (200, ErrorDetail(desc="Attachment cannot be read", code=AttachmentUnreadable.code)),
    NoCarrier: (200, ErrorDetail(desc="No carrier for this line", code=NoCarrier.code)),
    NoRoute: (200, ErrorDetail(desc="Unable to determine carrier", code=NoRoute.code)),
    SendUnavailable: (503, ErrorDetail(desc="Temporarily unavailable, try again", code=INTERNAL)),
    SendRefused: (200, ErrorDetail(desc="Unknown error", code=SendRefused.code)),
    UnknownOperation: (404, "Unknown method"),
    WrongMethod: (405, "Request method not supported"),
    BodyTooLarge: (413, "Request body too large"),
    Unavailable: (503, ErrorDetail(desc="Temporarily unavailable, try again", code=INTERNAL)),
    Exception: (500, ErrorDetail(desc="Internal error", code=INTERNAL)),
}
"""Refusals that are always the same; the nearest class of an error counts."""

_WORDS: Final = {
    "from_name": "fromName",
    "first_name": "firstName",
    "last_name": "lastName",
    "phone_key": "phoneKey",
    "prefix": "username",
}
"""The platform's words for members that services name in ours."""


def refusal(error: Exception) -> tuple[int, Failure, Headers]:
    """Give status, body and further headers for an error. Two shapes: a text, or an object with `desc` and `code`."""
    status, response = _status_and_response(error)
    return status, Failure(response=response), _headers(error)


def _status_and_response(error: Exception) -> tuple[int, str | ErrorDetail]:
    match error:
        case MissingParameter():
            return 400, f"Required {error.kind} parameter '{error.name}' is not present"
        case InvalidParameter(name=name, reason=reason) | InvalidMember(member=name, reason=reason):
            return 400, ErrorDetail(desc=f"Wrong arguments: {_WORDS.get(name, name)} {reason}", code=BAD_ARGUMENT)
        case OptedOut(numbers=numbers):
            # A literal that programs look for.
            text = f"You cannot send to line opted out numbers: {', '.join(numbers)} !"
            return 200, ErrorDetail(desc=text, code=OptedOut.code)
        case MessageTooLong(limit_bytes=limit):
            text = f"Invalid parameter length: body has more than {limit} bytes"
            return 200, ErrorDetail(desc=text, code=BAD_LENGTH)
        case TooLong():
            return 400, ErrorDetail(desc=f"Invalid parameter length: {error.message}", code=BAD_LENGTH)
    for kind in type(error).__mro__:
        if kind is DomainError:
            return 400, error.args[0]
        if kind in _FIXED:
            return _FIXED[kind]
    return _FIXED[Exception]


def _headers(error: Exception) -> Headers:
    match error:
        case TooManyLogins() | Unavailable():
            return ((b"retry-after", str(error.retry_after_s).encode()),)
        case SendUnavailable():
            return ((b"retry-after", str(Unavailable.retry_after_s).encode()),)
        case WrongMethod():
            return ((b"allow", ", ".join(error.allowed).encode()),)
        case _:
            return ()
