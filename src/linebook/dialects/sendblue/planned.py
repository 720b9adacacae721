"""Sendblue's calls that are known and not served yet, so that documents can say so; a served call leaves this list."""

from __future__ import annotations

from typing import Final

import msgspec

from linebook.dialects.base import Evidence, Operation

_DOCUMENTED: Final = Evidence.DOCUMENTED
_CLIENT: Final = Evidence.CLIENT


def _planned(name: str, call: str, evidence: Evidence, summary: str, notes: str = "") -> Operation:
    method, path = call.split(" ")
    return Operation(
        name=name, methods=(method,), path=path, summary=summary, evidence=evidence, notes=notes, resource=""
    )


def _of(resource: str, *operations: Operation) -> list[Operation]:
    return [msgspec.structs.replace(operation, resource=resource) for operation in operations]


PLANNED: Final[tuple[Operation, ...]] = (
    *_of(
        "Contacts",
        _planned(
            "verified_contacts.create",
            "POST /v3/verified-contacts",
            _CLIENT,
            "Begin the verification of a contact",
            "A contact is verified when it first writes to the line.",
        ),
        _planned("verified_contacts.list", "GET /v3/verified-contacts", _CLIENT, "Contacts and their verification"),
        _planned(
            "verified_contacts.retrieve",
            "GET /v3/verified-contacts/{phone_number}",
            _CLIENT,
            "The verification of one contact",
        ),
    ),
    *_of(
        "Messages",
        _planned("messages.send", "POST /api/send-message", _DOCUMENTED, "Send a text or a file"),
        _planned("messages.get_status", "GET /api/status", _DOCUMENTED, "One message with its state"),
        _planned("messages.list", "GET /api/v2/messages", _DOCUMENTED, "Messages, with filters and a total"),
        _planned("messages.retrieve", "GET /api/v2/messages/{message_id}", _DOCUMENTED, "One message"),
        _planned("messages.delete", "DELETE /api/message/{message_handle}", _DOCUMENTED, "Hide a message"),
        _planned(
            "messages.update_app_card",
            "POST /api/messages/{message_handle}/update-app-card",
            _CLIENT,
            "Change an interactive card that was sent",
        ),
        _planned("send_carousel.send", "POST /api/send-carousel", _CLIENT, "Send several pictures as one message"),
        _planned("typing_indicators.send", "POST /api/send-typing-indicator", _DOCUMENTED, "Show that somebody types"),
        _planned("reactions.send", "POST /api/send-reaction", _DOCUMENTED, "React to a message"),
        _planned("read_receipts.send", "POST /api/mark-read", _DOCUMENTED, "Mark a conversation as read"),
        _planned("lookups.lookup_number", "GET /api/evaluate-service", _DOCUMENTED, "Which service a number has"),
    ),
    *_of(
        "Media",
        _planned("media_objects.upload", "POST /api/upload-media-object", _DOCUMENTED, "Keep a file by its URL"),
        _planned("media_objects.upload_file", "POST /api/upload-file", _DOCUMENTED, "Keep an uploaded file"),
    ),
    *_of(
        "Groups",
        _planned("groups.send_message", "POST /api/send-group-message", _DOCUMENTED, "Send a text to a group"),
        _planned("groups.create", "POST /api/create-group", _DOCUMENTED, "Make a group"),
        _planned("groups.modify", "POST /api/modify-group", _CLIENT, "Put somebody into a group, or take one out"),
        _planned("groups.retrieve", "GET /api/v2/groups/{group_id}", _CLIENT, "One group"),
        _planned("groups.set_name", "POST /api/v2/groups/{group_id}/name", _CLIENT, "Name a group"),
        _planned("groups.set_photo", "POST /api/v2/groups/{group_id}/photo", _CLIENT, "Give a group a picture"),
    ),
    *_of(
        "Webhooks",
        _planned("webhooks.list", "GET /api/account/webhooks", _DOCUMENTED, "Where events are reported to"),
        _planned("webhooks.create", "POST /api/account/webhooks", _DOCUMENTED, "Have events reported"),
        _planned("webhooks.update", "PUT /api/account/webhooks", _DOCUMENTED, "Replace all of them"),
        _planned("webhooks.delete", "DELETE /api/account/webhooks", _DOCUMENTED, "Have events reported no longer"),
        _planned(
            "events.stream",
            "GET /api/v2/events",
            _DOCUMENTED,
            "Events as they happen",
            "The command line says so when this is not served, and catches up from the lists.",
        ),
    ),
    *_of(
        "Lines",
        _planned("lines.get_usage", "GET /api/v2/lines/usage", _CLIENT, "How much was sent from the lines"),
        _planned(
            "lines.get_contact_status", "GET /api/v2/lines/contact-status", _CLIENT, "Whether a line knows a contact"
        ),
        *(
            _planned(
                f"lines.call_forwarding.{word}",
                f"{method} /api/lines/{{sendblue_number}}/call-forwarding",
                _CLIENT,
                summary,
            )
            for word, method, summary in (
                ("retrieve", "GET", "Where calls to a line go"),
                ("update", "PUT", "Have calls to a line go somewhere"),
                ("delete", "DELETE", "Have calls to a line go nowhere"),
            )
        ),
    ),
    *_of(
        "Seats",
        _planned("seats.list", "GET /api/v2/seats", _CLIENT, "The people who work here"),
        _planned("seats.count", "GET /api/v2/seats/count", _CLIENT, "How many there are"),
        _planned("seats.retrieve", "GET /api/v2/seats/{seat_id}", _CLIENT, "One of them"),
    ),
    *_of(
        "Codes",
        _planned("totp.secrets.create", "POST /api/v2/totp/secrets", _CLIENT, "Keep the secret of a one-time code"),
        _planned("totp.secrets.list", "GET /api/v2/totp/secrets", _CLIENT, "The secrets that are kept"),
        _planned("totp.secrets.delete", "DELETE /api/v2/totp/secrets/{id}", _CLIENT, "Forget a secret"),
        _planned("totp.code.retrieve", "GET /api/v2/totp/code/{id}", _CLIENT, "The one-time code of this moment"),
        _planned(
            "verify.verifications.create",
            "POST /api/v2/verify/services/{service_sid}/verifications",
            _CLIENT,
            "Begin a verification by a text from the person",
        ),
        _planned(
            "verify.verifications.retrieve",
            "GET /api/v2/verify/services/{service_sid}/verifications/{verification_sid}",
            _CLIENT,
            "One verification",
        ),
        _planned("verify.verifications.list", "GET /api/v2/verify/verifications", _CLIENT, "Verifications"),
    ),
    *_of(
        "Location",
        _planned("request_location.create", "POST /api/request-location", _CLIENT, "Ask for somebody's place"),
        _planned("location.list", "GET /api/location", _CLIENT, "Places that are shared"),
        _planned("location.retrieve", "GET /api/location/{number}", _CLIENT, "The place of one person"),
        _planned(
            "location.watch", "GET /api/location/{number}/watch", _CLIENT, "The place of one person, as it changes"
        ),
    ),
    *_of(
        "Account",
        _planned("cli.setup", "POST /api/v3/cli/setup", _CLIENT, "Sign up or log in from the command line"),
    ),
)
"""Every call that a source names and `routes/` does not serve."""
