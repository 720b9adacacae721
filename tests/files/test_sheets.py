"""Reading workbooks: cells as a person sees them, and none that takes all memory."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook

from linebook.errors import InvalidFile
from linebook.files import sheets
from linebook.files.tables import TableRow
from tests.files.reading import cells, read, table


def workbook(*rows: list[Any], title: str = "People", **more: list[list[Any]]) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name, others in more.items():
        other: Any = book.create_sheet(name)
        for row in others:
            other.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_cells_are_texts_as_a_person_sees_them() -> None:
    values = [
        (12065550100.0, "12065550100"),
        (972541234567, "972541234567"),
        (1.5, "1.5"),
        (1e21, "1000000000000000000000"),
        (1e-7, "0.0000001"),
        (True, "TRUE"),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 8, 5), "2026-01-31T08:05:00"),
        (time(8, 5), "08:05:00"),
        ("'=1+1", "=1+1"),
        ("  blanks  ", "  blanks  "),
        ("שלום", "שלום"),
        ("a_x000D_b", "a\rb"),
        (None, ""),
        ("end", "end"),
    ]
    content = workbook([f"h{place}" for place in range(len(values))], [value for value, _ in values])
    assert cells(content) == [[text for _, text in values]]


def test_the_zeros_that_a_form_shows_are_kept() -> None:
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["phone"])
    sheet.append([501234567])
    sheet["A2"].number_format = "0000000000"
    out = io.BytesIO()
    book.save(out)
    assert cells(out.getvalue()) == [["0501234567"]]


def test_rows_are_numbered_as_in_the_sheet_and_blank_ones_left_out() -> None:
    content = workbook([], ["a", "b", None], [], [1, 2], [None, ""], [3], [4, 5, None, 6])
    opened = table(content)
    assert (opened.header_number, opened.header) == (2, ["a", "b"])
    assert list(opened.rows()) == [
        TableRow(4, ["1", "2"]),
        TableRow(6, ["3", ""]),
        TableRow(7, ["4", "5", "", "6"], "The row has 4 cells, the header 2."),
    ]


def test_an_error_of_the_spreadsheet_is_a_problem_of_its_row() -> None:
    assert [row.problem for row in read(workbook(["a"], ["#REF!"], ["x"]))] == [
        "A cell holds an error of the spreadsheet, #REF!.",
        "",
    ]


def test_a_sheet_is_chosen_by_name_or_place() -> None:
    content = workbook(["a"], ["first"], Second=[["b"], ["second"]])
    assert cells(content) == [["first"]]
    assert cells(content, sheet="second") == cells(content, sheet="2") == [["second"]]
    with pytest.raises(InvalidFile) as refused:
        table(content, sheet="Third")
    assert refused.value.message == "The workbook has no sheet Third; it has: People, Second."


def test_a_sheet_that_understates_its_size_is_read_whole() -> None:
    content = _changed(workbook(["a", "b"], [1, 2]), b'<dimension ref="A1:B2"', b'<dimension ref="A1:A1"')
    assert cells(content) == [["1", "2"]]


def test_an_empty_sheet_is_refused() -> None:
    with pytest.raises(InvalidFile, match=r"The sheet is empty\."):
        table(workbook())


@pytest.mark.parametrize("size", [100, 1_000, 3_000])
def test_a_workbook_that_was_cut_off_is_refused(size: int) -> None:
    with pytest.raises(InvalidFile, match="damaged"):
        table(workbook(["a"], ["b"])[:size])


def test_a_workbook_without_its_parts_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    with pytest.raises(InvalidFile, match="damaged, or locked"):
        table(out.getvalue())


def test_a_sheet_that_is_broken_in_the_middle_is_an_error_and_no_end() -> None:
    content = _changed(workbook(["a"], *(["x"] for _ in range(10))), b'<row r="8">', b'<row r="8"<')
    rows = table(content).rows()
    with pytest.raises(InvalidFile, match=r"The sheet is damaged\."):
        list(rows)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<c/>" * (12 << 20))
    with pytest.raises(InvalidFile, match="unpacks to far more"):
        table(out.getvalue())


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("xl/worksheets/sheet9.xml", "SHEETS_BYTES_MAX"),
        ("xl/sharedStrings.xml", "STRINGS_BYTES_MAX"),
        ("xl/styles9.xml", "OTHER_BYTES_MAX"),
    ],
)
def test_parts_beyond_what_can_be_kept_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, limit: str) -> None:
    content = workbook(["a"], ["b"])
    monkeypatch.setattr(sheets, limit, 100_000)
    assert cells(content) == [["b"]]
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr(name, b"x" * 100_001)
    with pytest.raises(InvalidFile, match="The workbook is too large"):
        table(out.getvalue())


def test_entities_that_multiply_are_refused() -> None:
    bomb = b'<!DOCTYPE b [<!ENTITY a "' + b"x" * 1000 + b'">'
    for number in range(1, 9):
        inner = b"".join(b"&%c;" % (96 + number) for _ in range(10))
        bomb += b'<!ENTITY %c "%s">' % (97 + number, inner)
    content = workbook(["a"], ["b"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                text = bomb + b"]>" + text.replace(b"<sheetData>", b"<sheetData><row><c><v>&i;</v></c></row>")
            new.writestr(part.filename, text)
    with pytest.raises(InvalidFile, match="damaged"):
        list(table(out.getvalue()).rows())


def _changed(content: bytes, before: bytes, after: bytes) -> bytes:
    out = io.BytesIO()
    found = 0
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            found += text.count(before)
            new.writestr(part.filename, text.replace(before, after))
    assert found == 1
    return out.getvalue()
