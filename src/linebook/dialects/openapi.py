"""The OpenAPI 3.1 document of a dialect, made from the operations it serves, so that it cannot drift from them."""

from __future__ import annotations

import re
from typing import Any, Final

from linebook import __version__
from linebook.dialects.base import Dialect, DocumentedError, Operation, Security, all_ways_in, ways_in
from linebook.dialects.samples import example_parts, path_names
from linebook.dialects.shapes import DialectShapes, Schema

NOT_AFFILIATED: Final = (
    "This project is not affiliated with, endorsed by or connected to Zipwhip, Twilio, inwise, Sendblue or Heymarket. "
    "Their names are trademarks of their owners and are used here only to say which programs linebook can answer."
)

JSON: Final = "application/json"
NO_CONTENT: Final = 204
_BODYLESS: Final = ("GET", "HEAD")


def openapi_document(dialect: Dialect, base_url: str) -> dict[str, Any]:
    """Give the document of what a dialect serves at a base URL. Calls that are not served are under `x-not-served`."""
    shapes = DialectShapes(dialect)
    paths: dict[str, Schema] = {}
    for operation in shapes.operations:
        for method in operation.methods:
            paths.setdefault(operation.path, {})[method.lower()] = _operation(dialect, operation, method, shapes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{dialect.title}, as linebook answers it",
            "version": __version__,
            "summary": "Made from the declarations that linebook serves the calls with.",
            "description": (
                f"{NOT_AFFILIATED}\n\n"
                "`x-evidence` says how sure it is that the platform behaves like this, `x-coverage` how much of a call "
                "is served. Calls that are known and not served are listed under `x-not-served`."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_url}],
        "tags": [
            {"name": resource} for resource in dict.fromkeys(operation.resource for operation in shapes.operations)
        ],
        "paths": paths,
        "components": {
            "schemas": shapes.used(paths),
            "securitySchemes": {one.id: _scheme(one) for ways in all_ways_in(dialect) for one in ways},
        },
        "x-not-served": [
            {
                "name": operation.name,
                "methods": list(operation.methods),
                "path": operation.path,
                "summary": operation.summary,
                "x-evidence": operation.evidence.value,
                **({"description": operation.notes} if operation.notes else {}),
            }
            for operation in dialect.operations
            if operation.handler is None
        ],
    }


def operation_id(operation: Operation, method: str) -> str:
    """Give the id of an operation by one of its methods; the usual method has the plain one."""
    words = re.findall(r"[A-Za-z0-9]+", operation.name)
    first = words[0].lower() if words[0].isupper() else words[0]
    plain = first + "".join(word[0].upper() + word[1:] for word in words[1:])
    return plain if method == operation.methods[0] else f"{plain}By{method.capitalize()}"


def described(operation: Operation) -> str:
    """Give what is said of an operation beyond its summary."""
    facts = f"Evidence: {operation.evidence.value}. Coverage: {operation.coverage.value}."
    return f"{operation.notes}\n\n{facts}" if operation.notes else facts


def _operation(dialect: Dialect, operation: Operation, method: str, shapes: DialectShapes) -> Schema:
    takes_body = method not in _BODYLESS
    in_form = takes_body and bool(dialect.form_types)
    document: Schema = {
        "operationId": operation_id(operation, method),
        "summary": operation.summary,
        "description": described(operation),
        "tags": [operation.resource],
        "x-evidence": operation.evidence.value,
        "x-coverage": operation.coverage.value,
    }
    parameters = _parameters(operation, shapes, in_query=not in_form)
    if parameters:
        document["parameters"] = parameters
    body = _form(dialect, operation, shapes) if in_form else _json_body(operation, shapes) if takes_body else None
    if body:
        document["requestBody"] = body
    document["responses"] = _responses(operation, shapes)
    document["security"] = [{one.id: [] for one in ways} for ways in ways_in(dialect, operation)]
    return document


def _parameters(operation: Operation, shapes: DialectShapes, *, in_query: bool) -> list[Schema]:
    members = {member.name: member for member in shapes.parameters(operation)}
    example = example_parts(operation)
    parameters: list[Schema] = []
    for name in path_names(operation):
        member = members.pop(name, None)
        parameter: Schema = {"name": name, "in": "path", "required": True}
        parameter["schema"] = member.schema if member else {"type": "string"}
        if member and member.description:
            parameter["description"] = member.description
        if name in example.path:
            parameter["example"] = example.path[name]
        parameters.append(parameter)
    for member in members.values() if in_query else ():
        parameter = {"name": member.name, "in": "query", "required": member.is_required, "schema": member.schema}
        if member.description:
            parameter["description"] = member.description
        if member.name in example.parameters:
            parameter["example"] = member.typed(example.parameters[member.name])
        parameters.append(parameter)
    return parameters


def _form(dialect: Dialect, operation: Operation, shapes: DialectShapes) -> Schema | None:
    members = shapes.parameters(operation)
    if not members:
        return None
    media: Schema = {"schema": shapes.schema(operation.params)}
    values = example_parts(operation).parameters
    if values:
        media["example"] = {
            member.name: member.typed(values[member.name]) for member in members if member.name in values
        }
    required = any(member.is_required for member in members)
    return {"required": required, "content": dict.fromkeys(dialect.form_types, media)}


def _json_body(operation: Operation, shapes: DialectShapes) -> Schema | None:
    if operation.body is None:
        return None
    media: Schema = {"schema": shapes.schema(operation.body)}
    example = example_parts(operation).body
    if example is not None:
        media["example"] = example
    return {"required": True, "content": {JSON: media}}


def _responses(operation: Operation, shapes: DialectShapes) -> Schema:
    success: Schema = {"schema": shapes.answer(operation)}
    if operation.answer is not None:
        success["example"] = operation.answer
    content = {} if operation.status == NO_CONTENT else {"content": {JSON: success}}
    if operation.is_raw:
        content = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
    responses: Schema = {str(operation.status): {"description": "The call succeeded.", **content}}
    by_status: dict[int, list[DocumentedError]] = {}
    for error in operation.errors:
        by_status.setdefault(error.status, []).append(error)
    for status, errors in sorted(by_status.items()):
        refusal = _refusal(errors, shapes.failure)
        if status == operation.status:
            # Some platforms say with the status of success that they refused.
            refusal = _success_or_refusal(success, refusal)
        responses[str(status)] = refusal
    responses["default"] = {
        "description": "Any other refusal.",
        "content": {JSON: {"schema": shapes.failure}},
    }
    return responses


def _success_or_refusal(success: Schema, refusal: Schema) -> Schema:
    media = refusal["content"][JSON]
    examples = media.get("examples", {})
    if "example" in success:
        examples = {"success": {"summary": "the call succeeded", "value": success["example"]}, **examples}
    whole: Schema = {"schema": {"anyOf": [success["schema"], media["schema"]]}}
    if examples:
        whole["examples"] = examples
    description = f"The call succeeded; or {refusal['description']}"
    return {**refusal, "description": description, "content": {JSON: whole}}


def _refusal(errors: list[DocumentedError], schema: Schema) -> Schema:
    media: Schema = {"schema": schema}
    examples = {
        f"case{number}": {"summary": error.when, "value": error.example, "x-evidence": error.evidence.value}
        for number, error in enumerate(errors, 1)
        if error.example is not None
    }
    if examples:
        media["examples"] = examples
    return {
        "description": "; or ".join(error.when for error in errors),
        "content": {JSON: media},
        "x-evidence": [{"when": error.when, "evidence": error.evidence.value} for error in errors],
    }


def _scheme(one: Security) -> Schema:
    if one.scheme:
        return {"type": "http", "scheme": one.scheme, "description": one.description}
    return {"type": "apiKey", "in": one.place, "name": one.name, "description": one.description}
