"""The sandbox's words for the hub itself: its clock, its carrier, the calls that are to fail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.faults import Fault, Outcome
from linebook.sandbox.controls import AHEAD_MAX_S
from linebook.sandbox.payloads.texts import ACCOUNT

TIMES_MAX: Final = 10_000
DELAY_MAX_S: Final = 60.0

Account = Annotated[int | UnsetType, ACCOUNT]
Platform = Literal["", "zipwhip", "inwise", "sendblue", "heymarket"]


class AccountParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose it is."""

    account: Account = UNSET


class ClockBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far the clock is set forward."""

    advance_s: Annotated[float, Meta(description="So many seconds, from 0.001.", ge=0.001, le=AHEAD_MAX_S)]


class ClockView(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's clock, and how far it is ahead of the machine's."""

    now: str
    now_ms: int
    ahead_s: float


class FailureBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which calls are to fail, and how."""

    account: Account = UNSET
    everybody: Annotated[
        bool, Meta(description="Calls of every account, and those that show no credential, such as log-ins.")
    ] = False
    dialect: Annotated[Platform, Meta(description="Only calls of this platform's API.")] = ""
    path: Annotated[str, Meta(description="Only calls whose path begins so, such as `/message`.", max_length=200)] = ""
    times: Annotated[int, Meta(description="So many calls.", ge=1, le=TIMES_MAX)] = 1
    outcome: Annotated[
        Outcome, Meta(description="`refused`; `dropped`: the connection is cut; `answered`: only the delay.")
    ] = Outcome.REFUSED
    status: Annotated[Literal[429, 500, 503], Meta(description="The status of a refusal.")] = 500
    retry_after_s: Annotated[int, Meta(description="What a refusal with 429 or 503 asks for.", ge=0, le=86_400)] = 1
    delay_s: Annotated[float, Meta(description="How much longer the call takes.", ge=0, le=DELAY_MAX_S)] = 0.0
    after: Annotated[bool, Meta(description="The call does its work first, and only its answer fails.")] = False


class FailureView(msgspec.Struct, frozen=True, kw_only=True):
    """Calls that are still to fail. `account` is null for those of everybody."""

    id: int
    account: int | None
    dialect: str
    path: str
    times: int
    outcome: Outcome
    status: int | None
    retry_after_s: int | None
    delay_s: float
    after: bool


class CarrierBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the carrier runs for an account's lines."""

    is_running: bool
    account: Account = UNSET


class CarrierView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the carrier runs for an account's lines."""

    account: int
    is_running: bool


def clock_view(now_ms: int, offset_ms: int) -> ClockView:
    """Give the time as it is shown."""
    now = datetime.fromtimestamp(now_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return ClockView(now=now, now_ms=now_ms, ahead_s=offset_ms / 1000)


def failure_view(fault: Fault) -> FailureView:
    """Give calls that are to fail as they are shown."""
    is_refused = fault.outcome is Outcome.REFUSED
    return FailureView(
        id=fault.id,
        account=fault.account_id,
        dialect=fault.dialect,
        path=fault.path,
        times=fault.times,
        outcome=fault.outcome,
        status=fault.status if is_refused else None,
        retry_after_s=fault.retry_after_s if is_refused and fault.status != 500 else None,
        delay_s=fault.delay_s,
        after=fault.is_after,
    )
