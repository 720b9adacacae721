"""Sealing: encrypting secrets that must be read back, under keys that can be changed. It stores no secret itself."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from linebook.errors import SecretUnreadable, SettingsError
from linebook.ids import RandomBytes

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SQLITE: Final = "sqlite:///"

_HEXADECIMAL: Final = re.compile(r"[0-9a-fA-F]{64}")
_FORM: Final = "1"
"""Stands in front of everything sealed, so that another form can come one day."""

_HOW_TO_MAKE_ONE: Final = "a key is 32 random bytes in hexadecimal, as `openssl rand -hex 32` makes them"


def key_file_of(database: str) -> Path | None:
    """Give the file that keeps the key where no setting names one: beside an SQLite database, none for a server."""
    return Path(database.removeprefix(SQLITE) + ".key") if database.startswith(SQLITE) else None


class Sealer:
    """Seals and opens texts by AES-GCM.

    `keys` are the keys of the setting, separated by commas: the first one seals, all of them open. The key in the file
    opens as well, if the file is there; without the setting it seals, and is made at first use.
    """

    def __init__(self, keys: str | None, file: Path | None, random_bytes: RandomBytes = os.urandom) -> None:
        """Look at nothing but the setting yet. Raises `SettingsError` for a key that is none."""
        self._file = file
        self._random_bytes = random_bytes
        given = [part.strip() for part in (keys or "").split(",") if part.strip()]
        self._given = [_read_key(part, "The setting secret_key") for part in given]
        self._from_file: bytes | None = None
        self._ciphers: dict[str, AESGCM] = {}

    def seal(self, text: str, about: str) -> str:
        """Give the text sealed, bound to what it is about. Raises `SettingsError` when there is no key to seal with."""
        key = self._given[0] if self._given else self._file_key(makes=True)
        if key is None:
            raise SettingsError(
                "A secret must be kept sealed, and a database server has no place for the key: set LINEBOOK_SECRET_KEY "
                f"({_HOW_TO_MAKE_ONE})."
            )
        key_id = _key_id(key)
        nonce = self._random_bytes(NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, text.encode(), _bound(key_id, about))
        return f"{_FORM}.{key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, about: str) -> str:
        """Give the text that was sealed about the same thing.

        Raises `SecretUnreadable`, and `SettingsError` for a key file that cannot be used.
        """
        form, _, rest = sealed.partition(".")
        key_id, _, text = rest.partition(".")
        try:
            raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        except ValueError as error:
            raise SecretUnreadable("A sealed secret is damaged.") from error
        cipher = self._cipher(key_id)
        if form != _FORM or cipher is None:
            raise SecretUnreadable
        try:
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(key_id, about)).decode()
        except (InvalidTag, ValueError) as error:
            raise SecretUnreadable("A sealed secret is damaged, or belongs to something else.") from error

    def _cipher(self, key_id: str) -> AESGCM | None:
        if key_id not in self._ciphers:
            from_file = self._file_key(makes=False)
            for key in (*self._given, *(() if from_file is None else (from_file,))):
                self._ciphers[_key_id(key)] = AESGCM(key)
        return self._ciphers.get(key_id)

    def _file_key(self, *, makes: bool) -> bytes | None:
        if self._from_file is None and self._file is not None:
            if makes:
                _make_key_file(self._file, self._random_bytes(KEY_BYTES))
            self._from_file = _read_key_file(self._file)
        return self._from_file


def _bound(key_id: str, about: str) -> bytes:
    return f"{_FORM}.{key_id}.{about}".encode(errors="surrogatepass")


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"linebook sealing key\0" + key).hexdigest()[:8]


def _read_key(text: str, place: str) -> bytes:
    if _HEXADECIMAL.fullmatch(text):
        return bytes.fromhex(text)
    with suppress(binascii.Error, ValueError):
        key = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
        if len(key) == KEY_BYTES:
            return key
    raise SettingsError(f"{place} cannot be used: {_HOW_TO_MAKE_ONE}.")


def _read_key_file(file: Path) -> bytes | None:
    try:
        with file.open(encoding="ascii") as opened:
            if os.name == "posix" and os.fstat(opened.fileno()).st_mode & 0o077:
                raise SettingsError(f"The key file {file} can be read by others: chmod 600 it.")
            return _read_key(opened.read().strip(), f"The key file {file}")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The key file {file} cannot be read: {error}.") from error


def _make_key_file(file: Path, key: bytes) -> None:
    """Make the file whole or not at all, readable by its owner alone; one that is there stays as it is."""
    if file.exists():
        return
    try:
        # mkstemp makes files that nobody else may read; the link fails where another process was quicker.
        descriptor, temporary = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as opened:
                opened.write(key.hex() + "\n")
                opened.flush()
                os.fsync(opened.fileno())
            with suppress(FileExistsError):
                os.link(temporary, file)
        finally:
            os.unlink(temporary)
        _sync_folder(file.parent)
    except OSError as error:
        raise SettingsError(
            f"The key file {file} cannot be made: {error.strerror}. Or set LINEBOOK_SECRET_KEY."
        ) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
