"""Cuts a text into the parts that carriers carry: seven-bit characters if they suffice, else UCS-2. No I/O."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Final

import msgspec


class Alphabet(enum.StrEnum):
    """How the characters of a text travel."""

    GSM7 = "gsm7"
    """The seven-bit alphabet of GSM 03.38 with its extension table."""
    UCS2 = "ucs2"
    """Sixteen bits a unit; a character beyond the first plane takes two units."""


GSM7_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic characters in the order of their numbers; number 27 leads to the extension table and is no character."""

GSM7_EXTENSION: Final = {"\f": 10, "^": 20, "{": 40, "}": 41, "\\": 47, "[": 60, "~": 61, "]": 62, "|": 64, "€": 101}
"""The further characters by their numbers behind number 27; each takes the room of two."""

_BASIC: Final = frozenset(GSM7_BASIC) - {"\x1b"}
_EXTENSION: Final = frozenset(GSM7_EXTENSION)
_GSM7: Final = _BASIC | _EXTENSION

ALONE: Final = {Alphabet.GSM7: 160, Alphabet.UCS2: 70}
"""Most units of a text that is its only part."""

JOINED: Final = {Alphabet.GSM7: 153, Alphabet.UCS2: 67}
"""Most units of each part of a longer text: the rest is what puts the parts together again."""


class TextParts(msgspec.Struct, frozen=True):
    """A text as it travels."""

    alphabet: Alphabet
    parts: tuple[str, ...]


def alphabet_of(text: str) -> Alphabet:
    """Give the alphabet that a text needs."""
    return Alphabet.GSM7 if _GSM7.issuperset(text) else Alphabet.UCS2


def split_text(text: str) -> TextParts:
    """Cut a text into as few parts as possible, in order; no character is cut in two. An empty text is one part."""
    alphabet = alphabet_of(text)
    if _units(text, alphabet) <= ALONE[alphabet]:
        return TextParts(alphabet, (text,))
    return TextParts(alphabet, tuple(_cut(text, alphabet, JOINED[alphabet])))


def count_parts(text: str) -> int:
    """Give how many parts a text takes."""
    if len(text) <= ALONE[Alphabet.GSM7] and _BASIC.issuperset(text):
        return 1
    return len(split_text(text).parts)


def _units(text: str, alphabet: Alphabet) -> int:
    return len(text) + sum(map(_is_wide[alphabet], text))


def _cut(text: str, alphabet: Alphabet, room: int) -> Iterator[str]:
    is_wide = _is_wide[alphabet]
    start = used = 0
    for position, character in enumerate(text):
        size = 2 if is_wide(character) else 1
        if used + size > room:
            yield text[start:position]
            start, used = position, 0
        used += size
    yield text[start:]


_is_wide: Final = {Alphabet.GSM7: _EXTENSION.__contains__, Alphabet.UCS2: "\uffff".__lt__}
