"""What is known of one message's way: its parts at the carrier, every receipt, and whether it still waits."""

from __future__ import annotations

import msgspec

from linebook.storage.base import Tx

RECEIPTS_MAX = 100


class SentPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part as the carrier knows it."""

    no: int
    carrier: str
    ref: str
    words: str


class KeptReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a carrier said."""

    part_no: int | None
    kind: str
    words: str
    received_ms: int


class MessageLog(msgspec.Struct, frozen=True, kw_only=True):
    """The way of one message. `next_ms` and `attempts` are those of a message that waits to be sent."""

    parts: tuple[SentPart, ...]
    receipts: tuple[KeptReceipt, ...]
    is_waiting: bool
    attempts: int
    next_ms: int | None


def message_log(tx: Tx, account_id: int, message_id: int) -> MessageLog:
    """Give what is known of a message's way; nothing of one that does not exist."""
    parts = tx.all("message_parts_of", account_id=account_id, keys=[message_id])
    receipts = tx.all("receipts_of_message", account_id=account_id, message_id=message_id, limit=RECEIPTS_MAX)
    waiting = tx.all("outbox_of_messages", account_id=account_id, keys=[message_id])
    return MessageLog(
        parts=tuple(
            SentPart(no=row[2], carrier=row[3], ref=row[4], words=row[7])
            for row in sorted(parts, key=lambda row: row[2])
        ),
        receipts=tuple(KeptReceipt(part_no=row[5], kind=row[6], words=row[8], received_ms=row[10]) for row in receipts),
        is_waiting=bool(waiting),
        attempts=waiting[0][5] if waiting else 0,
        next_ms=waiting[0][4] if waiting else None,
    )
