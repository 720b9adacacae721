"""Reads bodies and queries as callers of this platform write them: strictly first, tolerantly only when that fails.

What a value means is not decided here. Each reader gives the declared Struct or names the parameter to blame.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from linebook.dialects.base import Request
from linebook.dialects.inwise.lenient_json import HopelessJson, NumberText, read_lenient
from linebook.dialects.kit import Flat, InvalidParameter, UnreadableBody, convert_params, parse_pairs

Shape = TypeVar("Shape", bound=msgspec.Struct)

BODY: Final = "body"
"""What a body is called where no member of it can be blamed."""

_BOM: Final = b"\xef\xbb\xbf"
_read_any: Final = msgspec.json.Decoder(float_hook=NumberText).decode


def read_body(body: bytes, shape: type[Shape]) -> Shape:
    """Give the members of a JSON body. A body that is not there has none, `null` is a member that is not there.

    Raises `InvalidParameter` for the member that cannot be read or has a wrong type (NOTES: tolerant JSON).
    """
    body = body.removeprefix(_BOM)
    if not body:
        return shape()
    try:
        # The usual case, and the only one that well-formed JSON of the declared types takes.
        decoded: Shape = _decoder(shape).decode(body)
    except RecursionError as error:
        raise InvalidParameter(BODY, "Too many brackets are nested") from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _read_tolerantly(body, shape)
    return decoded


def _read_tolerantly(body: bytes, shape: type[Shape]) -> Shape:
    try:
        values = read_json(body)
    except InvalidParameter as error:
        # A name that nobody declared is the caller's own text, of any length: it is not given back.
        name = error.name if error.name in shape.__struct_fields__ else BODY
        raise InvalidParameter(name, error.reason) from error
    return convert_params(_settled(values, _plan(shape)), shape)


def read_json(body: bytes) -> object:
    """Give the value of a JSON body of any type, read tolerantly if need be. Raises `InvalidParameter`."""
    body = body.removeprefix(_BOM)
    try:
        return _read_any(body)
    except RecursionError as error:
        raise InvalidParameter(BODY, "Too many brackets are nested") from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        return read_lenient(body.decode())
    except UnicodeDecodeError as error:
        raise InvalidParameter(BODY, "The text is not UTF-8") from error
    except HopelessJson as error:
        raise InvalidParameter(error.member or BODY, str(error)) from error


def read_query(request: Request, shape: type[Shape]) -> Shape:
    """Give the parameters of a query, whose names may have any letter case. Raises `InvalidParameter`."""
    flat = Flat()
    if request.query:
        try:
            flat.add([(name.lower(), value) for name, value in parse_pairs(request.query)])
        except UnreadableBody as error:
            raise InvalidParameter("query", error.message) from error
    return convert_params(flat.first, shape)


@lru_cache(maxsize=64)
def _decoder(shape: type[Shape]) -> msgspec.json.Decoder[Shape]:
    return msgspec.json.Decoder(shape, strict=False, float_hook=NumberText)


# -- values of other types than declared

_Plan = dict[str, inspect.Type]


@cache
def _plan(shape: type[msgspec.Struct]) -> _Plan:
    info = inspect.type_info(shape)
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: _declared(field.type) for field in info.fields}


def _declared(kind: inspect.Type) -> inspect.Type:
    """Give what a member is beside null."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        return next(one for one in map(_declared, kind.types) if not isinstance(one, inspect.NoneType))
    return kind


def _settled(values: object, plan: _Plan) -> object:
    """Give the members with texts for numbers where a text is declared, lists for lone values, and without nulls."""
    if not isinstance(values, dict):
        return values
    settled: dict[str, Any] = {}
    for name, kind in plan.items():
        value = _value(values.get(name), kind)
        if value is not None:
            settled[name] = value
    return settled


def _value(value: object, kind: inspect.Type) -> object:
    match kind:
        case inspect.StrType():
            # A whole number may be a text without its quotes; any other was never meant to be one.
            return str(value) if type(value) is int else float(value) if isinstance(value, NumberText) else value
        case inspect.ListType():
            if value is None or (isinstance(value, str) and not value.strip()):
                return None
            given = value if isinstance(value, list) else [value]
            inner = _declared(kind.item_type)
            return [one for one in (_value(item, inner) for item in given) if one is not None]
        case inspect.StructType():
            return _settled(value, _plan(kind.cls))
        case inspect.IntType() | inspect.BoolType():
            text = value.strip() if isinstance(value, str) else value
            return None if text == "" else text
        case _:
            return value
