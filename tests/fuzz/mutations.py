"""Strategies for requests that are nearly right: a probe of an operation, with something about it changed."""

from __future__ import annotations

import random
import string
from typing import Any, Final

import msgspec
from hypothesis import strategies as st
from msgspec import UNSET

from linebook.dialects.base import Operation
from tests.kit.wire import Ask, Form, Pairs, Probe, Shows

_replace = msgspec.structs.replace

HOSTILE: Final = (
    "",
    " ",
    "None",
    "null",
    "undefined",
    "NaN",
    "true",
    "0",
    "-1",
    "1.5",
    "1e999",
    "9" * 400,
    "2147483648",
    "9223372036854775808",
    "18446744073709551616",
    "\0",
    "a\0b",
    "\r\nX-Injected: 1",
    "%00",
    "%ff",
    "%",
    "+",
    " +1 206 555 0123",
    "ptn:/",
    "ptn:/ 12065550123",
    "device:/5550001111/0",
    "2065550123,2065550124",
    ",",
    "'; DROP TABLE contact; --",
    '" OR 1=1',
    "{}",
    "[]",
    "${7*7}{{7*7}}%s%n",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "a" * 10_000,
    "é" * 1_001,
    "🐴" * 600,
    "\u202e\u200b\ufeff\uffff",
    "٣٤٥",
    "ＡＢＣ１２３",
    "İıſK",
    "🏳\u200d🌈",
)
"""Values that have broken programs before."""

TEXTS: Final = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.integers().map(str),
    st.from_regex(r"[ +]?1?[ (.-]{0,2}[2-9][0-9]{2}[ ).-]{0,2}555[ .-]?0[0-9]{3}", fullmatch=True),
)

_NAMES: Final = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12), st.sampled_from(["a[]", "a.b", "__proto__"])
)

_SEEDS: Final = st.integers(0, 2**32)

_JSON: Final = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_NAMES, inner, max_size=4)),
    max_leaves=8,
)


class Sent(msgspec.Struct, frozen=True):
    """One generated request: what is asked, which credential it shows, and a number to break its bytes by."""

    ask: Ask
    shows: Shows
    breaks: int


@st.composite
def requests(draw: st.DrawFn, probe: Probe, operation: Operation, form: Form) -> Sent:
    """Give requests for an operation; more than half of them show a valid credential and reach its handler."""
    asked = probe.ask
    for _ in range(draw(st.sampled_from([1, 1, 1, 1, 0, 2, 2, 3]))):
        asked = draw(_changed(asked, operation, form))
    shows = draw(st.sampled_from([*[Shows.GOOD] * 8, Shows.WRONG, Shows.NONE]))
    return Sent(asked, shows, draw(_SEEDS))


def break_bytes(raw: bytes, seed: int) -> bytes:
    """Change, leave out or put in some bytes of a request anywhere, in its head too."""
    chance, data = random.Random(seed), bytearray(raw)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.choice(["flip", "drop", "insert", "cut", "repeat"]):
            case "flip":
                data[at : at + 1] = chance.randbytes(1)
            case "drop":
                del data[at : at + chance.randint(1, 20)]
            case "insert":
                data[at:at] = chance.randbytes(chance.randint(1, 10))
            case "cut":
                del data[at:]
            case _:
                data += data[at:]
    return bytes(data)


@st.composite
def _changed(draw: st.DrawFn, asked: Ask, operation: Operation, form: Form) -> Ask:
    changes = ["params", "params", "params", "way", "body", "headers", "query", "target"]
    if asked.json is not UNSET:
        changes += ["json"] * 4
    match draw(st.sampled_from(changes)):
        case "params":
            return _replace(asked, params=draw(_changed_pairs(asked.params, operation)))
        case "way":
            return _replace(asked, way=draw(st.sampled_from(form.ways)))
        case "body":
            return draw(_with_raw_body(asked))
        case "headers":
            return _replace(asked, headers=(*asked.headers, draw(_HEADERS)))
        case "query":
            return _replace(asked, raw_query=draw(st.binary(max_size=30).map(_query_bytes)))
        case "json":
            return _replace(asked, json=draw(_changed_json(asked.json, operation)))
        case _:
            return draw(_with_other_target(asked, operation))


@st.composite
def _changed_pairs(draw: st.DrawFn, pairs: Pairs, operation: Operation) -> Pairs:
    changed = list(pairs)
    at = draw(st.integers(0, max(len(changed) - 1, 0)))
    match draw(st.sampled_from(["value", "value", "declared", "declared", "unknown", "drop", "twice", "name", "many"])):
        case "value" if changed:
            changed[at] = (changed[at][0], draw(TEXTS))
        case "drop" if changed:
            del changed[at]
        case "twice" if changed:
            changed.insert(draw(st.integers(0, len(changed))), (changed[at][0], draw(TEXTS)))
        case "name" if changed:
            changed[at] = (draw(_NAMES), changed[at][1])
        case "unknown":
            changed.append((draw(_NAMES), draw(TEXTS)))
        case "many":
            changed += [(f"x{number}", "") for number in range(draw(st.sampled_from([50, 990, 1_001])))]
        case _:
            names = declared_names(operation)
            if names:
                changed.insert(draw(st.integers(0, len(changed))), (draw(st.sampled_from(names)), draw(TEXTS)))
    return tuple(changed)


@st.composite
def _changed_json(draw: st.DrawFn, value: Any, operation: Operation) -> Any:
    goes_deeper: bool = draw(st.booleans())
    match value:
        case dict() if value and goes_deeper:
            name = draw(st.sampled_from(sorted(value)))
            return {**value, name: draw(_changed_json(value[name], operation))}
        case list() if value and goes_deeper:
            at = draw(st.integers(0, len(value) - 1))
            return [*value[:at], draw(_changed_json(value[at], operation)), *value[at + 1 :]]
        case dict():
            names = [*declared_names(operation), *sorted(value)] or [""]
            name = draw(st.one_of(st.sampled_from(names), _NAMES))
            if name in value and draw(st.booleans()):
                return {key: one for key, one in value.items() if key != name}
            return {**value, name: draw(_JSON)}
        case _:
            return draw(_JSON)


@st.composite
def _with_raw_body(draw: st.DrawFn, asked: Ask) -> Ask:
    head, _, body = asked.to_bytes().partition(b"\r\n\r\n")
    kinds = [line[14:].decode("latin-1") for line in head.split(b"\r\n") if line.startswith(b"content-type: ")]
    kind, raw = draw(st.sampled_from(_BODIES))
    match draw(st.sampled_from(["odd", "odd", "broken", "broken", "other type", "random"])):
        case "broken":
            kind, raw = "".join(kinds), break_bytes(body, draw(_SEEDS))
        case "other type":
            kind = draw(st.sampled_from(_CONTENT_TYPES))
        case "random":
            kind, raw = draw(st.sampled_from([*kinds, *_CONTENT_TYPES])), draw(st.binary(max_size=60))
    # What is valid of it may still arrive, so that more than the reading is tried.
    params = asked.params if draw(st.booleans()) else ()
    return _replace(asked, params=params, json=UNSET, raw=raw, content_type=kind)


@st.composite
def _with_other_target(draw: st.DrawFn, asked: Ask, operation: Operation) -> Ask:
    other = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
    method = draw(st.one_of(st.sampled_from(operation.methods), st.sampled_from(operation.methods), other))
    path = asked.path
    match draw(st.sampled_from(["same", "same", "slash", "double", "case", "encoded", "segment", "dots"])):
        case "slash":
            path += "/"
        case "double":
            path = path.replace("/", "//")
        case "case":
            path = path.upper()
        case "encoded":
            at = draw(st.integers(1, len(path) - 1))
            path = f"{path[:at]}%{ord(path[at]):02x}{path[at + 1 :]}"
        case "segment":
            path = path.rsplit("/", 1)[0] + "/" + draw(st.text(_PATH_SIGNS, max_size=12))
        case "dots":
            path = "/.." + path + "/."
    return _replace(asked, method=method, path=path)


_PATH_SIGNS: Final = string.ascii_letters + string.digits + "-._~!$&'()*+,;=:@"

_CONTENT_TYPES: Final = (
    "",
    "application/x-www-form-urlencoded",
    "application/json",
    "multipart/form-data",
    "multipart/form-data; boundary=b",
    "multipart/form-data; boundary=" + "b" * 1_000,
    "text/plain",
    "nonsense",
    "application/json; charset=utf-16",
)

_FORM: Final = "application/x-www-form-urlencoded"
_JSON_TYPE: Final = "application/json"
_PARTS: Final = "multipart/form-data; boundary=b"

_BODIES: Final = (
    (_JSON_TYPE, b""),
    (_JSON_TYPE, b"{"),
    (_JSON_TYPE, b"null"),
    (_JSON_TYPE, b"[" * 5_000),
    (_JSON_TYPE, b'{"a":' * 5_000),
    (_JSON_TYPE, b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}"),
    (_JSON_TYPE, b'{"a": "\\ud800"}'),
    (_JSON_TYPE, b'{"a": 1e999, "b": ' + b"9" * 5_000 + b"}"),
    (_FORM, b"&" * 2_000),
    (_FORM, b"=&="),
    (_FORM, b"%"),
    (_FORM, b"\xff\xfe\x00"),
    (_FORM, b"a=%ed%a0%80"),
    (_PARTS, b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n'),
    (_PARTS, b'--b\r\nContent-Disposition: form-data; name="a'),
    (_PARTS, b"--b--"),
)
"""Bodies that have broken programs before, each with the type under which it did."""

_HEADERS: Final = st.tuples(
    st.sampled_from(
        ["Authorization", "X-API-Key", "Accept", "Cookie", "Origin", "User-Agent", "X-Forwarded-For", "Range"]
    ),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=30).map(
        str.strip
    ),
)


def _query_bytes(raw: bytes) -> bytes:
    # What would end the line of the request is encoded; all else may stand there raw.
    return b"".join(b"%%%02x" % one if one <= 0x20 or one in b"#\x7f" or one > 0x7E else bytes([one]) for one in raw)


def declared_names(operation: Operation) -> list[str]:
    """Give the names of an operation's parameters and of the members of its body."""
    shapes = [operation.params, operation.body]
    return sorted(
        {name for shape in shapes if isinstance(shape, type) for name in getattr(shape, "__struct_fields__", ())}
    )
