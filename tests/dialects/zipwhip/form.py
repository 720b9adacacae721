"""What a Zipwhip answer looks like, and one request per operation that works: for the wire runner and the fuzz run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from linebook.dialects.zipwhip import ZIPWHIP
from linebook.dialects.zipwhip.auth import BY_API_KEY
from linebook.dialects.zipwhip.payloads.conversations import ConversationAndMessages, ConversationView
from linebook.dialects.zipwhip.payloads.groups import CountedGroup, GroupDevice
from linebook.dialects.zipwhip.payloads.media import AttachmentView, Queued, SavedContent
from linebook.dialects.zipwhip.payloads.messages import MessageView, SentView
from linebook.dialects.zipwhip.payloads.operators import OperatorView, RoleView
from linebook.dialects.zipwhip.payloads.provisioning import (
    EligibleAnswer,
    MobileAnswer,
    StatusAnswer,
    TextableAnswer,
)
from tests.dialects.zipwhip.tenants import PIXEL
from tests.kit.raw_http import Answer
from tests.kit.wire import Ask, Expected, Probe, Refusal, Way, ask

JSON_TYPE: Final = "application/json;charset=UTF-8"
PLAIN_TYPE: Final = "text/plain;charset=UTF-8"

INVALID_SESSION: Final = {"success": False, "response": "Invalid session"}
NOT_FOUND: Final = {"success": False, "response": "Contact not found"}
NO_WEBHOOK: Final = {"success": False, "response": "Webhook not found"}
NO_OPERATOR: Final = {"success": False, "response": "Operator not found"}
NO_MESSAGE: Final = {"success": False, "response": "Message not found"}
NO_GROUP: Final = {"success": False, "response": "Group not found"}
INVALID_KEY: Final = {"success": False, "response": "Invalid API key"}
NOT_PROVISIONED: Final = {"success": False, "response": "Phone number is not provisioned"}
NO_CONVERSATION: Final = {"success": False, "response": "Conversation not found"}

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+00:00")
_MISSING: Final = re.compile(r"Required (?:String|Long) parameter '(\w+)' is not present")
_BLAME: Final = re.compile(r"(?:Wrong arguments|Invalid parameter length): (\w+) ")
_CODES: Final = frozenset({-703, -394, -855})
_SEND_CODES: Final = frozenset({-1234, -704, -700, -394, -124, -1})
"""The codes that come with status 200, because something is wrong with the message and not with the request."""

BLAMELESS: Final = frozenset(
    {
        "Invalid session",
        "Invalid username or password",
        "Invalid API key",
        "Phone number is not provisioned",
        "Too many failed logins, try again later",
        "Contact not found",
        "Message not found",
        "Webhook not found",
        "Operator not found",
        "Not permitted for this user",
        "Conversation not found",
        "Group not found",
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


def _fault_of(given: Any, shape: type[msgspec.Struct]) -> str | None:
    """Say what is wrong with the form of an answer that has exactly the members of a declared shape, or None."""
    try:
        read = msgspec.convert(given, shape)
    except msgspec.ValidationError as error:
        return str(error)
    return None if msgspec.to_builtins(read) == given else f"members that {shape.__name__} does not have"


def _page_fault(body: dict[str, Any], shape: type[msgspec.Struct]) -> str | None:
    """Say what is wrong with a page of messages or conversations, or None."""
    response = body["response"]
    if body.keys() != {"success", "response", "total", "size"} or not isinstance(response, list):
        return f"a page with other members: {sorted(body)}"
    if not body["total"] == body["size"] == len(response):
        return "total and size do not count this answer"
    return next((fault for one in response if (fault := _fault_of(one, shape)) is not None), None)


_SHAPES: Final[Mapping[str, type[msgspec.Struct]]] = {
    "/message/get": MessageView,
    "/conversation/get": ConversationAndMessages,
    "/message/send": SentView,
    "/messaging/send": Queued,
    "/hostedContent/save": SavedContent,
    "/group/save": GroupDevice,
    "/group/get": CountedGroup,
    "/operator/save": OperatorView,
}
"""The answers that have exactly the members of a declared shape."""


_BARE: Final[Mapping[str, type[msgspec.Struct]]] = {
    "/provision/eligible": EligibleAnswer,
    "/provision/status": StatusAnswer,
    "/enum/textable": TextableAnswer,
    "/enum/mobile": MobileAnswer,
}
"""The answers that have no envelope."""


PROVISIONING: Final = frozenset(one.path for one in ZIPWHIP.operations if one.security == BY_API_KEY)
"""The calls that take an API key."""


_LISTS: Final[Mapping[str, type[msgspec.Struct]]] = {"/operator/list": OperatorView, "/role/list": RoleView}
"""The answers that are lists of a declared shape."""


def _plain_fault(path: str | None, members: set[str], response: Any) -> str | None:
    """Say what is wrong with an answer that has no form of its own, or None."""
    if path == "/password/change":
        return None if members == {"sessions"} and response == "" else "a changed password with other members"
    if members:
        return f"further members: {members}"
    faults = (_fault_of(one, _LISTS[path or ""]) for one in response) if path in _LISTS else ()
    return next(filter(None, faults), None)


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
        name = "api_key" if ZIPWHIP.normal_path(unquote(asked.path)) in PROVISIONING else "session"
        return msgspec.structs.replace(asked, params=((name, secret), *asked.params))

    def fault(self, asked: Ask, answer: Answer) -> str | None:
        """See `Form`."""
        is_ning = any(name.lower() == "user-agent" and value.startswith("NING") for name, value in asked.headers)
        if answer.status == 200 and ZIPWHIP.normal_path(unquote(asked.path)) == "/hostedContent/get":
            is_guarded = answer.header("x-content-type-options") == "nosniff" or b'"success":false' in answer.body
            return None if is_guarded else "a file that may be run"
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
        bare = _BARE.get(ZIPWHIP.normal_path(unquote(asked.path)) or "")
        if bare is not None and answer.status == 200:
            return _fault_of(body, bare)
        if not isinstance(body, dict) or "response" not in body or type(body.get("success")) is not bool:
            return "no envelope"
        if answer.status == 200 and not body["success"]:
            return self._send_fault(body)
        if body["success"] is not (answer.status == 200):
            return f"success is {body['success']} with status {answer.status}"
        return self._success_fault(asked, body) if body["success"] else self._failure_fault(body)

    def _send_fault(self, body: dict[str, Any]) -> str | None:
        match body["response"]:
            case {"desc": str(), "code": int(code), **rest} if not rest and code in _SEND_CODES:
                return None if body.keys() == {"success", "response"} else "a refusal with other members"
            case _:
                return "a failure with status 200 and without a send code"

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
            case str(path) if path in _SHAPES:
                return f"further members: {members}" if members else _fault_of(response, _SHAPES[path])
            case "/messageAttachment/list":
                if members != {"total"} or body["total"] != len(response):
                    return "total does not count this answer"
                return next((fault for one in response if (fault := _fault_of(one, AttachmentView)) is not None), None)
            case "/message/list":
                return _page_fault(body, MessageView)
            case "/conversation/list":
                return _page_fault(body, ConversationView)
            case path:
                return _plain_fault(path, members, response)

    def blame(self, answer: Answer) -> str:
        """See `Form`."""
        response = answer.json()["response"]
        return str(response["desc"]) if isinstance(response, dict) else str(response)


def _parameter_names() -> set[str]:
    shapes = [operation.params for operation in ZIPWHIP.operations if operation.params is not None]
    return {name for shape in shapes for name in shape.__struct_fields__}


FORM: Final = ZipwhipForm()


def upload(path: str, *files: tuple[str, str, bytes], **params: str) -> Ask:
    """Give a request with file parts: name, media type and bytes of each; without any, one picture."""
    boundary = "between-the-parts"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in params.items()
    ]
    for number, (name, kind, data) in enumerate(files or (("pixel.gif", "image/gif", PIXEL),)):
        head = f'Content-Disposition: form-data; name="image{number}"; filename="{name}"\r\nContent-Type: {kind}\r\n'
        parts.append(f"--{boundary}\r\n{head}\r\n".encode() + data + b"\r\n")
    raw = b"".join([*parts, f"--{boundary}--\r\n".encode()])
    return Ask(path=path, raw=raw, content_type=f"multipart/form-data; boundary={boundary}")


_KEY_REFUSALS: Final[Mapping[Refusal, Expected]] = {
    Refusal.NO_CREDENTIAL: Expected(403, INVALID_KEY),
    Refusal.WRONG_CREDENTIAL: Expected(403, INVALID_KEY),
}


def _provisioning(name: str, *, prefix: str = "/", changes: bool = False) -> Probe:
    asked = ask(f"{prefix}{name}", phone_number="<line>")
    return Probe(operation=name, ask=asked, changes=changes, refusals=_KEY_REFUSALS)


PROBES: Final = (
    Probe(
        operation="user/login",
        ask=ask("/user/login", username="<line>", password="mypassword"),
        changes=True,
        needs_credential=False,
    ),
    Probe(operation="user/logout", ask=ask("/user/logout"), changes=True),
    Probe(operation="user/get", ask=ask("/user/get")),
    Probe(operation="user/signature/set", ask=ask("/user/signature/set", signature="Front desk"), changes=True),
    Probe(operation="user/save", ask=ask("/user/save", firstName="Ada", loc="Front desk"), changes=True),
    Probe(
        operation="password/change",
        ask=ask("/password/change", currentPassword="mypassword", password="mypassword"),
        changes=True,
    ),
    Probe(operation="operator/list", ask=ask("/operator/list")),
    Probe(
        operation="operator/save",
        ask=ask("/operator/save", username="grace", firstName="Grace", roleId="1"),
        changes=True,
        by_id=ask("/operator/save", operatorId="<id>", firstName="Grace"),
        unknown=Expected(400, NO_OPERATOR),
    ),
    Probe(
        operation="operator/unassign",
        ask=ask("/operator/unassign", operatorId="<operator_id>"),
        changes=True,
        by_id=ask("/operator/unassign", operatorId="<id>"),
        unknown=Expected(400, NO_OPERATOR),
    ),
    Probe(operation="role/list", ask=ask("/role/list")),
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
    Probe(
        operation="message/send",
        ask=ask("/message/send", contacts="2065550198", body="Your table is ready"),
        changes=True,
        by_id=ask("/message/send", contactId="<id>", body="Your table is ready"),
        unknown=Expected(400, NOT_FOUND),
    ),
    Probe(
        operation="message/get",
        ask=ask("/message/get", id="<message_id>"),
        by_id=ask("/message/get", id="<id>"),
        unknown=Expected(400, NO_MESSAGE),
    ),
    Probe(operation="message/list", ask=ask("/message/list", start="0", limit="30")),
    Probe(
        operation="message/read",
        ask=ask("/message/read", message="<message_id>"),
        changes=True,
        by_id=ask("/message/read", message="<id>"),
        unknown=Expected(200, {"success": True, "response": False}),
    ),
    Probe(
        operation="message/delete",
        ask=ask("/message/delete", message="<message_id>"),
        changes=True,
        by_id=ask("/message/delete", message="<id>"),
        unknown=Expected(200, {"success": True, "response": False}),
    ),
    Probe(
        operation="messaging/send",
        ask=ask("/messaging/send", to="2065550198", body="Your table is ready"),
        changes=True,
    ),
    Probe(operation="hostedContent/save", ask=upload("/hostedContent/save"), changes=True),
    Probe(operation="hostedContent/get", ask=ask("/hostedContent/get", storageKey="<storage_key>")),
    Probe(
        operation="messageAttachment/list",
        ask=ask("/messageAttachment/list", messageId="<message_id>"),
        by_id=ask("/messageAttachment/list", messageId="<id>"),
        unknown=Expected(400, NO_MESSAGE),
    ),
    Probe(
        operation="group/save", ask=ask("/group/save", type="Group", name="Regulars", member="2065550198"), changes=True
    ),
    Probe(operation="group/list", ask=ask("/group/list")),
    Probe(
        operation="group/get",
        ask=ask("/group/get", address="<group>"),
        by_id=ask("/group/get", address="device:/5556661234/<id>"),
        unknown=Expected(400, NO_GROUP),
    ),
    Probe(
        operation="group/members",
        ask=ask("/group/members", group="<group>"),
        by_id=ask("/group/members", group="device:/5556661234/<id>"),
        unknown=Expected(400, NO_GROUP),
    ),
    Probe(
        operation="group/addMember",
        ask=ask("/group/addMember", group="<group>", mobileNumber="2065550198"),
        changes=True,
        by_id=ask("/group/addMember", group="device:/5556661234/<id>", mobileNumber="2065550198"),
        unknown=Expected(400, NO_GROUP),
    ),
    Probe(
        operation="group/removeMember",
        ask=ask("/group/removeMember", group="<group>", member="<ada_number>"),
        changes=True,
        by_id=ask("/group/removeMember", group="device:/5556661234/<id>", member="<ada_number>"),
        unknown=Expected(400, NO_GROUP),
    ),
    Probe(
        operation="group/delete",
        ask=ask("/group/delete", address="<group>"),
        changes=True,
        by_id=ask("/group/delete", address="device:/5556661234/<id>"),
        unknown=Expected(400, NO_GROUP),
    ),
    Probe(
        operation="webhook/add",
        ask=ask("/webhook/add", type="message", event="receive", url="http://127.0.0.1:9/in"),
        changes=True,
    ),
    Probe(
        operation="webhook/update",
        ask=ask("/webhook/update", webhookId="<webhook_id>", method="PUT"),
        changes=True,
        by_id=ask("/webhook/update", webhookId="<id>", method="PUT"),
        unknown=Expected(400, NO_WEBHOOK),
    ),
    Probe(operation="webhook/list", ask=ask("/webhook/list")),
    Probe(
        operation="webhook/delete",
        ask=ask("/webhook/delete", webhookId="<webhook_id>"),
        changes=True,
        by_id=ask("/webhook/delete", webhookId="<id>"),
        unknown=Expected(400, NO_WEBHOOK),
    ),
    Probe(operation="conversation/list", ask=ask("/conversation/list", start="0", limit="30")),
    Probe(
        operation="conversation/get",
        ask=ask("/conversation/get", fingerprint="<fingerprint>"),
        by_id=ask("/conversation/get", fingerprint="<id>"),
        unknown=Expected(400, NO_CONVERSATION),
    ),
    Probe(
        operation="conversation/read",
        ask=ask("/conversation/read", fingerprint="<fingerprint>"),
        changes=True,
        by_id=ask("/conversation/read", fingerprint="<id>"),
        unknown=Expected(400, NO_CONVERSATION),
    ),
    Probe(
        operation="conversation/delete",
        ask=ask("/conversation/delete", fingerprint="<fingerprint>"),
        changes=True,
        by_id=ask("/conversation/delete", fingerprint="<id>"),
        unknown=Expected(400, NO_CONVERSATION),
    ),
    _provisioning("provision/eligible"),
    _provisioning("provision/status"),
    _provisioning("enum/textable"),
    _provisioning("enum/mobile"),
    _provisioning("account/get-sessionkey", prefix="/api/20140925/", changes=True),
)
"""One request per served operation that works for every tenant."""
