"""Bodies and queries: strict reading first, the tolerance of types, and which parameter is blamed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linebook.dialects.base import Request
from linebook.dialects.inwise import reading
from linebook.dialects.inwise.payloads.contacts import ContactBody, FieldBody
from linebook.dialects.inwise.payloads.imports import ImportBody
from linebook.dialects.inwise.payloads.reading import ListParams, UnreadParams
from linebook.dialects.inwise.reading import read_body, read_json, read_query
from linebook.dialects.kit import InvalidParameter, RequestError

WHOLE = {
    "id": 7,
    "email": "x@example.test",
    "fields": [{"name": "field1", "content": "שלום"}],
    "add_to_groups_ids": [1, 2],
    "clear_existing_fields": True,
}


def read(body: str | bytes) -> ContactBody:
    return read_body(body.encode() if isinstance(body, str) else body, ContactBody)


def test_well_formed_json_of_the_declared_types_is_never_read_tolerantly(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object) -> object:
        raise AssertionError("read tolerantly")

    monkeypatch.setattr(reading, "read_lenient", slow)
    monkeypatch.setattr(reading, "read_json", slow)
    monkeypatch.setattr(reading, "_settled", slow)
    body = read(msgspec.json.encode(WHOLE | {"unknown": [1.5, {"a": None}], "id": "7", "external_id": None}))
    assert (body.id, body.email, body.external_id, body.add_to_groups_ids) == (7, "x@example.test", None, [1, 2])
    assert body.fields == [FieldBody(name="field1", content="שלום")]


def test_well_formed_json_of_other_types_is_read_strictly(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object) -> object:
        raise AssertionError("read tolerantly")

    monkeypatch.setattr(reading, "read_lenient", slow)
    assert read('{"mobile_number": 972501234500}').mobile_number == "972501234500"


@pytest.mark.parametrize("body", ["", "\ufeff", "{}", "\ufeff{}", " {\n} // nothing"])
def test_a_body_without_members_has_none(body: str) -> None:
    assert read(body) == ContactBody()


def test_a_byte_order_mark_is_skipped() -> None:
    assert read(b"\xef\xbb\xbf" + msgspec.json.encode(WHOLE)) == read(msgspec.json.encode(WHOLE))


TAKEN: list[tuple[str, str, str, Any]] = [
    ("a number in a text", '{"id": "5"}', "id", 5),
    ("a number in a text with blanks", '{"id": " 5 "}', "id", 5),
    ("a blank number", '{"id": " "}', "id", None),
    ("a number without a fraction", '{"id": 5.0}', "id", 5),
    ("null", '{"id": null}', "id", None),
    ("a word for true", '{"clear_existing_fields": "TRUE"}', "clear_existing_fields", True),
    ("a word for false", '{"clear_existing_fields": "false"}', "clear_existing_fields", False),
    ("one for true", '{"clear_existing_fields": 1}', "clear_existing_fields", True),
    ("a blank flag", '{"clear_existing_fields": ""}', "clear_existing_fields", None),
    ("a text without quotes", '{"external_id": 88}', "external_id", "88"),
    ("a lone value", '{"add_to_groups_ids": 5}', "add_to_groups_ids", [5]),
    ("a lone value in a text", '{"add_to_groups_ids": "5"}', "add_to_groups_ids", [5]),
    ("a blank list", '{"add_to_groups_ids": ""}', "add_to_groups_ids", None),
    ("a list with nulls and texts", '{"add_to_groups_ids": [null, "5", 6]}', "add_to_groups_ids", [5, 6]),
    ("a lone object", '{"fields": {"name": 7, "content": "x"}}', "fields", [FieldBody(name="7", content="x")]),
    (
        "a country code without quotes",
        '{"mobile_number_default_country_code": 972}',
        "mobile_number_default_country_code",
        972,
    ),
    ("digits behind a zero, without quotes", "{mobile_number: 0541111111}", "mobile_number", "0541111111"),
    ("a raw line break", '{"external_id": "a\nb"}', "external_id", "a\nb"),
    ("the last of two members", '{"id": 1, "id": 2}', "id", 2),
]


@pytest.mark.parametrize(("body", "member", "value"), [row[1:] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_a_value_of_another_type_is_taken(body: str, member: str, value: Any) -> None:
    assert getattr(read(body), member) == value


@pytest.mark.parametrize("fraction", ["1.10", "1.0", "1e3", "-0.5"])
def test_a_content_with_a_fraction_keeps_its_digits(fraction: str) -> None:
    for body in (
        f'{{"fields": [{{"name": "field1", "content": {fraction}}}]}}',
        f"{{fields: {{name: 1, content: {fraction}}}}}",
    ):
        fields = read(body).fields
        assert fields is not None and str(fields[0].content) == fraction


def test_a_group_may_be_a_number_or_a_text() -> None:
    assert read_body(b'{"group_id": 5001}', ImportBody).group_id == 5001
    assert read_body(b'{"group_id": "5001"}', ImportBody).group_id == "5001"
    assert read_body(b'{group_id: "XXXXXX"}', ImportBody).group_id == "XXXXXX"


BLAMED: list[tuple[str, str | bytes, str]] = [
    ("a member", '{"id": "x"}', "id"),
    ("a member of a member", '{"fields": [{"name": "a"}, {"name": []}]}', "fields[1].name"),
    ("an entry", '{"add_to_groups_ids": [1, "x"]}', "add_to_groups_ids[1]"),
    ("a fraction where a text belongs", '{"mobile_number": 972501234500.0}', "mobile_number"),
    ("a list", "[]", "body"),
    ("null", "null", "body"),
    ("no JSON", "id=5", "body"),
    ("a member that is cut off", '{"id": 1, "email": "x', "email"),
    ("a broken member behind a good one", '{"id": 1, "email": x@example.test}', "email"),
    ("a member that is not known", '{"colour": x}', "body"),
    ("bytes that are not UTF-8", b'{"email": "\xff"}', "body"),
    ("UTF-16", '{"id": 5}'.encode("utf-16"), "body"),
    ("a lone surrogate", r'{"email": "\ud800"}', "email"),
    ("endless brackets", '{"a":' + "[" * 100_000, "body"),
    ("endless brackets that close", '{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "body"),
]


@pytest.mark.parametrize(("body", "name"), [row[1:] for row in BLAMED], ids=[row[0] for row in BLAMED])
def test_the_member_to_blame_is_named(body: str | bytes, name: str) -> None:
    with pytest.raises(InvalidParameter) as refusal:
        read(body)
    assert refusal.value.name == name


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for shape in (ContactBody, ImportBody):
        try:
            read_body(body, shape)
        except RequestError:
            continue


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        st.lists,
        max_leaves=5,
    )
)
def test_any_value_of_any_member_is_read_or_refused(value: Any) -> None:
    for name in ContactBody.__struct_fields__:
        body = msgspec.json.encode({name: value})
        try:
            read_body(body, ContactBody)
        except InvalidParameter as refusal:
            assert refusal.name.startswith(name)


def test_a_body_of_any_shape_can_be_searched() -> None:
    assert read_json(b"[1, 2.50]") == [1, "2.50"]
    assert read_json(b"{api_key: 'no'}".replace(b"'", b'"')) == {"api_key": "no"}


# -- queries


def query(text: str, shape: type[Any] = UnreadParams) -> Any:
    return read_query(Request("GET", "/", text.encode(), {}, b"", "", {}), shape)


def test_parameters_have_the_documented_defaults() -> None:
    params = query("")
    assert (params.limit, params.reset, params.search_by_updated_or_added_date) == (1000, False, True)


@pytest.mark.parametrize("word", ["true", "True", "TRUE", "1"])
def test_a_flag_is_true_in_any_letter_case(word: str) -> None:
    assert query(f"reset={word}").reset is True
    assert query(f"RESET={word}").reset is True


@pytest.mark.parametrize("word", ["false", "False", "FALSE", "0"])
def test_a_flag_is_false_in_any_letter_case(word: str) -> None:
    assert query(f"search_by_updated_or_added_date={word}").search_by_updated_or_added_date is False


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("limit=x", "limit"),
        ("limit=", "limit"),
        ("limit=1.5", "limit"),
        ("reset=yes", "reset"),
        ("reset=", "reset"),
        ("search_by_updated_or_added_date=2", "search_by_updated_or_added_date"),
        ("a=%ff", "query"),
        ("&".join(["a=1"] * 1001), "query"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(text: str, name: str) -> None:
    with pytest.raises(InvalidParameter) as refusal:
        query(text)
    assert refusal.value.name == name


def test_the_first_of_repeated_parameters_counts_and_unknown_ones_are_ignored() -> None:
    assert query("limit=5&limit=x&colour=red").limit == 5


def test_a_filter_is_text_as_it_stands() -> None:
    assert query("external_id=%D7%90+b&group_id=5", ListParams).external_id == "א b"
