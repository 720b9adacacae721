"""The OpenAPI document says what is served, in the form that tools read, with the evidence of each fact."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import schemathesis
from schemathesis.core.result import Ok

from linebook.app import DIALECTS
from linebook.dialects.base import Dialect, Operation
from linebook.dialects.openapi import NOT_AFFILIATED, openapi_document
from linebook.dialects.samples import curl_command
from linebook.dialects.shapes import DialectShapes
from linebook.dialects.zipwhip import ZIPWHIP
from tests.dialects.invented import INVENTED

BASE_URL = "http://127.0.0.1:8420"
EVERY_DIALECT = pytest.mark.parametrize("dialect", [*DIALECTS, INVENTED], ids=lambda dialect: dialect.name)


def served(dialect: Dialect) -> list[Operation]:
    return [operation for operation in dialect.operations if operation.handler is not None]


def operation_of(dialect: Dialect, path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = openapi_document(dialect, BASE_URL)["paths"][path][method]
    return found


@EVERY_DIALECT
def test_the_document_is_valid_and_lists_every_served_operation_by_every_method(dialect: Dialect) -> None:
    schema = schemathesis.openapi.from_dict(openapi_document(dialect, BASE_URL))
    schema.validate()
    found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    listed = {(operation.method.upper(), operation.path) for operation in found}
    assert listed == {(method, operation.path) for operation in served(dialect) for method in operation.methods}


@EVERY_DIALECT
def test_operation_ids_are_unique(dialect: Dialect) -> None:
    paths = openapi_document(dialect, BASE_URL)["paths"]
    ids = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(ids) == len(set(ids))


@EVERY_DIALECT
def test_every_reference_leads_to_a_component_and_every_component_is_used(dialect: Dialect) -> None:
    document = openapi_document(dialect, BASE_URL)
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', msgspec.json.encode(document).decode()))
    assert referred == set(document["components"]["schemas"])


@EVERY_DIALECT
def test_what_is_not_served_is_told_apart(dialect: Dialect) -> None:
    document = openapi_document(dialect, BASE_URL)
    missing = {operation.name: operation for operation in dialect.operations if operation.handler is None}
    assert {one["name"]: one["x-evidence"] for one in document["x-not-served"]} == {
        name: operation.evidence.value for name, operation in missing.items()
    }


@EVERY_DIALECT
def test_declared_examples_and_answers_fit_their_declared_shapes(dialect: Dialect) -> None:
    shapes = DialectShapes(dialect)
    for operation in served(dialect):
        if operation.params is not None and operation.body is None and operation.example:
            msgspec.convert(operation.example, operation.params, strict=False)
        if operation.answer is not None:
            msgspec.convert(operation.answer, dialect.answer_shape(operation))
        assert operation.status == 204 or shapes.example_answer(operation) is not None
        for error in operation.errors:
            if error.example is not None:
                msgspec.convert(error.example, dialect.failure)


@EVERY_DIALECT
def test_every_documented_error_stands_under_its_status_with_its_evidence(dialect: Dialect) -> None:
    paths = openapi_document(dialect, BASE_URL)["paths"]
    for operation in served(dialect):
        for method in operation.methods:
            responses = paths[operation.path][method.lower()]["responses"]
            told = [
                (int(status), one["when"], one["evidence"])
                for status, response in responses.items()
                for one in response.get("x-evidence", ())
            ]
            assert sorted(told) == sorted((one.status, one.when, one.evidence.value) for one in operation.errors)
            values = [
                example["value"]
                for response in responses.values()
                for name, example in response.get("content", {}).get("application/json", {}).get("examples", {}).items()
                if name != "success"
            ]
            assert len(values) == len([one for one in operation.errors if one.example is not None])


@EVERY_DIALECT
def test_operations_say_their_evidence_and_coverage(dialect: Dialect) -> None:
    paths = openapi_document(dialect, BASE_URL)["paths"]
    for operation in served(dialect):
        for method in operation.methods:
            told = paths[operation.path][method.lower()]
            assert (told["x-evidence"], told["x-coverage"]) == (operation.evidence.value, operation.coverage.value)


def test_info_says_what_it_is_and_that_nobody_is_behind_it() -> None:
    document = openapi_document(ZIPWHIP, BASE_URL)
    assert document["servers"] == [{"url": BASE_URL}]
    assert NOT_AFFILIATED in document["info"]["description"]
    notice = Path(__file__).parents[2] / "NOTICE"
    assert NOT_AFFILIATED in " ".join(notice.read_text("utf-8").split())


def test_flat_parameters_stand_in_the_query_of_a_get() -> None:
    told = operation_of(ZIPWHIP, "/contact/list", "get")
    assert "requestBody" not in told
    page = told["parameters"][0]
    assert (page["name"], page["in"], page["required"], page["schema"]["type"]) == ("page", "query", False, "integer")
    assert page["description"]
    assert page["example"] == 1


def test_flat_parameters_stand_in_the_body_of_a_post_in_every_form() -> None:
    told = operation_of(ZIPWHIP, "/contact/save", "post")
    assert "parameters" not in told
    content = told["requestBody"]["content"]
    assert list(content) == ["application/x-www-form-urlencoded", "multipart/form-data", "application/json"]
    assert {form["schema"]["$ref"] for form in content.values()} == {"#/components/schemas/SaveParams"}


def test_only_parameters_without_which_nothing_works_are_required() -> None:
    schemas = openapi_document(ZIPWHIP, BASE_URL)["components"]["schemas"]
    assert schemas["SaveParams"]["required"] == []
    assert schemas["DeleteParams"]["required"] == ["contact"]
    assert operation_of(ZIPWHIP, "/contact/delete", "get")["parameters"][0]["required"] is True
    assert operation_of(ZIPWHIP, "/contact/delete", "post")["requestBody"]["required"] is True


def test_answers_are_wrapped_as_the_platform_wraps_them() -> None:
    schemas = openapi_document(ZIPWHIP, BASE_URL)["components"]["schemas"]
    members: dict[str, set[str]] = {}
    for path in ("/contact/get", "/contact/save", "/contact/list"):
        answer = operation_of(ZIPWHIP, path, "post")["responses"]["200"]["content"]["application/json"]["schema"]
        members[path] = set(schemas[answer["$ref"].rsplit("/", 1)[1]]["properties"])
    assert members == {
        "/contact/get": {"success", "response"},
        "/contact/save": {"success", "response", "sessions"},
        "/contact/list": {"success", "response", "total", "page", "pages"},
    }


def test_a_session_is_shown_as_parameter_or_as_header_and_not_for_the_login() -> None:
    document = openapi_document(ZIPWHIP, BASE_URL)
    schemes = document["components"]["securitySchemes"]
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("query", "session")
    assert (schemes["sessionHeader"]["in"], schemes["sessionHeader"]["name"]) == ("header", "Authorization")
    assert document["paths"]["/contact/get"]["get"]["security"] == [{"session": []}, {"sessionHeader": []}]
    assert document["paths"]["/user/login"]["post"]["security"] == []


def test_keys_that_belong_together_are_one_way_and_a_bearer_token_another() -> None:
    document = openapi_document(INVENTED, BASE_URL)
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert document["paths"]["/tags"]["post"]["security"] == [{"keyId": [], "keySecret": []}, {"token": []}]


def test_a_json_dialect_has_a_json_body_path_values_and_a_query() -> None:
    told = operation_of(INVENTED, "/tags/{tag_id}", "put")
    places = [(one["name"], one["in"], one["required"], one["example"]) for one in told["parameters"]]
    assert places == [("tag_id", "path", True, 7), ("verbose", "query", False, True)]
    assert told["requestBody"]["content"]["application/json"]["example"] == [{"title": "Calm"}]
    created = operation_of(INVENTED, "/tags", "post")["requestBody"]
    assert list(created["content"]) == ["application/json"]
    assert created["content"]["application/json"]["example"] == {"title": "It's urgent"}


def test_a_recursive_shape_has_an_end() -> None:
    assert DialectShapes(INVENTED).example_answer(INVENTED.operations[0])["title"] == "It's urgent"


def test_a_command_is_quoted_for_the_shell() -> None:
    command = curl_command(INVENTED, INVENTED.operations[1], BASE_URL)
    assert command.split(" \\\n  ") == [
        f"curl -X PUT '{BASE_URL}/tags/7?verbose=true'",
        "-H 'x-key-id: demo-key'",
        """-H 'x-key-secret: it'"'"'s'""",
        "-H 'Content-Type: application/json'",
        """--data '[{"title": "Calm"}]'""",
    ]
