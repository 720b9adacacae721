"""Which encoding a text file has, and its text block by block. What cannot be told is asked for, never guessed."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

from linebook.errors import InvalidFile
from linebook.files.streams import HeadedStream

BAD_TEXT: Final = re.compile("[\ud800-\udfff]")
"""What stands in the text where bytes have no meaning in the encoding."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NOT_FOR_FILES: Final = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "mbcs", "oem"}
_HIGH_LETTERS: Final = re.compile(rb"[\xc0-\xff]+")
_HEBREW_WORD: Final = re.compile(rb"[\xe0-\xfa]{2,}")
_LOW_CONTROLS: Final = re.compile(rb"[\x80-\x9f]{2,}")
_NOT_IN_1252: Final = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def find_encoding(head: bytes, named: str, *, is_whole: bool) -> str:
    """Give the encoding of a text that begins with `head`: the named one, or what the bytes show.

    Marks of UTF-8 and UTF-16 count first, also where another encoding is named. Without one it is UTF-16 where every
    second byte is zero, UTF-8 where that fits, and else cp1255 (Hebrew) or cp1252 (western) by how letters beyond
    ASCII stand together: in Hebrew they make words, in western languages they stand alone among others. Raises
    `InvalidFile` for an unknown name, and for text that is none of these.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if named:
        return _checked(named)
    pairs = head[: len(head) // 2 * 2][:4096]
    if pairs.count(0) > max(1, len(pairs) // 10):
        first, second = pairs[0::2].count(0), pairs[1::2].count(0)
        if second > 10 * first:
            return "utf-16-le"
        if first > 10 * second:
            return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=is_whole)
    except UnicodeDecodeError:
        return _code_page(head)
    return "utf-8"


def decode_blocks(source: HeadedStream, encoding: str) -> Iterator[str]:
    """Give the text block by block, without its mark. Bytes without a meaning become what `BAD_TEXT` finds."""
    is_wide = encoding.startswith("utf-16")
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass" if is_wide else "surrogateescape")
    is_first = True
    while True:
        block = source.read()
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError:
            # UTF-16 that ends in the middle of a sign, which no error handler but this one mends.
            text = "\udcff"
            if block:
                decoder.reset()
        if is_first and text:
            text, is_first = text.removeprefix("\ufeff"), False
        if text:
            yield text
        if not block:
            return


def _checked(named: str) -> str:
    try:
        found = codecs.lookup(named.strip())
        "a".encode(found.name)
        codecs.getincrementaldecoder(found.name)
    except (LookupError, ValueError, TypeError) as error:
        raise InvalidFile(f"There is no encoding {named}.") from error
    if found.name.replace("_", "-") in _NOT_FOR_FILES:
        raise InvalidFile(f"There is no encoding {named}.")
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(found.name, found.name)


def _code_page(head: bytes) -> str:
    words = _HIGH_LETTERS.findall(head)
    letters = sum(map(len, words))
    in_words = sum(len(word) for word in words if len(word) > 1)
    hebrew = sum(map(len, _HEBREW_WORD.findall(head)))
    if letters and in_words * 2 < letters and not _LOW_CONTROLS.search(head) and not _NOT_IN_1252.search(head):
        return "cp1252"
    if letters and hebrew * 10 >= letters * 9:
        return "cp1255"
    raise InvalidFile(
        "The file is neither UTF-8 nor UTF-16, and which encoding it has cannot be told: name it, such as cp1252."
    )
