"""Writes contacts into a file of one of four kinds, as they come and at constant memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Final, Protocol, TypeVar

import msgspec
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from linebook.errors import CannotExport
from linebook.files.cells import csv_line, guard
from linebook.files.contact_cells import PHONE_AT, header_of, row_maker
from linebook.files.contact_records import record_maker
from linebook.files.exported import BookNames, Exported, ExportedPlain
from linebook.files.sheet_text import write_escapes
from linebook.files.vcards import vcard

Item_contra = TypeVar("Item_contra", contravariant=True)

SHEET_ROWS_MAX: Final = 1_048_576
SHEET_CELL_MAX: Final = 32_767
"""How many rows a sheet has at most, and how many characters a cell: Excel's own limits."""


class ContactWriter(Protocol[Item_contra]):
    """Writes one file."""

    def write(self, contacts: Sequence[Item_contra]) -> None:
        """Write some more contacts. Raises `CannotExport` for one that this kind of file has no room for."""

    def finish(self) -> None:
        """Write what belongs at the end. The stream stays open."""

    def abandon(self) -> None:
        """Let go of what was begun and will not be finished."""


class CsvWriter:
    """Comma-separated text in UTF-8, every row ended by CRLF (RFC 4180), no cell a formula."""

    def __init__(self, out: BinaryIO, names: BookNames) -> None:
        """Write the header."""
        self._out = out
        self._cells = row_maker(names)
        self._out.write(f"{csv_line(header_of(names))}\r\n".encode())

    def write(self, contacts: Sequence[ExportedPlain]) -> None:
        """See `ContactWriter`."""
        lines = [csv_line(self._cells(one), PHONE_AT) for one in contacts]
        lines.append("")
        self._out.write("\r\n".join(lines).encode())

    def finish(self) -> None:
        """See `ContactWriter`."""

    def abandon(self) -> None:
        """See `ContactWriter`."""


class JsonLinesWriter:
    """One JSON object a line, with ids and names of everything, in UTF-8."""

    def __init__(self, out: BinaryIO, names: BookNames) -> None:
        """Write nothing yet."""
        self._out = out
        self._record = record_maker(names)
        self._encoder = msgspec.json.Encoder()

    def write(self, contacts: Sequence[ExportedPlain]) -> None:
        """See `ContactWriter`."""
        self._out.write(self._encoder.encode_lines([self._record(one) for one in contacts]))

    def finish(self) -> None:
        """See `ContactWriter`."""

    def abandon(self) -> None:
        """See `ContactWriter`."""


class XlsxWriter:
    """An Excel workbook with one sheet, every cell a text."""

    def __init__(self, out: BinaryIO, names: BookNames) -> None:
        """Write the header."""
        self._out = out
        self._cells = row_maker(names)
        self._header = header_of(names)
        self._book = Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet("Contacts")
        self._sheet.freeze_panes = "A2"
        self._rows = 0
        self._append(self._header, "the header")

    def write(self, contacts: Sequence[ExportedPlain]) -> None:
        """See `ContactWriter`."""
        for one in contacts:
            self._append(self._cells(one), f"contact {one.values[0]}")

    def finish(self) -> None:
        """See `ContactWriter`."""
        self._book.save(self._out)

    def abandon(self) -> None:
        """See `ContactWriter`."""
        self._sheet.close()

    def _append(self, cells: list[str], whose: str) -> None:
        self._rows += 1
        if self._rows > SHEET_ROWS_MAX:
            raise CannotExport(f"A sheet ends at {SHEET_ROWS_MAX:,} rows, and there are more contacts: choose CSV.")
        self._sheet.append(
            [self._cell(text, name, whose) for text, name in zip(map(guard, cells), self._header, strict=True)]
        )

    def _cell(self, text: str, name: str, whose: str) -> Any:
        if not text:
            return None
        if len(text) > SHEET_CELL_MAX:
            raise CannotExport(
                f"A cell of a sheet ends at {SHEET_CELL_MAX:,} characters, and {name} of {whose} has more: choose CSV."
            )
        if text[0] != "=" and not text.startswith("#"):
            return write_escapes(text)
        # What looks like a formula or an error is a text all the same.
        cell = WriteOnlyCell(self._sheet, write_escapes(text))
        cell.data_type = "s"
        return cell


class VcardWriter:
    """vCards, one behind the other, in UTF-8."""

    def __init__(self, out: BinaryIO, names: BookNames) -> None:
        """Write nothing yet."""
        self._out = out
        self._names = names

    def write(self, contacts: Sequence[Exported]) -> None:
        """See `ContactWriter`."""
        self._out.write("".join([vcard(one, self._names) for one in contacts]).encode())

    def finish(self) -> None:
        """See `ContactWriter`."""

    def abandon(self) -> None:
        """See `ContactWriter`."""


PLAIN: Final[dict[str, Callable[[BinaryIO, BookNames], ContactWriter[ExportedPlain]]]] = {
    "csv": CsvWriter,
    "jsonl": JsonLinesWriter,
    "xlsx": XlsxWriter,
}
"""What writes each kind of file from contacts as they are stored."""

CARDS: Final[dict[str, Callable[[BinaryIO, BookNames], ContactWriter[Exported]]]] = {
    "vcard": VcardWriter,
}
"""What writes each kind of file from contacts that were put together."""
