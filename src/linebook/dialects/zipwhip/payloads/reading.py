"""Parameters as they come in: merged from everywhere, and the numbers among them."""

from __future__ import annotations

import json
from functools import cache
from typing import Final, get_args, get_type_hints

import msgspec
from msgspec import UNSET, UnsetType

from linebook.core.account import Account
from linebook.core.phone import Phone, UnusablePhone, national, parse_phone
from linebook.dialects.base import Request
from linebook.dialects.kit import Flat, InvalidParameter, UnreadableBody, decode_object, parse_multipart, parse_pairs

Text = str | UnsetType

NOTHING: Final = frozenset({"", "None"})
"""What programs send for a value that they lack; the second one is how Python writes it."""


def read_parameters(request: Request) -> Flat:
    """Merge the parameters of query, form and parts into one map; the first value of a name counts (NOTES: parameters).

    Raises `UnreadableBody`.
    """
    flat = Flat()
    if request.query:
        flat.add(parse_pairs(request.query))
    if request.body:
        kind = request.headers.get(b"content-type", b"").lower()
        if kind.startswith(b"multipart/"):
            fields, files = parse_multipart(request.body, request.header(b"content-type"))
            flat.add(fields)
            flat.files.extend(files)
        elif kind.startswith(b"application/json"):
            flat.add(_json_pairs(request.body))
        else:
            flat.add(parse_pairs(request.body))
    return flat


def _json_pairs(body: bytes) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in decode_object(body).items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                pairs.append((name, _json_text(one)))
    return pairs


def _json_text(value: object) -> str:
    """Give what a form would say for a JSON value: a number in digits, anything nested as the JSON that it is."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() if value.is_integer():
            return str(int(value))
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError as error:
        raise UnreadableBody("The body is not a JSON object.") from error


def given_values(flat: Flat, shape: type[msgspec.Struct]) -> dict[str, str]:
    """Give the first value of every parameter, without numbers that say nothing (NOTES: parameters)."""
    absent = {name for name in _number_names(shape) if flat.first.get(name) in NOTHING}
    return {name: value for name, value in flat.first.items() if name not in absent} if absent else flat.first


@cache
def _number_names(shape: type[msgspec.Struct]) -> tuple[str, ...]:
    kinds = get_type_hints(shape)
    return tuple(name for name, kind in kinds.items() if kind is int or int in get_args(kind))


def read_phone(name: str, text: str, account: Account) -> Phone:
    """Read a number in any form that clients send, `ptn:/…` too. Raises `InvalidParameter` (NOTES: numbers)."""
    try:
        return parse_phone(text.removeprefix("ptn:/"), national(account.region), leading_blank_is_plus=True)
    except UnusablePhone as error:
        raise InvalidParameter(name, "is not a usable number") from error


def shown_phone(mobile_number: Text, address: Text, account: Account) -> Phone | None:
    """Read the number of a contact: `mobileNumber`, or `address` where that says nothing; None for neither.

    Raises `InvalidParameter`.
    """
    if mobile_number is not UNSET and (mobile_number not in NOTHING or address is UNSET):
        return read_phone("mobileNumber", mobile_number, account)
    return None if address is UNSET else read_phone("address", address, account)
