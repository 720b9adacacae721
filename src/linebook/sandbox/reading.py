"""Reads what callers of the sandbox send, strictly: what it does not know is refused by name, never ignored."""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

import msgspec

from linebook.core.contact import LAST_ID
from linebook.dialects.base import Request
from linebook.dialects.kit import InvalidParameter, RequestError, UnreadableBody, parameter_error, parse_pairs
from linebook.errors import NotFound

Shape = TypeVar("Shape", bound=msgspec.Struct)

ID_DIGITS_MAX: Final = 19
"""No account's id has more."""

_UNKNOWN: Final = re.compile(r"Object contains unknown field `([^`]*)`")


def read_query(request: Request, shape: type[Shape]) -> Shape:
    """Give the parameters of the query. Raises `RequestError`."""
    try:
        pairs = parse_pairs(request.query)
    except UnreadableBody as error:
        raise InvalidParameter("query", "is not UTF-8 text, or has too many parameters") from error
    try:
        return msgspec.convert(dict(pairs), shape, strict=False)
    except msgspec.ValidationError as error:
        raise _blamed(error) from error


def read_body(request: Request, shape: Any) -> Any:
    """Give the JSON body; none at all is an empty object. Raises `RequestError`."""
    try:
        return msgspec.json.decode(request.body or b"{}", type=shape)
    except msgspec.ValidationError as error:
        raise _blamed(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableBody("The body is not JSON.") from error


def read_id(name: str, text: str) -> int:
    """Give the id of a text. Raises `InvalidParameter`."""
    if not (text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS_MAX and int(text) <= LAST_ID):
        raise InvalidParameter(name, "is not the id of a text")
    return int(text)


def path_id(request: Request) -> int:
    """Give the account's id in the path. Raises `InvalidParameter` and `NotFound`."""
    text = request.path_values["id"]
    if not (text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS_MAX):
        raise InvalidParameter("id", "is not the id of an account")
    return check_id(int(text))


def check_id(account_id: int) -> int:
    """Give the id, if an account can have it. Raises `NotFound`."""
    if not 1 <= account_id <= LAST_ID:
        raise NotFound(f"There is no account {account_id}.")
    return account_id


def _blamed(error: msgspec.ValidationError) -> RequestError:
    unknown = _UNKNOWN.match(str(error))
    return InvalidParameter(unknown[1], "is not known here") if unknown else parameter_error(error)
