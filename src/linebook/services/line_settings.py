"""What is kept of a line or one of its users, by name: a signature, answers to words, when somebody last did what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from linebook.core.contact import LAST_ID, check_text
from linebook.errors import DomainError
from linebook.services.accounts import hold_account
from linebook.services.lines import get_line
from linebook.storage.base import Tx

THE_LINE = 0
"""The user id of what is set for the line itself."""

VALUE_MAX = 2_000

SIGNATURE = "signature"
"""The name of the text that ends every message of a line, or of a user on it."""


LAST_SENT = "last_sent_ms"
"""The name of the time at which a user last sent from a line."""

LAST_SESSION = "last_session_ms"
"""The name of the time at which a user's last session on a line began."""


class SetLineSetting(msgspec.Struct, frozen=True, kw_only=True):
    """One request to set something for a line, or for a user of it."""

    line_id: int
    name: str
    value: str
    user_id: int = THE_LINE


def set_line_settings(tx: Tx, account_id: int, requests: Sequence[SetLineSetting]) -> list[DomainError | None]:
    """Set values, in order. Domain errors: `NotFound` (the line), `InvalidMember`."""
    outcomes: list[DomainError | None] = []
    rows: dict[tuple[int, int, str], dict[str, object]] = {}
    hold_account(tx, account_id)
    for request in requests:
        try:
            get_line(tx, account_id, request.line_id)
            check_text(request.name, request.value, VALUE_MAX)
        except DomainError as error:
            outcomes.append(error)
            continue
        rows[request.line_id, request.user_id, request.name] = {
            "account_id": account_id,
            "line_id": request.line_id,
            "user_id": request.user_id,
            "name": request.name,
            "value": request.value,
        }
        outcomes.append(None)
    tx.run_many("save_line_settings", list(rows.values()))
    return outcomes


def note_times(tx: Tx, account_id: int, name: str, users: Iterable[tuple[int, int]]) -> None:
    """Note that users have just done something on lines. The transaction holds the account, or one of its clocks."""
    rows = [
        {
            "account_id": account_id,
            "line_id": line_id,
            "user_id": user_id,
            "name": name,
            "value": str(tx.now_ms),
        }
        for line_id, user_id in sorted(set(users))
    ]
    tx.run_many("save_line_settings", rows)


def times_of(tx: Tx, account_id: int, line_id: int, name: str) -> dict[int, int]:
    """Give when each user of a line last did something, as far as it is known."""
    found = tx.all("line_settings", account_id=account_id, line_id=line_id)
    return {owner: int(value) for owner, noted, value in found if noted == name}


def line_settings(tx: Tx, account_id: int, line_id: int, user_id: int = THE_LINE) -> dict[str, str]:
    """Give what is set for a line, or for a user of it, by name."""
    found = tx.all("line_settings", account_id=account_id, line_id=line_id)
    return {name: value for owner, name, value in found if owner == user_id}


def signature_of(tx: Tx, account_id: int, line_id: int, user_id: int | None) -> str:
    """Give the signature of a user on a line, or of the line where the user has none; empty for none at all."""
    if not 0 < line_id <= LAST_ID:
        return ""
    found: dict[int, str] = {
        owner: value
        for owner, name, value in tx.all("line_settings", account_id=account_id, line_id=line_id)
        if name == SIGNATURE
    }
    return found.get(user_id or THE_LINE) or found.get(THE_LINE, "")
