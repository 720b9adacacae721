"""What a file is by its content: the four kinds that carriers take, and whether its name or sender lie. No I/O."""

from __future__ import annotations

import unicodedata
from typing import Final

import msgspec

from linebook.errors import AttachmentUnreadable

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
GIF: Final = "image/gif"
TEXT: Final = "text/plain"

PIXELS_MAX: Final = 50_000_000
"""A picture that says it has more is not passed on: it would fill the memory of whoever opens it."""

_BY_ENDING: Final = {"jpg": JPEG, "jpeg": JPEG, "png": PNG, "gif": GIF, "txt": TEXT, "text": TEXT}
_ENDINGS: Final = {JPEG: "jpg", PNG: "png", GIF: "gif", TEXT: "txt"}
_SAME: Final = {"image/jpg": JPEG, "image/pjpeg": JPEG, "image/x-png": PNG}
_SAYS_NOTHING: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})

_PNG_HEAD: Final = b"\x89PNG\r\n\x1a\n"
_BLANKS: Final = frozenset("\t\n\r\f")
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""The markers of a JPEG file behind which its size stands."""


class NewFile(msgspec.Struct, frozen=True):
    """A file as somebody brought it: the name and the media type are what they say of it."""

    file_name: str
    declared: str
    data: bytes


def sendable_kind(file: NewFile) -> str:
    """Give the media type of a file that carriers take. Raises `AttachmentUnreadable` for any other."""
    kind = kind_of(file.data)
    if kind is None or not is_honest(kind, file.file_name, file.declared):
        raise AttachmentUnreadable
    pixels = pixels_of(kind, file.data)
    if pixels is None or pixels > PIXELS_MAX:
        raise AttachmentUnreadable
    return kind


def kind_of(data: bytes) -> str | None:
    """Give the media type of a file that carriers take, by its content; None for any other, and for an empty one."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(_PNG_HEAD):
        return PNG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    return TEXT if _is_text(data) else None


def is_honest(kind: str, file_name: str, declared: str) -> bool:
    """Whether the ending of a file's name and the type it came with say nothing else than its content."""
    ending = file_name.rpartition(".")[2].casefold() if "." in file_name else ""
    named = _BY_ENDING.get(ending, kind if not ending else None)
    told = declared.partition(";")[0].strip().casefold()
    told = _SAME.get(told, told)
    return named == kind and (told in _SAYS_NOTHING or told == kind)


def ending_of(kind: str) -> str:
    """Give the usual ending of a file's name, `bin` for a kind that carriers do not take."""
    return _ENDINGS.get(kind, "bin")


def pixels_of(kind: str, data: bytes) -> int | None:
    """Give how many pixels a picture says it has; None where its head does not say, and 0 for a text."""
    match kind:
        case "image/png":
            whole = len(data) >= 24 and data[12:16] == b"IHDR"
            return int.from_bytes(data[16:20]) * int.from_bytes(data[20:24]) if whole else None
        case "image/gif":
            if len(data) < 10:
                return None
            return int.from_bytes(data[6:8], "little") * int.from_bytes(data[8:10], "little")
        case "image/jpeg":
            return _jpeg_pixels(data)
        case _:
            return 0


def _jpeg_pixels(data: bytes) -> int | None:
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker in _FRAMES:
            return int.from_bytes(data[place + 5 : place + 7]) * int.from_bytes(data[place + 7 : place + 9])
        if marker == 0xFF or 0xD0 <= marker <= 0xD8:
            place += 1 if marker == 0xFF else 2
            continue
        place += 2 + max(int.from_bytes(data[place + 2 : place + 4]), 2)
    return None


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return bool(text) and all(one in _BLANKS or unicodedata.category(one) != "Cc" for one in text)
