"""Opens a table somebody brings, in whatever form: looks what it is, and gives its header and its rows one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final, Protocol

import msgspec

from linebook.errors import InvalidFile

FORMATS: Final = ("csv", "tsv", "xlsx")


class TableOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a file. Whatever is empty is looked for in the file itself.

    `separator` is one sign, or a word of `delimited.SEPARATOR_WORDS`; `quote` is one sign, or `none`.
    """

    format: str = ""
    encoding: str = ""
    separator: str = ""
    quote: str = ""
    sheet: str = ""


class TableRow(msgspec.Struct):
    """One record. `number` is the line on which it begins, or the row of the sheet; `problem` why it cannot be used.

    A row without a problem has as many cells as the header. One with a problem has what could be read of it.
    """

    number: int
    cells: list[str]
    problem: str = ""


class Table(Protocol):
    """A table that was opened. Its rows can be gone through once."""

    format: str
    encoding: str
    separator: str
    header: list[str]
    header_number: int

    def rows(self) -> Iterator[TableRow]:
        """Give the rows behind the header, blank ones left out, at constant memory. Raises `InvalidFile`."""


# What other files begin with, and what to do about them.
_STRANGERS: Final = (
    (b"\xd0\xcf\x11\xe0", "The file is an old Excel workbook (.xls): save it as .xlsx or as CSV."),
    (b"\x1f\x8b", "The file is compressed (gzip): unpack it first."),
    (b"BZh", "The file is compressed (bzip2): unpack it first."),
    (b"\xfd7zXZ", "The file is compressed (xz): unpack it first."),
    (b"%PDF", "The file is a PDF, not a table."),
    (b"<!DOCTYPE", "The file is a web page, not a table: save it as .xlsx or as CSV."),
    (b"<html", "The file is a web page, not a table: save it as .xlsx or as CSV."),
    (b"BEGIN:VCARD", "The file holds vCards, not a table."),
)


def open_table(stream: BinaryIO, options: TableOptions = TableOptions()) -> Table:  # noqa: B008 - it is frozen
    """Open a table and read its header; the stream need not be seekable, and stays open.

    Raises `InvalidFile` for what is no table, is empty, or is not as the options say.
    """
    from linebook.files.delimited import DelimitedTable  # noqa: PLC0415 - they know the types of this module
    from linebook.files.streams import HeadedStream  # noqa: PLC0415

    if options.format not in ("", *FORMATS):
        raise InvalidFile(f"There is no format {options.format}: it is one of {', '.join(FORMATS)}.")
    source = HeadedStream(stream)
    head = source.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise InvalidFile("The file is empty.")
    is_zip = head.startswith(b"PK\x03\x04")
    if options.format == "xlsx" or (is_zip and not options.format):
        if not is_zip:
            raise InvalidFile("The file is no Excel workbook (.xlsx).")
        # Its library takes a tenth of a second to load, which most files do not need.
        from linebook.files.sheets import SheetTable  # noqa: PLC0415

        return SheetTable(source, options)
    for beginning, sentence in (*_STRANGERS, (b"PK\x03\x04", "The file is an archive, not a text file.")):
        if head[:16].upper().startswith(beginning.upper()):
            raise InvalidFile(sentence)
    return DelimitedTable(source, options)
