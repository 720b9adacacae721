"""What became of messages at the carrier: results of handing them over, and receipts. States never move back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

import msgspec

from linebook.core.delivery_status import DeliveryState, ReceiptKind, StatusCode, combined, state_of_receipt
from linebook.core.message import EventKind, Message
from linebook.errors import DomainError, MessageNotFound, NotFound
from linebook.services.lines import get_line
from linebook.services.texting import Texting
from linebook.services.usage import UsageCount
from linebook.storage.base import Row, Tx
from linebook.storage.texting_rows import state_from


class SubmittedPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a message that a carrier took or refused.

    `ref` is the id that the carrier gave it, as it gave it, empty for none; `other_refs` are further forms of the same
    id in which a receipt may name it. `words` is what the carrier said.
    """

    no: int
    state: DeliveryState
    ref: str = ""
    other_refs: tuple[str, ...] = ()
    words: str = ""


class RecordResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one attempt to hand a message to its carrier.

    With `retry_ms` the message goes back in line for a later attempt at that time: `failure` says why, `is_in_doubt`
    that it may have left already, `attempts` how many count by now. What another than `claimant` has claimed stays
    theirs, if a claimant is named. Without `retry_ms` the attempt was the last, and the message leaves the line.
    `state` counts as far as it moves on. `parts` are those that the carrier answered for; `error` is the named reason
    of a failure.
    """

    message_id: int
    carrier: str
    state: DeliveryState
    parts: tuple[SubmittedPart, ...] = ()
    words: str = ""
    error: str = ""
    retry_ms: int | None = None
    attempts: int = 0
    failure: str = ""
    is_in_doubt: bool = False
    claimant: str = ""


class RecordReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a carrier said about a part: `ref` is its id there, in any form. `at_ms` is the carrier's own time."""

    carrier: str
    ref: str
    kind: ReceiptKind
    message_status: int | None = None
    words: str = ""
    at_ms: int | None = None


class ReceiptOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt that is kept: the message it is about as it is now, or None while nothing is known by that id."""

    no: int
    message: Message | None


class RefOwner(msgspec.Struct, frozen=True):
    """The message and part that an id of a carrier means."""

    account_id: int
    message_id: int
    part_no: int


class _Part(msgspec.Struct):
    """A part as it is inside the transaction."""

    carrier: str
    ref: str
    state: DeliveryState
    words: str


def record_results(tx: Tx, account_id: int, results: Sequence[RecordResult]) -> list[Message | DomainError]:
    """Record what came of attempts to hand messages over; give each message as it is now.

    Receipts that came early are applied. A message that a carrier took counts in the usage of its line, once. Domain
    error: `MessageNotFound`.
    """
    progress = _Progress(tx, account_id, len(results))
    progress.load(one.message_id for one in results)
    outcomes: list[Message | DomainError] = []
    for result in results:
        message = progress.texting.message(result.message_id)
        if message is None:
            outcomes.append(MessageNotFound())
        else:
            progress.record(message, result)
    progress.apply_early(results)
    progress.write()
    at = iter(outcomes)
    return [progress.texting.message(one.message_id) or next(at) for one in results]


def record_receipts(tx: Tx, account_id: int, receipts: Sequence[RecordReceipt]) -> list[ReceiptOutcome | DomainError]:
    """Keep receipts and apply them; one whose message is not known yet waits for it. Twice is as good as once."""
    progress = _Progress(tx, account_id, len(receipts))
    owners = {carrier: _owners(tx, account_id, carrier, receipts) for carrier in {one.carrier for one in receipts}}
    progress.load(owner.message_id for found in owners.values() for owner in found.values())
    kept: list[tuple[int, int | None]] = []
    for receipt in receipts:
        owner = owners[receipt.carrier].get(receipt.ref)
        if owner is not None and progress.texting.message(owner.message_id) is None:
            owner = None
        kept.append((progress.keep(receipt, owner), owner.message_id if owner else None))
        if owner is not None:
            progress.apply(owner.message_id, owner.part_no, receipt)
    progress.write()
    return [
        ReceiptOutcome(no=no, message=None if message_id is None else progress.texting.message(message_id))
        for no, message_id in kept
    ]


def owners_of_refs(tx: Tx, carrier: str, refs: Sequence[str]) -> dict[str, RefOwner]:
    """Give which message and part of which account these ids of a carrier mean, as far as that is known."""
    found = tx.all("carrier_refs", carrier=carrier, keys=sorted(set(refs)))
    return {row[0]: RefOwner(row[1], row[2], row[3]) for row in found}


def _owners(tx: Tx, account_id: int, carrier: str, receipts: Sequence[RecordReceipt]) -> dict[str, RefOwner]:
    found = owners_of_refs(tx, carrier, [one.ref for one in receipts if one.carrier == carrier])
    return {ref: owner for ref, owner in found.items() if owner.account_id == account_id}


class _Progress:
    """The messages whose state one transaction moves on, with their parts."""

    def __init__(self, tx: Tx, account_id: int, size: int) -> None:
        self._tx = tx
        self._account_id = account_id
        self.texting = Texting(tx, account_id, size)
        self._parts: dict[int, dict[int, _Part]] = {}
        self._dirty_parts: dict[tuple[int, int], None] = {}
        self._is_toll_free: dict[int, bool] = {}
        self._refs: list[dict[str, object]] = []
        self._done: list[dict[str, object]] = []
        self._put_back: list[dict[str, object]] = []
        self._receipts: list[dict[str, object]] = []
        self._matched: list[dict[str, object]] = []
        self._usage = UsageCount(tx, account_id)

    def load(self, message_ids: Iterable[int]) -> None:
        """Read messages and their parts."""
        ids = sorted({one for one in message_ids if 0 < one < 2**63})
        if not ids:
            return
        self.texting.load_messages(ids)
        for row in self._tx.all("message_parts_of", account_id=self._account_id, keys=ids):
            part = _Part(row[3], row[4], state_from(row[5], row[6]), row[7])
            self._parts.setdefault(row[1], {})[row[2]] = part

    # -- results

    def record(self, message: Message, result: RecordResult) -> None:
        """Fold one result."""
        at_ms = self._tx.now_ms
        row: dict[str, object] = {"account_id": self._account_id, "message_id": message.id}
        if result.retry_ms is None:
            self._done.append(row)
        else:
            self._put_back.append(
                row
                | {
                    "next_ms": result.retry_ms,
                    "attempts": result.attempts,
                    "owner": "",
                    "claimed_ms": 0,
                    "is_in_doubt": result.is_in_doubt,
                    "failure": result.failure,
                    "claimant": result.claimant,
                }
            )
        parts = self._parts.setdefault(message.id, {})
        for part in result.parts:
            before = parts.get(part.no)
            state = part.state if before is None or before.ref != part.ref else before.state.moved_to(part.state)
            parts[part.no] = _Part(result.carrier, part.ref, state, part.words)
            self._dirty_parts[message.id, part.no] = None
            forms = [part.ref, *(one for one in part.other_refs if one != part.ref)] if part.ref else []
            for form in forms:
                self._refs.append(
                    {
                        "carrier": result.carrier,
                        "ref": form,
                        "account_id": self._account_id,
                        "message_id": message.id,
                        "part_no": part.no,
                        "is_exact": form == part.ref,
                    }
                )
        changes: dict[str, object] = {"carrier": result.carrier, "carrier_words": result.words, "error": result.error}
        is_taken = result.state.status_code in _TAKEN
        if is_taken and message.sent_ms is None:
            changes["sent_ms"] = at_ms
            self._usage.add("sent", message.line_id, is_mms=message.is_mms, part_count=message.part_count)
        self._move(message, result.state, at_ms, changes)

    def apply_early(self, results: Sequence[RecordResult]) -> None:
        """Apply the receipts that came before the ids they name were known."""
        by_carrier: dict[str, dict[str, tuple[int, int]]] = {}
        for result in results:
            if self.texting.message(result.message_id) is None:
                continue
            for part in result.parts:
                for form in (part.ref, *part.other_refs):
                    if form:
                        by_carrier.setdefault(result.carrier, {})[form] = (result.message_id, part.no)
        for carrier, owners in by_carrier.items():
            query = "receipts_waiting"
            found = self._tx.all(query, account_id=self._account_id, carrier=carrier, keys=sorted(owners))
            for row in sorted(found, key=lambda row: int(row[1])):
                message_id, part_no = owners[row[3]]
                self._matched.append(
                    {"account_id": self._account_id, "no": row[1], "message_id": message_id, "part_no": part_no}
                )
                self.apply(message_id, part_no, _waiting(row))

    # -- receipts

    def keep(self, receipt: RecordReceipt, owner: RefOwner | None) -> int:
        """Keep a receipt; give its number."""
        number = self.texting.clock.next_no()
        self._receipts.append(
            {
                "account_id": self._account_id,
                "no": number,
                "carrier": receipt.carrier,
                "ref": receipt.ref,
                "message_id": None if owner is None else owner.message_id,
                "part_no": None if owner is None else owner.part_no,
                "kind": receipt.kind.value,
                "message_status": receipt.message_status,
                "carrier_words": receipt.words,
                "at_ms": receipt.at_ms,
                "received_ms": self._tx.now_ms,
            }
        )
        return number

    def apply(self, message_id: int, part_no: int, receipt: RecordReceipt) -> None:
        """Fold what a receipt says of a part into the part and its message."""
        message = self.texting.message(message_id)
        if message is None:
            return
        state = state_of_receipt(
            receipt.kind, is_toll_free=self._toll_free(message.line_id), message_status=receipt.message_status
        )
        parts = self._parts.setdefault(message_id, {})
        part = parts.get(part_no)
        if part is not None:
            moved = part.state.moved_to(state)
            if moved is part.state:
                return
            part.state, part.words = moved, receipt.words
            self._dirty_parts[message_id, part_no] = None
            state = combined([one.state for one in parts.values()])
        self._move(message, state, self._tx.now_ms, {"carrier_words": receipt.words})

    def _toll_free(self, line_id: int) -> bool:
        if line_id not in self._is_toll_free:
            self._is_toll_free[line_id] = False
            with suppress(NotFound):  # the line is gone; its receipts are still taken, or they would come for ever
                self._is_toll_free[line_id] = get_line(self._tx, self._account_id, line_id).is_toll_free
        return self._is_toll_free[line_id]

    def _move(self, message: Message, state: DeliveryState, at_ms: int, changes: dict[str, object]) -> None:
        moved = message.state.moved_to(state)
        if moved is not message.state:
            changes["state"] = moved
            if moved.status_code is StatusCode.DELIVERED:
                changes["delivered_ms"] = at_ms
        elif message.state.status_code.is_final:
            return
        after = self.texting.change(message, at_ms, **changes)
        if moved is not message.state:
            self.texting.tell(EventKind.PROGRESS, after, at_ms)

    # -- write

    def write(self) -> None:
        """Write everything that was folded."""
        tx = self._tx
        rows: list[dict[str, object]] = []
        for message_id, part_no in self._dirty_parts:
            part = self._parts[message_id][part_no]
            rows.append(
                {
                    "account_id": self._account_id,
                    "message_id": message_id,
                    "part_no": part_no,
                    "carrier": part.carrier,
                    "ref": part.ref,
                    "status_code": int(part.state.status_code),
                    "message_status": part.state.message_status,
                    "carrier_words": part.words,
                    "updated_ms": tx.now_ms,
                }
            )
        tx.run_many("save_message_parts", rows)
        # One statement may not touch an id twice: of several messages that have the same one the last counts.
        tx.run_many("save_carrier_refs", list({(one["carrier"], one["ref"]): one for one in self._refs}.values()))
        tx.run_many("delete_outbox", self._done)
        tx.run_many("put_back_outbox", self._put_back)
        tx.run_many("insert_receipts", self._receipts)
        tx.run_many("match_receipts", self._matched)
        self._usage.write()
        self.texting.write()


_TAKEN = frozenset({StatusCode.IN_PROCESS, StatusCode.SENT, StatusCode.ACCEPTED, StatusCode.DELIVERED})


def _waiting(row: Row) -> RecordReceipt:
    return RecordReceipt(
        carrier=row[2],
        ref=row[3],
        kind=ReceiptKind(row[6]),
        message_status=row[7],
        words=row[8],
        at_ms=row[9],
    )
