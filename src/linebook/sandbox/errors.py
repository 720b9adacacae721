"""The one place where our errors become the sandbox's status and body; it decides nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from linebook.dialects.kit import (
    BodyTooLarge,
    InvalidParameter,
    MissingParameter,
    UnknownOperation,
    UnreadableBody,
    WrongMethod,
)
from linebook.errors import (
    AddressTaken,
    DomainError,
    IdTaken,
    InvalidMember,
    LinebookError,
    NameTaken,
    NotFound,
    NotPermitted,
    NotPossible,
    Unavailable,
)

Headers = tuple[tuple[bytes, bytes], ...]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a call that was refused: a sentence, and the parameter to blame where there is one."""

    error: str
    parameter: str | UnsetType = UNSET


_STATUS: Final[Mapping[type[Exception], int]] = {
    NotPermitted: 403,
    NotFound: 404,
    UnknownOperation: 404,
    WrongMethod: 405,
    AddressTaken: 409,
    IdTaken: 409,
    NameTaken: 409,
    NotPossible: 409,
    BodyTooLarge: 413,
    DomainError: 400,
    Unavailable: 503,
}
"""The nearest class of an error counts."""


def refusal(error: Exception) -> tuple[int, Failure, Headers]:
    """Give status, body and further headers for an error."""
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    sentence = error.message if isinstance(error, LinebookError) and status != 500 else "Something went wrong inside."
    return status, Failure(error=sentence, parameter=_parameter(error)), _headers(error)


def _parameter(error: Exception) -> str | UnsetType:
    match error:
        case MissingParameter(name=name) | InvalidParameter(name=name) | InvalidMember(member=name):
            return str(name)
        case UnreadableBody():
            return "body"
        case NameTaken():
            return "name"
        case _:
            return UNSET


def _headers(error: Exception) -> Headers:
    match error:
        case Unavailable():
            return ((b"retry-after", str(error.retry_after_s).encode()),)
        case WrongMethod():
            return ((b"allow", ", ".join(error.allowed).encode()),)
        case _:
            return ()
