"""Zipwhip's calls that are known and not served yet, so that documents can say so; a served call leaves this list."""

from __future__ import annotations

from typing import Final

import msgspec

from linebook.dialects.base import Evidence, Operation

_BOTH: Final = ("POST", "GET")
_GET: Final = ("GET",)
_POST: Final = ("POST",)

_DOCUMENTED: Final = Evidence.DOCUMENTED
_CLIENT: Final = Evidence.CLIENT


def _planned(
    name: str, methods: tuple[str, ...], evidence: Evidence, summary: str, notes: str = "", *, path: str = ""
) -> Operation:
    path = path or f"/{name}"
    return Operation(
        name=name, methods=methods, path=path, summary=summary, evidence=evidence, notes=notes, resource=""
    )


def _provision(name: str, evidence: Evidence, summary: str) -> Operation:
    notes = "On a host of its own, `provision.zipwhip.com`, with an API key and a number."
    return _planned(name, _GET, evidence, summary, notes, path=f"/api/20140925/{name}")


def _of(resource: str, *operations: Operation) -> list[Operation]:
    return [msgspec.structs.replace(operation, resource=resource) for operation in operations]


_SIGNED: Final = "A signed call of applications that have a key pair."
_PUSH: Final = "On a push host of its own."

PLANNED: Final[tuple[Operation, ...]] = (
    *_of(
        "Sessions",
        _planned("session/get", _BOTH, _CLIENT, "A session for an application that has a key pair"),
        _planned("login", _BOTH, _CLIENT, "The login of 2011", "It answered with several keys in one object."),
    ),
    *_of(
        "Users",
        _planned("user/save", _BOTH, _CLIENT, "Change name, e-mail address and notes of the session's user"),
        _planned("user/signature/set", _POST, _DOCUMENTED, "Set or clear the text that ends every message"),
        _planned("user/enroll", _BOTH, _CLIENT, "Open an account for a number", _SIGNED),
        _planned("user/deact", _BOTH, _CLIENT, "Close an account", _SIGNED),
        _planned("user/exists", _BOTH, _CLIENT, "Ask whether a number has an account", _SIGNED),
        _planned("password/change", _GET, _DOCUMENTED, "Give the line or the user a new password"),
        _planned("operator/list", _GET, _DOCUMENTED, "The people who work on the line"),
        _planned("operator/save", _POST, _DOCUMENTED, "Add a person to the line, or change one"),
        _planned("operator/unassign", _GET, _DOCUMENTED, "Take a person off the line"),
        _planned("role/list", _GET, _DOCUMENTED, "The roles that people can have, and what each may do"),
    ),
    *_of(
        "Messages",
        _planned(
            "message/send",
            _BOTH,
            _DOCUMENTED,
            "Send a text to one number or several, now or later",
            "Ids are text in the answer. A recipient who opted out is refused with status 200 and code -1234.",
        ),
        _planned("message/get", _BOTH, _DOCUMENTED, "One message with its delivery state"),
        _planned("message/list", _BOTH, _DOCUMENTED, "Messages, the newest first"),
        _planned("message/read", _BOTH, _DOCUMENTED, "Mark messages as read"),
        _planned("message/delete", _BOTH, _DOCUMENTED, "Hide messages"),
    ),
    *_of(
        "Media",
        _planned(
            "messaging/send",
            _BOTH,
            _DOCUMENTED,
            "Send a text with files to one number",
            "Files are parts of the form, or a storage key. The answer differs from message/send.",
        ),
        _planned("hostedContent/save", _POST, _CLIENT, "Keep a file and get its storage key"),
        _planned("hostedContent/get", _GET, _DOCUMENTED, "The bytes of a kept file"),
        _planned("messageAttachment/list", _BOTH, _DOCUMENTED, "The files of a message"),
    ),
    *_of(
        "Conversations",
        _planned("conversation/list", _BOTH, _DOCUMENTED, "Conversations, the newest first"),
        _planned("conversation/get", _BOTH, _DOCUMENTED, "One conversation and its messages"),
        _planned("conversation/read", _BOTH, _DOCUMENTED, "Mark a conversation as read"),
        _planned("conversation/delete", _BOTH, _DOCUMENTED, "Delete a conversation and its messages"),
    ),
    *_of(
        "Groups",
        _planned("group/save", _BOTH, _CLIENT, "Make a group, or change one"),
        _planned("group/list", _BOTH, _CLIENT, "The groups of the line"),
        _planned("group/get", _BOTH, _CLIENT, "One group, and how many members it has"),
        _planned("group/members", _BOTH, _CLIENT, "The contacts in a group"),
        _planned("group/addMember", _BOTH, _CLIENT, "Put a number into a group"),
        _planned("group/removeMember", _BOTH, _CLIENT, "Take a number out of a group"),
        _planned("group/delete", _BOTH, _CLIENT, "Delete a group"),
    ),
    *_of(
        "Webhooks",
        _planned("webhook/add", _BOTH, _DOCUMENTED, "Have an event reported to a URL"),
        _planned("webhook/update", _POST, _DOCUMENTED, "Change the URL or the method of a webhook"),
        _planned("webhook/list", _BOTH, _DOCUMENTED, "The webhooks of the line"),
        _planned("webhook/delete", _POST, _DOCUMENTED, "Delete a webhook"),
    ),
    *_of(
        "Apps",
        _planned("app/install", _POST, _DOCUMENTED, "Set up automatic replies or keywords"),
        _planned("app/alter", _POST, _DOCUMENTED, "Change automatic replies or keywords"),
        _planned("app/list", _GET, _DOCUMENTED, "Which of them are set up"),
    ),
    *_of(
        "Provisioning",
        _provision("provision/eligible", _CLIENT, "Ask whether a number can be text-enabled"),
        _provision("provision/add", _CLIENT, "Text-enable a number and open its account"),
        _provision("provision/status", _CLIENT, "How far the enabling of a number is"),
        _provision("provision/update", _CLIENT, "Change the account of an enabled number"),
        _provision("provision/delete", _CLIENT, "Give an enabled number up"),
        _provision("account/get-sessionkey", _DOCUMENTED, "A session for a number of one's own"),
        _provision("enum/textable", _DOCUMENTED, "Ask whether a number takes texts, and who provides it"),
        _provision("enum/mobile", _DOCUMENTED, "Ask whether a number is a mobile one"),
    ),
    *_of(
        "Other senders",
        _planned(
            "vendor/message/send",
            _GET,
            _CLIENT,
            "Send a text as a trusted vendor, from any line",
            "On a host of its own, `vendor.zipwhip.com`, with a vendor key. The answer has no envelope.",
            path="/message/send",
        ),
        _planned("bulk-messaging", _POST, _CLIENT, "Send many texts at once", "JSON, with an API key as bearer token."),
    ),
    *_of(
        "Push",
        _planned("signals/connect", _BOTH, _CLIENT, "Open a connection for events", _PUSH),
        _planned("signal/subscribe", _BOTH, _CLIENT, "Choose the events that come over it", _PUSH),
    ),
)
"""Every call that a source names and `routes.py` does not serve."""
