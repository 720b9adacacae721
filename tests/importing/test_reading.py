"""A file is read in another process: its head, its chunks, and what goes wrong on the way."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from linebook.errors import InvalidFile
from linebook.files.tables import TableOptions
from linebook.importing.reading import ENDED, FileReader
from tests.kit.importing import plan_of


def people(path: Path, count: int) -> Path:
    path.write_text("Phone,First name\n" + "".join(f"206{7_000_000 + n},N{n}\n" for n in range(count)))
    return path


def test_a_file_is_given_whole_and_in_order(tmp_path: Path) -> None:
    file = people(tmp_path / "people.csv", 2_500)
    with FileReader(file, TableOptions()) as reader:
        head = reader.head()
        assert (head.format, head.separator, head.header) == ("csv", ",", ["Phone", "First name"])
        assert head.size_bytes == file.stat().st_size
        chunks = list(reader.chunks(plan_of(head.header)))
    assert [chunk.good for chunk in chunks] == [1_000, 1_000, 500]
    assert chunks[-1].read_bytes == head.size_bytes


@pytest.mark.parametrize(("content", "told"), [(b"", "empty"), (b"%PDF-1.7", "PDF")])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with FileReader(tmp_path / "file", TableOptions()) as reader, pytest.raises(InvalidFile, match=told):
        reader.head()


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with FileReader(tmp_path / "nowhere", TableOptions()) as reader, pytest.raises(InvalidFile, match="cannot be read"):
        reader.head()


def test_a_reader_that_is_killed_ends_the_import_with_a_sentence(tmp_path: Path) -> None:
    file = people(tmp_path / "people.csv", 50_000)
    with FileReader(file, TableOptions()) as reader:
        chunks = reader.chunks(plan_of(reader.head().header))
        next(chunks)
        pid = reader.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(InvalidFile, match=ENDED):
            list(chunks)


def test_whoever_has_enough_of_a_file_leaves_no_process_behind(tmp_path: Path) -> None:
    with FileReader(people(tmp_path / "people.csv", 50_000), TableOptions()) as reader:
        next(reader.chunks(plan_of(reader.head().header)))
        pid = reader.pid
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
