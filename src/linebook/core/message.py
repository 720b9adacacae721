"""A text, the conversation it belongs to, the files it carries, and the numbers they are known by. No I/O."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from linebook.core.delivery_status import DeliveryState
from linebook.core.phone import Phone

ATTACHMENTS_MAX: Final = 2
"""Most files of one text."""

NOBODY: Final = 0
"""The contact id of a text whose number nobody in the book has."""

ID_EPOCH_MS: Final = 1_288_834_974_657
"""The time that message ids count from."""

_SEQUENCE_BITS: Final = 12
_BELOW_TIME_BITS: Final = 22
_SEQUENCE_MASK: Final = (1 << _SEQUENCE_BITS) - 1
_FINGERPRINT_BITS: Final = 32


class Direction(enum.StrEnum):
    """Which way a text goes."""

    IN = "in"
    OUT = "out"


class EventKind(enum.StrEnum):
    """What somebody may want to be told."""

    RECEIVE = "message.receive"
    """A text came in."""
    SEND = "message.send"
    """A text was taken, to be sent."""
    PROGRESS = "message.progress"
    """A text that is sent has come further."""
    READ = "message.read"
    """A text that came in was read."""
    DELETE = "message.delete"
    """A text was deleted."""
    OPT_OUT = "optout.change"
    """A person asked for silence, or for texts again."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One text to or from one number, whole: the row. Texts are empty when unknown, never None.

    `no` is its number on the account's texting clock. `due_ms` is None for a text that is sent at once; `parent_id` is
    what the texts of one request have in common, 0 for none. `carrier_words` is what the carrier said last, as it said
    it, `error` the named reason of a failure.
    """

    id: int
    no: int
    line_id: int
    fingerprint: int
    direction: Direction
    phone: str
    contact_id: int
    body: str
    part_count: int
    attachment_count: int
    is_mms: bool
    state: DeliveryState
    is_read: bool
    created_ms: int
    updated_ms: int
    due_ms: int | None
    sent_ms: int | None
    delivered_ms: int | None
    read_ms: int | None
    deleted_ms: int | None
    parent_id: int
    carrier: str
    carrier_words: str
    error: str
    from_name: str
    advertisement: str
    external_id: str
    user_id: int | None
    door: str
    credential_id: int | None

    @property
    def is_inbound(self) -> bool:
        """Whether it came from outside."""
        return self.direction is Direction.IN

    @property
    def is_deleted(self) -> bool:
        """Whether lists leave it out."""
        return self.deleted_ms is not None


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """The thread with a set of people on a line. `last_message_id` is its newest text, 0 when all are deleted."""

    line_id: int
    fingerprint: int
    id: int
    addresses: tuple[str, ...]
    contact_id: int
    unread_count: int
    is_open: bool
    assignee_id: int | None
    last_message_id: int
    rev: int
    created_ms: int
    updated_ms: int
    deleted_ms: int | None


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A kept file: `id` is its storage key, `digest` the SHA-256 of its bytes, `kind` its media type."""

    id: str
    digest: str
    size_bytes: int
    kind: str
    file_name: str
    created_ms: int


class LineUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What a line sent and received in a month (`202611`): messages that a carrier took, and texts that came in."""

    line_id: int
    month: int
    sent_sms: int = 0
    sent_mms: int = 0
    sent_parts: int = 0
    received_sms: int = 0
    received_mms: int = 0
    received_parts: int = 0


class WordReply(enum.StrEnum):
    """Texts that a line answers by itself, each once per change of consent."""

    STOPPED = "stop_reply"
    STARTED = "start_reply"
    HELP = "help_reply"


DEFAULT_REPLIES: Final = {
    WordReply.STOPPED: "You will get no more texts from this number. Text UNSTOP to get them again.",
    WordReply.STARTED: "You will get texts from this number again. Text STOP to end them.",
    WordReply.HELP: "Text STOP to get no more texts from this number, UNSTOP to get them again.",
}
"""What a line answers where nothing else is set for it."""


def next_message_id(last_id: int, at_ms: int, account_id: int) -> int:
    """Give the id of the next text of an account, above the last one, whatever the clock says.

    63 bits: milliseconds since 2010, ten bits of the account, a sequence. Whoever calls holds the texting clock.
    """
    time = max(at_ms - ID_EPOCH_MS, 0)
    sequence = 0
    last_time = last_id >> _BELOW_TIME_BITS
    if time <= last_time:
        time, sequence = last_time, (last_id & _SEQUENCE_MASK) + 1
        if sequence > _SEQUENCE_MASK:
            time, sequence = last_time + 1, 0
    return time << _BELOW_TIME_BITS | (account_id & 1023) << _SEQUENCE_BITS | sequence


def first_message_id(at_ms: int) -> int:
    """Give the lowest id that a text of this time can have."""
    return max(at_ms - ID_EPOCH_MS, 0) << _BELOW_TIME_BITS


def message_time_ms(message_id: int) -> int:
    """Give the time that a message id holds."""
    return (message_id >> _BELOW_TIME_BITS) + ID_EPOCH_MS


def conversation_digest(addresses: Iterable[str]) -> str:
    """Give the digest of a set of addresses, however they are ordered."""
    return hashlib.sha256("\n".join(sorted(set(addresses))).encode()).hexdigest()


def fingerprints_of(digest: str) -> Iterator[int]:
    """Give the 32-bit numbers that a conversation may be known by, the preferred one first; never 0."""
    number = 0
    while True:
        text = digest if number == 0 else f"{digest}:{number}"
        found = int.from_bytes(hashlib.sha256(text.encode()).digest()[: _FINGERPRINT_BITS // 8])
        if found:
            yield found
        number += 1


def is_textable(phone: Phone) -> bool:
    """Whether a text can be sent to the number at all: it is complete."""
    return phone.is_international
