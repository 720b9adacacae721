"""Requests made from the declarations: what an operation takes, its example filled in, a credential shown."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Set
from functools import cache
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from msgspec import inspect

from linebook.core.account import CredentialKind
from linebook.dialects.base import Dialect, Operation, Security
from linebook.dialects.samples import example_parts, path_names
from tests.isolation.things import SECRET_KEY
from tests.kit.raw_http import request_bytes

Members = Mapping[str, bool]
"""The members of a request by their place in it; true says that it is a whole number."""

_STEP: Final = re.compile(r"\[\]|\{\}|[^.\[\]{}]+")

_KINDS: Final = {
    "session": CredentialKind.ZIPWHIP_SESSION,
    "sessionHeader": CredentialKind.ZIPWHIP_SESSION,
    "provisioningKey": CredentialKind.ZIPWHIP_API_KEY,
    "apiKey": CredentialKind.INWISE_KEY,
    "keyId": CredentialKind.SENDBLUE_PAIR,
    "secretKey": CredentialKind.SENDBLUE_PAIR,
    "token": CredentialKind.SENDBLUE_TOKEN,
    "teamKey": CredentialKind.HEYMARKET_KEY,
    "signedToken": CredentialKind.HEYMARKET_SECRET,
    "basicKey": CredentialKind.HEYMARKET_KEY,
    "n8nKey": CredentialKind.HEYMARKET_N8N_KEY,
}
"""What kind of secret each declared value of a credential is; a new one must be added."""


def members_of(operation: Operation) -> Members:
    """Give every member that an operation takes, in path, query or form, and body.

    `contacts[].tags[].tag_id` is the id of a tag in a list of a list, `custom{}` a key of an object.
    """
    members = dict.fromkeys(path_names(operation), False)
    for shape in (operation.params, operation.body):
        if shape is not None:
            members |= _members_of_shape(shape)
    return members


@cache
def _members_of_shape(shape: Any) -> Members:
    return dict(_leaves(inspect.type_info(shape), ""))


def _leaves(kind: inspect.Type, place: str) -> Iterator[tuple[str, bool]]:
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    match kind:
        case inspect.UnionType():
            # Of several forms the one that holds most; a lone value is only another spelling of it.
            yield from _leaves(max(kind.types, key=_weight), place)
        case inspect.StructType():
            for field in kind.fields:
                yield from _leaves(field.type, f"{place}.{field.encode_name}" if place else field.encode_name)
        case inspect.ListType():
            yield from _leaves(kind.item_type, f"{place}[]")
        case inspect.DictType():
            yield f"{place}{{}}", False
        case _:
            yield place, isinstance(kind, inspect.IntType)


def _weight(kind: inspect.Type) -> int:
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    match kind:
        case inspect.DictType():
            return 5
        case inspect.StructType():
            return 4
        case inspect.ListType():
            return 3
        case inspect.StrType():
            return 2
        case inspect.NoneType():
            return 0
        case _:
            return 1


def request_for(
    dialect: Dialect,
    operation: Operation,
    method: str,
    *,
    values: Mapping[str, object],
    identifiers: frozenset[str],
    shown: Mapping[str, str],
) -> bytes:
    """Give a request with these values, and with the example's for members that identify nothing.

    `shown` are the headers of the credential; what is named `?…` among them goes into the query.
    """
    given = dict(values)
    example = example_parts(operation)
    plain = members_of(operation).keys() - identifiers - values.keys()
    path = operation.path
    for name in path_names(operation):
        value = given.pop(name) if name in given else example.path[name]
        path = path.replace(f"{{{name}}}", quote(str(value), safe="+"))
    params = {name: value for name, value in example.parameters.items() if name in plain}
    for name in operation.params.__struct_encode_fields__ if operation.params is not None else ():
        if name in given:
            params[name] = given.pop(name)
    query = {name[1:]: value for name, value in shown.items() if name.startswith("?")}
    headers = [(name, value) for name, value in shown.items() if not name.startswith("?")]
    body = b""
    if operation.name == "hostedContent/save":
        upload = [("content-type", "multipart/form-data; boundary=cut"), *headers]
        part = b'--cut\r\nContent-Disposition: form-data; name="data"; filename="a.txt"\r\n\r\na file\r\n--cut--\r\n'
        return request_bytes(method, f"{path}?{urlencode(query | params)}", upload, part)
    if operation.body is not None:
        headers.append(("content-type", "application/json"))
        body = json.dumps(_body(members_of(operation), plain, example.body, given), ensure_ascii=False).encode()
        query |= params
    elif dialect.form_types and method != "GET":
        headers.append(("content-type", dialect.form_types[0]))
        body = urlencode(params).encode()
    else:
        query |= params
    return request_bytes(method, f"{path}?{urlencode(query)}" if query else path, headers, body)


def _body(members: Members, plain: Set[str], example: Any, values: Mapping[str, object]) -> Any:
    named = {_first_step(one) for one in members.keys() - plain}
    touched = {_first_step(one) for one in values}
    # A member without any identifier in it stays whole. Of one with an identifier the rest is there when that is.
    tree = {name: one for name, one in example.items() if name not in named} if isinstance(example, dict) else None
    for place, value in _flat(example, ""):
        if place in plain and _first_step(place) in touched & named:
            tree = _put(tree, _STEP.findall(place), value)
    for place, value in values.items():
        tree = _put(tree, _STEP.findall(place), int(str(value)) if members[place] else value)
    return {} if tree is None else tree


def _first_step(place: str) -> str:
    return str(_STEP.findall(place)[0])


def _flat(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    match value:
        case dict():
            for name, one in value.items():
                yield from _flat(one, f"{place}.{name}" if place else name)
        case list():
            yield from _flat(value[0], f"{place}[]") if value else ()
        case None:
            return
        case _:
            yield place, value


def _put(node: Any, steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if step == "[]":
        return [_put(node[0] if node else None, rest, value)]
    if step == "{}":
        return {value: "x"}
    return {**(node or {}), step: _put((node or {}).get(step), rest, value)}


# -- credentials


def kind_of(way: tuple[Security, ...]) -> CredentialKind:
    """Give the kind of secret that a way of showing a credential takes."""
    (kind,) = {_KINDS[one.id] for one in way}
    return kind


def show(way: tuple[Security, ...], secret: str, now_ms: int) -> dict[str, str]:
    """Give the headers (or `?…` the parameters of the query) that show a secret in a declared way."""
    text = secret.partition("\n")[0]
    shown: dict[str, str] = {}
    for one in way:
        value = token(text, now_ms) if one.id == "signedToken" else text
        if one.scheme == "bearer":
            value = f"Bearer {value}"
        elif one.scheme == "basic":
            value = f"Basic {base64.b64encode(f'{value}:'.encode()).decode()}"
        shown[f"?{one.name}" if one.place == "query" else one.name] = value
    return shown


def token(secret_id: str, now_ms: int) -> str:
    """Give a signed token of an API secret."""
    parts = [{"alg": "HS256", "typ": "JWT"}, {"iss": secret_id, "iat": now_ms // 1000}]
    signed = b".".join(base64.urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=") for part in parts)
    key = f"{secret_id}||{SECRET_KEY}".encode()
    signature = base64.urlsafe_b64encode(hmac.digest(key, signed, hashlib.sha256)).rstrip(b"=")
    return f"{signed.decode()}.{signature.decode()}"
