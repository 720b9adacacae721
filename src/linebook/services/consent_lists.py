"""Walks all numbers of an account that may not be texted, with what the ledger knows of each. Reading only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from linebook.core.consent import Consent, ConsentAction
from linebook.core.phone import Phone
from linebook.services.consents import ConsentEntry, entry_from_row
from linebook.storage import rows
from linebook.storage.base import Tx

PAGE: Final = 2_000

_CLOSED_BY: Final = (
    (ConsentAction.PERSON_STOP, "by_person"),
    (ConsentAction.TEAM_STOP, "by_team"),
    (ConsentAction.BLOCK, "is_blocked"),
)


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why a number may not be texted: what was done, on which line (0: on all), when, and why."""

    phone: Phone
    line_id: int
    action: ConsentAction
    at_ms: int
    word: str
    evidence: str
    door: str


def walk_stops(tx: Tx, account_id: int) -> Iterator[list[Stop]]:
    """Give every opt-out and block that holds, by rising number, a page at a time; one number may have several."""
    phone, line_id = "", 0
    while found := tx.all(
        "consents_after", account_id=account_id, after_phone=phone, after_line_id=line_id, limit=PAGE
    ):
        phone, line_id = found[-1][1], found[-1][2]
        states = [one for one in map(rows.consent_from_row, found) if not one.may_text]
        keys = sorted({one.phone.text for one in states})
        entries: dict[tuple[Phone, int, ConsentAction], ConsentEntry] = {}
        if keys:
            for row in tx.all("consent_stops_by_phone", account_id=account_id, keys=keys):
                entry = entry_from_row(row)
                entries[entry.phone, entry.line_id, entry.action] = entry
        yield [
            _stop(state, action, entries.get((state.phone, state.line_id, action)))
            for state in states
            for action, member in _CLOSED_BY
            if getattr(state, member)
        ]


def has_consents(tx: Tx, account_id: int) -> bool:
    """Whether anything is known of the consent of any number."""
    return tx.one("consents_after", account_id=account_id, after_phone="", after_line_id=0, limit=1) is not None


def _stop(state: Consent, action: ConsentAction, entry: ConsentEntry | None) -> Stop:
    return Stop(
        phone=state.phone,
        line_id=state.line_id,
        action=action,
        at_ms=state.changed_ms if entry is None else entry.at_ms,
        word="" if entry is None else entry.word,
        evidence="" if entry is None else entry.evidence,
        door="" if entry is None else entry.door,
    )
