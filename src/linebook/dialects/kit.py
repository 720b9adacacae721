"""What dialects share on the wire: reading parameters in every encoding, tolerantly, and saying what was wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, TypeVar
from urllib.parse import unquote

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from linebook.errors import DomainError

Params = TypeVar("Params", bound=msgspec.Struct)

PAIRS_MAX: Final = 1_000
"""Most parameters of one request."""

TOO_MANY_PAIRS: Final = f"A request has at most {PAIRS_MAX} parameters."


class RequestError(DomainError):
    """The request cannot be read."""


class UnknownOperation(RequestError):
    """There is no such call."""


class WrongMethod(RequestError):
    """This call does not take that HTTP method."""

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self.allowed = tuple(allowed)


class BodyTooLarge(RequestError):
    """The request body is larger than this server accepts."""


class UnreadableBody(RequestError):
    """The request body cannot be decoded."""


class MissingParameter(RequestError):
    """A required parameter is missing."""

    def __init__(self, name: str, kind: str = "String") -> None:
        super().__init__(f"The parameter {name} is missing.")
        self.name = name
        self.kind = kind


class InvalidParameter(RequestError):
    """A parameter has a value that cannot be used."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class UploadedFile(msgspec.Struct, frozen=True):
    """A file part of a multipart body."""

    name: str
    file_name: str
    content_type: str
    data: bytes


class Flat:
    """The flat parameters of one request, merged from everywhere they may stand. The first value of a name counts."""

    __slots__ = ("files", "first", "pairs")

    def __init__(self) -> None:
        self.first: dict[str, str] = {}
        self.pairs: list[tuple[str, str]] = []
        self.files: list[UploadedFile] = []

    def add(self, pairs: list[tuple[str, str]]) -> None:
        """Add parameters behind those that are there. Raises `UnreadableBody` when they become too many."""
        self.pairs += pairs
        if len(self.pairs) > PAIRS_MAX:
            raise UnreadableBody(TOO_MANY_PAIRS)
        first = self.first
        for name, value in pairs:
            if name not in first:
                first[name] = value

    def every(self, *names: str) -> list[str]:
        """Give every value of these names: repeated, or separated by commas, without blanks and empty ones."""
        values = [value for name, value in self.pairs if name in names]
        return [part.strip() for value in values for part in value.split(",") if part.strip()]


EMPTY: Final = Flat()
"""No parameters at all. Nothing is ever added to it."""


def parse_pairs(raw: bytes) -> list[tuple[str, str]]:
    """Read `name=value&…` as forms and queries write it; empty pairs are skipped, so a leading `&` is harmless.

    Raises `UnreadableBody` for text that is not UTF-8, and for more pairs than a request may have.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise UnreadableBody("The parameters are not UTF-8 text.") from error
    pairs: list[tuple[str, str]] = []
    for pair in text.split("&"):
        if pair:
            if len(pairs) >= PAIRS_MAX:
                raise UnreadableBody(TOO_MANY_PAIRS)
            name, _, value = pair.partition("=")
            if "%" in pair or "+" in pair:
                name, value = _decoded(name), _decoded(value)
            pairs.append((name, value))
    return pairs


_ASCII: Final = {form.format(number): chr(number) for number in range(128) for form in ("{:02x}", "{:02X}")}


def _decoded(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    plain, *escaped = text.split("%")
    try:
        # The usual escapes stand for one ASCII character each; anything else is read by the book.
        return plain + "".join([_ASCII[one[:2]] + one[2:] for one in escaped])
    except KeyError:
        pass
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError as error:
        raise UnreadableBody("The parameters are not UTF-8 text.") from error


def decode_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises `UnreadableBody`."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableBody("The body is not a JSON object.") from error


def parse_multipart(body: bytes, content_type: str) -> tuple[list[tuple[str, str]], list[UploadedFile]]:
    """Read a multipart form: its text fields in order, and its files. Raises `UnreadableBody`."""
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        raise UnreadableBody("The multipart body has no boundary.")
    collector = _PartCollector()
    try:
        parser = MultipartParser(boundary, collector.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise UnreadableBody("The multipart body is broken.") from error
    if not collector.ended:
        raise UnreadableBody("The multipart body is cut off.")
    return collector.fields, collector.files


class _PartCollector:
    """Collects what the multipart parser finds."""

    def __init__(self) -> None:
        self.fields: list[tuple[str, str]] = []
        self.files: list[UploadedFile] = []
        self.ended = False
        self._data = bytearray()
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._headers: dict[bytes, bytes] = {}

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_part_data": lambda data, start, end: self._data.extend(data[start:end]),
            "on_part_end": self._end,
            "on_header_field": lambda data, start, end: self._header_name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header_value.extend(data[start:end]),
            "on_header_end": self._header,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._data.clear()
        self._headers = {}
        if len(self.fields) + len(self.files) >= PAIRS_MAX:
            raise UnreadableBody(TOO_MANY_PAIRS)

    def _header(self) -> None:
        self._headers[bytes(self._header_name).lower()] = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"")
        file_name = options.get(b"filename")
        try:
            if file_name is None:
                self.fields.append((name.decode(), self._data.decode()))
            else:
                kind = self._headers.get(b"content-type", b"").decode("latin-1")
                self.files.append(UploadedFile(name.decode(), file_name.decode(), kind, bytes(self._data)))
        except UnicodeDecodeError as error:
            raise UnreadableBody("The parameters are not UTF-8 text.") from error

    def _finish(self) -> None:
        self.ended = True


_MISSING: Final = re.compile(r"Object missing required field `([^`]+)`")
_REASONS: Final = {
    "Expected `int`, got `str`": "is not a whole number",
    "Integer value out of range": "is too large a number",
}
_PLACE: Final = re.compile(r"^(.*?)(?: - at `(?:key in )?\$\.?([^`]*)`)?$", re.DOTALL)


def convert_params(values: object, shape: type[Params], *, strict: bool = False) -> Params:
    """Give the declared parameters. Raises `MissingParameter` or `InvalidParameter`, which name the one to blame."""
    try:
        return msgspec.convert(values, shape, strict=strict)
    except msgspec.ValidationError as error:
        raise parameter_error(error) from error


def parameter_error(error: msgspec.ValidationError) -> RequestError:
    """Give our error for what a decoder did not like."""
    text = str(error)
    missing = _MISSING.match(text)
    if missing:
        return MissingParameter(missing[1])
    place = _PLACE.match(text)
    reason, name = (place[1], place[2] or "") if place else (text, "")
    return InvalidParameter(name or "body", _REASONS.get(reason, reason))


def compile_path(path: str) -> re.Pattern[str]:
    """Give the pattern of a declared path: `{name}` matches one segment."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
    return re.compile(pattern + r"\Z")
