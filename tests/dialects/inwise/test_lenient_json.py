"""The tolerant reader: what it takes beyond JSON, what stays hopeless, and that no text makes it slow."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linebook.dialects.inwise.lenient_json import DEPTH_MAX, VALUES_MAX, HopelessJson, NumberText, read_lenient

TAKEN: list[tuple[str, str, Any]] = [
    ("an object", '{"a": 1}', {"a": 1}),
    ("a raw line break in a text", '{"a": "one\ntwo\r\nthree\ttab"}', {"a": "one\ntwo\r\nthree\ttab"}),
    ("names without quotes", "{a: 1, $b_2: 2, שם: 3}", {"a": 1, "$b_2": 2, "שם": 3}),
    ("a number for a name", '{1: "x"}', {"1": "x"}),
    ("a comma before a closing bracket", '{"a": [1, 2, ], }', {"a": [1, 2]}),
    ("comments", '// first\n{"a" /* b */ : 1, // c\n /* d * / */ "e": /**/ 2}// last', {"a": 1, "e": 2}),
    ("a comment that looks like a text", '{"a": "// no comment /* either */"}', {"a": "// no comment /* either */"}),
    ("blanks of other scripts", "\ufeff{\u00a0a\u2003:\u20281}", {"a": 1}),
    ("escapes", r'{a: "\"\\\/\b\f\n\r\t\u05d0\ud83d\ude00"}', {"a": '"\\/\b\f\n\r\tא\U0001f600'}),
    ("an empty object and an empty list", "{a: {}, b: []}", {"a": {}, "b": []}),
    ("literals", "[true, false, null]", [True, False, None]),
    ("whole numbers", "[0, -5, 12345678901234567890123]", [0, -5, 12345678901234567890123]),
    ("other numbers as they are written", "[1.50, -2e3, 1E+2]", ["1.50", "-2e3", "1E+2"]),
    ("digits behind a zero", "[0541111111, 007]", ["0541111111", "007"]),
    ("the last of two members", "{a: 1, a: 2}", {"a": 2}),
    ("a text alone", '"x"', "x"),
    ("a list in lists", "[[[]]]", [[[]]]),
]


@pytest.mark.parametrize(("text", "value"), [row[1:] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_it_takes(text: str, value: Any) -> None:
    assert read_lenient(text) == value


def test_numbers_with_a_fraction_are_told_from_texts() -> None:
    values = read_lenient('[1.5, "1.5"]')
    assert isinstance(values, list)
    assert [type(value) for value in values] == [NumberText, str]


HOPELESS: list[tuple[str, str]] = [
    ("nothing", ""),
    ("blanks", " \n"),
    ("a comment alone", "// nothing"),
    ("an open comment", '{"a": 1} /* b'),
    ("half a comment", '{"a": /1}'),
    ("an open object", '{"a": 1'),
    ("an open list", "[1, 2"),
    ("an open text", '{"a": "b}'),
    ("a text that ends in an escape", '{"a": "b\\'),
    ("an unknown escape", r'{"a": "\x41"}'),
    ("half an escape", r'{"a": "\u12"}'),
    ("half a sign", r'{"a": "\ud83d"}'),
    ("the other half", r'{"a": "\ude00"}'),
    ("a word for a value", "{a: b}"),
    ("a word that begins like a literal", "{a: nullx}"),
    ("a literal in another letter case", "{a: True}"),
    ("no value", '{"a":}'),
    ("no colon", '{"a" 1}'),
    ("no comma", '{"a": 1 "b": 2}'),
    ("no comma in a list", "[1 2]"),
    ("two commas", "[1,,2]"),
    ("a comma alone", "[,]"),
    ("a comma in an empty object", "{,}"),
    ("another closing bracket", '{"a": [1}]'),
    ("something behind the end", "{} {}"),
    ("single quotes", "{'a': 1}"),
    ("a date", "{a: 2024-01-02}"),
    ("a number with two points", "{a: 1.2.3}"),
    ("a number without digits", "{a: -}"),
    ("a number that is a word", "{a: 12x}"),
    ("a number without end", "[" + "1" * 65 + "]"),
    ("brackets without end", "[" * (DEPTH_MAX + 1) + "]" * (DEPTH_MAX + 1)),
    ("values without end", "[" + "1," * VALUES_MAX + "]"),
]


@pytest.mark.parametrize("text", [row[1] for row in HOPELESS], ids=[row[0] for row in HOPELESS])
def test_it_refuses(text: str) -> None:
    with pytest.raises(HopelessJson, match=r"at line \d+, column \d+$"):
        read_lenient(text)


def test_the_refusal_says_where() -> None:
    with pytest.raises(HopelessJson) as refusal:
        read_lenient('{"a": 1,\n "csv_file": \n  Email,Mobile\n",\n "b": 2}')
    assert str(refusal.value) == "A value is expected at line 3, column 3"
    assert refusal.value.member == "csv_file"


def test_the_outermost_member_is_blamed() -> None:
    with pytest.raises(HopelessJson) as refusal:
        read_lenient('{"fields": [{"name": field1}]}')
    assert refusal.value.member == "fields"


def test_just_enough_depth_is_read() -> None:
    text = "[" * DEPTH_MAX + "]" * DEPTH_MAX
    assert json.dumps(read_lenient(text)) == text


# -- time

SIZE = 500_000

SLOW: list[tuple[str, Callable[[int], str]]] = [
    ("open brackets", lambda n: "[" * n),
    ("open objects", lambda n: '{"a":' * (n // 5)),
    ("values", lambda n: "[" + "1," * (n // 2)),
    ("texts", lambda n: "[" + '"",' * (n // 3)),
    ("line comments", lambda n: "//\n" * (n // 3)),
    ("block comments", lambda n: "/**/" * (n // 4)),
    ("open comments", lambda n: "/*" * (n // 2)),
    ("stars", lambda n: "/*" + "*" * n),
    ("slashes", lambda n: "/" * n),
    ("blanks", lambda n: " " * n),
    ("blanks before each value", lambda n: "[" + (" " * 1000 + "1,") * (n // 1000)),
    ("line breaks", lambda n: "{a:\n" + "\n" * n + "}"),
    ("backslashes", lambda n: '{"a": "' + "\\\\" * (n // 2)),
    ("an odd number of backslashes", lambda n: '{"a": "' + "\\" * (n | 1) + '"}'),
    ("escapes", lambda n: '{"a": "' + "\\n" * (n // 2) + '",}'),
    ("pairs", lambda n: '{a: "' + r"\ud83d\ude00" * (n // 12) + '"}'),
    ("quotes", lambda n: '"' * n),
    ("digits", lambda n: "[" + "1" * n + "]"),
    ("digits and points", lambda n: "[" + "1." * (n // 2) + "]"),
    ("signs", lambda n: "[" + "-" * n + "]"),
    ("a word", lambda n: "{" + "a" * n + "}"),
    ("names", lambda n: "{" + "a:1," * (n // 4) + "}"),
    ("raw lines", lambda n: '{csv_file: "' + "one@example.test,0502223344,x\n" * (n // 30) + '"}'),
]


def took_s(text: str) -> float:
    started = time.perf_counter()
    with suppress(HopelessJson):
        read_lenient(text)
    return time.perf_counter() - started


@pytest.mark.parametrize("text_of", [row[1] for row in SLOW], ids=[row[0] for row in SLOW])
def test_no_text_takes_more_than_linear_time(text_of: Callable[[int], str]) -> None:
    short, long = text_of(SIZE), text_of(4 * SIZE)
    # Quadratic would be sixteen times as long; a quiet moment in five tries is enough to show that it is not.
    assert any(took_s(long) < 0.05 or took_s(long) < 10 * took_s(short) for _ in range(5))
    assert min(took_s(long) for _ in range(3)) < 2


# -- agreement

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=30,
)


@settings(max_examples=50)
@given(JSON, st.sampled_from([None, 2]), st.booleans())
def test_what_is_json_is_read_as_json(value: Any, indent: int | None, is_ascii: bool) -> None:
    assert read_lenient(json.dumps(value, indent=indent, ensure_ascii=is_ascii)) == value


@given(st.text(alphabet='{}[]",:/*\\ \n019.eE+-truefalsn$שu', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_lenient(text)
    except HopelessJson:
        with pytest.raises(ValueError):
            json.loads(text)
