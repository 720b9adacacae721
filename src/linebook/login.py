"""Passwords: hashing, checking, and slowing down those who guess. Only failures count against anybody."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from linebook.clock import Clock
from linebook.errors import TooManyLogins

# The OWASP minimum for argon2id: 19 MiB, two passes, one lane.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# For passwords that nobody can guess, so that there is nothing to slow down.
_QUICK_HASHER: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

# Checked when there is nothing to check, so that an unknown name takes as long as a wrong password. The hash of a
# random password that was thrown away; making one at every start would take too long.
_NOBODY: Final = "$argon2id$v=19$m=19456,t=2,p=1$3k+2fvcmKTkZa4DB1EUz5Q$g1Ja6GbDB2H/9/97ZAROnXnDzUC+lK58mRCMx8ipF1k"

ADDRESS_FACTOR: Final = 10
"""An address may fail this many times more often than a name: offices share one."""

KEYS_MAX: Final = 100_000


def hash_password(password: str) -> str:
    """Give what is stored of a password."""
    return _HASHER.hash(password)


def hash_random_password(password: str) -> str:
    """Give what is stored of a password made of 16 random bytes or more; it takes no time, as nobody can guess it."""
    return _QUICK_HASHER.hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed; takes as long when there is no hash at all."""
    try:
        _HASHER.verify(password_hash or _NOBODY, password)
    except (Argon2Error, InvalidHashError):
        return False
    return bool(password_hash)


class LoginGuard:
    """Counts failed logins by user name and by network address, and refuses both for a while when they are many."""

    def __init__(self, clock: Clock, failures: int, window_s: float) -> None:
        """Refuse a name after that many failures within the window, an address after ten times as many."""
        self._clock = clock
        self._failures = failures
        self._window_ms = int(window_s * 1000)
        self._failed_ms: dict[str, deque[int]] = {}
        # Checking a password takes a core for tens of milliseconds: never on the event loop, two at once at most.
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")

    def check(self, name: str, address: str) -> None:
        """Raise `TooManyLogins` when the name or the address failed too often."""
        now_ms = self._clock()
        for key, allowed in ((f"name {name}", self._failures), (f"from {address}", self._failures * ADDRESS_FACTOR)):
            failed = self._failed_ms.get(key)
            if failed is None:
                continue
            while failed and failed[0] <= now_ms - self._window_ms:
                failed.popleft()
            if not failed:
                del self._failed_ms[key]
            elif len(failed) >= allowed:
                raise TooManyLogins(retry_after_s=max(1, (failed[0] + self._window_ms - now_ms) // 1000))

    def failed(self, name: str, address: str) -> None:
        """Count a failure."""
        while len(self._failed_ms) > KEYS_MAX:
            self._failed_ms.pop(next(iter(self._failed_ms)))
        for key, allowed in ((f"name {name}", self._failures), (f"from {address}", self._failures * ADDRESS_FACTOR)):
            self._failed_ms.setdefault(key, deque(maxlen=allowed)).append(self._clock())

    def succeeded(self, name: str) -> None:
        """Forget the name's failures."""
        self._failed_ms.pop(f"name {name}", None)

    def forget(self) -> None:
        """Forget every failure."""
        self._failed_ms.clear()

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Check a password beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, password_matches, password_hash, password
        )

    async def hashed(self, password: str) -> str:
        """Give what is stored of a password, made beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, hash_password, password)

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
