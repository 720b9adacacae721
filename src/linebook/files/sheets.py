"""Reads a sheet of an Excel workbook (.xlsx) row by row, in bounded memory whatever the file says of itself."""

from __future__ import annotations

import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from datetime import time as time_of_day
from decimal import Decimal
from typing import IO, Any, Final

from openpyxl import load_workbook

from linebook.errors import InvalidFile
from linebook.files.cells import unguard_all
from linebook.files.sheet_text import read_escapes
from linebook.files.streams import HeadedStream
from linebook.files.tables import TableOptions, TableRow

FILE_BYTES_MAX: Final = 512 << 20
SHEETS_BYTES_MAX: Final = 2 << 30
STRINGS_BYTES_MAX: Final = 128 << 20
OTHER_BYTES_MAX: Final = 16 << 20
"""How much may be unpacked of the sheets, which are read piece by piece, of the table of texts and of all the rest,
which stand in memory."""

PACKED_MAX: Final = 100
"""How many times its size a large part may have when unpacked; sheets of people come to a third of it."""

_SMALL_BYTES: Final = 32 << 20
_ENTRIES_MAX: Final = 5_000
_SPOOL_BYTES: Final = 8 << 20
_NEVER_READ: Final = ("xl/media/", "xl/drawings/", "xl/embeddings/", "xl/charts/", "xl/printerSettings/")
_ERRORS: Final = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})


class SheetTable:
    """A table in a sheet. Its rows are numbered as the spreadsheet shows them."""

    format = "xlsx"
    encoding = ""
    separator = ""

    def __init__(self, source: HeadedStream, options: TableOptions) -> None:
        """Open the workbook and read the header. Raises `InvalidFile`."""
        file = _spooled(source)
        self._cells = _rows_of(file, options.sheet)
        self.header_number, self.header = self._read_header()

    def rows(self) -> Iterator[TableRow]:
        """See `Table`."""
        width = len(self.header)
        for number, values in self._cells:
            cells = [_text(value, form) for value, form in values]
            while cells and not cells[-1]:
                cells.pop()
            if not cells:
                continue
            problem = ""
            if len(cells) > width:
                problem = f"The row has {len(cells)} cells, the header {width}."
            elif not _ERRORS.isdisjoint(cells):
                problem = f"A cell holds an error of the spreadsheet, {next(one for one in cells if one in _ERRORS)}."
            else:
                cells += [""] * (width - len(cells))
            yield TableRow(number, unguard_all(cells), problem)

    def _read_header(self) -> tuple[int, list[str]]:
        for number, values in self._cells:
            cells = [_text(value, form).strip() for value, form in values]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                return number, unguard_all(cells)
        raise InvalidFile("The sheet is empty.")


def _spooled(source: HeadedStream) -> IO[bytes]:
    """Give the workbook as a file that can be gone about in, which the archive's directory at its end demands."""
    file = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - it lives as long as the table
    while block := source.read():
        file.write(block)
        if file.tell() > FILE_BYTES_MAX:
            file.close()
            raise InvalidFile(f"The workbook has more than {FILE_BYTES_MAX >> 20} MB: save it as CSV.")
    file.seek(0)
    return file


def _check_sizes(file: IO[bytes]) -> None:
    """Refuse an archive that unpacks to more than can be kept; no more than it says is ever read of a part."""
    try:
        parts = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise InvalidFile("The workbook is damaged.") from error
    sheets = strings = others = 0
    for part in parts:
        if part.file_size > _SMALL_BYTES and part.file_size > PACKED_MAX * part.compress_size:
            raise InvalidFile("The workbook unpacks to far more than a workbook of people has.")
        if part.filename.startswith("xl/worksheets/"):
            sheets += part.file_size
        elif part.filename.lower() == "xl/sharedstrings.xml":
            strings += part.file_size
        elif not part.filename.startswith(_NEVER_READ):
            others += part.file_size
    is_large = sheets > SHEETS_BYTES_MAX or strings > STRINGS_BYTES_MAX or others > OTHER_BYTES_MAX
    if is_large or len(parts) > _ENTRIES_MAX:
        raise InvalidFile("The workbook is too large: save it as CSV.")


def _rows_of(file: IO[bytes], wanted: str) -> Iterator[tuple[int, list[tuple[Any, str]]]]:
    """Give the number of every row, and of its cells the value and the form in which a number is shown."""
    with file:
        _check_sizes(file)
        # The library says in many kinds of errors that a file is not what it should be.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            except Exception as error:
                raise InvalidFile("The workbook is damaged, or locked with a password.") from error
        sheet = _sheet(book.worksheets, wanted)
        # What a sheet says of its size is often wrong, and would cut rows off.
        sheet.reset_dimensions()
        rows = enumerate(sheet.iter_rows(), 1)
        while True:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    number, cells = next(rows)
            except StopIteration:
                return
            except Exception as error:
                raise InvalidFile("The sheet is damaged.") from error
            yield number, [(one.value, one.number_format if type(one.value) is int else "") for one in cells]


def _sheet(sheets: Sequence[Any], wanted: str) -> Any:
    if not sheets:
        raise InvalidFile("The workbook has no sheet with cells.")
    if not wanted:
        return next((one for one in sheets if one.sheet_state == "visible"), sheets[0])
    for one in sheets:
        if one.title.strip().casefold() == wanted.strip().casefold():
            return one
    if wanted.isascii() and wanted.isdecimal() and 1 <= int(wanted[:9]) <= len(sheets):
        return sheets[int(wanted) - 1]
    names = ", ".join(one.title for one in sheets[:20])
    raise InvalidFile(f"The workbook has no sheet {wanted}; it has: {names}.")


def _text(value: Any, form: str) -> str:
    """Give what a person sees in the cell: numbers as digits, times as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, str):
        return read_escapes(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        digits = str(value)
        # A form such as 0000000000 shows the zeros that a number cannot begin with.
        return digits.zfill(len(form)) if form and not form.strip("0") else digits
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        is_day = value.time() == time_of_day()
        return value.date().isoformat() if is_day else value.isoformat(timespec="seconds")
    if isinstance(value, date | time_of_day):
        return value.isoformat()
    return str(value)
