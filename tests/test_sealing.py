"""Sealed texts open under the right key, for the right thing, and for nobody else."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from linebook.errors import SecretUnreadable, SettingsError
from linebook.sealing import Sealer, key_file_of

KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
OTHER = "ff" * 32
TEXT = "demo-secret-key ÄØ"


# What is refused.


@pytest.mark.parametrize(
    "key", ["some secret", "00" * 31, "zz" * 32, "Ä" * 64, f"{KEY},short", base64.b64encode(b"x").decode()]
)
def test_a_key_that_is_none_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Sealer(key, None)
    assert key not in refusal.value.message
    assert "openssl rand -hex 32" in refusal.value.message


def test_a_database_server_needs_the_setting() -> None:
    sealer = Sealer(None, key_file_of("postgresql://linebook@db/book"))
    with pytest.raises(SettingsError) as refusal:
        sealer.seal(TEXT, "a")
    assert "LINEBOOK_SECRET_KEY" in refusal.value.message
    with pytest.raises(SecretUnreadable):
        sealer.open(Sealer(KEY, None).seal(TEXT, "a"), "a")


def test_a_text_sealed_under_another_key_does_not_open() -> None:
    with pytest.raises(SecretUnreadable):
        Sealer(OTHER, None).open(Sealer(KEY, None).seal(TEXT, "a"), "a")


def test_a_text_opens_for_what_it_was_sealed_about_only() -> None:
    sealer = Sealer(KEY, None)
    sealed = sealer.seal(TEXT, "one credential")
    assert sealer.open(sealed, "one credential") == TEXT
    with pytest.raises(SecretUnreadable):
        sealer.open(sealed, "another credential")


def test_every_changed_sign_is_noticed() -> None:
    sealer = Sealer(KEY, None)
    sealed = sealer.seal(TEXT, "a")
    for place in range(len(sealed)):
        for sign in "A.2":
            if sealed[place] == sign:
                continue
            changed = sealed[:place] + sign + sealed[place + 1 :]
            with pytest.raises(SecretUnreadable):
                sealer.open(changed, "a")


@pytest.mark.parametrize("sealed", ["", ".", "1", "1.", "1..", "1.x.", "1.x.Ä", "1.00000000.AAAA", "nothing", "1.x.=="])
def test_what_was_never_sealed_does_not_open(sealed: str) -> None:
    with pytest.raises(SecretUnreadable):
        Sealer(KEY, None).open(sealed, "a")


# Keys of the setting.


@pytest.mark.parametrize(
    "spelling",
    [
        KEY,
        KEY.upper(),
        f" {KEY} ",
        base64.b64encode(bytes.fromhex(KEY)).decode(),
        base64.urlsafe_b64encode(bytes.fromhex(KEY)).decode().rstrip("="),
    ],
)
def test_a_key_may_be_spelt_in_several_ways(spelling: str) -> None:
    assert Sealer(spelling, None).open(Sealer(KEY, None).seal(TEXT, "a"), "a") == TEXT


def test_the_first_key_seals_and_all_open() -> None:
    old, new = Sealer(KEY, None).seal(TEXT, "a"), Sealer(OTHER, None).seal(TEXT, "a")
    both = Sealer(f"{OTHER}, {KEY}", None)
    assert both.open(old, "a") == both.open(new, "a") == TEXT
    resealed = both.seal(TEXT, "a")
    assert Sealer(OTHER, None).open(resealed, "a") == TEXT
    with pytest.raises(SecretUnreadable):
        Sealer(KEY, None).open(resealed, "a")


def test_no_two_sealed_texts_are_alike_and_none_shows_the_text() -> None:
    sealer = Sealer(KEY, None)
    sealed = {sealer.seal("secret", "a") for _ in range(100)}
    assert len(sealed) == 100
    assert not any("secret" in one or KEY[:8] in one for one in sealed)


# The key file.


def test_the_file_stands_beside_an_sqlite_database() -> None:
    assert key_file_of("sqlite:////var/lib/linebook/book.db") == Path("/var/lib/linebook/book.db.key")
    assert key_file_of("sqlite:///book.db") == Path("book.db.key")
    assert key_file_of("postgresql://db/book") is None


def test_the_file_is_made_at_first_use_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "book.db.key"
    sealer = Sealer(None, file)
    with pytest.raises(SecretUnreadable):
        sealer.open(Sealer(KEY, None).seal(TEXT, "a"), "a")
    assert not file.exists()
    sealed = sealer.seal(TEXT, "a")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert sealer.open(sealed, "a") == Sealer(None, file).open(sealed, "a") == TEXT


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(0o600)
    assert Sealer(KEY, None).open(Sealer(None, file).seal(TEXT, "a"), "a") == TEXT
    assert file.read_text() == KEY


def test_what_the_file_sealed_opens_beside_a_setting(tmp_path: Path) -> None:
    file = tmp_path / "key"
    sealed = Sealer(None, file).seal(TEXT, "a")
    moved = Sealer(KEY, file)
    assert moved.open(sealed, "a") == TEXT
    assert Sealer(KEY, None).open(moved.seal(TEXT, "a"), "a") == TEXT


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600"):
        Sealer(None, file).seal(TEXT, "a")
    with pytest.raises(SettingsError, match="chmod 600"):
        Sealer(None, file).open("1.x.AAAA", "a")


@pytest.mark.parametrize("content", [b"", b"secret\n", b"\xff\xfe"])
def test_a_file_without_a_key_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(SettingsError) as refusal:
        Sealer(None, file).seal(TEXT, "a")
    assert str(file) in refusal.value.message


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refusal:
        Sealer(None, tmp_path / "missing" / "key").seal(TEXT, "a")
    assert "LINEBOOK_SECRET_KEY" in refusal.value.message


_SEAL = """
import sys
from pathlib import Path
from linebook.sealing import Sealer
print(Sealer(None, Path(sys.argv[1])).seal("x", "a"))
"""


def test_processes_that_begin_together_agree_on_one_key(tmp_path: Path) -> None:
    file = tmp_path / "key"
    processes = [
        subprocess.Popen([sys.executable, "-c", _SEAL, str(file)], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    sealed = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert [Sealer(None, file).open(one, "a") for one in sealed] == ["x"] * 4
