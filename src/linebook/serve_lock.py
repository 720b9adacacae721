"""Keeps a second hub off an SQLite file that is being served. It does not keep out one-shot commands."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from linebook.errors import StorageUnavailable, StorageUnusable

SUFFIX: Final = ".serve"
"""The lock is on a file beside the database, named like it with this ending."""

LOOKERS_TRIES: Final = 3


@contextmanager
def serve_lock(database_file: Path) -> Iterator[None]:
    """Hold the right to serve an SQLite file while the block runs; the kernel takes it back when the process ends.

    Raises `StorageUnavailable` when another process serves the file, `StorageUnusable` when the lock cannot be made.
    """
    # Two names of one file are one file.
    path = Path(os.path.realpath(database_file) + SUFFIX)
    descriptor = _locked(path, database_file)
    try:
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        # Removed while it is still locked: whoever waits at the old file finds that it is no longer the named one.
        with suppress(OSError):
            path.unlink()
        os.close(descriptor)


def is_served(database_file: Path) -> bool:
    """Whether a process serves the SQLite file now. It may begin or end right after."""
    path = Path(os.path.realpath(database_file) + SUFFIX)
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _locked(path: Path, database_file: Path) -> int:
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StorageUnusable(
                f"The database {database_file} cannot be served: {path} cannot be made ({error.strerror}). "
                "Does its folder exist, and may this user write there?"
            ) from error
        try:
            _lock(descriptor)
            if _is_still_named(path, descriptor):
                return descriptor
        except BlockingIOError as error:
            holder = os.read(descriptor, 32).decode(errors="replace").strip()
            who = f"process {holder}" if holder.isdecimal() else "another process"
            os.close(descriptor)
            raise StorageUnavailable(
                f"The database {database_file} is being served by {who}: stop it first, or name another database."
            ) from error
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Lock the file for us alone; those who only look whether it is served (`is_served`) hold it for a moment."""
    for _ in range(LOOKERS_TRIES - 1):
        with suppress(BlockingIOError):
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        time.sleep(0.01)
    return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_still_named(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False
