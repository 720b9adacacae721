"""What an inwise answer looks like, and one request per operation that works: for the wire runner and the fuzz run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from linebook.dialects.inwise import INWISE
from tests.kit.raw_http import Answer
from tests.kit.wire import Ask, Expected, Probe, Refusal, Way

BASE: Final = "/rest/v1"
CONTACTS: Final = f"{BASE}/contacts"
UNREAD: Final = f"{CONTACTS}/recently_updated"
BATCH: Final = f"{CONTACTS}/batchInsert"
GROUPS: Final = f"{BASE}/groups"
FIELDS: Final = f"{BASE}/fields"

JSON_TYPE: Final = "application/json; charset=utf-8"
NO_KEY: Final = {"code": 401, "message": "Parameter 'X-API-Key' was missing."}
BAD_KEY: Final = {"code": 401, "message": "Parameter 'X-API-Key' is invalid."}

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_PARAMETER: Final = re.compile(
    r"Parameter '([\w-]+)' (?:was missing\.|is invalid\."
    r"( [A-Z][^\\]* at line \d+, column \d+\.| \w+ ID #-?\d+ was not found\.)?)"
)
_CONFLICT: Final = re.compile(
    r"(?=.)(The email exists for contact ID #\d+\.)?(The mobile number exists for contact ID #\d+\.)?"
)
_BLAMELESS: Final = {
    404: "The resource was not found.",
    413: "The request body is too large.",
    503: "The service is unavailable now, try again shortly.",
}

_UNDONE: Final = frozenset({"queued", "running", "cancelled"})

_MEMBERS: Final = (
    "id",
    "email",
    "mobile_number",
    "external_id",
    "confirmation_status",
    "fields",
    "groups_ids",
    "added_date",
    "updated_date",
)


def bad(name: str, status: int = 400) -> dict[str, object]:
    """Give the refusal of a parameter."""
    return {"code": status, "message": f"Parameter '{name}' is invalid."}


def missing(name: str) -> dict[str, object]:
    """Give the refusal of a call without a parameter."""
    return {"code": 400, "message": f"Parameter '{name}' was missing."}


def unknown(what: str, number: object) -> dict[str, object]:
    """Give the refusal of an id that nothing has."""
    return {"code": 404, "message": f"Parameter 'id' is invalid. {what} ID #{number} was not found."}


def contact_fault(contact: Any) -> str | None:
    """Say what is wrong with the form of a contact, or None."""
    if not isinstance(contact, dict) or tuple(contact) != _MEMBERS:
        return f"the contact has other members: {contact!r}"
    if type(contact["id"]) is not int or not 0 < contact["id"] < 2**31:
        return f"the id is {contact['id']!r}"
    for name in ("email", "mobile_number", "external_id"):
        if contact[name] is not None and not (isinstance(contact[name], str) and contact[name]):
            return f"{name} is {contact[name]!r}"
    if contact["confirmation_status"] not in ("confirmed", "unconfirmed", "pending"):
        return "another status"
    numbers = [int(field["name"].removeprefix("field")) for field in contact["fields"]]
    if numbers != sorted(set(numbers)) or not all(field["content"] for field in contact["fields"]):
        return f"the fields are {contact['fields']!r}"
    if contact["groups_ids"] != sorted(set(contact["groups_ids"])):
        return "the groups do not rise"
    if not all(_DATE.fullmatch(contact[name]) for name in ("added_date", "updated_date")):
        return "another form of date"
    return None


class InwiseForm:
    """See `Form`: how calls with a JSON body are made and answered."""

    name = "inwise"
    ways: tuple[Way, ...] = (Way.JSON,)
    refusals: Mapping[Refusal, Expected] = {
        Refusal.NO_CREDENTIAL: Expected(401, NO_KEY),
        Refusal.WRONG_CREDENTIAL: Expected(401, BAD_KEY),
        Refusal.TOO_LARGE: Expected(413, {"code": 413, "message": "The request body is too large."}),
        Refusal.BROKEN_JSON: Expected(400),
        Refusal.BROKEN_TEXT: Expected(400, bad("query")),
        Refusal.WRONG_METHOD: Expected(405),
        Refusal.UNKNOWN_CALL: Expected(404, {"code": 404, "message": "The resource was not found."}),
    }

    def show(self, asked: Ask, secret: str) -> Ask:
        """See `Form`."""
        return msgspec.structs.replace(asked, headers=(("X-API-Key", secret), *asked.headers))

    def fault(self, asked: Ask, answer: Answer) -> str | None:
        """See `Form`. Paths that are not this platform's are answered in the form of another one."""
        if INWISE.normal_path(unquote(asked.path)) is None:
            return None
        if answer.header("content-type") != JSON_TYPE:
            return f"content type {answer.header('content-type')!r}"
        if answer.header("access-control-allow-origin") != "*":
            return "no access for pages of other origins"
        if asked.method in ("HEAD", "OPTIONS") and not answer.body:
            return None
        try:
            body = answer.json()
        except msgspec.DecodeError:
            return "not JSON"
        return self._success_fault(asked, body) if answer.status == 200 else self._failure_fault(answer, body)

    def _failure_fault(self, answer: Answer, body: Any) -> str | None:
        if not isinstance(body, dict) or list(body) != ["code", "message"] or body["code"] != answer.status:
            return "no envelope"
        message = body["message"]
        if b"\\u" in answer.body:
            return "escaped signs"
        if answer.status == 422:
            return None if _CONFLICT.fullmatch(message) else "another conflict"
        if answer.status == 405:
            allowed = answer.header("allow")
            return None if message == f"The method is not allowed here. Allowed: {allowed}." else "another 405"
        if answer.status == 503 and not answer.header("retry-after").isdecimal():
            return "no word of when to try again"
        if _BLAMELESS.get(answer.status) == message or _PARAMETER.fullmatch(message):
            return None
        return "a refusal that nobody declared"

    def _success_fault(self, asked: Ask, body: Any) -> str | None:
        path = (INWISE.normal_path(unquote(asked.path)) or "").lower()
        if path in (CONTACTS, UNREAD) and asked.method == "GET":
            if not isinstance(body, list) or len(body) > 1000:
                return "not a list"
            return next((fault for one in body if (fault := contact_fault(one)) is not None), None)
        if path.startswith(BATCH.lower()):
            counts = sum(body[name] for name in ("added", "updated", "skipped", "failed"))
            if body["status"] in _UNDONE:
                return None if counts <= body["total"] and len(body["errors"]) <= body["failed"] else "too high counts"
            is_whole = counts == body["total"] and len(body["errors"]) == min(body["failed"], 1000)
            return None if is_whole and body["status"] == "completed" else "counts that do not add up"
        if path.startswith(CONTACTS):
            return contact_fault(body)
        return None

    def blame(self, answer: Answer) -> str:
        """See `Form`."""
        return str(answer.json()["message"])


class InwiseQueryForm(InwiseForm):
    """See `Form`: how calls without a body are made."""

    ways = (Way.QUERY,)


FORM: Final = InwiseForm()
QUERY_FORM: Final = InwiseQueryForm()

FILE: Final = {
    "csv_file": "Mail,Cell\r\ntwo@example.test,0502223344\r\n",
    "fields_mapping": [
        {"field_name": "[Email]", "file_column_name": "Mail"},
        {"field_name": "[MobileNumber]", "file_column_name": "Cell"},
    ],
}


def post(path: str, body: Any) -> Ask:
    """Give a request with a JSON body."""
    return Ask(path=path, json=body)


def raw_post(path: str, body: str | bytes, content_type: str = "application/json") -> Ask:
    """Give a request with a body byte for byte."""
    return Ask(path=path, raw=body.encode() if isinstance(body, str) else body, content_type=content_type)


def get(path: str, **params: object) -> Ask:
    """Give a request with a query."""
    pairs = tuple((name, str(value)) for name, value in params.items())
    return Ask(path=path, method="GET", way=Way.QUERY, params=pairs)


PROBES: Final = (
    Probe(
        operation="contacts/save",
        ask=post(CONTACTS, {"email": "grace@example.test", "mobile_number": "972501234599"}),
        changes=True,
        wrong_method="DELETE",
    ),
    Probe(operation="contacts/recently_updated", ask=get(UNREAD, limit=1), changes=True, wrong_method="POST"),
    Probe(operation="contacts/list", ask=get(CONTACTS, limit=10)),
    Probe(
        operation="contacts/get",
        ask=get(f"{CONTACTS}/<ada_id>"),
        by_id=get(f"{CONTACTS}/<id>"),
        unknown=Expected(404),
        wrong_method="POST",
    ),
    Probe(operation="contacts/batchInsert", ask=post(BATCH, FILE), changes=True, wrong_method="GET"),
    Probe(
        operation="contacts/batchInsert/get",
        ask=get(f"{BATCH}/<import_id>"),
        by_id=get(f"{BATCH}/<id>"),
        unknown=Expected(404),
        wrong_method="POST",
    ),
    Probe(operation="groups/list", ask=get(GROUPS)),
    Probe(operation="groups/save", ask=post(GROUPS, {"id": 6001, "name": "Members"}), changes=True),
    Probe(
        operation="groups/get",
        ask=get(f"{GROUPS}/<group_id>"),
        by_id=get(f"{GROUPS}/<id>"),
        unknown=Expected(404),
        wrong_method="POST",
    ),
    Probe(operation="fields/list", ask=get(FIELDS)),
    Probe(operation="fields/save", ask=post(FIELDS, {"id": 21, "title": "Birthday", "type": "date"}), changes=True),
)
"""One request per served operation that works for every tenant."""


def form_of(probe: Probe) -> InwiseForm:
    """Give how the probe's call is made."""
    return FORM if probe.ask.method == "POST" else QUERY_FORM


def parameter_names() -> set[str]:
    """Give every parameter of every call."""
    shapes = [shape for one in INWISE.operations for shape in (one.params, one.body) if shape is not None]
    return {name for shape in shapes for name in shape.__struct_fields__}
