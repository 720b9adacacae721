"""What a Heymarket answer looks like, and one request per operation that works: for wire runner and fuzz run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from msgspec import UNSET

from linebook.dialects.base import Operation
from linebook.dialects.heymarket import HEYMARKET
from linebook.dialects.kit import compile_path
from tests.kit.raw_http import Answer
from tests.kit.wire import Ask, Expected, Probe, Refusal, Way

CLASSES: Final[Mapping[int, str]] = {
    400: "bad_data",
    401: "unauthorized",
    403: "denied",
    404: "not_found",
    405: "method_not_allowed",
    413: "bad_data",
    429: "rate_limited",
    503: "server_error",
}

CONTACT_MEMBERS: Final = (
    *("id", "uuid", "team_id", "phone", "first", "last", "display_name", "email", "custom", "tags", "is_opted_out"),
    *("assigned_user_id", "creator_id", "shared", "created", "updated", "rev", "op"),
)
FURTHER_MEMBERS: Final = frozenset({"avatar", "note", "external_id", "contact_channels"})

UUID: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
_TIMES: Final = frozenset(
    {"created", "updated", "date", "created_at", "updated_at", "user_created_at", "user_updated_at"}
)
_BLAMELESS: Final = frozenset({"invalid_body", "no_phone_number"})


def contact_fault(contact: Any) -> str | None:
    """Say what is wrong with the form of a contact, or None."""
    if not isinstance(contact, dict) or tuple(contact)[: len(CONTACT_MEMBERS)] != CONTACT_MEMBERS:
        return f"the contact has other members: {contact!r}"
    further = set(contact) - set(CONTACT_MEMBERS)
    if not further <= FURTHER_MEMBERS or not all(contact[name] for name in further - {"contact_channels"}):
        return f"further members: {further}"
    if not isinstance(contact["phone"], str) or (contact["phone"] and not contact["phone"].isdecimal()):
        return f"the phone is {contact['phone']!r}"
    if not all(key.isdecimal() and isinstance(value, str) and value for key, value in contact["custom"].items()):
        return f"custom is {contact['custom']!r}"
    if len(contact["tags"]) > 5 or any(set(tag) != {"tag_id", "tag", "color"} for tag in contact["tags"]):
        return f"the tags are {contact['tags']!r}"
    if contact["op"] != ("create" if contact["rev"] == 1 else "update"):
        return f"op is {contact['op']!r}"
    return None if contact["shared"] is True else "not shared"


def times_fault(value: Any, name: str = "") -> str | None:
    """Say which time of an answer is not written as one, or None."""
    if isinstance(value, dict):
        return next((fault for key, one in value.items() if (fault := times_fault(one, key)) is not None), None)
    if isinstance(value, list):
        return next((fault for one in value if (fault := times_fault(one, name)) is not None), None)
    if isinstance(value, bool):
        return None  # `created` of the n8n surface
    is_wrong = name in _TIMES and (not isinstance(value, str) or _TIME.fullmatch(value) is None)
    return f"{name} is {value!r}" if is_wrong else None


def operation_of(asked: Ask) -> Operation | None:
    """Give the operation that a request means."""
    path = HEYMARKET.normal_path(unquote(asked.path)) or ""
    served = [one for one in HEYMARKET.operations if one.handler is not None and asked.method in one.methods]
    exact = [one for one in served if one.path == path]
    return next(iter([*exact, *(one for one in served if compile_path(one.path).match(path))]), None)


class HeymarketForm:
    """See `Form`."""

    name = "heymarket"
    ways: tuple[Way, ...] = (Way.JSON, Way.QUERY)
    refusals: Mapping[Refusal, Expected] = {
        Refusal.NO_CREDENTIAL: Expected(401),
        Refusal.WRONG_CREDENTIAL: Expected(401),
        Refusal.TOO_LARGE: Expected(413),
        Refusal.WRONG_METHOD: Expected(405),
        Refusal.UNKNOWN_CALL: Expected(404),
    }

    def show(self, asked: Ask, secret: str) -> Ask:
        """See `Form`. The tenant's secret is a team key and a key of the n8n surface."""
        shown = ("X-Heymarket-API-Key", secret)
        if not asked.path.startswith("/n8n/"):
            shown = ("Authorization", f"Bearer {secret}")
        return msgspec.structs.replace(asked, headers=(shown, *asked.headers))

    def fault(self, asked: Ask, answer: Answer) -> str | None:
        """See `Form`. Paths that are not this platform's are answered in the form of another one."""
        if HEYMARKET.normal_path(unquote(asked.path)) is None:
            return None
        if answer.header("content-type") != "application/json":
            return f"content type {answer.header('content-type')!r}"
        if UUID.fullmatch(answer.header("x-request-id")) is None:
            return "no request id"
        if asked.method == "HEAD" and not answer.body:
            return None
        try:
            body = answer.json()
        except msgspec.DecodeError:
            return "not JSON"
        return self._success_fault(asked, answer, body) if answer.status == 200 else self._failure_fault(answer, body)

    def _failure_fault(self, answer: Answer, body: Any) -> str | None:
        if not isinstance(body, dict) or not set(body) <= {"error", "error_code", "message", "field", "request_id"}:
            return "a refusal with other members"
        if not all(isinstance(value, str) and value for value in body.values()):
            return "a refusal with something other than texts"
        if body["error"] != CLASSES.get(answer.status):
            return f"the class is {body['error']} with {answer.status}"
        if body["request_id"] != answer.header("x-request-id"):
            return "another request id in the body"
        blames = "field" in body or body["error_code"] in _BLAMELESS
        if answer.status == 400 and not blames:
            return "a refusal that blames no field"
        if answer.status in (429, 503) and not answer.header("retry-after").isdecimal():
            return "no word of when to try again"
        return None

    def _success_fault(self, asked: Ask, answer: Answer, body: Any) -> str | None:
        operation = operation_of(asked)
        if operation is None:
            return "an answer to a call that nobody declared"
        try:
            msgspec.json.decode(answer.body, type=operation.result)
        except msgspec.ValidationError as error:
            return f"not of the declared shape: {error}"
        contacts: list[Any] = []
        if operation.name in ("v1/contact/read", "v1/contact/get", "v2/contact/read", "v2/contact/update"):
            contacts = [body]
        elif operation.name in ("v1/contacts/list", "v2/contacts/list", "v2/contacts/search"):
            contacts = body
        elif operation.name == "v2/contacts/save":
            contacts = body["contacts"]
        for contact in contacts:
            fault = contact_fault(contact)
            if fault is not None:
                return fault
        return times_fault(body)

    def blame(self, answer: Answer) -> str:
        """See `Form`."""
        body = answer.json()
        return f"{body.get('field', '')} {body['message']}"


class N8nForm(HeymarketForm):
    """How the n8n surface is called, whatever the path."""

    def show(self, asked: Ask, secret: str) -> Ask:
        """See `Form`."""
        return msgspec.structs.replace(asked, headers=(("X-Heymarket-API-Key", secret), *asked.headers))


FORM: Final = HeymarketForm()
N8N_FORM: Final = N8nForm()


def form_of(probe: Probe) -> HeymarketForm:
    """Give how an operation is called."""
    return N8N_FORM if probe.operation.startswith("n8n/") else FORM


def hm(method: str, path: str, body: Any = UNSET, **query: str) -> Ask:
    """Give a request with a JSON body."""
    return Ask(path=path, method=method, json=body, query=tuple(query.items()))


def raw(method: str, path: str, body: bytes) -> Ask:
    """Give a request with a body byte for byte."""
    return Ask(path=path, method=method, raw=body, content_type="application/json")


PROBES: Final = (
    Probe(
        operation="v1/contact/create",
        ask=hm("POST", "/v1/contact", {"phone": "12065550199", "first": "Grace", "custom": {"10001": "Gold"}}),
        changes=True,
    ),
    Probe(
        operation="v1/contact/read",
        ask=hm("GET", "/v1/contact/<ada_id>"),
        by_id=hm("GET", "/v1/contact/<id>"),
    ),
    Probe(
        operation="v1/contact/update",
        ask=hm("PUT", "/v1/contact/<ada_id>", {"phone": "<ada_phone>", "last": "King"}),
        changes=True,
        by_id=hm("PUT", "/v1/contact/<id>", {"phone": "12065550198", "last": "King"}),
    ),
    Probe(
        operation="v1/contact/get",
        ask=hm("POST", "/v1/contact/get", {"phone": "<ada_phone>"}),
        by_id=hm("POST", "/v1/contact/get", {"id": "<id>"}),
    ),
    Probe(
        operation="v1/contact/delete",
        ask=hm("DELETE", "/v1/contact/<ada_id>"),
        changes=True,
        by_id=hm("DELETE", "/v1/contact/<id>"),
    ),
    Probe(operation="v1/contacts/list", ask=hm("POST", "/v1/contacts", {})),
    Probe(operation="v1/contacts/count", ask=hm("POST", "/v1/contacts/count", {})),
    Probe(
        operation="v1/contacts/batch",
        ask=hm("POST", "/v1/batch/contacts", [{"phone": "12065550190"}, {"phone": "12065550191"}]),
        changes=True,
    ),
    Probe(
        operation="v1/contact/status",
        ask=hm("POST", "/v1/contact/status", {"phone": "<ada_phone>"}),
        by_id=hm("POST", "/v1/contact/status", {"id": "<id>"}),
    ),
    Probe(
        operation="v1/contact/set_status",
        ask=hm("POST", "/v1/contact/set_status", {"phone": "<ada_phone>", "status": "unsubscribed"}),
        changes=True,
        by_id=hm("POST", "/v1/contact/set_status", {"id": "<id>", "status": "unsubscribed"}),
    ),
    Probe(operation="v1/fields/list", ask=hm("POST", "/v1/contact-fields", {})),
    Probe(
        operation="v1/fields/create", ask=hm("POST", "/v1/contacts/fields", [{"title": "Renewal date"}]), changes=True
    ),
    Probe(operation="v1/tag/create", ask=hm("POST", "/v1/tag", {"tag": "Visitor", "color": "#3366FF"}), changes=True),
    Probe(
        operation="v1/tag/read",
        ask=hm("GET", "/v1/tag/<tag>"),
        by_id=hm("GET", "/v1/tag/<id>"),
    ),
    Probe(operation="v1/tags/list", ask=hm("POST", "/v1/tags", {})),
    Probe(
        operation="v1/tag/delete",
        ask=hm("DELETE", "/v1/tag/<tag>"),
        changes=True,
        by_id=hm("DELETE", "/v1/tag/<id>"),
    ),
    Probe(
        operation="v2/contact/create",
        ask=hm("POST", "/v2/contact", {"contact_channels": [{"channel_type": "phone", "channel_id": "12065550197"}]}),
        changes=True,
    ),
    Probe(operation="v2/contact/read", ask=hm("GET", "/v2/contact/<ada_uuid>")),
    Probe(operation="v2/contact/update", ask=hm("PUT", "/v2/contact/<ada_uuid>", {"last": "King"}), changes=True),
    Probe(operation="v2/contact/delete", ask=hm("DELETE", "/v2/contact/<ada_uuid>"), changes=True),
    Probe(
        operation="v2/channel/create",
        ask=hm("POST", "/v2/contact/<eve_uuid>/channel", {"channel_type": "phone", "channel_id": "12065550196"}),
        changes=True,
    ),
    Probe(
        operation="v2/contacts/save",
        ask=hm("POST", "/v2/contacts", {"contacts": [{"phone": "12065550195"}, {"contact_id": "<ada_uuid>"}]}),
        changes=True,
    ),
    Probe(operation="v2/contacts/list", ask=hm("POST", "/v2/contacts/list", {})),
    Probe(
        operation="v2/contacts/search",
        ask=hm("POST", "/v2/contacts/search", {"contact_channels": [{"channel_ids": ["<ada_phone>"]}]}),
    ),
    Probe(
        operation="v2/contacts/delete",
        ask=hm("DELETE", "/v2/contacts", {"contact_channels": [{"channel_type": "id", "channel_ids": ["<ada_uuid>"]}]}),
        changes=True,
    ),
    Probe(
        operation="v2/channel/update",
        ask=hm("PUT", "/v2/contact/<ada_uuid>/channel", {"channel_type": "phone", "channel_id": "12065550196"}),
        changes=True,
    ),
    Probe(operation="v2/channels/list", ask=hm("GET", "/v2/contact/<ada_uuid>/channels")),
    Probe(operation="v2/channel/read", ask=hm("GET", "/v2/contact/<ada_uuid>/channel/phone")),
    Probe(operation="v2/channel/delete", ask=hm("DELETE", "/v2/contact/<eve_uuid>/channel/email"), changes=True),
    Probe(operation="v1/inboxes", ask=hm("GET", "/v1/inboxes")),
    Probe(operation="v1/team", ask=hm("GET", "/v1/team")),
    Probe(operation="v1/users/get", ask=hm("GET", "/v1/users/get", {"email": ["ann@example.org"]})),
    Probe(
        operation="v1/users/update",
        ask=hm("POST", "/v1/users/update", {"users": [{"id": "<scott_id>", "last_name": "Reed"}]}),
        changes=True,
        by_id=hm("POST", "/v1/users/update", {"users": [{"id": "<id>", "last_name": "Reed"}]}),
    ),
    Probe(operation="n8n/test_auth", ask=hm("GET", "/n8n/v1/test_auth")),
    Probe(operation="n8n/inboxes", ask=hm("GET", "/n8n/v1/inboxes")),
    Probe(operation="n8n/lists", ask=hm("GET", "/n8n/v1/lists")),
    Probe(operation="n8n/templates", ask=hm("GET", "/n8n/v1/templates")),
    Probe(operation="n8n/contact_fields", ask=hm("GET", "/n8n/v1/contact_fields")),
    Probe(
        operation="n8n/contacts",
        ask=hm("POST", "/n8n/v1/contacts", {"phone_number": "+12065550194", "first_name": "Grace"}),
        changes=True,
    ),
)
"""One request per served operation that works for every tenant."""
