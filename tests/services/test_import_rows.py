"""What the cells of a file become before the book is asked: canonical, or refused with the reason."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linebook.core.imports import MEMBERS, ImportColumn, MatchBy, Reject, StagedRecord
from linebook.errors import InvalidMember
from linebook.services.import_rows import RecordReader, check_plan, split_name
from tests.kit.importing import plan_of

TURNED = "Cell: a spreadsheet turned the number into {}, and its last digits are lost"


def read(member: str, cell: str, **options: Any) -> StagedRecord | Reject:
    columns = [ImportColumn(member="id"), ImportColumn(member=member, field=1 if member == "field" else None)]
    return RecordReader(plan_of(["Id", "Cell"], columns, **options)).read(5, ["7", cell])


@pytest.mark.parametrize(
    ("member", "cell", "reason"),
    [
        (
            "phone",
            "9.72541E+11",
            "Cell: a spreadsheet turned the number into 9.72541E+11, and its last digits are lost",
        ),
        (
            "phone",
            "9,72541e+11",
            "Cell: a spreadsheet turned the number into 9,72541e+11, and its last digits are lost",
        ),
        ("phone", "2E10", "Cell: a spreadsheet turned the number into 2E10, and its last digits are lost"),
        ("phone", "n/a", "Cell: is no phone number"),
        ("phone", "1" * 41, "Cell: is no phone number"),
        ("email", "ada at example.org", "Cell: is no e-mail address"),
        ("email", "a" * 250 + "@example.org", "Cell: has more than 254 characters"),
        ("external_id", "x" * 256, "Cell: has more than 255 characters"),
        ("notes", "a\0b", "Cell: has a character that cannot be stored"),
        ("first_name", "a\udcffb", "Cell: has a character that cannot be stored"),
        ("opt_out", "perhaps", "Cell: is neither yes nor no"),
        ("tags", "t" * 256, "Cell: has a name of more than 255 characters"),
    ],
)
def test_a_cell_that_cannot_be_used_is_refused_with_its_reason(member: str, cell: str, reason: str) -> None:
    record = read(member, cell)
    assert isinstance(record, Reject)
    assert (record.number, record.reason) == (5, reason)
    # What is kept can be kept by every database.
    assert all("\0" not in kept and kept.encode() for kept in record.cells)


@pytest.mark.parametrize("cell", ["0", "-1", "2147483648", "x", "1" * 30])
def test_an_id_that_is_none_is_refused(cell: str) -> None:
    plan = plan_of(["Id", "Phone"], [ImportColumn(member="id"), ImportColumn(member="phone")])
    record = RecordReader(plan).read(2, [cell, "2065550101"])
    assert isinstance(record, Reject) and record.reason == "Id: is no id"


@pytest.mark.parametrize(
    ("member", "cell", "canonical"),
    [
        ("phone", "(206) 555-0101", "+12065550101"),
        ("phone", "2065550101.0", "+12065550101"),
        ("phone", "'+12065550101", "+12065550101"),
        ("phone", "+972541111111", "+972541111111"),
        ("phone", "  ", ""),
        ("email", " Ada@example.org ", "Ada@example.org"),
        ("first_name", " Ada ", "Ada"),
        ("opt_out", "YES", "1"),
        ("opt_out", "לא", "0"),
        ("blocked", "false", "0"),
        ("tags", "VIP; new", "VIP; new"),
    ],
)
def test_a_cell_is_kept_in_its_canonical_form_beside_what_was_written(member: str, cell: str, canonical: str) -> None:
    record = read(member, cell)
    assert isinstance(record, StagedRecord)
    assert record.cells == ["7", canonical]
    assert record.original_cells() == ["7", cell]
    assert bool(record.originals) == (cell != canonical)


def test_numbers_are_completed_by_country_code_where_one_is_given() -> None:
    record = read("phone", "054-1111111", country_code="972", trims_zero=True)
    assert isinstance(record, StagedRecord) and record.cells[1] == "+972541111111"


def test_what_the_reader_of_the_file_says_of_a_row_is_the_reason() -> None:
    record = RecordReader(plan_of(["Phone"])).read(9, ["206"], "has a quote that is never closed")
    assert record == Reject(9, "has a quote that is never closed", ["206"])


def test_a_row_that_is_too_long_is_refused_and_a_short_one_has_blank_cells() -> None:
    reader = RecordReader(plan_of(["Phone", "First name"]))
    long, short = reader.read(2, ["2065550101", "Ada", "x"]), reader.read(3, ["2065550101"])
    assert isinstance(long, Reject) and long.reason == "has 3 cells, the header has 2"
    assert isinstance(short, StagedRecord) and short.cells == ["+12065550101", ""]


def test_a_record_without_number_address_and_id_names_nobody_unless_it_may() -> None:
    header = ["Phone", "First name"]
    record = RecordReader(plan_of(header)).read(2, ["", "Ada"])
    assert isinstance(record, Reject) and record.reason.startswith("names nobody")
    assert isinstance(RecordReader(plan_of(header, adds_keyless=True)).read(2, ["", "Ada"]), StagedRecord)


CELLS = st.one_of(
    st.sampled_from(
        [
            *("", " ", "'", "2065550101", "(206) 555-0102", "'+12065550103", "2065550100.00", "206.555.0100", "12"),
            *("1\x1f2065550101", " 206 5550104 ", "2E10", "x", "٢٠٦٥٥٥٠١٠٥", "(" * 31 + "2065550106"),
            *("a@example.org", " A@Example.org ", "a b@c", "None", "é@example.org", "a\0@b"),
            *("Ada", " Ada", "Ad\ta", "Zoë", "\udcff", "n" * 1_001, "yes", "NO", "pending", "7", "7.0", "t" * 256),
        ]
    ),
    st.text(max_size=12),
)
EVERY = [*sorted(MEMBERS - {"field"}), "field"]


class Row(msgspec.Struct):
    number: int
    cells: list[str]
    problem: str = ""


@settings(max_examples=150, deadline=None)
@given(
    records=st.lists(st.lists(CELLS, min_size=len(EVERY) - 1, max_size=len(EVERY) + 1), min_size=1, max_size=5),
    broken=st.sets(st.integers(0, 4), max_size=1),
    options=st.sampled_from([{}, {"adds_keyless": True}, {"country_code": "972", "trims_zero": True}]),
)
def test_rows_that_are_read_together_are_read_as_each_alone(
    records: list[list[str]], broken: set[int], options: dict[str, Any]
) -> None:
    columns = [ImportColumn(member=member, field=1 if member == "field" else None) for member in EVERY]
    reader = RecordReader(plan_of(EVERY, columns, **options))
    rows = [Row(n + 2, cells, "A quote is opened." if n in broken else "") for n, cells in enumerate(records)]
    assert reader.read_all(rows) == [reader.read(row.number, row.cells, row.problem) for row in rows]


@given(records=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=30))
def test_common_columns_too(records: list[tuple[str, ...]]) -> None:
    reader = RecordReader(plan_of(["Phone", "Email", "First name"]))
    rows = [Row(n, list(cells)) for n, cells in enumerate(records)]
    assert reader.read_all(rows) == [reader.read(row.number, row.cells) for row in rows]


@pytest.mark.parametrize(
    ("match", "cells", "keys"),
    [
        ("phone", ["2065550101", "A@example.org"], ["+12065550101"]),
        ("phone", ["", "A@example.org"], ["a@example.org"]),
        ("email", ["2065550101", "A@example.org"], ["a@example.org"]),
        ("both", ["2065550101", "A@example.org"], ["+12065550101", "a@example.org"]),
    ],
)
def test_the_keys_of_a_record_are_what_the_import_matches_by(match: str, cells: list[str], keys: list[str]) -> None:
    reader = RecordReader(plan_of(["Phone", "Email"], match=MatchBy(match)))
    record = reader.read(2, cells)
    assert isinstance(record, StagedRecord) and reader.keys(record) == keys


@pytest.mark.parametrize(
    ("columns", "options", "reason"),
    [
        ([ImportColumn(member="phone")], {}, "columns: are not as many as the header has"),
        ([ImportColumn(member="phone")] * 2, {}, "columns: phone is given by two columns"),
        ([ImportColumn(member="phone"), ImportColumn(member="field")], {}, "columns: a column is a field"),
        ([ImportColumn(), ImportColumn(member="notes")], {}, "columns: none is a phone number"),
        ([ImportColumn(member="phone"), ImportColumn()], {"region": "ZZ"}, "region: There is no numbering plan"),
        ([ImportColumn(member="phone"), ImportColumn()], {"country_code": "x"}, "region: A country code"),
        ([ImportColumn(member="phone"), ImportColumn(member="shoe size")], {}, "columns: shoe size is no member"),
    ],
)
def test_a_plan_that_no_record_could_be_read_by_is_refused(
    columns: list[ImportColumn], options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidMember) as refused:
        check_plan(plan_of(["One", "Two"], columns, **options))
    assert refused.value.message.startswith(reason)


@pytest.mark.parametrize(
    ("name", "parts"),
    [("Ada King Lovelace", ("Ada King", "Lovelace")), ("Ada", ("Ada", "")), ("", ("", "")), (" A  B ", ("A", "B"))],
)
def test_a_whole_name_is_split_before_its_last_word(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts
