"""Where the time comes from: integer milliseconds since 1970, UTC. Nothing else reads the system clock for data."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Gives the current time in milliseconds since 1970, UTC."""


def system_clock() -> int:
    """Give the machine's time."""
    return time.time_ns() // 1_000_000
