"""What a Zipwhip answer looks like, and one request per operation that works: for the wire runner and the fuzz run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from linebook.dialects.zipwhip import ZIPWHIP
from tests.kit.raw_http import Answer
from tests.kit.wire import Ask, Expected, Probe, Refusal, Way, ask

JSON_TYPE: Final = "application/json;charset=UTF-8"
PLAIN_TYPE: Final = "text/plain;charset=UTF-8"

INVALID_SESSION: Final = {"success": False, "response": "Invalid session"}
NOT_FOUND: Final = {"success": False, "response": "Contact not found"}

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+00:00")
_MISSING: Final = re.compile(r"Required (?:String|Long) parameter '(\w+)' is not present")
_BLAME: Final = re.compile(r"(?:Wrong arguments|Invalid parameter length): (\w+) ")
_CODES: Final = frozenset({-703, -394, -855})

BLAMELESS: Final = frozenset(
    {
        "Invalid session",
        "Invalid username or password",
        "Too many failed logins, try again later",
        "Contact not found",
        "Unknown method",
        "Request method not supported",
        "Request body too large",
        "A request has at most 1000 parameters.",
        "The parameters are not UTF-8 text.",
        "The multipart body has no boundary.",
        "The multipart body is broken.",
        "The multipart body is cut off.",
        "The body is not a JSON object.",
    }
)
"""The refusals in which no parameter is to blame."""

CONTACT_TYPES: Final[Mapping[str, type | None]] = {
    **dict.fromkeys(("id", "version", "deviceId"), int),
    **dict.fromkeys(("lastUpdated", "dateCreated", "firstName", "lastName", "email", "mobileNumber", "address"), str),
    **dict.fromkeys(("notes", "businessName", "jobTitle", "addressLine1", "addressLine2", "city", "state"), str),
    **dict.fromkeys(("zipcode", "country", "custom1", "custom2", "loc", "latlong", "channel", "thread", "fwd"), str),
    **dict.fromkeys(("phoneKey", "carrier", "keywords", "vector"), str),
    **dict.fromkeys(("birthday", "business"), None),
    **dict.fromkeys(("phoneId", "targetGroupDevice", "MOCount", "ZOCount", "dtoParentId"), int),
    **dict.fromkeys(("deleted", "isZwUser", "new"), bool),
}
"""The members of a contact and what each holds; None is null."""


def contact_fault(contact: Any) -> str | None:
    """Say what is wrong with the form of a contact, or None."""
    if not isinstance(contact, dict) or contact.keys() != CONTACT_TYPES.keys():
        return f"the contact has other members: {contact!r}"
    for name, kind in CONTACT_TYPES.items():
        if type(contact[name]) is not (type(None) if kind is None else kind):
            return f"{name} is {contact[name]!r}"
    for name in ("lastUpdated", "dateCreated"):
        if _DATE.fullmatch(contact[name]) is None:
            return f"{name} is {contact[name]!r}"
    return None


class ZipwhipForm:
    """See `Form`."""

    name = "zipwhip"
    ways: tuple[Way, ...] = (Way.FORM, Way.QUERY, Way.PARTS, Way.JSON)
    refusals: Mapping[Refusal, Expected] = {
        Refusal.NO_CREDENTIAL: Expected(403, INVALID_SESSION),
        Refusal.WRONG_CREDENTIAL: Expected(403, INVALID_SESSION),
        Refusal.TOO_LARGE: Expected(413, {"success": False, "response": "Request body too large"}),
        Refusal.BROKEN_JSON: Expected(400, {"success": False, "response": "The body is not a JSON object."}),
        Refusal.BROKEN_TEXT: Expected(400, {"success": False, "response": "The parameters are not UTF-8 text."}),
        Refusal.BROKEN_PARTS: Expected(400, {"success": False, "response": "The multipart body is cut off."}),
        Refusal.NO_BOUNDARY: Expected(400, {"success": False, "response": "The multipart body has no boundary."}),
        Refusal.WRONG_METHOD: Expected(405, {"success": False, "response": "Request method not supported"}),
        Refusal.UNKNOWN_CALL: Expected(404, {"success": False, "response": "Unknown method"}),
    }

    def show(self, asked: Ask, secret: str) -> Ask:
        """See `Form`."""
        return msgspec.structs.replace(asked, params=(("session", secret), *asked.params))

    def fault(self, asked: Ask, answer: Answer) -> str | None:
        """See `Form`."""
        is_ning = any(name.lower() == "user-agent" and value.startswith("NING") for name, value in asked.headers)
        if answer.header("content-type") != (PLAIN_TYPE if is_ning else JSON_TYPE):
            return f"content type {answer.header('content-type')!r}"
        if answer.header("access-control-allow-origin") != "*":
            return "no access for pages of other origins"
        if asked.method in ("HEAD", "OPTIONS") and not answer.body:
            return None
        try:
            body = answer.json()
        except msgspec.DecodeError:
            return "not JSON"
        if not isinstance(body, dict) or "response" not in body or type(body.get("success")) is not bool:
            return "no envelope"
        if body["success"] is not (answer.status == 200):
            return f"success is {body['success']} with status {answer.status}"
        return self._success_fault(asked, body) if body["success"] else self._failure_fault(body)

    def _failure_fault(self, body: dict[str, Any]) -> str | None:
        if body.keys() != {"success", "response"}:
            return "a refusal with other members"
        match body["response"]:
            case str(text):
                if text not in BLAMELESS and _MISSING.fullmatch(text) is None:
                    return "a refusal whose text nobody declared"
            case {"desc": str(desc), "code": int(code), **rest}:
                if rest or code not in _CODES:
                    return "a refusal with another code"
                named = _BLAME.match(desc)
                if code != -855 and (named is None or named[1] not in _parameter_names()):
                    return "a refusal that names no parameter"
            case _:
                return "a refusal that is neither a text nor an object"
        return None

    def _success_fault(self, asked: Ask, body: dict[str, Any]) -> str | None:
        members, response = set(body) - {"success", "response"}, body["response"]
        match ZIPWHIP.normal_path(unquote(asked.path)):
            case "/contact/save":
                if members != {"sessions"} or body["sessions"] is not None:
                    return "contact/save without its null sessions"
                return contact_fault(response)
            case "/contact/get":
                return f"further members: {members}" if members else contact_fault(response)
            case "/contact/list":
                if members != {"total", "page", "pages"} or not isinstance(response, list):
                    return f"further members: {members}"
                if body["total"] != len(response):
                    return "total does not count this answer"
                return next((fault for one in response if (fault := contact_fault(one)) is not None), None)
            case _:
                return f"further members: {members}" if members else None

    def blame(self, answer: Answer) -> str:
        """See `Form`."""
        response = answer.json()["response"]
        return str(response["desc"]) if isinstance(response, dict) else str(response)


def _parameter_names() -> set[str]:
    shapes = [operation.params for operation in ZIPWHIP.operations if operation.params is not None]
    return {name for shape in shapes for name in shape.__struct_fields__}


FORM: Final = ZipwhipForm()

PROBES: Final = (
    Probe(
        operation="user/login",
        ask=ask("/user/login", username="<line>", password="mypassword"),
        changes=True,
        needs_credential=False,
    ),
    Probe(operation="user/logout", ask=ask("/user/logout"), changes=True),
    Probe(operation="user/get", ask=ask("/user/get")),
    Probe(
        operation="contact/save",
        ask=ask("/contact/save", mobileNumber="2065550199", firstName="Grace", notes="Asked to be called"),
        changes=True,
    ),
    Probe(
        operation="contact/get",
        ask=ask("/contact/get", mobileNumber="<ada_number>"),
        by_id=ask("/contact/get", id="<id>"),
        unknown=Expected(400, NOT_FOUND),
    ),
    Probe(operation="contact/list", ask=ask("/contact/list", page="1", pageSize="50")),
    Probe(
        operation="contact/delete",
        ask=ask("/contact/delete", contact="<ada_id>"),
        changes=True,
        by_id=ask("/contact/delete", contact="<id>"),
        unknown=Expected(200, {"success": True, "response": False}),
    ),
)
"""One request per served operation that works for every tenant."""
