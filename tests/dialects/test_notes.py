"""What the code of a dialect says about NOTES.md is true: every section that it refers to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import linebook.dialects

FOLDERS = sorted(file.parent for file in Path(linebook.dialects.__file__).parent.glob("*/NOTES.md"))


def test_there_are_notes() -> None:
    assert "zipwhip" in {folder.name for folder in FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_section_that_the_code_refers_to_is_in_the_notes(folder: Path) -> None:
    sections = set(re.findall(r"^#+ (.+)$", (folder / "NOTES.md").read_text(), flags=re.MULTILINE))
    referred = {
        (file.name, section)
        for file in folder.rglob("*.py")
        for section in re.findall(r"NOTES: ([a-z][\w/ -]+\w)", file.read_text())
    }
    assert {(name, section) for name, section in referred if section not in sections} == set()


def test_every_line_of_the_zipwhip_notes_says_how_sure_it_is() -> None:
    words = ("documented", "seen in a client", "inferred", "our choice", "gap", "certainty", "meaning")
    text = (Path(linebook.dialects.__file__).parent / "zipwhip" / "NOTES.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    assert [row for row in rows if not any(word in row for word in words)] == []
