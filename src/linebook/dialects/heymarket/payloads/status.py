"""Opt-out and block of `/v1`: the state of a number, and the words that change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta

from linebook.core.consent import Consent, ConsentAction
from linebook.dialects.heymarket.payloads.wire import Number, PhoneText, phone_text
from linebook.dialects.kit import InvalidParameter

ACTIONS: Final[Mapping[str, tuple[ConsentAction, ...]]] = {
    "active": (ConsentAction.UNBLOCK, ConsentAction.TEAM_START),
    "blocked": (ConsentAction.BLOCK,),
    "unblocked": (ConsentAction.UNBLOCK,),
    "subscribed": (ConsentAction.TEAM_START,),
    "unsubscribed": (ConsentAction.TEAM_STOP,),
}
"""What each word does. None of them lifts a STOP that the person sent (NOTES: opt-out)."""


class StatusBody(msgspec.Struct, frozen=True, kw_only=True):
    """Whose state: the phone wins."""

    id: Annotated[Number, Meta(description="The contact's id.")] = UNSET
    phone: Annotated[PhoneText, Meta(description="The number, with or without a contact.")] = UNSET


class SetStatusBody(StatusBody, frozen=True, kw_only=True):
    """Whose state, and what it becomes."""

    status: Annotated[str | list[str], Meta(description="One of active, blocked, unblocked, subscribed, unsubscribed.")]


class StatusView(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a number; `id` is 0 where it has no contact."""

    id: int
    phone: str
    unsubscribed: bool
    unsubscribed_admin: bool
    unsubscribed_contact: bool
    blocked: bool


def read_actions(status: str | list[str]) -> tuple[ConsentAction, ...]:
    """Give what a word does; a list with one word in it counts as the word. Raises `InvalidParameter`."""
    word = status[0] if isinstance(status, list) and len(status) == 1 else status
    if not isinstance(word, str) or word not in ACTIONS:
        raise InvalidParameter("status", f"expected one of {', '.join(ACTIONS)}")
    return ACTIONS[word]


def status_view(contact_id: int, consent: Consent) -> StatusView:
    """Give the state of a number as the platform shows it."""
    return StatusView(
        id=contact_id,
        phone=phone_text(consent.phone),
        unsubscribed=consent.is_opted_out,
        unsubscribed_admin=consent.by_team,
        unsubscribed_contact=consent.by_person,
        blocked=consent.is_blocked,
    )
