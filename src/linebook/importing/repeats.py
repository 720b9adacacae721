"""Remembers which keys a file had already, in a few bytes a record, so that repeated records can be told."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
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

    def see(self, keys: Sequence[str], numbers: Sequence[int]) -> list[int | None]:
        """Give for each key the number that came with it first; None, and remember it, when there was none."""
        firsts: list[int | None] = []
        hashes, mask = self._hashes, self._slots - 1
        for key, number in zip(keys, numbers, strict=True):
            found = hash(key) or 1
            at = found & mask
            while (there := hashes[at]) and there != found:
                at = (at + 1) & mask
            if there:
                firsts.append(self._numbers[at])
                continue
            firsts.append(None)
            hashes[at], self._numbers[at] = found, number
            self._count += 1
            if self._count * 2 > self._slots:
                self._grow()
                hashes, mask = self._hashes, self._slots - 1
        return firsts

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
