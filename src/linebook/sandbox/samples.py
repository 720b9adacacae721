"""What the documents of the sandbox show as answers. Nothing is ever answered from here."""

from __future__ import annotations

from typing import Any, Final

from linebook import demo

_LINES: Final = [
    {
        "id": 10001 + number,
        "address": address,
        "label": line.label,
        "is_multi_user": line.is_multi_user,
        "is_toll_free": line.address == demo.TOLL_FREE,
    }
    for number, (line, address) in enumerate(
        zip(demo.LINES, ("+15552340001", "+15552340002", "+15552340003"), strict=True)
    )
]
_USERS: Final = [
    {
        "id": 10001 + number,
        "email": user.email,
        "name": f"{user.first_name} {user.last_name}",
        "role": user.role.value,
    }
    for number, user in enumerate(demo.USERS)
]
ACCOUNT: Final[dict[str, Any]] = {
    "id": 1879048192,
    "name": "Checkout tests",
    "region": "US",
    "lines": _LINES,
    "users": _USERS,
}
_LOGIN_NAMES: Final = ("5552340001", "5552340002", "scott@5552340002", "admin@5552340002")
FRESH: Final[dict[str, Any]] = ACCOUNT | {
    "zipwhip": {
        "base_url": "http://127.0.0.1:8420",
        "username": "5552340001",
        "password": "7f1c3b0a5d2e4f60819aabbccddeeff0",
        "session": "0b0c5f7e-6a0e-4c39-9d53-54e0f6a1d2c3:10001",
        "api_key": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "logins": [
            {"username": name, "password": f"{number}f1c3b0a5d2e4f60819aabbccddeeff0", "role": login.role.value}
            for number, (name, login) in enumerate(zip(_LOGIN_NAMES, demo.LOGINS, strict=True), 7)
        ],
    },
    "inwise": {"base_url": "http://127.0.0.1:8420/rest/v1", "api_key": "1b2c3d4e5f60718293a4b5c6d7e8f901"},
    "sendblue": {
        "base_url": "http://127.0.0.1:8420",
        "api_key": "2c3d4e5f60718293a4b5c6d7e8f9011b",
        "api_secret": "3d4e5f60718293a4b5c6d7e8f9011b2c",
    },
    "heymarket": {
        "base_url": "http://127.0.0.1:8420",
        "api_key": "4e5f60718293a4b5c6d7e8f9011b2c3d",
        "secret_id": "5f60718293a4b5c6d7e8f9011b2c3d4e",
        "secret_key": "60718293a4b5c6d7e8f9011b2c3d4e5f",
        "n8n_key": "718293a4b5c6d7e8f9011b2c3d4e5f60",
    },
}
SENT_TEXT: Final[dict[str, Any]] = {
    "id": "2073577893888000000",
    "line": "+15552340001",
    "number": "+12065550100",
    "direction": "out",
    "body": "Your table is ready.",
    "state": "accepted",
    "status_code": 4,
    "message_status": 1003,
    "reason": "The carrier has taken the text.",
    "error": "",
    "carrier_words": "stat:delivered",
    "is_mms": True,
    "part_count": 1,
    "parts": [
        {
            "no": 1,
            "carrier_id": "5e0c8f1a7b00000001",
            "state": "accepted",
            "message_status": 1003,
            "carrier_words": "stat:delivered",
        }
    ],
    "attachments": [
        {
            "id": "0d5b8e0a-5d1c-4a3e-9a53-3f1f2b6c7d8e",
            "name": "table.png",
            "kind": "image/png",
            "size_bytes": 5120,
            "url": "/_sandbox/attachments/0d5b8e0a-5d1c-4a3e-9a53-3f1f2b6c7d8e?account=1879048192",
        }
    ],
    "contact_id": 1073741825,
    "parent_id": None,
    "external_id": "",
    "is_read": True,
    "is_deleted": False,
    "created_ms": 1783296000000,
    "due_ms": None,
    "sent_ms": 1783296000020,
    "delivered_ms": None,
}
RECEIVED_TEXT: Final[dict[str, Any]] = SENT_TEXT | {
    "id": "2073577893888004096",
    "direction": "in",
    "body": "STOP",
    "state": "received",
    "reason": "",
    "carrier_words": "",
    "is_mms": False,
    "parts": [],
    "attachments": [],
    "is_read": False,
    "sent_ms": None,
}
OUTBOX: Final[dict[str, Any]] = {"account": 1879048192, "changes": 4, "texts": [SENT_TEXT], "next_before": None}
TEXTS: Final[dict[str, Any]] = OUTBOX | {"texts": [RECEIVED_TEXT]}
RECEIVED: Final[dict[str, Any]] = {"text": RECEIVED_TEXT, "is_new": True, "effect": "stop"}
CLOCK: Final[dict[str, Any]] = {"now": "2026-07-06T00:00:00Z", "now_ms": 1783296000000, "ahead_s": 3600.0}
FAILURE: Final[dict[str, Any]] = {
    "id": 1,
    "account": 1,
    "dialect": "zipwhip",
    "path": "/message/send",
    "times": 2,
    "outcome": "refused",
    "status": 429,
    "retry_after_s": 1,
    "delay_s": 0.0,
    "after": False,
}
WEBHOOK: Final[dict[str, Any]] = {
    "id": 100000001,
    "dialect": "zipwhip",
    "line_id": 10001,
    "events": ["message.send"],
    "url": "http://127.0.0.1:9000/texts",
    "method": "POST",
    "failures": 1,
    "paused_until_ms": None,
    "deliveries": [
        {
            "event": 1,
            "state": "waiting",
            "next_ms": 1783296060000,
            "body": '{"body":"Your table is ready."}',
            "error": "answered 500",
            "attempts": [
                {
                    "no": 1,
                    "at_ms": 1783296000000,
                    "duration_ms": 3,
                    "status": 500,
                    "error": "answered 500",
                    "answer": "Internal Server Error",
                }
            ],
        }
    ],
}
CARRIER: Final[dict[str, Any]] = {"account": 1, "is_running": True}
STATE: Final[dict[str, Any]] = {
    "account": 1,
    "contacts": 2,
    "fields": 1,
    "tags": 1,
    "groups": 0,
    "lines": 3,
    "users": 2,
    "consents": {"numbers": 1, "opted_out_by_person": 0, "opted_out_by_team": 1, "blocked": 0},
    "changes": 4,
}
