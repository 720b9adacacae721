"""Calls that a test suite wants to fail: what was asked for and how often it still counts. Only the demo has any."""

from __future__ import annotations

import enum
from typing import Final

import msgspec

KEPT_MAX: Final = 1_000
"""How many wishes may wait at once, over all accounts."""


class Outcome(enum.StrEnum):
    """How a call ends that is made to fail."""

    ANSWERED = "answered"
    """As always; it only takes longer."""
    REFUSED = "refused"
    """With a refusal in its platform's own form."""
    DROPPED = "dropped"
    """Without an answer: its connection is cut."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One wish: the next `times` calls that it means take `delay_s` longer and end so.

    `account_id` None means the calls of everybody, those that show no credential included; an empty `dialect` any
    platform, `path` what the path of a call begins with. `is_after`: the call does its work first, and what fails is
    its answer.
    """

    id: int
    account_id: int | None
    dialect: str = ""
    path: str = ""
    times: int = 1
    outcome: Outcome = Outcome.REFUSED
    status: int = 500
    delay_s: float = 0.0
    retry_after_s: int = 1
    is_after: bool = False

    def means(self, account_id: int | None, dialect: str, paths: tuple[str, ...]) -> bool:
        """Whether a call is one of those."""
        return (
            (self.account_id is None or self.account_id == account_id)
            and self.dialect in ("", dialect)
            and any(path.startswith(self.path) for path in paths)
        )


class Faults:
    """The wishes of one hub, the oldest first. Belongs to its event loop."""

    def __init__(self) -> None:
        self._wishes: dict[int, Fault] = {}
        self._last_id = 0

    def next_id(self) -> int:
        """Give an id that no wish has."""
        self._last_id += 1
        return self._last_id

    def add(self, fault: Fault) -> bool:
        """Keep a wish; say no when too many wait."""
        if len(self._wishes) >= KEPT_MAX:
            return False
        self._wishes[fault.id] = fault
        return True

    def take(self, account_id: int | None, dialect: str, paths: tuple[str, ...]) -> Fault | None:
        """Give what a call that is made now is to suffer, and count it."""
        for fault in self._wishes.values():
            if fault.means(account_id, dialect, paths):
                if fault.times > 1:
                    self._wishes[fault.id] = msgspec.structs.replace(fault, times=fault.times - 1)
                else:
                    del self._wishes[fault.id]
                return fault
        return None

    def waiting(self, account_id: int | None) -> list[Fault]:
        """Give the wishes for an account's calls, or those for everybody's; the oldest first."""
        return [one for one in self._wishes.values() if one.account_id == account_id]

    def forget(self, account_id: int | None) -> None:
        """Forget the wishes for an account's calls, or those for everybody's."""
        for one in self.waiting(account_id):
            del self._wishes[one.id]

    def forget_all(self) -> None:
        """Forget every wish, and count from the beginning."""
        self._wishes.clear()
        self._last_id = 0
