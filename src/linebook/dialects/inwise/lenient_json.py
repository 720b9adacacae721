"""Reads JSON that strict readers refuse and the platform takes; it knows no parameter and is never asked first.

Beyond JSON: raw line breaks and other control characters in texts, names without quotes, a comma before a closing
bracket, `//` and `/* */` comments (NOTES: tolerant JSON). Depth, values and numbers are bounded, patterns are
possessive and nothing is read twice, so the time is linear in the length of the text whatever it holds.
"""

from __future__ import annotations

import json
import re
from typing import Final

DEPTH_MAX: Final = 32
VALUES_MAX: Final = 20_000
"""Most values, names and comments of one text; no request of this platform needs a tenth of them."""

_BLANKS: Final = re.compile(r"[\s\ufeff]*+")
_LINE_COMMENT: Final = re.compile(r"//[^\r\n]*+")
_NUMBER: Final = re.compile(r"-?[0-9]{1,64}+(\.[0-9]{1,64}+)?+([eE][+-]?[0-9]{1,4}+)?+(?![\w.+-])")
_WORD: Final = re.compile(r"[\w$]++")
_LITERALS: Final = {"true": True, "false": False, "null": None}
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_read_text: Final = json.JSONDecoder(strict=False).raw_decode
"""Reads one text in quotes, raw control characters included, far quicker than a pattern with a call per escape."""

Container = dict[str, object] | list[object]


class NumberText(str):
    """A number with a fraction or an exponent, in the very digits that it was written with."""


class HopelessJson(ValueError):
    """The text is not JSON, not even nearly. `member` is the outermost member that was being read, or empty."""

    def __init__(self, reason: str, member: str, line: int, column: int) -> None:
        super().__init__(f"{reason} at line {line}, column {column}")
        self.member = member


def read_lenient(text: str) -> object:
    """Give the value that the text stands for. The last of two members of one name counts.

    A number with a fraction or an exponent comes as `NumberText`, digits behind a leading zero as plain text. Raises
    `HopelessJson`.
    """
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._values = 0
        self._member = ""

    def read(self) -> object:
        whole: list[object] = []
        inside: list[Container] = [whole]
        name = ""
        while True:
            value = self._value()
            innermost = inside[-1]
            if isinstance(innermost, dict):
                innermost[name] = value
            else:
                innermost.append(value)
            is_new = False
            if isinstance(value, dict | list):
                is_new = True
                inside.append(value)
                if len(inside) > DEPTH_MAX + 1:
                    raise self._hopeless("Too many brackets are nested")
            while self._ends(inside[-1], is_new=is_new, is_whole=len(inside) == 1):
                inside.pop()
                is_new = False
                if not inside:
                    return whole[0]
            if isinstance(inside[-1], dict):
                name = self._name()
                if len(inside) == 2:
                    self._member = name

    def _ends(self, container: Container, *, is_new: bool, is_whole: bool) -> bool:
        """Go past what stands behind a value; whether the container ends there. `is_new`: it was opened just now."""
        if is_whole:
            if self._sign():
                raise self._hopeless("The end is expected")
            return True
        closing = "}" if isinstance(container, dict) else "]"
        if not is_new and self._sign() == ",":
            self._at += 1
            is_new = True
        if self._sign() == closing:
            self._at += 1
            return True
        if not is_new:
            raise self._hopeless(f"A comma or {closing} is expected")
        return False

    def _sign(self) -> str:
        """Go past blanks and comments; give the sign that follows, empty at the end."""
        text = self._text
        while True:
            self._at = self._past(_BLANKS)
            sign = text[self._at : self._at + 1]
            if sign != "/":
                return sign
            self._count()
            if text.startswith("/*", self._at):
                end = text.find("*/", self._at + 2)
                if end < 0:
                    raise self._hopeless("A comment is not closed")
                self._at = end + 2
            elif text.startswith("//", self._at):
                self._at = self._past(_LINE_COMMENT)
            else:
                return sign

    def _past(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        return found.end() if found else self._at

    def _value(self) -> object:
        self._count()
        sign = self._sign()
        if sign in ("{", "["):
            self._at += 1
            return {} if sign == "{" else []
        if sign == '"':
            return self._quoted()
        number = _NUMBER.match(self._text, self._at)
        if number is not None:
            self._at = number.end()
            text = number[0]
            if number[1] is not None or number[2] is not None:
                return NumberText(text)
            return int(text) if str(int(text)) == text else text
        word = _WORD.match(self._text, self._at)
        if word is None or word[0] not in _LITERALS:
            raise self._hopeless("A value is expected")
        self._at = word.end()
        return _LITERALS[word[0]]

    def _name(self) -> str:
        self._count()
        if self._sign() == '"':
            name = self._quoted()
        else:
            word = _WORD.match(self._text, self._at)
            if word is None:
                raise self._hopeless("A name is expected")
            self._at = word.end()
            name = word[0]
        if self._sign() != ":":
            raise self._hopeless("A colon is expected")
        self._at += 1
        return name

    def _quoted(self) -> str:
        try:
            text, end = _read_text(self._text, self._at)
        except ValueError as error:
            raise self._hopeless("A text that is not closed, or has a wrong escape, begins") from error
        if not text.isascii() and _LONE_SURROGATE.search(text):
            raise self._hopeless("A text with half a sign begins")
        self._at = end
        return str(text)

    def _count(self) -> None:
        self._values += 1
        if self._values > VALUES_MAX:
            raise self._hopeless("Too many values end")

    def _hopeless(self, reason: str) -> HopelessJson:
        line = self._text.count("\n", 0, self._at) + 1
        column = self._at - self._text.rfind("\n", 0, self._at)
        return HopelessJson(reason, self._member, line, column)
