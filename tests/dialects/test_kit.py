"""What all dialects read with: flat parameters, multipart, JSON objects, declared parameters, declared paths."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, UnsetType

from linebook.dialects.kit import (
    PAIRS_MAX,
    Flat,
    InvalidParameter,
    MissingParameter,
    RequestError,
    UnreadableBody,
    compile_path,
    convert_params,
    decode_object,
    parse_multipart,
    parse_pairs,
)
from tests.kit.wire import multipart

TEXTS = st.text(st.characters(codec="utf-8"))
PAIRS = st.lists(st.tuples(TEXTS, TEXTS), max_size=8)
KIND = "multipart/form-data; boundary=b"


# -- pairs


@pytest.mark.parametrize(
    "raw",
    [b"\xff", b"a=\xff", b"a=%ff", b"%ff=a", b"a=%C3%28", b"a=%E2%82", b"a=%ED%A0%80", b"a=\xed\xa0\x80", b"a=%80"],
)
def test_pairs_that_are_not_utf8_are_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableBody, match="UTF-8"):
        parse_pairs(raw)


@pytest.mark.parametrize("raw", [b"a&" * (PAIRS_MAX + 1), b"=&" * (PAIRS_MAX + 1), b"a" + b"&a" * 2_000_000])
def test_more_pairs_than_a_request_may_have_are_refused_soon(raw: bytes) -> None:
    started_s = time.process_time()
    with pytest.raises(UnreadableBody, match="at most"):
        parse_pairs(raw)
    assert time.process_time() - started_s < 1


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        (b"", []),
        (b"&&&", []),
        (b"&a=1", [("a", "1")]),
        (b"a", [("a", "")]),
        (b"=", [("", "")]),
        (b"=a", [("", "a")]),
        (b"a=1&a=2", [("a", "1"), ("a", "2")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"a+b=c+d", [("a b", "c d")]),
        (b"a%20b=c%2Bd", [("a b", "c+d")]),
        (b"a=%", [("a", "%")]),
        (b"a=%4", [("a", "%4")]),
        (b"a=%zz%41", [("a", "%zzA")]),
        (b"a=%26%3D%00", [("a", "&=\0")]),
        (b"a=1;b=2", [("a", "1;b=2")]),
        ("a=é%C3%A9".encode(), [("a", "éé")]),
    ],
)
def test_pairs_are_read_as_forms_write_them(raw: bytes, pairs: list[tuple[str, str]]) -> None:
    assert parse_pairs(raw) == pairs


@given(PAIRS)
def test_pairs_that_were_encoded_come_back(pairs: list[tuple[str, str]]) -> None:
    assert parse_pairs(urlencode(pairs).encode()) == pairs


@given(st.binary())
def test_any_bytes_are_pairs_or_refused(raw: bytes) -> None:
    with suppress(UnreadableBody):
        parse_pairs(raw)


# -- flat parameters


def test_the_first_value_counts_and_every_value_is_kept() -> None:
    flat = Flat()
    flat.add([("a", "1"), ("a", "2"), ("b", "3")])
    flat.add([("a", "4"), ("c", "5")])
    assert flat.first == {"a": "1", "b": "3", "c": "5"}
    assert flat.every("a", "c") == ["1", "2", "4", "5"]


def test_lists_come_repeated_and_with_commas_and_without_what_is_empty() -> None:
    flat = Flat()
    flat.add([("a", "1, 2,,"), ("b", "3"), ("a", ""), ("a", " "), ("a", "4")])
    assert flat.every("a") == ["1", "2", "4"]
    assert flat.every("a", "b") == ["1", "2", "3", "4"]
    assert flat.every("c") == []


def test_too_many_parameters_from_everywhere_together_are_refused() -> None:
    flat = Flat()
    flat.add([("a", "")] * PAIRS_MAX)
    with pytest.raises(UnreadableBody, match="at most"):
        flat.add([("a", "")])


# -- multipart


@pytest.mark.parametrize(
    ("content_type", "message"),
    [
        ("multipart/form-data", "no boundary"),
        ("multipart/form-data; boundary=", "no boundary"),
        ("multipart/form-data; boundary=" + "b" * 5_000, "broken"),
        ("multipart/form-data; boundary=other", "broken"),
    ],
)
def test_a_multipart_body_needs_its_boundary(content_type: str, message: str) -> None:
    with pytest.raises(UnreadableBody, match=message):
        parse_multipart(b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n', content_type)


PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue\r\n--b--\r\n'


@pytest.mark.parametrize("size", range(len(PART) - 2))
def test_a_multipart_body_that_is_cut_off_anywhere_is_refused(size: int) -> None:
    with pytest.raises(UnreadableBody):
        parse_multipart(PART[:size], KIND)


@pytest.mark.parametrize(
    "body",
    [
        PART.replace(b"value", b"\xff"),
        PART.replace(b'"a"', b'"\xff"'),
        PART.replace(b'"a"', b'"a"; filename="\xff"'),
        PART.replace(b"Content-", b"Content\0"),
        PART.replace(b": ", b""),
        PART.replace(b"\r\n\r\n", b"\r\n" + b"X: y\r\n" * 1_000 + b"\r\n"),
        PART.replace(b"\r\n\r\n", b"\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"),
        PART[: -len(b"--b--\r\n")] * (PAIRS_MAX + 1) + b"--b--\r\n",
    ],
    ids=lambda body: repr(body[:70]),
)
def test_a_multipart_body_that_cannot_be_right_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableBody):
        parse_multipart(body, KIND)


@given(PAIRS.map(lambda pairs: [(name.translate({10: 95, 13: 95, 34: 95, 92: 95}), value) for name, value in pairs]))
def test_fields_that_were_encoded_come_back(pairs: list[tuple[str, str]]) -> None:
    if pairs:
        assert parse_multipart(*multipart(pairs)) == (pairs, [])


@given(st.binary(), st.text(st.characters(max_codepoint=255)))
def test_any_bytes_are_parts_or_refused(body: bytes, content_type: str) -> None:
    for kind in (content_type, f"multipart/form-data; boundary=b; {content_type}"):
        for whole in (body, PART.replace(b"value", body), PART.replace(b"form-data", body)):
            with suppress(UnreadableBody):
                parse_multipart(whole, kind)


def test_files_and_fields_are_told_apart() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="pic"; filename="a b.png"\r\nContent-Type: image/png\r\n\r\n'
        b"\x89PNG\xff\r\n--b\r\ncontent-disposition: FORM-DATA; name=note\r\n\r\n\r\n--b\r\n\r\nno headers\r\n--b--\r\n"
    )
    fields, files = parse_multipart(body, KIND)
    assert fields == [("note", ""), ("", "no headers")]
    assert [(one.name, one.file_name, one.content_type, one.data) for one in files] == [
        ("pic", "a b.png", "image/png", b"\x89PNG\xff")
    ]


# -- JSON objects


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"a"',
        b"{",
        b'{"a"}',
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\udc00x"}',
        b'{"a": "line\nbreak"}',
        b'{"a": 1} {}',
        b'{"a": ' + b"9" * 10_000 + b"}",
        b'{"a": ' + b"[" * 100_000,
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' * 100_000 + b"1" + b"}" * 100_000,
        b"\xef\xbb\xbf{}",
        b'{\0"a": 1}',
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableBody, match="JSON object"):
        decode_object(body)


@given(st.binary())
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    for whole in (body, b'{"a": ' + body + b"}"):
        with suppress(UnreadableBody):
            assert isinstance(decode_object(whole), dict)


# -- declared parameters


class Declared(msgspec.Struct):
    name: str
    size: Annotated[int, Meta(ge=1, le=10)] | UnsetType = UNSET
    is_open: bool = False


def convert(**values: Any) -> Declared:
    return convert_params(values, Declared)


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(MissingParameter) as caught:
        convert(size="1")
    assert caught.value.name == "name"


@pytest.mark.parametrize(
    ("values", "name", "reason"),
    [
        ({"size": "x"}, "size", "is not a whole number"),
        ({"size": ""}, "size", "is not a whole number"),
        ({"size": "1.5"}, "size", "is not a whole number"),
        ({"size": "9" * 5_000}, "size", "is too large a number"),
        ({"size": "0"}, "size", "Expected `int` >= 1"),
        ({"size": "99"}, "size", "Expected `int` <= 10"),
        ({"is_open": "maybe"}, "is_open", "Expected `bool`, got `str`"),
        ({"name": 5}, "name", "Expected `str`, got `int`"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_unusable_parameter_is_named_with_its_reason(values: dict[str, Any], name: str, reason: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        convert(**{"name": "a", **values})
    assert (caught.value.name, caught.value.reason) == (name, reason)


def test_parameters_become_what_they_were_declared_to_be() -> None:
    assert convert(name="a", size="7", is_open="true", more="ignored") == Declared("a", 7, True)
    assert convert(name="") == Declared("", UNSET, False)


@given(st.dictionaries(st.sampled_from(["name", "size", "is_open", "x"]), TEXTS))
def test_any_texts_are_parameters_or_blamed(values: dict[str, str]) -> None:
    try:
        convert_params(values, Declared)
    except RequestError as error:
        assert isinstance(error, MissingParameter | InvalidParameter)
        assert error.name in Declared.__struct_fields__


# -- declared paths


@pytest.mark.parametrize(
    ("path", "asked", "values"),
    [
        ("/tags", "/tags", {}),
        ("/tags", "/tags/", None),
        ("/tags", "/tags\n", None),
        ("/tags/{id}", "/tags/5", {"id": "5"}),
        ("/tags/{id}", "/tags/5/6", None),
        ("/tags/{id}", "/tags/", None),
        ("/tags/{id}.json", "/tags/5xjson", None),
        ("/tags/{id}.json", "/tags/a.b.json", {"id": "a.b"}),
        ("/{a}/of/{b_c}", "/x/of/%y z", {"a": "x", "b_c": "%y z"}),
    ],
)
def test_a_declared_path_matches_whole_segments(path: str, asked: str, values: dict[str, str] | None) -> None:
    match = compile_path(path).match(asked)
    assert (match.groupdict() if match else None) == values
