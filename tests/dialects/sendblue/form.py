"""What a Sendblue answer looks like, and one request per operation that works: for the wire runner and the fuzz run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from linebook.dialects.sendblue import SENDBLUE
from tests.kit.raw_http import Answer
from tests.kit.wire import Ask, Expected, Probe, Refusal, Way

CONTACTS: Final = "/api/v2/contacts"
BULK: Final = f"{CONTACTS}/bulk"
OPT_OUT: Final = f"{CONTACTS}/opt-out"
VERIFY: Final = f"{CONTACTS}/verify"
COUNT: Final = f"{CONTACTS}/count"
OLDER: Final = "/api/contacts"
TOKENS: Final = "/v3/auth/tokens"
SHARED: Final = "/accounts/shared-contacts"
SHARE: Final = "/accounts/verify-contact-on-shared-account"

JSON_TYPE: Final = "application/json; charset=utf-8"

NO_CREDENTIAL: Final = {"message": "Did not get inputs for authorization"}
BAD_CREDENTIAL: Final = {"status": "ERROR", "message": "Invalid Credentials"}
NOT_FOUND: Final = {"status": "ERROR", "message": "Contact not found"}
EXISTS: Final = {"status": "ERROR", "message": "Contact already exists"}
NO_CALL: Final = {"status": "ERROR", "message": "Not found"}

_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

_TEXTS: Final = (
    ("first_name", "firstName"),
    ("last_name", "lastName"),
    ("company_name", "companyName"),
    ("assigned_to_email", "assignedToEmail"),
    ("sendblue_number", "sendblueNumber"),
)
_MEMBERS: Final = {name for pair in _TEXTS for name in pair} | {
    "contact_id",
    "phone",
    "tags",
    "custom_variables",
    "customVariables",
    "opt_out",
    "verified",
    "created_at",
}


def refused(message: str, parameter: str = "") -> dict[str, object]:
    """Give a refusal; one that blames a parameter names it."""
    return {"status": "ERROR", "message": message, **({"parameter": parameter} if parameter else {})}


def refused_v3(code: str, message: str, parameter: str = "") -> dict[str, object]:
    """Give a refusal of a call below `/v3`."""
    detail = {"code": code, "message": message, "details": {"parameter": parameter} if parameter else None}
    return {"message": message, "error": detail, **({"parameter": parameter} if parameter else {})}


def contact_fault(contact: Any) -> str | None:
    """Say what is wrong with the form of a contact, or None."""
    if not isinstance(contact, dict) or contact.keys() != _MEMBERS:
        return f"the contact has other members: {contact!r}"
    for preferred, deprecated in (*_TEXTS, ("custom_variables", "customVariables")):
        if contact[preferred] != contact[deprecated]:
            return f"{preferred} and {deprecated} differ"
    if any(not isinstance(contact[name], str | None) or contact[name] == "" for name, _ in _TEXTS):
        return "a text is neither null nor a text"
    if not (contact["phone"] is None or re.fullmatch(r"\+?\d{2,15}", contact["phone"])):
        return f"phone is {contact['phone']!r}"
    if not all(isinstance(tag, str) and tag for tag in contact["tags"]):
        return f"tags is {contact['tags']!r}"
    if not all(isinstance(text, str) and text for text in contact["custom_variables"].values()):
        return f"custom_variables is {contact['custom_variables']!r}"
    if not (type(contact["opt_out"]) is type(contact["verified"]) is bool):
        return "a flag is no boolean"
    if _TIME.fullmatch(contact["created_at"]) is None or _UUID.fullmatch(contact["contact_id"]) is None:
        return f"{contact['created_at']!r}, {contact['contact_id']!r}"
    return None


class SendblueForm:
    """See `Form`. The secret is the key id and the key secret with a blank between them."""

    name = "sendblue"
    ways: tuple[Way, ...] = (Way.JSON, Way.QUERY)
    refusals: Mapping[Refusal, Expected] = {
        Refusal.NO_CREDENTIAL: Expected(403, NO_CREDENTIAL),
        Refusal.WRONG_CREDENTIAL: Expected(401, BAD_CREDENTIAL),
        Refusal.TOO_LARGE: Expected(413),
        Refusal.BROKEN_JSON: Expected(400),
        Refusal.BROKEN_TEXT: Expected(400),
        Refusal.WRONG_METHOD: Expected(405),
    }

    def show(self, asked: Ask, secret: str) -> Ask:
        """See `Form`."""
        key_id, key_secret = secret.split(" ")
        shown = (("sb-api-key-id", key_id), ("sb-api-secret-key", key_secret))
        return msgspec.structs.replace(asked, headers=(*shown, *asked.headers))

    def fault(self, asked: Ask, answer: Answer) -> str | None:
        """See `Form`. A path of no family of ours is answered by another platform, in its own form."""
        if SENDBLUE.normal_path(unquote(asked.path)) is None:
            return None
        if answer.header("content-type") != JSON_TYPE:
            return f"content type {answer.header('content-type')!r}"
        if answer.header("access-control-allow-origin"):
            return "pages of other origins may read it"
        if answer.status == 204 or asked.method == "HEAD":
            return "a body" if answer.body else None
        try:
            body = answer.json()
        except msgspec.DecodeError:
            return "not JSON"
        if answer.status >= 400:
            return self._failure_fault(asked, answer.status, body)
        return self._success_fault(body)

    def _failure_fault(self, asked: Ask, status: int, body: Any) -> str | None:
        if not isinstance(body, dict) or not isinstance(body.get("message"), str) or not body["message"]:
            return "a refusal without a message"
        if body == NO_CREDENTIAL:
            return None if status == 403 else "a refusal without a status"
        if status == 401:
            return None if body == BAD_CREDENTIAL else "another word for a wrong credential"
        is_v3 = re.sub("/+", "/", unquote(asked.path)).startswith("/v3")
        if (body.get("status") == "ERROR") is is_v3 or ("error" in body) is not is_v3:
            return "the form of the other family"
        if not body.keys() <= {"status", "message", "parameter", "error"}:
            return "a refusal with other members"
        return None if not is_v3 or body["error"]["message"] == body["message"] else "two messages"

    def _success_fault(self, body: Any) -> str | None:
        if isinstance(body, list):
            return next((fault for one in body if (fault := contact_fault(one)) is not None), None)
        if not isinstance(body, dict):
            return "neither an object nor a list"
        if "token_type" in body:
            return None
        if body.get("status") != "OK":
            return "no status"
        if "contact" in body and "contact_id" in body["contact"]:
            return contact_fault(body["contact"])
        shown = body.get("contacts", ())
        return next((fault for one in shown if "contact_id" in one and (fault := contact_fault(one))), None)

    def blame(self, answer: Answer) -> str:
        """See `Form`."""
        return str(answer.json().get("parameter"))


FORM: Final = SendblueForm()


def get(path: str, /, **query: str) -> Ask:
    """Give a request that reads."""
    return Ask(path=path, method="GET", query=tuple(query.items()))


def post(path: str, /, json: Any, method: str = "POST") -> Ask:
    """Give a request with a JSON body."""
    return Ask(path=path, method=method, json=json)


def put(path: str, /, json: Any) -> Ask:
    """Give a request that updates."""
    return post(path, json, "PUT")


def delete(path: str) -> Ask:
    """Give a request that deletes, as the official clients send it: with a content type and no body."""
    return Ask(path=path, method="DELETE", headers=(("content-type", "application/json"),))


PROBES: Final = (
    Probe(
        operation="contacts.create",
        ask=post(CONTACTS, {"number": "+12065550199", "first_name": "Grace", "tags": ["friend"]}),
        changes=True,
    ),
    Probe(
        operation="contacts.retrieve",
        ask=get(f"{CONTACTS}/<ada_number>"),
        by_id=get(f"{CONTACTS}/<id>"),
        unknown=Expected(404, NOT_FOUND),
    ),
    Probe(
        operation="contacts.update",
        ask=put(f"{CONTACTS}/<ada_number>", {"company_name": "Engines"}),
        changes=True,
        by_id=put(f"{CONTACTS}/<id>", {"company_name": "Engines"}),
        unknown=Expected(404, NOT_FOUND),
    ),
    Probe(
        operation="contacts.delete",
        ask=delete(f"{CONTACTS}/<ada_number>"),
        changes=True,
        by_id=delete(f"{CONTACTS}/<id>"),
        unknown=Expected(404, NOT_FOUND),
    ),
    Probe(operation="contacts.opt_out", ask=post(OPT_OUT, {"number": "<ada_number>"}), changes=True),
    Probe(operation="contacts.verify", ask=post(VERIFY, {"number": "<ada_number>"})),
    Probe(operation="contacts.create_older", ask=post(OLDER, {"number": "+12065550198"}), changes=True),
    Probe(
        operation="contacts.list",
        ask=get(CONTACTS, limit="10"),
        by_id=get(CONTACTS, phone_number="<id>"),
        unknown=Expected(200, []),
    ),
    Probe(operation="contacts.count", ask=get(COUNT)),
    Probe(operation="contacts.bulk.create", ask=post(BULK, {"contacts": [{"phone": "+12065550197"}]}), changes=True),
    Probe(
        operation="contacts.bulk.delete",
        ask=post(CONTACTS, {"contact_ids": ["<ada_number>"]}, "DELETE"),
        changes=True,
        by_id=post(CONTACTS, {"contact_ids": ["<id>"]}, "DELETE"),
        unknown=Expected(200, {"status": "OK", "amount": 0}),
    ),
    Probe(operation="lines.list", ask=get("/api/lines")),
    Probe(operation="lines.get_state", ask=get("/api/v2/lines/state")),
    Probe(operation="account.get", ask=get("/account")),
    Probe(operation="account.shared_contacts", ask=get(SHARED)),
    Probe(operation="account.verify_contact", ask=post(SHARE, {"recipient": "+12065550196"}), changes=True),
    Probe(operation="auth.tokens.create", ask=post(TOKENS, {"expires_in_seconds": 60}), changes=True),
    Probe(
        operation="auth.tokens.revoke",
        ask=delete(f"{TOKENS}/<token_id>"),
        changes=True,
        by_id=delete(f"{TOKENS}/<id>"),
        unknown=Expected(404, refused_v3("not_found", "Token not found")),
    ),
)
"""One request per served operation that works for every tenant."""
