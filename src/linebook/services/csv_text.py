"""Reads comma-separated text into records. It knows nothing of contacts, columns or what a record is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

SEPARATOR: Final = ","

_BLANK_LINES: Final = re.compile(r"(?:[ \t]*+[\r\n]++)*+(?:[ \t]++\Z)?+")
_LINE: Final = re.compile(r"([^\r\n]*+)(?:\r\n?|\n|\Z)")
_LINE_END: Final = re.compile(r"\r\n?|\n")
_PLAIN_CELL: Final = re.compile(r"[^,\r\n]*+")
_QUOTED_CELL: Final = re.compile(r'[ \t]*+"((?:[^"]++|"")*+)"([^,\r\n]*+)')
_OPENING: Final = re.compile(r'[ \t]*+"')


class Record(msgspec.Struct, frozen=True):
    """One record. `number` counts records from 1, the header is the first; blank lines are none.

    `is_closed` is false for a last record whose quotes are never closed: its last cell holds the rest of the text.
    """

    number: int
    cells: list[str]
    is_closed: bool = True


def read_records(text: str) -> Iterator[Record]:
    """Give the records one by one, in a time linear in the length of the text.

    Quotes as in RFC 4180: a quoted cell may hold separators, line breaks and doubled quotes, and keeps its blanks.
    Blanks around any other cell are dropped. Lines end in LF, CRLF or CR; a line of blanks alone is skipped; so is a
    byte order mark. A quote inside a cell that does not begin with one is a sign like any other.
    """
    at, number = _past_blank_lines(text, int(text.startswith("\ufeff"))), 0
    while at < len(text):
        cells, at, is_closed = _record(text, at)
        number += 1
        yield Record(number, cells, is_closed)
        at = _past_blank_lines(text, at)


def _past_blank_lines(text: str, at: int) -> int:
    found = _BLANK_LINES.match(text, at)
    return found.end() if found is not None else at


def _record(text: str, at: int) -> tuple[list[str], int, bool]:
    line = _LINE.match(text, at)
    if line is not None and '"' not in line[1]:
        return [cell.strip() for cell in line[1].split(SEPARATOR)], line.end(), True
    return _record_with_quotes(text, at)


def _record_with_quotes(text: str, at: int) -> tuple[list[str], int, bool]:
    cells: list[str] = []
    while True:
        quoted = _QUOTED_CELL.match(text, at)
        if quoted is not None:
            cells.append(quoted[1].replace('""', '"') + quoted[2].rstrip())
            at = quoted.end()
        elif _OPENING.match(text, at) is not None:
            return [*cells, text[at:]], len(text), False
        else:
            plain = _PLAIN_CELL.match(text, at)
            assert plain is not None
            cells.append(plain[0].strip())
            at = plain.end()
        if text.startswith(SEPARATOR, at):
            at += 1
            continue
        end = _LINE_END.match(text, at)
        return cells, end.end() if end is not None else at, True
