"""A clock and a source of ids that stand still until a test moves them."""

from __future__ import annotations

import random

from linebook.ids import Ids

START_MS = 1_700_000_000_000


class TestClock:
    """Gives the same time until it is moved."""

    __test__ = False

    def __init__(self, now_ms: int = START_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        """Give the time in milliseconds, as `linebook.clock.Clock` does."""
        return self.now_ms

    def advance(self, by_ms: int) -> int:
        """Move on (or back) and give the new time."""
        self.now_ms += by_ms
        return self.now_ms


def seeded_ids(seed: int = 1) -> Ids:
    """Give a source of ids that is the same in every run."""
    return Ids(random.Random(seed).randbytes)
