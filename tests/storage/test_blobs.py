"""The folder of files: whole or not there, one copy of equal bytes, accounts apart, no way out of it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from linebook.errors import StorageUnavailable
from linebook.storage.blobs import BlobFolder

DATA = b"a picture"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "files")


def files_in(blobs: BlobFolder) -> list[Path]:
    return sorted(path for path in blobs.folder.rglob("*") if path.is_file())


def test_a_file_is_found_by_the_digest_of_its_bytes_and_lies_there_once(blobs: BlobFolder) -> None:
    assert [blobs.put(7, DATA), blobs.put(7, DATA)] == [DIGEST, DIGEST]
    assert blobs.get(7, DIGEST) == DATA
    assert files_in(blobs) == [blobs.path(7, DIGEST)]


def test_a_file_that_is_put_again_is_young_again(blobs: BlobFolder) -> None:
    path = blobs.path(7, blobs.put(7, DATA))
    os.utime(path, (1, 1))
    blobs.put(7, DATA)
    assert path.stat().st_mtime > 1


def test_accounts_do_not_share_files(blobs: BlobFolder) -> None:
    blobs.put(7, DATA)
    assert blobs.get(8, DIGEST) is None


@pytest.mark.parametrize("digest", ["", "..", "../../etc/passwd", "a" * 63, "/" * 64, "a" * 62 + "/b"])
def test_what_is_no_digest_leads_nowhere(blobs: BlobFolder, digest: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        blobs.get(7, digest)


def test_a_write_that_fails_leaves_nothing_behind(blobs: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    blobs.put(7, b"something else")
    before = files_in(blobs)
    monkeypatch.setattr("linebook.storage.blobs.os.fsync", broken)
    with pytest.raises(StorageUnavailable, match="No space left"):
        blobs.put(7, DATA)
    monkeypatch.undo()
    assert files_in(blobs) == before
    assert blobs.get(7, DIGEST) is None


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"not a folder")
    blobs = BlobFolder(tmp_path / "files")
    for use in (lambda: blobs.put(7, DATA), lambda: blobs.get(7, DIGEST)):
        with pytest.raises(StorageUnavailable, match="files"):
            use()
