"""May this number be texted: two independent opt-outs and a block, and who may set or lift which. No I/O."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Final

import msgspec

from linebook.core.phone import Phone

EVERY_LINE: Final = 0
"""The line id that stands for all lines of an account."""


class ConsentAction(enum.StrEnum):
    """What may happen to a number's consent. Each is one entry of the ledger."""

    PERSON_STOP = "person_stop"
    """The person asked for silence, by a word they texted."""
    PERSON_START = "person_start"
    """The person asked to be texted again, by a word they texted."""
    TEAM_STOP = "team_stop"
    """The team opted the number out: an API call, an import, the console."""
    TEAM_START = "team_start"
    """The team lifted its own opt-out. It never lifts the person's."""
    OVERRIDE = "override"
    """Somebody with the right to do so lifted every opt-out, on evidence outside this server."""
    BLOCK = "block"
    """No texts in either direction."""
    UNBLOCK = "unblock"
    """Texts again, as far as the opt-outs allow."""


class StopScope(enum.StrEnum):
    """What a person's STOP to one line closes."""

    ACCOUNT = "account"
    LINE = "line"


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one number on one line, or on all of them (`line_id` 0)."""

    phone: Phone
    line_id: int = EVERY_LINE
    by_person: bool = False
    by_team: bool = False
    is_blocked: bool = False
    changed_ms: int = 0

    @property
    def is_opted_out(self) -> bool:
        """Whether the person or the team asked for silence."""
        return self.by_person or self.by_team

    @property
    def may_text(self) -> bool:
        """Whether a text may be sent to the number."""
        return not (self.is_opted_out or self.is_blocked)


_EFFECT: Final[dict[ConsentAction, dict[str, bool]]] = {
    ConsentAction.PERSON_STOP: {"by_person": True},
    ConsentAction.PERSON_START: {"by_person": False},
    ConsentAction.TEAM_STOP: {"by_team": True},
    ConsentAction.TEAM_START: {"by_team": False},
    ConsentAction.OVERRIDE: {"by_person": False, "by_team": False},
    ConsentAction.BLOCK: {"is_blocked": True},
    ConsentAction.UNBLOCK: {"is_blocked": False},
}


def apply(consent: Consent, action: ConsentAction, at_ms: int) -> Consent:
    """Give the consent that holds after the action: the same object when the action changes nothing."""
    effect = _EFFECT[action]
    if all(getattr(consent, member) is value for member, value in effect.items()):
        return consent
    return msgspec.structs.replace(consent, **effect, changed_ms=at_ms)


def effective(phone: Phone, states: Iterable[Consent], line_id: int = EVERY_LINE) -> Consent:
    """Give the one state that counts for a number on a line: the account's and the line's, either closes.

    For `line_id` 0 only what holds on every line counts.
    """
    by_person = by_team = is_blocked = False
    changed_ms = 0
    for state in states:
        if state.phone == phone and state.line_id in (EVERY_LINE, line_id):
            by_person |= state.by_person
            by_team |= state.by_team
            is_blocked |= state.is_blocked
            changed_ms = max(changed_ms, state.changed_ms)
    return Consent(
        phone=phone,
        line_id=line_id,
        by_person=by_person,
        by_team=by_team,
        is_blocked=is_blocked,
        changed_ms=changed_ms,
    )
