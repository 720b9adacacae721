"""Texts in cells: safe from spreadsheets, and the same texts again when they are read."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linebook.files.cells import csv_line, guard, join_names, split_names, unguard

TEXTS = st.text(alphabet=st.sampled_from("=+-@\t\r\n'\",;| a1éש"), max_size=8)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1 206 555 0100", "'+1 206 555 0100"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("'=1", "''=1"),
        ("+12065550100", "+12065550100"),
        ("+cmd", "'+cmd"),
        ("+1", "'+1"),
        ("'t Hooft", "'t Hooft"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_a_cell_never_begins_a_formula_but_a_number_stays_a_number(text: str, shown: str) -> None:
    assert guard(text) == shown
    assert unguard(shown) == text


@given(TEXTS)
def test_a_guard_can_always_be_taken_off(text: str) -> None:
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in tuple("=-@\t\r")


@given(st.lists(TEXTS, min_size=1, max_size=5), st.booleans())
def test_a_line_is_read_as_it_was_and_holds_no_formula(cells: list[str], has_number: bool) -> None:
    if has_number:
        cells = ["+12065550100", *cells]
    line = csv_line(cells, 0 if has_number else -1)
    read = next(csv.reader(io.StringIO(line + "\r\n", newline=""), strict=True), [])
    assert read == [guard(cell) for cell in cells] or (cells == [""] and read == [])


@given(st.lists(TEXTS.map(str.strip).filter(bool), max_size=5, unique=True))
def test_names_survive_one_cell(names: list[str]) -> None:
    assert split_names(join_names(names)) == names


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("", []),
        (" ; ;", []),
        ("VIP", ["VIP"]),
        ("VIP, Friends ,VIP", ["VIP", "Friends"]),
        ("a,b;c", ["a,b", "c"]),
        ("a|b", ["a", "b"]),
        ("one\ntwo\r\nthree", ["one", "two", "three"]),
        ('"a;b";c', ["a;b", "c"]),
        ('"a,b"', ["a,b"]),
        ('5" pipe, wood', ['5" pipe', "wood"]),
        ('"open', ['"open']),
    ],
)
def test_names_of_other_exports_are_told_apart(cell: str, names: list[str]) -> None:
    assert split_names(cell) == names
