"""Suppression lists: files that say which numbers may not be texted, since when and why; in and out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

import msgspec

from linebook.core.consent import ConsentAction
from linebook.core.times import read_time
from linebook.errors import InvalidFile
from linebook.files.cells import csv_line
from linebook.files.columns import guess_columns
from linebook.files.exported import time_text
from linebook.files.header_words import simplified
from linebook.files.tables import TableOptions, TableRow, open_table

HEADER: Final = ("number", "closed_by", "line", "date", "word", "source")

ACTIONS: Final = {
    "person": ConsentAction.PERSON_STOP,
    "team": ConsentAction.TEAM_STOP,
    "block": ConsentAction.BLOCK,
}
"""What stands under `closed_by`, and what it means."""

_WORDS_OF_ACTIONS: Final = {action: word for word, action in ACTIONS.items()}
_DIGITS_OF_A_NUMBER: Final = 5
_WORDS: Final = {
    "closed_by": "closed by, opted out by, stopped by, kind",
    "line": "line, line number, inbox, from",
    "date": (
        "date, time, timestamp, opted out at, opt out date, opt out time, optout date, unsubscribed at,"
        " unsubscribe date, created, created at, date added, added, when, stopped at, updated,"
        " תאריך, תאריך הסרה, fecha, datum, data"
    ),
    "word": "word, keyword, message, body, text, מילה",
    "source": (
        "source, reason, origin, evidence, comment, note, notes, channel, מקור, סיבה, origen, quelle, origem, motif"
    ),
}
_MEANINGS: Final = {simplified(word): member for member, words in _WORDS.items() for word in words.split(",")}


class StopRow(msgspec.Struct, kw_only=True):
    """One record of a list: its texts as they stand, the time read; `problem` is why it cannot be used."""

    row: int
    number: str = ""
    action: ConsentAction | None = None
    line: str = ""
    at_ms: int | None = None
    word: str = ""
    source: str = ""
    problem: str = ""


def read_stops(stream: BinaryIO, options: TableOptions) -> Iterator[StopRow]:
    """Give the records of a list: bare numbers, one a line, or a table with a column of numbers, with a header or not.

    A table without a header has the number first, and a date behind it. Raises `InvalidFile` for what is no list.
    """
    table = open_table(stream, options)
    columns = _columns(table.header)
    if columns is not None:
        return (_row(one, columns) for one in table.rows())
    first_cell = table.header[0]
    if not _is_number(first_cell) or (read_time(first_cell) is not None and not first_cell.isdecimal()):
        names = ", ".join(table.header)
        raise InvalidFile(f"No column of the list, or not the first of one without a header, holds numbers: {names}.")
    first = TableRow(table.header_number, table.header)
    return (_bare_row(one, len(table.header)) for rows in ((first,), table.rows()) for one in rows)


class StopWriter:
    """Writes a list that `read_stops` reads."""

    def __init__(self, out: BinaryIO) -> None:
        """Write the header."""
        self._out = out
        self._out.write(f"{csv_line(HEADER)}\r\n".encode())

    def write(self, number: str, action: ConsentAction, *, line: str, at_ms: int, word: str, source: str) -> None:
        """Write one reason why a number is not texted."""
        cells = (number, _WORDS_OF_ACTIONS[action], line, time_text(at_ms), word, source)
        self._out.write(f"{csv_line(cells)}\r\n".encode())


def _columns(header: Sequence[str]) -> list[str] | None:
    """Give what each column is, or None where the first line is no header."""
    if any(map(_is_number, header)):
        return None
    members = ["number" if one.member == "phone" else "" for one in guess_columns(header, {}, unknown_as_fields=False)]
    for place, name in enumerate(header):
        meaning = _MEANINGS.get(simplified(name), "")
        if members[place] != "number" and meaning not in members:
            members[place] = meaning
    return members if "number" in members else None


def _is_number(cell: str) -> bool:
    return sum(map(str.isdecimal, cell)) >= _DIGITS_OF_A_NUMBER


def _bare_row(row: TableRow, width: int) -> StopRow:
    if len(row.cells) > width:
        row.problem = ""  # the first record is no header, and need not be the longest
    return _row(row, ("number", "date"))


def _row(row: TableRow, columns: Sequence[str]) -> StopRow:
    given = {member: cell.strip() for member, cell in zip(columns, row.cells, strict=False) if member and cell.strip()}
    found = StopRow(
        row=row.number,
        number=given.get("number", ""),
        line=given.get("line", ""),
        word=given.get("word", ""),
        source=given.get("source", ""),
        problem=row.problem,
    )
    if found.problem:
        return found
    if not found.number:
        found.problem = "There is no number."
    if "date" in given:
        found.at_ms = read_time(given["date"])
        if found.at_ms is None:
            found.problem = f"{given['date']!r} is no date: the year comes first, as in 2026-01-31."
    if "closed_by" in given:
        found.action = ACTIONS.get(given["closed_by"].casefold())
        if found.action is None:
            found.problem = f"{given['closed_by']!r} is none of {', '.join(ACTIONS)}."
    return found
