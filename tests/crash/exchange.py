"""What the hub under test and the carrier outside it say to each other: one JSON object a line, over one connection."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec

from linebook.carriers.base import Inbound, Outgoing, Receipt

LINE_MAX: Final = 2**22


class Hello(msgspec.Struct, frozen=True, tag=True):
    """The hub opens the link of a line."""

    address: str


class Submit(msgspec.Struct, frozen=True, tag=True):
    """The hub hands texts over."""

    texts: tuple[Outgoing, ...]


class Answer(msgspec.Struct, frozen=True):
    """What became of one of them: the ids of its parts, or the name of a failure."""

    message_id: int
    part_ids: tuple[str, ...] = ()
    failure: str = ""


class Answers(msgspec.Struct, frozen=True, tag=True):
    """The carrier answers for texts."""

    answers: tuple[Answer, ...]


class Bring(msgspec.Struct, frozen=True, tag=True):
    """The carrier brings receipts and texts, and waits for `Stored` of that number."""

    no: int
    receipts: tuple[Receipt, ...] = ()
    texts: tuple[Inbound, ...] = ()


class Stored(msgspec.Struct, frozen=True, tag=True):
    """The hub acknowledges what was brought."""

    no: int


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The hub could not store what was brought: it is to be brought again."""

    no: int


Word = Hello | Submit | Answers | Bring | Stored | Refused

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Any).decode


def written(word: Word) -> bytes:
    """Give the line that says a word."""
    return _encode(word) + b"\n"


async def read(reader: asyncio.StreamReader) -> Word | None:
    """Give the next word; None at the end of the connection, however it came."""
    try:
        line = await reader.readline()
    except OSError:
        return None
    return msgspec.convert(_decode(line), Word) if line.endswith(b"\n") else None
