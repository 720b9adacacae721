"""The one place where our errors become Sendblue's status and body (NOTES: refusals)."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import UNSET

from linebook.dialects.base import DocumentedError, Evidence
from linebook.dialects.kit import (
    BodyTooLarge,
    InvalidParameter,
    MissingParameter,
    UnknownOperation,
    UnreadableBody,
    WrongMethod,
)
from linebook.dialects.sendblue.payloads.answers import ErrorDetail, Failure
from linebook.errors import (
    ContactExists,
    ContactNotFound,
    DomainError,
    GateFull,
    InvalidMember,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    SetRefused,
    StorageRefused,
    Unavailable,
)

Headers = tuple[tuple[bytes, bytes], ...]

NO_INPUTS: Final = "Did not get inputs for authorization"
BAD_PAIR: Final = "Invalid Credentials"

_MEMBERS: Final = {
    "company": "company_name",
    "fields": "custom_variables",
    "line_number": "sendblue_number",
    "assignee_email": "assigned_to_email",
}
"""The platform's words for members of a contact that core and services name in ours."""

_CODES: Final = {
    400: "invalid_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    429: "rate_limited",
    500: "internal_error",
    503: "unavailable",
}


class NoCredential(NotAuthenticated):
    """Neither a whole key pair nor a token was shown."""


class InvalidNumber(InvalidParameter):
    """A number cannot be used."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "is not a usable number")


class _Facts(msgspec.Struct, frozen=True, kw_only=True):
    status: int
    message: str
    parameter: str = ""
    headers: Headers = ()


def refusal(error: Exception, *, is_v3: bool) -> tuple[int, Failure, Headers]:
    """Give status, body and further headers for an error. Who may not enter is told so in one form everywhere."""
    if isinstance(error, NoCredential):
        return 403, Failure(message=NO_INPUTS), ()
    if isinstance(error, NotAuthenticated):
        return 401, Failure(status="ERROR", message=BAD_PAIR), ()
    facts = _facts(error)
    parameter = facts.parameter or UNSET
    if is_v3:
        details = {"parameter": facts.parameter} if facts.parameter else None
        detail = ErrorDetail(code=_CODES.get(facts.status, "error"), message=facts.message, details=details)
        return facts.status, Failure(message=facts.message, parameter=parameter, error=detail), facts.headers
    return facts.status, Failure(status="ERROR", message=facts.message, parameter=parameter), facts.headers


def _facts(error: Exception) -> _Facts:  # noqa: PLR0912 - one line per error
    match error:
        case SetRefused():
            return _of_member(_facts(error.reason), f"contacts[{error.index}]")
        case InvalidNumber():
            return _Facts(status=400, message="Invalid phone number", parameter=error.name)
        case MissingParameter():
            return _Facts(status=400, message="Missing fields", parameter=error.name)
        case InvalidParameter():
            return _Facts(status=400, message=f"{error.name}: {error.reason}", parameter=error.name)
        case InvalidMember():
            name = _MEMBERS.get(error.member, error.member)
            return _Facts(status=400, message=f"{name}: {error.reason}", parameter=name)
        case UnreadableBody():
            return _Facts(status=400, message=error.message)
        case ContactExists():
            # Or the official clients would repeat the call twice before they report it (NOTES: retries).
            return _Facts(status=409, message="Contact already exists", headers=((b"x-should-retry", b"false"),))
        case ContactNotFound():
            return _Facts(status=404, message="Contact not found")
        case NotFound():
            return _Facts(status=404, message=error.message)
        case NotPermitted():
            return _Facts(status=403, message=error.message)
        case UnknownOperation():
            return _Facts(status=404, message="Not found")
        case WrongMethod():
            allow = ((b"allow", ", ".join(error.allowed).encode()),)
            return _Facts(status=405, message="Method not allowed", headers=allow)
        case BodyTooLarge():
            return _Facts(status=413, message="Request body too large")
        case Unavailable():
            status = 429 if isinstance(error, GateFull) else 503
            retry = ((b"retry-after", str(error.retry_after_s).encode()),)
            return _Facts(status=status, message="Temporarily unavailable, try again", headers=retry)
        case StorageRefused():
            return _Facts(status=400, message="A value cannot be stored")
        case DomainError():
            return _Facts(status=400, message=error.message)
        case _:
            return _Facts(status=500, message="Internal error")


def _of_member(facts: _Facts, place: str) -> _Facts:
    """Give the refusal of one contact of a set."""
    name = f"{place}.{facts.parameter}" if facts.parameter else place
    reason = facts.message.removeprefix(f"{facts.parameter}: ")
    return msgspec.structs.replace(facts, message=f"{name}: {reason}", parameter=name)


# -- what operations declare

NO_CREDENTIAL: Final = DocumentedError(
    status=403,
    when="one or both key headers are missing, and there is no token",
    evidence=Evidence.INFERRED,
    example={"message": NO_INPUTS},
)
WRONG_CREDENTIAL: Final = DocumentedError(
    status=401,
    when="the key pair or the token is unknown, expired or revoked",
    evidence=Evidence.INFERRED,
    example={"status": "ERROR", "message": BAD_PAIR},
)
BAD_BODY: Final = DocumentedError(
    status=400,
    when="the body is not a JSON object",
    evidence=Evidence.CHOICE,
    example={"status": "ERROR", "message": "The body is not a JSON object."},
)
BAD_VALUE: Final = DocumentedError(
    status=400,
    when="a parameter has the wrong type, or a value that cannot be used",
    evidence=Evidence.CHOICE,
    example={
        "status": "ERROR",
        "message": "tags[0]: Expected `str`, got `int`",
        "parameter": "tags[0]",
    },
)
BAD_NUMBER: Final = DocumentedError(
    status=400,
    when="the number cannot be used",
    evidence=Evidence.DOCUMENTED,
    example={"status": "ERROR", "message": "Invalid phone number", "parameter": "number"},
)
NO_NUMBER: Final = DocumentedError(
    status=400,
    when="the number is missing",
    evidence=Evidence.DOCUMENTED,
    example={"status": "ERROR", "message": "Missing fields", "parameter": "number"},
)
EXISTS: Final = DocumentedError(
    status=409,
    when="the number has a contact; the header `x-should-retry: false` keeps clients from trying again",
    evidence=Evidence.DOCUMENTED,
    example={"status": "ERROR", "message": "Contact already exists"},
)
UNKNOWN_CONTACT: Final = DocumentedError(
    status=404,
    when="the number has no contact, or is no number",
    evidence=Evidence.INFERRED,
    example={"status": "ERROR", "message": "Contact not found"},
)
BUSY: Final = DocumentedError(
    status=429,
    when="too many writes wait; `retry-after` says when to try again",
    evidence=Evidence.CHOICE,
    example={"status": "ERROR", "message": "Temporarily unavailable, try again"},
)
AWAY: Final = DocumentedError(
    status=503,
    when="the database is away; `retry-after` says when to try again",
    evidence=Evidence.CHOICE,
    example={"status": "ERROR", "message": "Temporarily unavailable, try again"},
)
READING: Final = (NO_CREDENTIAL, WRONG_CREDENTIAL, AWAY)
WRITING: Final = (NO_CREDENTIAL, WRONG_CREDENTIAL, BAD_BODY, BAD_VALUE, BUSY, AWAY)
