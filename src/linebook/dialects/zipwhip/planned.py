"""Zipwhip's calls that are known and not served yet, so that documents can say so; a served call leaves this list."""

from __future__ import annotations

from typing import Final

import msgspec

from linebook.dialects.base import DocumentedError, Evidence, Operation

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


def _provision(name: str, summary: str) -> Operation:
    notes = "Lines are added and changed on the server itself, by `linebook line`. See the other calls of provisioning."
    planned = _planned(name, _GET, _CLIENT, summary, notes)
    return msgspec.structs.replace(planned, errors=(_NOT_HERE,))


def _of(resource: str, *operations: Operation) -> list[Operation]:
    return [msgspec.structs.replace(operation, resource=resource) for operation in operations]


_NOT_HERE: Final = DocumentedError(
    status=404,
    when="always: nothing is changed",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": "Unknown method"},
)
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
        _planned("user/enroll", _BOTH, _CLIENT, "Open an account for a number", _SIGNED),
        _planned("user/deact", _BOTH, _CLIENT, "Close an account", _SIGNED),
        _planned("user/exists", _BOTH, _CLIENT, "Ask whether a number has an account", _SIGNED),
    ),
    *_of(
        "Apps",
        _planned("app/install", _POST, _DOCUMENTED, "Set up automatic replies or keywords"),
        _planned("app/alter", _POST, _DOCUMENTED, "Change automatic replies or keywords"),
        _planned("app/list", _GET, _DOCUMENTED, "Which of them are set up"),
    ),
    *_of(
        "Provisioning",
        _provision("provision/add", "Text-enable a number and open its account"),
        _provision("provision/update", "Change the account of an enabled number"),
        _provision("provision/delete", "Give an enabled number up"),
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
"""Every call that a source names and `routes/` does not serve."""
