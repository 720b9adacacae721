"""What a file is by its content, and who lies about it."""

from __future__ import annotations

import struct

import pytest

from linebook.core.file_kinds import (
    GIF,
    JPEG,
    PIXELS_MAX,
    PNG,
    TEXT,
    NewFile,
    ending_of,
    is_honest,
    kind_of,
    pixels_of,
    sendable_kind,
)
from linebook.errors import AttachmentUnreadable


def png(width: int = 2, height: int = 3) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x06\x00\x00\x00"


def gif(width: int = 2, height: int = 3) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x00\x00\x00;"


def jpeg(width: int = 2, height: int = 3) -> bytes:
    head = b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF" + b"\x00" * 10
    return head + b"\xff\xc0" + struct.pack(">HBHH", 11, 8, height, width) + b"\x01\x01\x11\x00\xff\xd9"


KINDS = [(jpeg, JPEG), (png, PNG), (gif, GIF)]


@pytest.mark.parametrize(("make", "kind"), KINDS)
def test_pictures_are_known_by_their_first_bytes_and_their_size_by_their_head(make: object, kind: str) -> None:
    assert callable(make)
    data = make(20, 30)
    assert (kind_of(data), pixels_of(kind, data)) == (kind, 600)
    assert pixels_of(kind, data[:9]) is None


@pytest.mark.parametrize("text", ["hello", "שלום\r\n\tmore", "\ufeffwith a mark"])
def test_plain_text_is_text(text: str) -> None:
    assert kind_of(text.encode()) == TEXT
    assert pixels_of(TEXT, text.encode()) == 0


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"a\x00b", b"\xff\xfe", b"%PDF-1.4\x00", b"BM\xff\xff", b"\x1b[31m", b"PK\x03\x04", b"\x89PNG"],
)
def test_what_no_carrier_takes_has_no_kind_and_is_refused(data: bytes) -> None:
    assert kind_of(data) is None
    with pytest.raises(AttachmentUnreadable):
        sendable_kind(NewFile("file", "", data))


@pytest.mark.parametrize(
    ("name", "declared", "is_true"),
    [
        ("cat.jpg", "image/jpeg", True),
        ("CAT.JPEG", "image/jpg", True),
        ("cat", "", True),
        ("cat.jpg", "application/octet-stream", True),
        ("cat.jpg", "image/jpeg; name=cat", True),
        ("cat.png", "image/jpeg", False),
        ("cat.jpg", "image/png", False),
        ("cat.exe", "image/jpeg", False),
        ("cat.jpg.txt", "", False),
        ("cat.jpg", "text/html", False),
    ],
)
def test_a_file_lies_when_its_name_or_its_type_says_something_else(name: str, declared: str, is_true: bool) -> None:
    assert is_honest(JPEG, name, declared) is is_true
    file = NewFile(name, declared, jpeg())
    if is_true:
        assert sendable_kind(file) == JPEG
    else:
        with pytest.raises(AttachmentUnreadable):
            sendable_kind(file)


@pytest.mark.parametrize(("make", "kind"), KINDS)
def test_a_picture_that_would_fill_the_memory_of_who_opens_it_is_refused(make: object, kind: str) -> None:
    assert callable(make)
    small, large = make(5_000, 10_000), make(5_001, 10_000)
    assert pixels_of(kind, small) == PIXELS_MAX
    assert sendable_kind(NewFile("picture", "", small)) == kind
    with pytest.raises(AttachmentUnreadable):
        sendable_kind(NewFile("picture", "", large))


def test_a_jpeg_whose_size_is_nowhere_is_refused() -> None:
    for data in (b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x02" + b"\xff\xe1\x00\x02" * 3, b"\xff\xd8\xff\xff\xff\xff"):
        assert pixels_of(JPEG, data) is None
        with pytest.raises(AttachmentUnreadable):
            sendable_kind(NewFile("a.jpg", "", data))


def test_a_kind_has_its_usual_ending() -> None:
    assert [ending_of(one) for one in (JPEG, PNG, GIF, TEXT, "video/mp4")] == ["jpg", "png", "gif", "txt", "bin"]
