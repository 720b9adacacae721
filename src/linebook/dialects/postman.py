"""The Postman collection (v2.1) of a dialect, made from the operations it serves, with the demo account filled in."""

from __future__ import annotations

import json
from typing import Any, Final

from linebook.dialects.base import Dialect, Operation, Security
from linebook.dialects.openapi import NOT_AFFILIATED, described
from linebook.dialects.samples import ExampleParts, example_parts, path_names, shown_credentials
from linebook.dialects.shapes import DialectShapes, Member

SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

Json = dict[str, Any]

_JSON_HEADER: Final = {"key": "Content-Type", "value": "application/json"}
_FORM: Final = "application/x-www-form-urlencoded"


def postman_collection(dialect: Dialect, base_url: str) -> Json:
    """Give the collection of what a dialect serves: a folder per resource; base URL and credential are variables.

    What ends the credential comes last, behind the folders, so that the collection can be run as a whole.
    """
    shapes = DialectShapes(dialect)
    usual = dialect.security[0] if dialect.security else ()
    folders: dict[str, list[Json]] = {}
    last: list[Json] = []
    for operation in shapes.operations:
        ends = any(one.ended_by == operation.name for one in usual)
        (last if ends else folders.setdefault(operation.resource, [])).append(_item(dialect, operation, shapes))
    return {
        "info": {
            "name": f"{dialect.title}, as linebook answers it",
            "description": NOT_AFFILIATED,
            "schema": SCHEMA,
        },
        "item": [*({"name": resource, "item": items} for resource, items in folders.items()), *last],
        "variable": [
            {"key": "baseUrl", "value": base_url, "type": "string"},
            *({"key": one.id, "value": one.demo, "type": "string"} for one in _shown_by_any(dialect)),
        ],
    }


def _item(dialect: Dialect, operation: Operation, shapes: DialectShapes) -> Json:
    request = _request(dialect, operation, shapes)
    answers = [_answer(request, "Success", operation.status, shapes.example_answer(operation))]
    answers += [
        _answer(request, error.when, error.status, error.example)
        for error in operation.errors
        if error.example is not None
    ]
    item: Json = {"name": operation.name, "request": request, "response": answers}
    script = [line for one in _given_by(dialect, operation) for line in _keep(one)]
    if script:
        item["event"] = [{"listen": "test", "script": {"type": "text/javascript", "exec": script}}]
    return item


def _shown_by_any(dialect: Dialect) -> list[Security]:
    served = [operation for operation in dialect.operations if operation.handler is not None]
    usual = dialect.security[0] if dialect.security else ()
    return list(dict.fromkeys((*usual, *(one for each in served for one in shown_credentials(dialect, each)))))


def _given_by(dialect: Dialect, operation: Operation) -> list[Security]:
    return [one for one in (dialect.security[0] if dialect.security else ()) if one.given_by == operation.name]


def _keep(one: Security) -> list[str]:
    return [
        f"const given = pm.response.json()[{json.dumps(one.given_as)}];",
        "if (pm.response.code === 200 && given) {",
        f"    pm.collectionVariables.set({json.dumps(one.id)}, given);",
        "}",
    ]


def _request(dialect: Dialect, operation: Operation, shapes: DialectShapes) -> Json:
    method = operation.methods[0]
    has_form = _FORM in dialect.form_types and method not in ("GET", "HEAD")
    example = example_parts(operation)
    headers = [
        _header(one) for one in shown_credentials(dialect, operation) if one.place == "header" and not one.scheme
    ]
    fields = [
        {"key": one.name, "value": f"{{{{{one.id}}}}}", "description": one.description}
        for one in shown_credentials(dialect, operation)
        if one.place == "query"
    ]
    names = set(path_names(operation))
    fields += [_field(member, example) for member in shapes.parameters(operation) if member.name not in names]
    request: Json = {
        "method": method,
        "header": headers,
        "url": _url(operation, [] if has_form else fields, example),
        "description": f"{operation.summary}.\n\n{described(operation)}",
    }
    if has_form and fields:
        request["body"] = {"mode": "urlencoded", "urlencoded": fields}
    elif operation.body is not None:
        headers.append(_JSON_HEADER)
        body = example.body if example.body is not None else shapes.sample(operation.body, {})
        request["body"] = {"mode": "raw", "raw": _pretty(body), "options": {"raw": {"language": "json"}}}
    request["auth"] = _auth(dialect, operation)
    return request


def _field(member: Member, example: ExampleParts) -> Json:
    values = example.parameters
    field = {"key": member.name, "value": str(values.get(member.name, "")), "description": member.description}
    return field if member.name in values or member.is_required else {**field, "disabled": True}


def _url(operation: Operation, fields: list[Json], example: ExampleParts) -> Json:
    path = operation.path
    for name in path_names(operation):
        path = path.replace(f"{{{name}}}", f":{name}")
    sent = "&".join(f"{field['key']}={field['value']}" for field in fields if not field.get("disabled"))
    url: Json = {
        "raw": "{{baseUrl}}" + path + (f"?{sent}" if sent else ""),
        "host": ["{{baseUrl}}"],
        "path": path.strip("/").split("/"),
    }
    if fields:
        url["query"] = fields
    if path_names(operation):
        url["variable"] = [{"key": name, "value": str(example.path.get(name, ""))} for name in path_names(operation)]
    return url


def _header(one: Security) -> Json:
    return {"key": one.name, "value": f"{{{{{one.id}}}}}", "description": one.description}


def _auth(dialect: Dialect, operation: Operation) -> Json:
    for one in shown_credentials(dialect, operation):
        value = f"{{{{{one.id}}}}}"
        if one.scheme == "bearer":
            return {"type": "bearer", "bearer": [{"key": "token", "value": value, "type": "string"}]}
        if one.scheme == "basic":
            user, _, password = one.demo.partition(":")
            pair = {"username": user, "password": password}
            return {"type": "basic", "basic": [{"key": key, "value": text} for key, text in pair.items()]}
    return {"type": "noauth"}


def _answer(request: Json, name: str, status: int, body: Any) -> Json:
    return {
        "name": name,
        "originalRequest": request,
        "code": status,
        "_postman_previewlanguage": "json",
        "header": [_JSON_HEADER],
        "body": _pretty(body),
    }


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
