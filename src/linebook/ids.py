"""Where identifiers and secrets come from. Tests replace the random source, nothing else."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Sequence
from typing import Final

RandomBytes = Callable[[int], bytes]
"""Gives that many random bytes."""

UUID7_RANDOM_BYTES: Final = 10

_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


class Ids:
    """Makes identifiers and secrets from one random source."""

    def __init__(self, random_bytes: RandomBytes = os.urandom) -> None:
        self._random_bytes = random_bytes

    def random(self, size_bytes: int) -> bytes:
        """Give random bytes."""
        return self._random_bytes(size_bytes)

    def uuid7(self, at_ms: int, random: bytes | None = None) -> str:
        """Give a UUID of version 7 (RFC 9562) for that time: lower case, hyphens, sortable by time.

        `random` are ten bytes that were drawn before, and are used for nothing else.
        """
        return _uuid7(at_ms, (random or self._random_bytes(UUID7_RANDOM_BYTES)).hex())

    def uuid7s(self, times: Sequence[int]) -> list[str]:
        """Give a UUID like `uuid7` for each of these times."""
        digits = self._random_bytes(UUID7_RANDOM_BYTES * len(times)).hex()
        size = 2 * UUID7_RANDOM_BYTES
        return [_uuid7(at_ms, digits[size * place : size * (place + 1)]) for place, at_ms in enumerate(times)]

    def uuid4(self) -> str:
        """Give a random UUID: lower case, hyphens, 122 unpredictable bits."""
        return str(uuid.UUID(bytes=self._random_bytes(16), version=4))

    def secret(self, size_bytes: int = 16) -> str:
        """Give an unguessable secret in lower-case hexadecimal, two digits a byte."""
        return self._random_bytes(size_bytes).hex()


def _uuid7(at_ms: int, random: str) -> str:
    time = f"{at_ms:012x}"
    return f"{time[:8]}-{time[8:]}-7{random[1:4]}-{_VARIANT[random[4]]}{random[5:8]}-{random[8:]}"
