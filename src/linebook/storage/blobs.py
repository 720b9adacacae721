"""Files by the digest of their bytes, in a folder: each is whole and on the disk before anything names it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from linebook.errors import StorageUnavailable


class BlobFolder:
    """A folder of files, apart for each account. Safe to use from any thread, and from several processes at once."""

    def __init__(self, folder: str | Path) -> None:
        """Name the folder; it is made with the first file."""
        self.folder = Path(folder)

    def put(self, account_id: int, data: bytes) -> str:
        """Keep a file; give the SHA-256 of its bytes in hexadecimal. When this returns it survives a power cut.

        Raises `StorageUnavailable`.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(account_id, digest)
        try:
            # Somebody may want to sweep it away as old; now it is young again.
            with suppress(FileNotFoundError):
                os.utime(path)
                return digest
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(path, data)
        except OSError as error:
            raise StorageUnavailable(
                f"The folder of files {self.folder} cannot be written: {error.strerror}."
            ) from error
        return digest

    def get(self, account_id: int, digest: str) -> bytes | None:
        """Give the bytes of a file, None where there is none. Raises `StorageUnavailable`."""
        try:
            return self.path(account_id, digest).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageUnavailable(f"The folder of files {self.folder} cannot be read: {error.strerror}.") from error

    def folders(self) -> list[tuple[int, str]]:
        """Give the small folders that the files lie in, each by its account and its name.

        Raises `StorageUnavailable`.
        """
        try:
            return [
                (int(account.name), small.name)
                for account in sorted(self.folder.glob("*"))
                if account.name.isdecimal()
                for small in sorted(account.glob("??"))
            ]
        except OSError as error:
            raise StorageUnavailable(f"The folder of files {self.folder} cannot be read: {error.strerror}.") from error

    def old_in(self, account_id: int, name: str, before_ms: int) -> list[str]:
        """Give the digests of the files in a small folder that were put there before a time, and not again since."""
        found: list[str] = []
        for path in sorted((self.folder / str(account_id) / name).glob("[0-9a-f]*")):
            with suppress(FileNotFoundError):  # another process sweeps, too
                if path.stat().st_mtime * 1000 < before_ms:
                    found.append(path.name)
        return found

    def remove_old(self, account_id: int, digest: str, before_ms: int) -> bool:
        """Remove a file, unless it was put there again since a time; say whether it is gone.

        It is moved away first and looked at then: whoever puts it at the same moment finds it, or writes it anew.
        """
        path = self.path(account_id, digest)
        away = path.with_name(f".old-{digest}")
        with suppress(FileNotFoundError):
            os.replace(path, away)
            if away.stat().st_mtime * 1000 >= before_ms:
                os.replace(away, path)
                return False
            away.unlink()
        return True

    def path(self, account_id: int, digest: str) -> Path:
        """Give where a file lies. Raises `ValueError` for what is no digest: no name leads out of the folder."""
        if len(digest) != hashlib.sha256().digest_size * 2 or not digest.isalnum():
            raise ValueError("not a digest")
        return self.folder / str(account_id) / digest[:2] / digest

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
