"""Which kinds of carrier there are, for rules that must know before one is opened. No I/O."""

from __future__ import annotations

from typing import Final

LOOPBACK: Final = "loopback"
"""The carrier in memory, for first runs, demos and tests."""

KINDS: Final = frozenset({LOOPBACK})
"""Every kind that this server can open. A line names its carrier by the kind, or by `kind:name`."""


def is_usable(carrier: str) -> bool:
    """Whether a line with that carrier can send at all."""
    return carrier.partition(":")[0] in KINDS
