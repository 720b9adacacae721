"""What the handlers of all resources share: who writes, pages, and the declared refusals."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET, UnsetType

from linebook.core.account import Role
from linebook.core.author import Author
from linebook.dialects.base import Call, DocumentedError, Evidence, author
from linebook.dialects.kit import InvalidParameter
from linebook.errors import NotPermitted

NAME: Final = "zipwhip"

OFFSET_MAX: Final = 2**53


def me(call: Call) -> Author:
    """Give who is recorded as the author of a change."""
    return author(NAME, call.credential)


def require_manager(call: Call) -> None:
    """Refuse an operator. Raises `NotPermitted` (NOTES: operators)."""
    if call.credential.role is Role.OPERATOR:
        raise NotPermitted


def require_own(call: Call) -> None:
    """Refuse an operator whose session names nobody, and who would change what is the line's. Raises `NotPermitted`."""
    if call.credential.user_id is None:
        require_manager(call)


def count_of(name: str, given: int | UnsetType, otherwise: int) -> int:
    """Give a count that a caller gave. Raises `InvalidParameter`."""
    if given is UNSET:
        return otherwise
    if not 0 <= given <= OFFSET_MAX:
        raise InvalidParameter(name, "must not be negative" if given < 0 else "is too large a number")
    return given


def page_size(name: str, given: int | UnsetType, most: int, otherwise: int | None = None) -> int:
    """Give how many items a page has: what is asked for, at most `most`. Raises `InvalidParameter`."""
    if given is UNSET:
        return most if otherwise is None else otherwise
    if given < 1:
        raise InvalidParameter(name, "must be at least 1")
    return min(given, most)


# -- declared refusals

BAD_SESSION: Final = DocumentedError(
    status=403,
    when="the session is missing, unknown or logged out",
    evidence=Evidence.CLIENT,
    example={"success": False, "response": "Invalid session"},
)
MISSING: Final = DocumentedError(
    status=400,
    when="a required parameter is missing",
    evidence=Evidence.DOCUMENTED,
    example={"success": False, "response": "Required String parameter 'mobileNumber' is not present"},
)
BAD_NUMBER: Final = DocumentedError(
    status=400,
    when="a parameter cannot be used, a number for example",
    evidence=Evidence.CLIENT,
    example={
        "success": False,
        "response": {"desc": "Wrong arguments: mobileNumber is not a usable number", "code": -703},
    },
)
OPERATOR: Final = DocumentedError(
    status=403,
    when="an operator asks",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": "Not permitted for this user"},
)
BUSY: Final = DocumentedError(
    status=503,
    when="too much waits, or the database is away; `Retry-After` says when to try again",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": {"desc": "Temporarily unavailable, try again", "code": -855}},
)
BOTH: Final = ("POST", "GET")
