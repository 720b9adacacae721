"""What a carrier link promises to delivery, whatever the wire: sets out, sets of results, receipts and texts in.

A link knows no database. Retry, rate, order, leases and the matching of receipts are delivery's, for every kind alike.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from linebook.core.account import Line
from linebook.core.delivery_status import ReceiptKind
from linebook.errors import LinebookError


class Retry(enum.Enum):
    """What becomes of a text that was not taken."""

    NEVER = "never"
    """It failed for good."""
    LATER = "later"
    """It is tried again, each time after a longer delay, until its time is up."""
    PAUSE = "pause"
    """It waits, and so does the whole line: the text is not at fault, so the try does not count."""
    IN_DOUBT = "in doubt"
    """It may have left: a receipt is waited for, then the line's own rule says whether it is sent once more."""


class Failure(enum.Enum):
    """Why a text was not taken: may it be tried again, is it worth an alert, how it ends, what the user reads."""

    UNREACHABLE = (Retry.PAUSE, True, 1006, "The carrier cannot be reached.")
    UNANSWERED = (Retry.IN_DOUBT, False, 1100, "The carrier gave no answer, so nobody knows whether the text left.")
    THROTTLED = (Retry.PAUSE, False, 1225, "The line sends faster than its carrier allows.")
    BUSY = (Retry.LATER, False, 1204, "The carrier cannot take the text at the moment.")
    MISCONFIGURED = (Retry.PAUSE, True, 1103, "The carrier does not let this line in: its settings are wrong.")
    NO_CREDIT = (Retry.PAUSE, True, 1243, "The credit at the carrier is used up.")
    UNSENDABLE = (Retry.NEVER, False, 1008, "The carrier has no way to carry this text.")
    NO_ROUTE = (Retry.NEVER, False, 1106, "No way leads to this number.")
    OPTED_OUT = (Retry.NEVER, False, 1110, "The recipient asked the carrier for silence.")
    SPAM = (Retry.NEVER, True, 1152, "The carrier refused the text as spam.")
    REJECTED = (Retry.NEVER, False, 1005, "The carrier turned the text down.")
    EXPIRED = (Retry.NEVER, False, 1006, "The text could not be sent before its time was up.")

    def __init__(self, retry: Retry, needs_alert: bool, message_status: int, text: str) -> None:
        self.retry = retry
        self.needs_alert = needs_alert
        self.message_status = message_status
        self.text = text


class Attachment(msgspec.Struct, frozen=True):
    """A file that goes with a text."""

    name: str
    media_type: str
    content: bytes


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One text to send. `is_repeat`: it may have left before, so a carrier that can tell duplicates should."""

    message_id: int
    source: str
    destination: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    is_repeat: bool = False


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one submitted text: taken (`failure` None) or not.

    `part_ids` are the carrier's ids of the parts it took, in order: none when it gives no receipts, and with a failure
    those that it took before it failed. `message_status` is the exact state where the carrier
    named one, `words` the carrier's own, `retry_after_s` the pause it asks for.
    """

    message_id: int
    part_ids: tuple[str, ...] = ()
    failure: Failure | None = None
    message_status: int | None = None
    words: str = ""
    retry_after_s: float | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a carrier reports about a part that it took: the id in any form, its own words, its own time if it has one.

    `line_address` is the line that sent it, as far as the carrier says so. Without it a receipt that comes before its
    result cannot be kept, and the carrier is asked to bring it again.
    """

    part_id: str
    kind: ReceiptKind
    line_address: str = ""
    message_status: int | None = None
    words: str = ""
    at_ms: int | None = None


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """One text that somebody sent to a line. The same `id` again is the same text again."""

    id: str
    source: str
    destination: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    words: str = ""


class LinkRefused(LinebookError):
    """The carrier lets nobody in: `failure` says whether that is the network's fault or the settings'."""

    def __init__(self, failure: Failure, words: str = "") -> None:
        super().__init__(f"{failure.text} {words}".strip())
        self.failure = failure
        self.words = words


class Progress(Protocol):
    """Where an open link tells how its submitted texts fare. The calls return at once."""

    def results(self, results: Sequence[Result]) -> None:
        """Take the results of submitted texts, in any order, each text once."""

    def lost(self, failure: Failure, words: str) -> None:
        """Take note that the link is gone. Whatever was submitted and has no result is in doubt."""


class Intake(Protocol):
    """Where any process puts what a carrier brings. Each call returns after the commit: only then acknowledge.

    Both raise `Unavailable` when nothing was stored: the carrier must hear "temporary error" and bring it again.
    """

    async def receipts(self, receipts: Sequence[Receipt]) -> None:
        """Store receipts, also those of texts that are not known yet, and those that were stored before."""

    async def texts(self, texts: Sequence[Inbound]) -> None:
        """Store texts, each once however often it is brought."""


class Link(Protocol):
    """One open link of one line. Never more texts are without a result than the line's window."""

    async def submit(self, texts: Sequence[Outgoing]) -> None:
        """Hand over a set. Returns when it is on its way; results come through `Progress`. Never raises for a text."""

    async def close(self) -> None:
        """Wait a moment for what is on its way, then end the link. No result comes afterwards."""


class CarrierRequest(msgspec.Struct, frozen=True):
    """A request that a carrier sent to our port, whole: a signature covers all of it."""

    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    body: bytes


class CarrierAnswer(msgspec.Struct, frozen=True):
    """What is answered to it."""

    status: int
    body: bytes = b""
    content_type: bytes = b"text/plain; charset=utf-8"


class Carrier(Protocol):
    """One kind of carrier, built with its settings and the `Intake` that takes what it brings."""

    name: str
    """What lines call it, and under what its part ids are kept."""

    async def open(self, line: Line, progress: Progress) -> Link:
        """Open the link of a line. Raises `LinkRefused`."""

    async def close(self) -> None:
        """Let go of everything; no link is open any more."""

    async def answer(self, request: CarrierRequest) -> CarrierAnswer | None:
        """Answer a request to `/carriers/<name>…`: check its signature, put what it brings. None: takes no requests."""
