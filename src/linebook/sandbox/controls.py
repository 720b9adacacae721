"""What the sandbox does to the hub itself: its clock, its carrier, the calls that it lets fail. No HTTP here."""

from __future__ import annotations

from typing import Final, Protocol, cast, runtime_checkable

from linebook.core.carrier_kinds import LOOPBACK
from linebook.errors import NotPossible
from linebook.runtime import Runtime

AHEAD_MAX_S: Final = 10 * 366 * 24 * 3600
"""How far ahead of the machine's time the clock may be."""


class Movable(Protocol):
    """The clock of a demo."""

    offset_ms: int

    def __call__(self) -> int:
        """Give the time."""

    def set_offset(self, offset_ms: int) -> None:
        """Be so far ahead from now on."""


@runtime_checkable
class Stoppable(Protocol):
    """A carrier that can be stopped for one account."""

    def stop_for(self, account_id: int) -> None:
        """Break the account's links and let it open none."""

    def start_for(self, account_id: int) -> None:
        """Let the account open links again."""

    def start_for_all(self) -> None:
        """Let every account open links again."""

    def is_stopped_for(self, account_id: int) -> bool:
        """Whether the account can open no link."""


def clock_of(runtime: Runtime) -> Movable:
    """Give the hub's clock, which every demo can move."""
    return cast(Movable, runtime.clock)


def carrier_of(runtime: Runtime) -> Stoppable:
    """Give the carrier in memory."""
    carrier = runtime.carriers[LOOPBACK]
    assert isinstance(carrier, Stoppable)
    return carrier


async def advance_clock(runtime: Runtime, by_ms: int) -> None:
    """Set the clock forward; what is due then is looked at before this returns. Raises `NotPossible`: too far ahead."""
    clock = clock_of(runtime)
    if clock.offset_ms + by_ms > AHEAD_MAX_S * 1000:
        raise NotPossible("The clock can be ten years ahead of the machine's time, no further.")
    # What is leased must not run out on the way, or texts that are with the carrier would be in doubt.
    await runtime.delivery.keep_lines(by_ms)
    clock.set_offset(clock.offset_ms + by_ms)
    await runtime.delivery.look()


def stop_carrier(runtime: Runtime, account_id: int) -> None:
    """Let nothing of the account reach the carrier: its texts wait."""
    carrier_of(runtime).stop_for(account_id)


def start_carrier(runtime: Runtime, account_id: int) -> None:
    """Let the account's texts go on at once."""
    carrier_of(runtime).start_for(account_id)
    runtime.delivery.reopen(account_id)


def forget_account(runtime: Runtime, account_id: int) -> None:
    """Forget everything that was asked for an account."""
    runtime.faults.forget(account_id)
    carrier_of(runtime).start_for(account_id)


def forget_controls(runtime: Runtime) -> None:
    """Forget everything that was asked for; the clock shows the machine's time again."""
    runtime.faults.forget_all()
    carrier_of(runtime).start_for_all()
    clock_of(runtime).set_offset(0)
