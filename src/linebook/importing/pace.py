"""How many records one step of an import takes: fewer while others wait for it, more while nobody does."""

from __future__ import annotations

from typing import Final

LEAST: Final = 25
MOST: Final = 5_000
FIRST: Final = 100
TARGET_S: Final = 0.02
"""How long a live writer may wait for what a step does before steps become shorter."""
PAUSE_MAX_S: Final = 0.25
QUIET_S: Final = 0.2
"""How long the work of a step takes at most when nobody is known to wait; somebody may come."""


class Pace:
    """The size of the next step, and the pause in front of it."""

    def __init__(self, size: int = FIRST) -> None:
        """Begin with little: whether others wait is not known yet."""
        self.size = size
        self.pause_s = 0.0

    def took(self, whole_s: float, work_s: float, *, others: bool) -> None:
        """Learn from a step: how long it took with its commit, how long without, and whether others wrote meanwhile.

        With others, more than 20 ms of work halve the size and far less grow it a little, and they get as much time as
        the step took. Without, the size doubles until the work takes long. The commit does not count: a smaller step
        has the same, and whoever waits shares it.
        """
        if not others:
            self.pause_s = 0.0
            if work_s > QUIET_S:
                self.size = max(self.size // 2, LEAST)
            elif work_s < QUIET_S / 2:
                self.size = min(self.size * 2, MOST)
            return
        self.pause_s = min(whole_s, PAUSE_MAX_S)
        if work_s > TARGET_S:
            self.size = max(self.size // 2, LEAST)
        elif work_s < TARGET_S / 2:
            self.size = min(self.size * 5 // 4 + 1, MOST)
