"""What becomes of a text that is too long for a message: its beginning, and a file that holds all of it. No I/O."""

from __future__ import annotations

from typing import Final

from linebook.core.file_kinds import TEXT, NewFile

FILE_NAME: Final = "message.txt"


def shortened(text: str, limit_bytes: int) -> tuple[str, NewFile | None]:
    """Give as much of a text as fits into so many bytes of UTF-8, and the file for all of it, None if it fits.

    No character is cut in two.
    """
    data = text.encode("utf-8", "replace")
    if len(data) <= limit_bytes:
        return text, None
    return data[:limit_bytes].decode("utf-8", "ignore"), NewFile(FILE_NAME, TEXT, data)
