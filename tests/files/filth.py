"""A deliberately filthy file of contacts: what spreadsheets, exports and people do to one, a sin a row."""

from __future__ import annotations

import msgspec

from linebook.files.delimited import CELL_MAX

HEADER = b"Mobile,First name,Notes,,Notes\r\n"


class Sin(msgspec.Struct, frozen=True):
    """One thing that is wrong with a file, the bytes of it, and what its rows must be read as.

    Each row is its cells, or the beginning of its problem.
    """

    name: str
    bytes: bytes
    rows: list[list[str] | str]


SINS = (
    Sin("nothing wrong", b"2065550100,Ada,x,,\r\n", [["2065550100", "Ada", "x", "", ""]]),
    Sin("a line that ends in LF", b"2065550101,Bob,,,\n", [["2065550101", "Bob", "", "", ""]]),
    Sin("a line that ends in CR", b"2065550102,Cy,,,\r", [["2065550102", "Cy", "", "", ""]]),
    Sin("blank lines and rows without a cell", b"\r\n   \n,,,,\n\r\r", []),
    Sin("too few cells", b"2065550103\n", [["2065550103", "", "", "", ""]]),
    Sin("too many cells", b"2065550104,Di,,,,surplus\n", ["The row has 6 cells, the header 5."]),
    Sin("separators at the end", b"2065550105,Ed,,,,,,,\n", [["2065550105", "Ed", "", "", ""]]),
    Sin(
        "line breaks of three kinds in one cell",
        b'2065550106,Fay,"a\r\nb\nc\rd",,\n',
        [["2065550106", "Fay", "a\r\nb\nc\rd", "", ""]],
    ),
    Sin("doubled quotes", b'2065550107,"""Gil""",,,\n', [["2065550107", '"Gil"', "", "", ""]]),
    Sin("a quote within a cell", b'2065550108,5" Hal,,,\n', [["2065550108", '5" Hal', "", "", ""]]),
    Sin("text behind a quote", b'2065550109,"I"da,,,\n', ["There is text behind the closing quote of a cell."]),
    Sin(
        "a quote that is closed a row later",
        b'2065550110,"Jo,,,\n2065550111,"Kay",,,\n',
        [
            "A quote is opened and not closed where the cell ends.",
            ["2065550111", "Kay", "", "", ""],
        ],
    ),
    Sin("a NUL", b"2065550112,L\0iz,,,\n", ["The row has a character that cannot be stored (NUL)."]),
    Sin("bytes of another encoding", b"2065550113,Zo\xeb,,,\n", ["The row has bytes that are no text"]),
    Sin("half a sign", b"2065550114,\xd7,,,\n", ["The row has bytes that are no text"]),
    Sin(
        "a cell beyond every measure",
        b"2065550115," + b"x" * (CELL_MAX + 1) + b",,,\n",
        ["A cell has more than 1,000,000 characters."],
    ),
    Sin("a formula", b"2065550116,'=1+1,'+x,,\n", [["2065550116", "=1+1", "+x", "", ""]]),
    Sin("a quote mark in front of text", b"2065550117,'t Hooft,,,\n", [["2065550117", "'t Hooft", "", "", ""]]),
    Sin("letters of other alphabets", "2065550118,דנה,Ωß,,\n".encode(), [["2065550118", "דנה", "Ωß", "", ""]]),
    Sin(
        "other signs that end lines elsewhere",
        b"2065550119,a\x0bb\x0cc\x1cd,,,\n",
        [["2065550119", "a\x0bb\x0cc\x1cd", "", "", ""]],
    ),
    Sin("separators of other files", b"2065550120,a;b\tc|d,,,\n", [["2065550120", "a;b\tc|d", "", "", ""]]),
    Sin("no line end, and a quote that never closes", b'2065550121,"Mo', ["A quote is opened and never closed."]),
)
"""The sins of the file, in its order. Its header has an empty name and one that stands twice."""


def filthy_file() -> bytes:
    """Give the whole file, with a byte order mark and blank lines in front."""
    return b"\xef\xbb\xbf\r\n\n" + HEADER + b"".join(sin.bytes for sin in SINS)
