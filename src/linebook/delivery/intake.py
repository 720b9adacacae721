"""Takes what carriers bring, in sets: receipts and texts are committed when a call returns, or nothing is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from linebook.carriers.base import Attachment, Inbound, Receipt
from linebook.core.carrier_ids import canonical
from linebook.core.long_texts import shortened
from linebook.core.text_parts import count_parts
from linebook.errors import DomainError, NotFound, Unavailable
from linebook.services.inbound import InboundText, Received, receive_texts
from linebook.services.lines import find_line
from linebook.services.message_results import (
    ReceiptOutcome,
    RecordReceipt,
    owners_of_refs,
    record_receipts,
)
from linebook.storage.base import Tx
from linebook.storage.store import Store

KEY_MAX: Final = 200

KeepFiles = Callable[[int, Sequence[Attachment]], Awaitable[tuple[str, ...]]]
"""Keeps files of an account before the text that has them is stored; gives their storage keys once they are safe."""

_log = structlog.get_logger("linebook.intake")


class NotKnownYet(Unavailable):
    """Nothing is known by this id yet, and nobody says which line sent it: bring it again."""


class StoreIntake:
    """The `Intake` of one carrier, in whichever process it brings something.

    With `limit_bytes`, a text that is longer is kept as a file, and its message holds the beginning of it.
    """

    def __init__(self, store: Store, carrier: str, keep_files: KeepFiles, limit_bytes: int | None = None) -> None:
        self._store = store
        self._carrier = carrier
        self._keep_files = keep_files
        self._limit_bytes = limit_bytes

    async def receipts(self, receipts: Sequence[Receipt]) -> None:
        """See `Intake`. A receipt of no text and no line of ours is refused: `NotKnownYet`."""
        by_account = await self._store.read(lambda tx: self._by_account(tx, receipts))
        await asyncio.gather(
            *(
                self._store.write(receive_receipt_sets, account_id, tuple(records))
                for account_id, records in by_account.items()
            )
        )

    async def texts(self, texts: Sequence[Inbound]) -> None:
        """See `Intake`. What no line of ours can have, or can never be stored, is dropped and logged."""
        lines = await self._store.read(lambda tx: self._lines_of(tx, texts))
        by_account: dict[int, list[InboundText]] = {}
        for text in texts:
            if text.destination not in lines:
                _log.warning("text for no line dropped", carrier=self._carrier)
                continue
            account_id, line_id = lines[text.destination]
            keys = await self._keep_files(account_id, text.attachments) if text.attachments else ()
            body, text_file = await self._shortened(account_id, text.text)
            by_account.setdefault(account_id, []).append(
                InboundText(
                    line_id=line_id,
                    sender=text.source,
                    body=body,
                    carrier=self._carrier,
                    key=text.id[:KEY_MAX],
                    part_count=count_parts(text.text),
                    attachments=keys,
                    text_file=text_file,
                )
            )
        for account_id, some in by_account.items():
            for outcome in await self._store.write(receive_text_sets, account_id, tuple(some)):
                if isinstance(outcome, DomainError):
                    _log.warning("text dropped", carrier=self._carrier, error=type(outcome).__name__)

    async def _shortened(self, account_id: int, text: str) -> tuple[str, str]:
        """Give the body for a text, and the storage key of the file that holds all of it, empty where none has to."""
        body, file = (text, None) if self._limit_bytes is None else shortened(text, self._limit_bytes)
        if file is None:
            return body, ""
        (key,) = await self._keep_files(account_id, (Attachment(file.file_name, file.declared, file.data),))
        return body, key

    def _by_account(self, tx: Tx, receipts: Sequence[Receipt]) -> dict[int, list[RecordReceipt]]:
        forms = {form for one in receipts for form in (one.part_id, canonical(one.part_id))}
        owners = owners_of_refs(tx, self._carrier, sorted(forms))
        lines: dict[str, int] = {}
        by_account: dict[int, list[RecordReceipt]] = {}
        for one in receipts:
            ref = one.part_id if one.part_id in owners else canonical(one.part_id)
            if ref in owners:
                account_id = owners[ref].account_id
            else:
                if one.line_address not in lines:
                    lines[one.line_address] = _account_of(tx, one.line_address)
                account_id = lines[one.line_address]
            by_account.setdefault(account_id, []).append(
                RecordReceipt(
                    carrier=self._carrier,
                    ref=ref,
                    kind=one.kind,
                    message_status=one.message_status,
                    words=one.words,
                    at_ms=one.at_ms,
                )
            )
        return by_account

    @staticmethod
    def _lines_of(tx: Tx, texts: Sequence[Inbound]) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for address in {text.destination for text in texts}:
            try:
                line = find_line(tx, address)
            except NotFound:
                continue
            found[address] = (line.account_id, line.id)
        return found


def receive_receipt_sets(
    tx: Tx, account_id: int, sets: Sequence[tuple[RecordReceipt, ...]]
) -> list[tuple[ReceiptOutcome | DomainError, ...] | DomainError]:
    """Record several sets of receipts as one; give the outcomes of each."""
    outcomes = iter(record_receipts(tx, account_id, [one for some in sets for one in some]))
    return [tuple(next(outcomes) for _ in some) for some in sets]


def receive_text_sets(
    tx: Tx, account_id: int, sets: Sequence[tuple[InboundText, ...]]
) -> list[tuple[Received | DomainError, ...] | DomainError]:
    """Receive several sets of texts as one; give the outcomes of each."""
    outcomes = iter(receive_texts(tx, account_id, [one for some in sets for one in some]))
    return [tuple(next(outcomes) for _ in some) for some in sets]


def _account_of(tx: Tx, address: str) -> int:
    try:
        return find_line(tx, address).account_id
    except NotFound as error:
        raise NotKnownYet from error
