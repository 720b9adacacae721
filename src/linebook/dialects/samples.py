"""Example requests made from the declarations, as any client would send them: the parts of one, and a curl command."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec

from linebook.dialects.base import Dialect, Operation, Security, ways_in

_BODYLESS: Final = ("GET", "HEAD")


class ExampleParts(msgspec.Struct, frozen=True, kw_only=True):
    """The example of an operation, by where its values stand."""

    path: dict[str, Any]
    parameters: dict[str, Any]
    body: Any


def path_names(operation: Operation) -> list[str]:
    """Give the names of the path's values."""
    return re.findall(r"\{(\w+)\}", operation.path)


def example_parts(operation: Operation) -> ExampleParts:
    """Give the values of the declared example: of the path, of query or form, and the JSON body or None."""
    left = dict(operation.example)
    path = {name: left.pop(name) for name in path_names(operation) if name in left}
    names = operation.params.__struct_encode_fields__ if operation.params is not None else ()
    parameters = {name: left.pop(name) for name in names if name in left}
    if operation.body is None:
        return ExampleParts(path=path, parameters=parameters, body=None)
    is_object = isinstance(operation.body, type) and issubclass(operation.body, msgspec.Struct)
    return ExampleParts(path=path, parameters=parameters, body=(left or None) if is_object else left.get("body"))


def example_path(operation: Operation) -> str:
    """Give the path with the example's values in it."""
    values = example_parts(operation).path
    return re.sub(r"\{(\w+)\}", lambda found: quote(str(values.get(found[1], found[1])), safe=""), operation.path)


def shown_credentials(dialect: Dialect, operation: Operation) -> tuple[Security, ...]:
    """Give what the examples of an operation show to be let in: its usual way."""
    return next(iter(ways_in(dialect, operation)), ())


def shell_variable(security: Security) -> str:
    """Give the name of the shell variable that keeps a credential."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", security.id).upper()


def curl_command(dialect: Dialect, operation: Operation, base_url: str) -> str:
    """Give a command that makes the example call at a base URL with the demo credentials."""
    method = operation.methods[0]
    parts = example_parts(operation)
    shown = shown_credentials(dialect, operation)
    url = base_url + example_path(operation)
    fields = [f"--data-urlencode {one.name}={_value(one)}" for one in shown if one.place == "query"]
    if parts.body is None:
        fields += [f"--data-urlencode {shlex.quote(f'{name}={_text(one)}')}" for name, one in parts.parameters.items()]
    else:
        # curl has one place for data, and the body needs it.
        url += f"?{urlencode(parts.parameters)}" if parts.parameters else ""
        fields = ["-H 'Content-Type: application/json'", f"--data {shlex.quote(_text(parts.body))}"]
    into_query = bool(fields) and parts.body is None and not (dialect.form_types and method not in _BODYLESS)
    usual = "POST" if fields and not into_query else "GET"
    options = ("" if method == usual else f" -X {method}") + (" -G" if into_query else "")
    headers = [_header_option(one) for one in shown if one.place == "header"]
    return " \\\n  ".join([f"curl{options} {shlex.quote(url)}", *headers, *fields])


def credential_command(dialect: Dialect, base_url: str) -> str:
    """Give the command that logs in and keeps the credential in a shell variable, empty where there is no log-in."""
    for one in dialect.security[0] if dialect.security else ():
        login = next((operation for operation in dialect.operations if operation.name == one.given_by), None)
        if login is not None:
            # No tool beyond the shell's own: the member is text, without escapes.
            take = f"""sed 's/.*"{one.given_as}":"\\([^"]*\\)".*/\\1/'"""
            command = curl_command(dialect, login, base_url).replace("curl ", "curl -s ", 1)
            return f"{shell_variable(one)}=$({command} \\\n  | {take})"
    return ""


def _value(one: Security) -> str:
    return shlex.quote(one.demo) if one.demo else f'"${shell_variable(one)}"'


def _header_option(one: Security) -> str:
    if one.scheme == "basic":
        return f"-u {_value(one)}"
    start = f"{one.name}: Bearer " if one.scheme == "bearer" else f"{one.name}: "
    return f"-H {shlex.quote(start + one.demo)}" if one.demo else f'-H "{start}${shell_variable(one)}"'


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
