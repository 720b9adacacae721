"""Reads separated text (CSV, TSV) of any size: lines, quotes, ragged rows. What is broken is told row by row."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

from linebook.errors import InvalidFile
from linebook.files.cells import unguard_all
from linebook.files.encodings import BAD_TEXT, decode_blocks, find_encoding
from linebook.files.streams import HeadedStream
from linebook.files.tables import TableOptions, TableRow

CELL_MAX: Final = 1_000_000
"""Most characters in one cell."""

RECORD_MAX: Final = 8_000_000
"""Most characters in one row; more than that in one piece is no table of people, and reading ends there."""

AGAIN_MAX: Final = 40_000_000
"""How much may be read a second time in all because quotes were not closed."""

SEPARATOR_WORDS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}
_CANDIDATES: Final = (",", ";", "\t", "|")
_SAMPLE_LINES: Final = 60
_SAMPLE_BYTES: Final = 1 << 16
_DIRECTIVE: Final = re.compile(r"sep=(.)[\r\n]*\Z", re.IGNORECASE)

# The module's own limit is smaller, and it is one for the whole process: nothing else of ours reads CSV.
csv.field_size_limit(CELL_MAX)


class DelimitedTable:
    """A table in separated text."""

    def __init__(self, source: HeadedStream, options: TableOptions) -> None:
        """Find out how it is written and read the header. Raises `InvalidFile`."""
        self.encoding = find_encoding(source.head, options.encoding, is_whole=source.is_whole)
        sample = _sample(source.head, self.encoding)
        self.quote = _quote(options.quote, sample)
        self.separator = _separator(options, sample, self.quote)
        self.format = "tsv" if self.separator == "\t" else "csv"
        self._skips_blanks = bool(self.quote) and any(f"{self.separator} {self.quote}" in line for line in sample[:1])
        self._lines = _Lines(decode_blocks(source, self.encoding))
        self._reader = self._new_reader()
        self._next_number = 1
        self.header_number, self.header = self._read_header()

    def rows(self) -> Iterator[TableRow]:
        """See `Table`."""
        lines, width = self._lines, len(self.header)
        for row in self._records():
            cells = row.cells
            if row.problem:
                yield row
                continue
            if len(cells) != width:
                if len(cells) < 2 and not "".join(cells).strip():
                    continue
                if any(cells[width:]):
                    row.problem = f"The row has {len(cells)} cells, the header {width}."
                    yield row
                    continue
                cells = row.cells = (cells + [""] * width)[:width]
            if not any(cells):
                continue
            if lines.is_suspect:
                row.problem = _bad_text(cells, self.encoding)
            if lines.has_marks:
                row.cells = unguard_all(cells)
            yield row

    def _read_header(self) -> tuple[int, list[str]]:
        for row in self._records():
            if row.problem:
                raise InvalidFile(f"The header on line {row.number} cannot be read: {row.problem}")
            if "".join(row.cells).strip():
                names = [name.strip() for name in row.cells]
                problem = _bad_text(names, self.encoding)
                if problem:
                    raise InvalidFile(f"The header on line {row.number} cannot be read: {problem}")
                return row.number, unguard_all(names)
        raise InvalidFile("The file is empty.")

    def _records(self) -> Iterator[TableRow]:
        """Give every record as it stands, blank lines as well, from where reading stopped."""
        lines, taken = self._lines, self._lines.taken
        while True:
            number = self._next_number
            lines.forget()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                # A quote that goes astray must not swallow the rows behind it.
                self._next_number = number + 1
                row = TableRow(number, self._loosely(taken[0]), _quote_problem(error, len(taken)))
                lines.go_back(number)
                if lines.is_over:
                    self._reader = self._new_reader()
                yield row
                continue
            except InvalidFile as error:
                raise InvalidFile(f"Line {number}: {error.message}") from error
            self._next_number = number + len(taken)
            if number == 1 and _DIRECTIVE.fullmatch(taken[0]) is not None:
                continue
            yield TableRow(number, cells)

    def _new_reader(self) -> Iterator[list[str]]:
        return _reader(self._lines, self.separator, self.quote, skips_blanks=self._skips_blanks, strict=True)

    def _loosely(self, line: str) -> list[str]:
        """Give what can be read of a line whose quotes are broken."""
        return line.rstrip("\r\n")[:CELL_MAX].split(self.separator)[: len(getattr(self, "header", ())) or 1]


class _Lines:
    """The lines of a text with their ends; those of the record that is being read are kept, to go back to."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self._source = self._fresh(blocks)
        self._again: deque[str] = deque()
        self._size = 0
        self._read_again = 0
        self.taken: list[str] = []
        self.is_over = False
        self.is_suspect = False
        self.has_marks = False

    def __iter__(self) -> Iterator[str]:
        self.is_over = False
        for line in chain(self._old(), self._source):
            self._take(line)
            yield line
            for old in self._old():
                self._take(old)
                yield old
        self.is_over = True

    def forget(self) -> None:
        """Begin another record."""
        self.taken.clear()
        self._size = 0

    def go_back(self, number: int) -> None:
        """Have all lines that were taken but the first read again. Raises `InvalidFile` when that never ends."""
        self._read_again += self._size
        if self._read_again > AGAIN_MAX:
            raise InvalidFile(f"Line {number}: too many quotes of the file are not closed. Is it quoted in this way?")
        self._again.extendleft(reversed(self.taken[1:]))

    def _take(self, line: str) -> None:
        self.taken.append(line)
        self._size += len(line)
        if self._size > RECORD_MAX:
            raise InvalidFile(f"The row has more than {RECORD_MAX:,} characters.")

    def _old(self) -> Iterator[str]:
        while self._again:
            yield self._again.popleft()

    def _fresh(self, blocks: Iterator[str]) -> Iterator[str]:
        rest = ""
        for block in blocks:
            if "\0" in block or not (block.isascii() or BAD_TEXT.search(block) is None):
                self.is_suspect = True
            if "'" in block:
                self.has_marks = True
            lines = list(io.StringIO(rest + block, newline=""))
            # The last may go on, and a CR at its end may be the first half of a CRLF.
            rest = lines.pop()
            yield from lines
            if len(rest) > RECORD_MAX:
                break
        if rest:
            yield rest


def _reader(
    lines: Iterable[str], separator: str, quote: str, *, skips_blanks: bool = False, strict: bool = False
) -> Iterator[list[str]]:
    return csv.reader(
        lines,
        delimiter=separator,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        skipinitialspace=skips_blanks,
        strict=strict,
    )


def _sample(head: bytes, encoding: str) -> list[str]:
    """Give the first lines that are not blank, without the directive that some spreadsheets write."""
    text = head[:_SAMPLE_BYTES].decode(encoding, "replace").removeprefix("\ufeff")
    lines = (line for line in io.StringIO(text, newline="") if line.strip())
    found = list(islice(lines, _SAMPLE_LINES))
    return found[1:] if found and _DIRECTIVE.fullmatch(found[0]) else found


def _quote(named: str, sample: Sequence[str]) -> str:
    if named:
        if named.lower() == "none":
            return ""
        if len(named) != 1 or named.isalnum() or named.isspace():
            raise InvalidFile(f"{named!r} cannot be a quote: it is one sign, or `none`.")
        return named
    header = sample[0].strip() if sample else ""
    return "'" if len(header) > 1 and header[0] == header[-1] == "'" and header.count("'") % 2 == 0 else '"'


def _separator(options: TableOptions, sample: Sequence[str], quote: str) -> str:
    """Give the named separator, or the one under which most lines have as many cells as the first, and most cells."""
    named = SEPARATOR_WORDS.get(options.separator.lower(), options.separator)
    if named:
        if len(named) != 1 or named.isalnum() or named in '\r\n"' or named == quote:
            raise InvalidFile(f"{named!r} cannot be a separator: it is one sign, such as `;` or `tab`.")
        return named
    if options.format == "tsv":
        return "\t"
    best, best_score = ",", (0.0, 0)
    for one in _CANDIDATES:
        widths = _widths(sample, one, quote)
        if len(widths) and widths[0] > 1:
            score = (round(widths.count(widths[0]) / len(widths), 1), widths[0])
            if score > best_score:
                best, best_score = one, score
    return best


def _widths(sample: Sequence[str], separator: str, quote: str) -> list[int]:
    try:
        return [len(one) for one in _reader(sample, separator, quote) if "".join(one)]
    except csv.Error:
        return []


def _quote_problem(error: csv.Error, lines: int) -> str:
    if "limit" in str(error) and lines == 1:
        return f"A cell has more than {CELL_MAX:,} characters."
    if "limit" in str(error) or "unexpected end" in str(error):
        return "A quote is opened and never closed."
    if lines > 1:
        return "A quote is opened and not closed where the cell ends."
    return "There is text behind the closing quote of a cell."


def _bad_text(cells: Sequence[str], encoding: str) -> str:
    text = "".join(cells)
    if "\0" in text:
        return "The row has a character that cannot be stored (NUL)."
    if not text.isascii() and BAD_TEXT.search(text) is not None:
        return f"The row has bytes that are no text in the encoding {encoding}."
    return ""
