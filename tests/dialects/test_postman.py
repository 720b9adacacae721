"""The Postman collection can be imported and run as it is: every served call, the demo account filled in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from linebook.app import DIALECTS
from linebook.dialects.base import Dialect, Security
from linebook.dialects.postman import SCHEMA, postman_collection
from linebook.dialects.samples import shown_credentials
from linebook.dialects.zipwhip import ZIPWHIP
from tests.dialects.invented import INVENTED

BASE_URL = "http://127.0.0.1:8420"
EVERY_DIALECT = pytest.mark.parametrize("dialect", [*DIALECTS, INVENTED], ids=lambda dialect: dialect.name)


def requests_of(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        if "item" in item:
            yield from requests_of(item["item"])
        else:
            yield item


def request_of(dialect: Dialect, name: str) -> dict[str, Any]:
    found = [item for item in requests_of(postman_collection(dialect, BASE_URL)["item"]) if item["name"] == name]
    assert len(found) == 1
    return found[0]


@EVERY_DIALECT
def test_the_collection_has_every_served_operation_once_in_a_folder_of_its_resource(dialect: Dialect) -> None:
    collection = postman_collection(dialect, BASE_URL)
    assert collection["info"]["schema"] == SCHEMA
    served = [operation for operation in dialect.operations if operation.handler is not None]
    names = [item["name"] for item in requests_of(collection["item"])]
    assert sorted(names) == sorted(operation.name for operation in served)
    folders = {item["name"]: item["item"] for item in collection["item"] if "item" in item}
    for operation in served:
        behind = [item["name"] for item in collection["item"] if "item" not in item]
        inside = [item["name"] for item in folders.get(operation.resource, ())]
        assert operation.name in inside + behind


def all_shown(dialect: Dialect) -> list[Security]:
    """Give what the usual way of any served operation shows."""
    served = [operation for operation in dialect.operations if operation.handler is not None]
    return [*dialect.security[0], *(one for each in served for one in shown_credentials(dialect, each))]


@EVERY_DIALECT
def test_base_url_and_credentials_are_variables(dialect: Dialect) -> None:
    collection = postman_collection(dialect, BASE_URL)
    variables = {one["key"]: one["value"] for one in collection["variable"]}
    assert variables == {"baseUrl": BASE_URL, **{one.id: one.demo for one in all_shown(dialect)}}
    for item in requests_of(collection["item"]):
        assert item["request"]["url"]["raw"].startswith("{{baseUrl}}/")
        assert BASE_URL not in json.dumps(item)


@EVERY_DIALECT
def test_every_request_has_an_answer_and_every_documented_one_of_a_refusal(dialect: Dialect) -> None:
    for operation in dialect.operations:
        if operation.handler is not None:
            answers = request_of(dialect, operation.name)["response"]
            told = [one.status for one in operation.errors if one.example is not None]
            assert [answer["code"] for answer in answers] == [operation.status, *told]
            assert all(json.loads(answer["body"]) is not None for answer in answers if answer["code"] != 204)


def test_the_login_keeps_the_session_for_the_others() -> None:
    login = request_of(ZIPWHIP, "user/login")
    (event,) = login["event"]
    assert event["listen"] == "test"
    script = "\n".join(event["script"]["exec"])
    assert 'pm.response.json()["response"]' in script
    assert 'pm.collectionVariables.set("session", given)' in script
    fields = {field["key"]: field["value"] for field in login["request"]["body"]["urlencoded"]}
    assert "session" not in fields
    assert fields["username"] == "5556661234"


def test_the_session_is_shown_and_what_the_example_leaves_out_is_there_unticked() -> None:
    request = request_of(ZIPWHIP, "contact/save")["request"]
    fields = {field["key"]: field for field in request["body"]["urlencoded"]}
    assert fields["session"]["value"] == "{{session}}"
    assert fields["firstName"]["value"] == "Ada"
    assert "disabled" not in fields["firstName"]
    assert fields["city"]["disabled"] is True


def test_what_ends_the_session_comes_last() -> None:
    items = list(requests_of(postman_collection(ZIPWHIP, BASE_URL)["item"]))
    assert [items[0]["name"], items[-1]["name"]] == ["user/login", "user/logout"]


def test_a_json_dialect_shows_its_keys_in_headers_and_its_body_as_json() -> None:
    request = request_of(INVENTED, "PUT /tags/{tag_id}")["request"]
    headers = {header["key"]: header["value"] for header in request["header"]}
    assert headers == {
        "x-key-id": "{{keyId}}",
        "x-key-secret": "{{keySecret}}",
        "Content-Type": "application/json",
    }
    assert json.loads(request["body"]["raw"]) == [{"title": "Calm"}]
    assert request["url"]["raw"] == "{{baseUrl}}/tags/:tag_id?verbose=true"
    assert request["url"]["variable"] == [{"key": "tag_id", "value": "7"}]
