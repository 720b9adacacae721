"""Where identifiers and secrets come from. Tests replace the random source, nothing else."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from typing import Final

RandomBytes = Callable[[int], bytes]
"""Gives that many random bytes."""

UUID7_RANDOM_BYTES: Final = 10


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
        digits = f"{at_ms:012x}{(random or self._random_bytes(UUID7_RANDOM_BYTES)).hex()}"
        variant = "89ab"[int(digits[16], 16) & 3]
        return f"{digits[:8]}-{digits[8:12]}-7{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"

    def uuid4(self) -> str:
        """Give a random UUID: lower case, hyphens, 122 unpredictable bits."""
        return str(uuid.UUID(bytes=self._random_bytes(16), version=4))

    def secret(self, size_bytes: int = 16) -> str:
        """Give an unguessable secret in lower-case hexadecimal, two digits a byte."""
        return self._random_bytes(size_bytes).hex()
