"""The form in which workbooks keep the characters that XML has none for: `_x000B_`, and back."""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_NEEDS_ESCAPE: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def write_escapes(text: str) -> str:
    """Give the text as a workbook keeps it. A CR is among what is escaped, because XML would read it as LF."""
    if text.isprintable() and "_x" not in text:
        return text
    return _NEEDS_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def read_escapes(text: str) -> str:
    """Give the text that `write_escapes` or a spreadsheet wrote."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
