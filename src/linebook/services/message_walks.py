"""An account's messages over all of its lines, with their parts: for whoever looks from outside, not for a dialect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from linebook.core.contact import LAST_ID
from linebook.core.delivery_status import DeliveryState
from linebook.core.message import Direction, Message
from linebook.storage import texting_rows
from linebook.storage.base import Tx

ANY_LINE: Final = 0


class MessagePart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a message that went to a carrier: the carrier's id of it, and what became of it."""

    no: int
    carrier: str
    ref: str
    state: DeliveryState
    words: str


def messages_of_account(
    tx: Tx,
    account_id: int,
    limit: int,
    *,
    before_id: int = LAST_ID,
    direction: Direction | None = None,
    line_id: int = ANY_LINE,
    phone: str = "",
) -> list[Message]:
    """Give a page of an account's messages, newest first, deleted ones too: those before an id that fit."""
    found = tx.all(
        "messages_of_account",
        account_id=account_id,
        before_id=before_id,
        direction="" if direction is None else direction.value,
        line_id=line_id,
        phone=phone,
        limit=limit,
    )
    return [texting_rows.message_from_row(row) for row in found]


def parts_of_messages(tx: Tx, account_id: int, message_ids: Iterable[int]) -> dict[int, list[MessagePart]]:
    """Give the parts of these messages that went to a carrier, in order; messages without any are left out."""
    keys = sorted(set(message_ids))
    parts: dict[int, list[MessagePart]] = {}
    for row in sorted(tx.all("message_parts_of", account_id=account_id, keys=keys) if keys else [], key=_place):
        part = MessagePart(
            no=row[2], carrier=row[3], ref=row[4], state=texting_rows.state_from(row[5], row[6]), words=row[7]
        )
        parts.setdefault(row[1], []).append(part)
    return parts


def _place(row: tuple[int, ...]) -> tuple[int, int]:
    return row[1], row[2]
