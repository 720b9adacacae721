"""What answers have in common: the envelope, the shape of a refusal, and how times and empty values are written."""

from __future__ import annotations

from functools import lru_cache
from time import gmtime, strftime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that only says that all went well; others add members of their own."""

    status: Literal["OK"] = "OK"


class ErrorDetail(msgspec.Struct, frozen=True, kw_only=True):
    """The refusal of a call below `/v3`."""

    code: str
    message: str
    details: dict[str, str] | None = None


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a call that was refused (NOTES: refusals). Calls below `/v3` have `error` in place of `status`."""

    status: Literal["ERROR"] | UnsetType = UNSET
    message: Annotated[str, Meta(description="What was wrong.")]
    parameter: Annotated[str | UnsetType, Meta(description="Which parameter was to blame, where one was.")] = UNSET
    error: ErrorDetail | UnsetType = UNSET


@lru_cache(maxsize=4096)
def _second_text(second: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(second))


def time_text(at_ms: int) -> str:
    """Give a time as the platform writes it: ISO 8601 in UTC with milliseconds and `Z`."""
    return f"{_second_text(at_ms // 1000)}.{at_ms % 1000:03}Z"
