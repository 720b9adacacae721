"""What a text looks like in a cell: safe from spreadsheets that take it for a formula, and lists of names in one cell.

Everything that is done to a text on its way out is undone on its way in, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

NAME_SEPARATOR: Final = ";"
"""What stands between names that we write into one cell."""

_LOOKS_LIKE_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{1,14}")
_BEGINS_FORMULA: Final = frozenset("=+-@'\t")
_NEEDS_CSV_QUOTES: Final = re.compile(r'[,"\r\n]')
_QUOTED_NAME: Final = re.compile(r'\s*"((?:[^"]|"")*)"\s*')
_NEEDS_QUOTES: Final = re.compile(r'[;,|"\r\n]')


def guard(text: str) -> str:
    """Give the text with a quote mark in front, if a spreadsheet could take it for a formula.

    A complete phone number, `+` and digits alone, stays as it is: as a formula it is the same number, and other
    programs read it.
    """
    if _LOOKS_LIKE_FORMULA.match(text) is None or _NUMBER.fullmatch(text) is not None:
        return text
    return f"'{text}"


def unguard(text: str) -> str:
    """Give the text of a cell that `guard` made, or the cell itself."""
    return text[1:] if text[:1] == "'" and _LOOKS_LIKE_FORMULA.match(text) is not None else text


def unguard_all(cells: list[str]) -> list[str]:
    """Give the texts of a row's cells."""
    return [unguard(cell) if cell[:1] == "'" else cell for cell in cells]


def csv_line(cells: Sequence[str], number_at: int = -1) -> str:
    """Give one row of comma-separated text, guarded, without its end; no text may hold a NUL.

    `number_at` is where a phone number stands. Most rows need neither quotes nor guards, and looking at a whole row for
    what could is several times as fast as looking at each cell.
    """
    line = "\0".join(cells)
    pluses = 1 if number_at >= 0 and cells[number_at][:1] == "+" else 0
    if (
        "," in line
        or '"' in line
        or "\n" in line
        or "\r" in line
        or "\0=" in line
        or "\0-" in line
        or "\0@" in line
        or "\0'" in line
        or "\0\t" in line
        or line.count("\0+") != pluses
        or line[:1] in _BEGINS_FORMULA
    ):
        return ",".join(map(_csv_cell, cells))
    return line.replace("\0", ",")


def _csv_cell(text: str) -> str:
    text = guard(text)
    if _NEEDS_CSV_QUOTES.search(text) is None:
        return text
    return '"' + text.replace('"', '""') + '"'


def join_names(names: Iterable[str]) -> str:
    """Give one text for several names: semicolons between them, quotes around those that would not survive them."""
    return NAME_SEPARATOR.join(map(_quoted, names))


def split_names(text: str) -> list[str]:
    """Give the names in a cell, without blank ones and repetitions.

    They are separated by semicolons, line breaks or `|`; by commas where there is none of these. A name in quotes is
    taken as it is.
    """
    parts = _parts(text, ";|\r\n")
    if len(parts) == 1 and not parts[0][1]:
        parts = _parts(text, ",")
    names = (name if is_quoted else name.strip() for name, is_quoted in parts)
    return list(dict.fromkeys(name for name in names if name.strip()))


def _quoted(name: str) -> str:
    if _NEEDS_QUOTES.search(name) is None and name == name.strip():
        return name
    return '"' + name.replace('"', '""') + '"'


def _parts(text: str, separators: str) -> list[tuple[str, bool]]:
    parts: list[tuple[str, bool]] = []
    at = 0
    while True:
        quoted = _QUOTED_NAME.match(text, at)
        if quoted is not None and (quoted.end() == len(text) or text[quoted.end()] in separators):
            parts.append((quoted[1].replace('""', '"'), True))
            at = quoted.end()
        else:
            end = at
            while end < len(text) and text[end] not in separators:
                end += 1
            parts.append((text[at:end], False))
            at = end
        if at >= len(text):
            return parts
        at += 1
