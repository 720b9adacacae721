"""A stream whose beginning can be looked at before it is read. It never seeks and never reads ahead of its head."""

from __future__ import annotations

from typing import BinaryIO, Final

HEAD_BYTES: Final = 1 << 20
"""How much of a file is looked at to tell what it is, unless it is shorter."""

BLOCK_BYTES: Final = 1 << 17


class HeadedStream:
    """The bytes of a stream, of which `head` was read already."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read the head."""
        self._stream = stream
        parts: list[bytes] = []
        size = 0
        while size < HEAD_BYTES and (part := stream.read(HEAD_BYTES - size)):
            parts.append(part)
            size += len(part)
        self.head = b"".join(parts)
        self.is_whole = size < HEAD_BYTES
        self._at = 0

    def read(self) -> bytes:
        """Give the next block, the head first; empty at the end."""
        if self._at < len(self.head):
            block = self.head[self._at : self._at + BLOCK_BYTES]
            self._at += len(block)
            return block
        return b"" if self.is_whole else self._stream.read(BLOCK_BYTES)
