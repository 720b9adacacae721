"""Remembers which keys a file had already, in a few bytes a record, so that repeated records can be told."""

from __future__ import annotations

from array import array
from typing import Final

_FIRST_SLOTS: Final = 1 << 12


class SeenKeys:
    """The hashes of the keys so far, each with the number of the record that had it first.

    A table that doubles when half full.

    Two keys with one hash of 64 bits would pass for one: at ten million keys that happens once in 400,000 files.
    """

    def __init__(self) -> None:
        """Have seen nothing."""
        self._slots = _FIRST_SLOTS
        self._hashes = array("q", bytes(8 * _FIRST_SLOTS))
        self._numbers = array("q", bytes(8 * _FIRST_SLOTS))
        self._count = 0

    def see(self, key: str, number: int) -> int | None:
        """Give the number of the record that had the key first; None, and remember it, when there was none."""
        found = hash(key) or 1
        hashes, mask = self._hashes, self._slots - 1
        at = found & mask
        while (there := hashes[at]) and there != found:
            at = (at + 1) & mask
        if there:
            return self._numbers[at]
        hashes[at], self._numbers[at] = found, number
        self._count += 1
        if self._count * 2 > self._slots:
            self._grow()
        return None

    def _grow(self) -> None:
        hashes, numbers = self._hashes, self._numbers
        self._slots *= 2
        fresh = self._hashes = array("q", bytes(8 * self._slots))
        self._numbers = array("q", bytes(8 * self._slots))
        mask = self._slots - 1
        for there, number in zip(hashes, numbers, strict=True):
            if there:
                at = there & mask
                while fresh[at]:
                    at = (at + 1) & mask
                fresh[at], self._numbers[at] = there, number
