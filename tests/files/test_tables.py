"""Reading tables: what a file is, what its rows are, and that a bad one takes nothing else with it."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linebook.errors import InvalidFile
from linebook.files import delimited
from linebook.files.delimited import CELL_MAX, RECORD_MAX
from linebook.files.tables import TableOptions, TableRow, open_table
from tests.files.filth import SINS, filthy_file
from tests.files.reading import Pipe, cells, read, table

# -- what is refused


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (b"", {}, "The file is empty."),
        (b"\xef\xbb\xbf", {}, "The file is empty."),
        (b"\r\n \n\t\n", {}, "The file is empty."),
        (b",,\n", {}, "The file is empty."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", {}, "The file is an old Excel workbook (.xls): save it as .xlsx or as CSV."),
        (b"\x1f\x8b\x08", {}, "The file is compressed (gzip): unpack it first."),
        (b"%PDF-1.7", {}, "The file is a PDF, not a table."),
        (b"<!doctype html>", {}, "The file is a web page, not a table: save it as .xlsx or as CSV."),
        (b"begin:vcard\r\n", {}, "The file holds vCards, not a table."),
        (b"PK\x03\x04", {"format": "csv"}, "The file is an archive, not a text file."),
        (b"PK\x03\x04", {}, "The workbook is damaged."),
        (b"a,b\n", {"format": "xlsx"}, "The file is no Excel workbook (.xlsx)."),
        (b"a,b\n", {"format": "xml"}, "There is no format xml: it is one of csv, tsv, xlsx."),
        (b"a,b\n", {"encoding": "klingon"}, "There is no encoding klingon."),
        (b"a,b\n", {"encoding": "base64"}, "There is no encoding base64."),
        (b"a,b\n", {"encoding": "idna"}, "There is no encoding idna."),
        (b"a,b\n", {"separator": "::"}, "'::' cannot be a separator: it is one sign, such as `;` or `tab`."),
        (b"a,b\n", {"separator": "a"}, "'a' cannot be a separator: it is one sign, such as `;` or `tab`."),
        (b"a,b\n", {"quote": "quotes"}, "'quotes' cannot be a quote: it is one sign, or `none`."),
        (b'a,"b\n1,2\n', {}, "The header on line 1 cannot be read: A quote is opened and never closed."),
        (b"a,\0\n", {}, "The header on line 1 cannot be read: The row has a character that cannot be stored (NUL)."),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes, options: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidFile) as refused:
        table(content, **options)
    assert refused.value.message == sentence


def test_an_encoding_that_cannot_be_told_is_asked_for() -> None:
    greek = "Όνομα,Τηλέφωνο\nΕλένη Παπαδοπούλου,2101234567\n"
    with pytest.raises(InvalidFile, match="which encoding it has cannot be told: name it"):
        table(greek.encode("cp1253"))
    assert cells(greek.encode("cp1253"), encoding="cp1253") == [["Ελένη Παπαδοπούλου", "2101234567"]]


# -- the filthy file


def test_every_sin_of_the_filthy_file_is_read_for_what_it_is() -> None:
    found = table(filthy_file())
    assert (found.encoding, found.separator, found.header) == (
        "utf-8",
        ",",
        ["Mobile", "First name", "Notes", "", "Notes"],
    )
    assert found.header_number == 3
    rows = list(found.rows())
    wanted = [one for sin in SINS for one in sin.rows]
    assert len(rows) == len(wanted)
    for row, want in zip(rows, wanted, strict=True):
        if isinstance(want, str):
            assert row.problem.startswith(want)
        else:
            assert (row.cells, row.problem) == (want, "")


def test_rows_of_the_filthy_file_are_numbered_by_the_line_they_begin_on() -> None:
    lines = list(io.StringIO(filthy_file().decode("utf-8", "replace"), newline=""))
    for row in table(filthy_file()).rows():
        assert lines[row.number - 1].startswith(row.cells[0]), row


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_it_does_not_matter_how_the_bytes_arrive(size: int) -> None:
    content = filthy_file()[:700]
    whole = read(content)
    assert list(open_table(cast(BinaryIO, Pipe(content, size))).rows()) == whole
    assert len(whole) > 10


# -- encodings

TEXT = "Name;Téléphone\nZoé Müller;0501234567\nÉlodie;0501234568\n"
HEBREW = "שם מלא,טלפון\nדנה כהן,0501234567\nאבי לוי,0501234568\n"


@pytest.mark.parametrize(
    ("text", "encoding", "mark", "found"),
    [
        (TEXT, "utf-8", b"", "utf-8"),
        (TEXT, "utf-8", b"\xef\xbb\xbf", "utf-8"),
        (HEBREW, "utf-8", b"", "utf-8"),
        (TEXT, "utf-16-le", b"\xff\xfe", "utf-16-le"),
        (TEXT, "utf-16-be", b"\xfe\xff", "utf-16-be"),
        (TEXT, "utf-16-le", b"", "utf-16-le"),
        (TEXT, "utf-16-be", b"", "utf-16-be"),
        (HEBREW, "utf-16-le", b"\xff\xfe", "utf-16-le"),
        (HEBREW, "cp1255", b"", "cp1255"),
        (TEXT, "cp1252", b"", "cp1252"),
    ],
)
def test_the_encoding_is_found(text: str, encoding: str, mark: bytes, found: str) -> None:
    opened = table(mark + text.encode(encoding))
    assert opened.encoding == found
    lines = [line.replace(",", ";").split(";") for line in text.splitlines()]
    assert opened.header == lines[0]
    assert [row.cells for row in opened.rows()] == lines[1:]


def test_a_byte_that_turns_up_late_is_a_problem_of_its_row_alone() -> None:
    plain = b"a,b\n" + b"1,2\n" * 400_000
    rows = read(plain + b"3,\xe9\n4,5\n")
    assert len(rows) == 400_002
    assert [row for row in rows if row.problem] == [
        TableRow(400_002, ["3", "\udce9"], "The row has bytes that are no text in the encoding utf-8.")
    ]
    assert rows[-1].cells == ["4", "5"]


def test_utf_16_that_ends_in_the_middle_of_a_sign_is_a_problem_of_the_last_row() -> None:
    rows = read("a,b\n1,2\n3,é".encode("utf-16")[:-1])
    assert [(row.number, bool(row.problem)) for row in rows] == [(2, False), (3, True)]


def test_a_named_encoding_counts() -> None:
    assert cells("a\né\n".encode("cp437"), encoding="cp437") == [["é"]]
    assert cells("a\nשלום\n".encode("iso8859-8"), encoding="hebrew") == [["שלום"]]


# -- separators and quotes


@pytest.mark.parametrize(
    ("content", "separator"),
    [
        (b"a,b\n1,2\n", ","),
        (b"a;b\n1,5;2\n", ";"),
        (b"a\tb\n1,5\t2;3\n", "\t"),
        (b"a|b\n1,2|3\n", "|"),
        (b"a\n1\n", ","),
        (b'"a;x","b;y"\n"1;2","3"\n', ","),
        (b"name;address\nA;Road 1, Town, Land, Earth\nB;Road 2, Town, Land, Earth\n", ";"),
        (b"sep=;\r\na;b\r\n1;2\r\n", ";"),
    ],
)
def test_the_separator_is_found(content: bytes, separator: str) -> None:
    assert table(content).separator == separator


@pytest.mark.parametrize("word", ["semicolon", ";"])
def test_a_named_separator_counts(word: str) -> None:
    assert cells(b"a,b;c\n1,2;3\n", separator=word) == [["1,2", "3"]]


def test_a_tsv_is_separated_by_tabs_whatever_else_it_holds() -> None:
    opened = table(b"a,b,c\td\n1,2,3\t4\n", format="tsv")
    assert (opened.format, opened.header, [row.cells for row in opened.rows()]) == (
        "tsv",
        ["a,b,c", "d"],
        [["1,2,3", "4"]],
    )


def test_single_quotes_are_found_and_quotes_can_be_named_or_none() -> None:
    assert cells(b"'a','b'\n'1,5','it''s'\n") == [["1,5", "it's"]]
    assert cells(b"a,b\n%1,5%,2\n", quote="%") == [["1,5", "2"]]
    assert cells(b'a,b\n"1,2"\n', quote="none") == [['"1', '2"']]


def test_blanks_before_quotes_are_no_part_of_the_cells() -> None:
    assert cells(b'"a", "b"\n"1", "2, 3"\n') == [["1", "2, 3"]]


def test_the_directive_of_a_spreadsheet_is_no_header() -> None:
    opened = table(b"sep=|\na|b\n1|2\n")
    assert (opened.header_number, opened.header, list(opened.rows())) == (2, ["a", "b"], [TableRow(3, ["1", "2"])])


def test_a_header_alone_has_no_rows() -> None:
    assert read(b"a,b") == []
    assert read(b"\xef\xbb\xbfa,b\r\n\r\n") == []


# -- what never ends


class Endless:
    """A stream that repeats its second part for ever, and counts what was taken."""

    def __init__(self, first: bytes, again: bytes) -> None:
        self._first, self._again = first, again
        self.taken = 0

    def read(self, size: int) -> bytes:
        block = self._first or (self._again * (size // len(self._again) + 1))[:size]
        self._first = b""
        self.taken += len(block)
        return block


def test_a_quote_that_is_never_closed_ends_within_bounds_and_its_lines_are_read() -> None:
    stream = Endless(b'a,b\n1,"x\n', b"2,3\n")
    tracemalloc.start()
    try:
        rows = open_table(cast(BinaryIO, stream)).rows()
        first, second, third = next(rows), next(rows), next(rows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (first.number, first.cells, first.problem) == (2, ["1", '"x'], "A quote is opened and never closed.")
    assert [second, third] == [TableRow(3, ["2", "3"]), TableRow(4, ["2", "3"])]
    assert peak < 80_000_000


def test_a_line_that_never_ends_is_an_error_with_its_number() -> None:
    stream = Endless(b"a,b\n1,2\n", b"x,")
    rows = open_table(cast(BinaryIO, stream)).rows()
    assert next(rows).cells == ["1", "2"]
    with pytest.raises(InvalidFile, match=r"Line 3: The row has more than 8,000,000 characters\."):
        next(rows)
    assert stream.taken < RECORD_MAX + 3_000_000


def test_quotes_that_go_astray_all_over_the_file_end_the_reading_instead_of_taking_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delimited, "AGAIN_MAX", 100_000)
    with pytest.raises(InvalidFile, match="too many quotes of the file are not closed"):
        read(b"a,b\n" + b'x","y\n' * 5_000)


def test_a_cell_may_be_as_long_as_the_limit() -> None:
    assert cells(b"a,b\n1," + b"x" * CELL_MAX + b"\n") == [["1", "x" * CELL_MAX]]


# -- what was written comes back

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


def in_rows() -> Iterator[st.SearchStrategy[list[list[str]]]]:
    for width in (2, 3):
        row = st.lists(CELLS, min_size=width, max_size=width).filter(any)
        yield st.lists(row.map(lambda cells: [cell.replace("'", "") for cell in cells]).filter(any), max_size=6)


@given(
    rows=st.one_of(*in_rows()),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_written_comes_back(rows: list[list[str]], separator: str, encoding: str, line_end: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator=line_end)
    width = len(rows[0]) if rows else 2
    writer.writerow([f"column {place}" for place in range(width)])
    writer.writerows(rows)
    assert cells(text.getvalue().encode(encoding)) == rows


@given(st.binary(max_size=200))
def test_no_bytes_are_anything_but_rows_or_a_refusal(content: bytes) -> None:
    try:
        rows = list(open_table(io.BytesIO(content), TableOptions(format="csv")).rows())
    except InvalidFile:
        return
    numbers = [row.number for row in rows]
    assert numbers == sorted(set(numbers))


@given(st.text(alphabet='a",;\r\n \t', max_size=60))
def test_every_line_of_any_text_is_in_a_row_or_blank(text: str) -> None:
    try:
        opened = table(b"h,i\n" + text.encode(), separator=",", quote='"')
    except InvalidFile:
        return
    rows = list(opened.rows())
    assert all(row.problem or len(row.cells) == 2 for row in rows)
    assert sum(row.problem == "" and "a" in "".join(row.cells) for row in rows) <= text.count("a")
