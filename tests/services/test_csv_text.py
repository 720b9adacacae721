"""Reading comma-separated text: lines, quotes, blanks, and no text that makes it slow."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linebook.services.csv_text import Record, read_records

READ: list[tuple[str, str, list[list[str]]]] = [
    ("nothing", "", []),
    ("blank lines alone", "\n \r\n\t\r  ", []),
    ("a header alone", "a,b", [["a", "b"]]),
    ("lines that end in LF, CRLF and CR", "a\nb\r\nc\rd", [["a"], ["b"], ["c"], ["d"]]),
    ("blank lines everywhere", "\n\na,b\n\n \n1,2\r\n\r\n", [["a", "b"], ["1", "2"]]),
    ("blanks around cells", " a , b\t\n 1 ,\u00a02 ", [["a", "b"], ["1", "2"]]),
    ("empty cells", ",\n,,\na,,\n", [["", ""], ["", "", ""], ["a", "", ""]]),
    ("a byte order mark", "\ufeffa,b\n1,2", [["a", "b"], ["1", "2"]]),
    ("quoted cells", '"a","b"\n"1,5","2\n3\r\n4"', [["a", "b"], ["1,5", "2\n3\r\n4"]]),
    ("doubled quotes", '"say ""a""",""""', [['say "a"', '"']]),
    ("blanks in and around quoted cells", ' " a " , " b "\t', [[" a ", " b "]]),
    ("empty quoted cells", '"",""\n""', [["", ""], [""]]),
    ("quotes within a cell", 'a"b,5" pipe\n', [['a"b', '5" pipe']]),
    ("text behind a quoted cell", '"a"b c ,"d" e', [["ab c", "d e"]]),
    ("a comma at the end", "a,b,\n", [["a", "b", ""]]),
    ("Hebrew", "שם,עיר\nדנה,חיפה", [["שם", "עיר"], ["דנה", "חיפה"]]),
]


@pytest.mark.parametrize(("text", "cells"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_it_reads(text: str, cells: list[list[str]]) -> None:
    assert list(read_records(text)) == [Record(number, one) for number, one in enumerate(cells, 1)]


@pytest.mark.parametrize("rest", ['"', '"b', '"b""', '"b\nc,d', ' "b "" c\n'])
def test_quotes_that_stay_open_end_the_last_record(rest: str) -> None:
    records = list(read_records(f"a,b\n1,{rest}"))
    assert records == [Record(1, ["a", "b"]), Record(2, ["1", rest], is_closed=False)]


def test_records_come_one_by_one() -> None:
    records = read_records("a\nb\n")
    assert next(records).cells == ["a"]
    assert next(records).cells == ["b"]
    assert next(records, None) is None


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=5), st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_quoted_comes_back(rows: list[list[str]], line_end: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator=line_end).writerows(rows)
    assert [record.cells for record in read_records(text.getvalue())] == rows


@given(st.text(alphabet='a",\r\n \t', max_size=40))
def test_any_text_is_read_to_its_end(text: str) -> None:
    records = list(read_records(text))
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    assert all(record.is_closed for record in records[:-1])


SLOW: list[tuple[str, Callable[[int], str]]] = [
    ("quotes", lambda n: '"' * n),
    ("an odd number of quotes", lambda n: '"' * (n | 1)),
    ("commas", lambda n: "," * n),
    ("line breaks", lambda n: "\n" * n),
    ("blanks", lambda n: " " * n),
    ("blanks before quotes", lambda n: (" " * 1000 + 'a"\n') * (n // 1000)),
    ("blanks before an open quote", lambda n: " " * n + '"'),
    ("open cells", lambda n: '"a,\n' * (n // 4) + '"'),
    ("records", lambda n: "one@example.test,0502223344,x\n" * (n // 30)),
    ("quoted records", lambda n: '"one@example.test","05""02"\n' * (n // 28)),
]


@pytest.mark.parametrize("text_of", [row[1] for row in SLOW], ids=[row[0] for row in SLOW])
def test_no_text_takes_more_than_linear_time(text_of: Callable[[int], str]) -> None:
    def took_s(text: str) -> float:
        started = time.perf_counter()
        for _ in read_records(text):
            pass
        return time.perf_counter() - started

    short, long = text_of(100_000), text_of(400_000)
    # Quadratic would be sixteen times as long; a quiet moment in five tries is enough to show that it is not.
    assert any(took_s(long) < 0.05 or took_s(long) < 10 * took_s(short) for _ in range(5))
