"""Heymarket's calls that are known and not served yet, so that documents can say so; a served call leaves this list."""

from __future__ import annotations

from typing import Final

import msgspec

from linebook.dialects.base import Evidence, Operation

_DOCUMENTED: Final = Evidence.DOCUMENTED
_CLIENT: Final = Evidence.CLIENT
_INFERRED: Final = Evidence.INFERRED


def _planned(name: str, call: str, evidence: Evidence, summary: str, notes: str = "") -> Operation:
    method, path = call.split(" ")
    return Operation(
        name=name, methods=(method,), path=path, summary=summary, evidence=evidence, notes=notes, resource=""
    )


def _of(resource: str, *operations: Operation) -> list[Operation]:
    return [msgspec.structs.replace(operation, resource=resource) for operation in operations]


_DEPRECATED: Final = "The platform calls it deprecated; programs still use it."

PLANNED: Final[tuple[Operation, ...]] = (
    *_of(
        "Messages",
        _planned(
            "v1/message/send",
            "POST /v1/message/send",
            _DOCUMENTED,
            "Send a text to one number, a conversation, a list or a group",
            "A broadcast to a list needs `local_id`, under which it is sent once.",
        ),
        _planned("v1/messages/history", "GET /v1/messages", _DOCUMENTED, "The messages with one number"),
        _planned("v1/messages/all", "POST /v1/messages/all", _DOCUMENTED, "The messages of the whole team"),
        _planned("v1/messages/count", "POST /v1/messages/count", _INFERRED, "How many messages there are"),
        _planned("v1/email/send", "POST /v1/email/send", _DOCUMENTED, "Send an e-mail"),
    ),
    *_of(
        "Conversations",
        _planned("v1/conversations/list", "POST /v1/conversations", _DOCUMENTED, "A page of conversations"),
        _planned("v1/conversations/count", "POST /v1/conversations/count", _DOCUMENTED, "How many there are"),
        _planned("v1/conversations/read-one", "GET /v1/conversations/{id}", _DOCUMENTED, "One conversation"),
        _planned("v1/conversations/open", "POST /v1/conversations/open", _DOCUMENTED, "Open a conversation"),
        _planned("v1/conversations/close", "POST /v1/conversations/close", _DOCUMENTED, "Close a conversation"),
        _planned("v1/conversations/read", "POST /v1/conversations/read", _DOCUMENTED, "Mark one as read"),
        _planned("v1/conversations/unread", "POST /v1/conversations/unread", _DOCUMENTED, "Mark one as unread"),
        _planned("v1/conversations/reassign", "POST /v1/conversations/reassign", _DOCUMENTED, "Give one to a user"),
        _planned("v1/conversations/transfer", "POST /v1/conversations/transfer", _DOCUMENTED, "Move one to an inbox"),
    ),
    *_of(
        "Templates",
        _planned("v1/template/create", "POST /v1/template", _DOCUMENTED, "Make a template"),
        _planned("v1/template/read", "GET /v1/template/{id}", _DOCUMENTED, "One template"),
        _planned("v1/template/update", "PUT /v1/template/{id}", _DOCUMENTED, "Change a template"),
        _planned("v1/template/delete", "DELETE /v1/template/{id}", _DOCUMENTED, "Delete a template"),
        _planned("v1/templates/list", "POST /v1/templates", _DOCUMENTED, "A page of templates"),
    ),
    *_of(
        "Lists",
        _planned("v2/list/create", "POST /v2/lists", _DOCUMENTED, "Make a list"),
        _planned("v2/list/update", "PUT /v2/lists/{id}", _DOCUMENTED, "Change a list and its members"),
        _planned("v2/list/delete", "DELETE /v2/lists/{id}", _DOCUMENTED, "Delete a list"),
        _planned("v1/list/create", "POST /v1/list", _CLIENT, "Make a list", _DEPRECATED),
        _planned("v1/list/read", "GET /v1/list/{id}", _CLIENT, "One list", _DEPRECATED),
        _planned("v1/list/update", "PUT /v1/list/{id}", _CLIENT, "Change a list", _DEPRECATED),
        _planned("v1/list/delete", "DELETE /v1/list/{id}", _CLIENT, "Delete a list", _DEPRECATED),
        _planned("v1/lists/list", "POST /v1/lists", _CLIENT, "A page of lists", _DEPRECATED),
    ),
    *_of(
        "Schedule",
        _planned("v1/schedule/create", "POST /v1/schedule", _DOCUMENTED, "Schedule a message"),
        _planned("v1/schedule/read", "GET /v1/schedule/{id}", _DOCUMENTED, "One scheduled message"),
        _planned("v1/schedule/update", "PUT /v1/schedule/{id}", _DOCUMENTED, "Change a scheduled message"),
        _planned("v1/schedule/delete", "DELETE /v1/schedule/{id}", _DOCUMENTED, "Take a scheduled message back"),
    ),
    *_of(
        "Surveys",
        _planned("v1/survey/read", "GET /v1/survey/{id}", _DOCUMENTED, "One survey"),
        _planned("v1/surveys/list", "POST /v1/surveys", _DOCUMENTED, "A page of surveys"),
    ),
    *_of(
        "n8n",
        _planned("n8n/messages", "POST /n8n/v1/messages", _CLIENT, "Send a text to one number"),
        _planned("n8n/lists/create", "POST /n8n/v1/lists", _CLIENT, "Make a list"),
        _planned("n8n/lists/members", "POST /n8n/v1/lists/{id}/members", _CLIENT, "Add or remove a number"),
        _planned("n8n/triggers/create", "POST /n8n/v1/triggers", _CLIENT, "Have an event reported to a URL"),
        _planned("n8n/triggers/delete", "DELETE /n8n/v1/triggers/{id}", _CLIENT, "End such a report"),
    ),
)
"""Every call that a source names and `routes` does not serve."""
