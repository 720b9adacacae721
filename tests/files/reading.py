"""Short ways to read a table in tests."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from linebook.files.tables import Table, TableOptions, TableRow, open_table


class Pipe:
    """A stream that cannot seek and gives a few bytes at a time, as a network does."""

    def __init__(self, content: bytes, size: int = 7) -> None:
        self._content = io.BytesIO(content)
        self._size = size

    def read(self, size: int = -1) -> bytes:
        return self._content.read(self._size if size < 0 else min(size, self._size))


def table(content: bytes, **options: str) -> Table:
    """Open a table from a stream that is no file."""
    return open_table(cast(BinaryIO, Pipe(content, 65_536)), TableOptions(**options))


def read(content: bytes, **options: str) -> list[TableRow]:
    """Give all rows of a table."""
    return list(table(content, **options).rows())


def cells(content: bytes, **options: str) -> list[list[str]]:
    """Give the cells of all rows; none may have a problem."""
    rows = read(content, **options)
    assert [row.problem for row in rows if row.problem] == []
    return [row.cells for row in rows]
