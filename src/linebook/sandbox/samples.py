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
