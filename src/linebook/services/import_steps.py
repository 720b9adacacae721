"""Applies imports, one bounded step in one transaction: contacts, one outcome per record and the counts together.

So a kill at any moment leaves a book and an import that agree, and the next step begins at the first record without an
outcome. `import_undo.py` takes the steps back.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from linebook.core.imports import ImportState, Outcome, RecordKind, Reject, StagedRecord
from linebook.errors import ContactExists, DomainError, IdTaken, KeyConflict, NotOurs
from linebook.services.clocks import Clock
from linebook.services.contact_reads import contacts_by_id
from linebook.services.contacts import SaveContact, Saved, SaveKind, save_contacts
from linebook.services.import_plain import PlainRecords
from linebook.services.import_saves import SaveBuilder
from linebook.services.imports import LEASE_MS
from linebook.services.kept_imports import Import, get_import, keep_rejects, save_import
from linebook.storage import rows
from linebook.storage.base import Tx

OUTCOMES: Final = 1_000
"""Of how many records the outcomes are kept together; an undo in small steps reads them again and again."""

WHOLE: Final = 1_000
"""A step with room for so many more reads a chunk whole, and a smaller one only its own records."""

_split_records: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_records: Final = msgspec.json.Decoder(list[StagedRecord]).decode
_decode_record: Final = msgspec.json.Decoder(StagedRecord).decode
_KIND: Final = {
    SaveKind.CREATED: RecordKind.CREATED,
    SaveKind.UPDATED: RecordKind.UPDATED,
    SaveKind.UNCHANGED: RecordKind.UNCHANGED,
}


class Step(msgspec.Struct, frozen=True):
    """One request to work on an import for a bounded time, at most so many records, as the one who holds its lease.

    `refuses`: the database does not take the next record, whatever it is; it fails, and the rest can go on. `explain`
    gives the sentence that says why a record failed.
    """

    import_id: int
    owner: str
    limit: int
    refuses: bool = False
    explain: Callable[[DomainError], str] | None = None


class StepDone(msgspec.Struct, frozen=True):
    """How far the import is after a step, between which change numbers of the book the step worked, and how long.

    `work_s` is without the commit. `is_awaited`: somebody else waits for the end of the transaction, as far as the
    engine can tell.
    """

    state: Import
    first_no: int
    last_no: int
    work_s: float = 0.0
    is_awaited: bool = False


def apply_steps(tx: Tx, account_id: int, steps: Sequence[Step]) -> list[StepDone | DomainError]:
    """Apply the next records of imports. Domain errors: `NotFound`, and `NotOurs` when the lease is somebody else's.

    An import that is not being applied (any more) is given as it is.
    """
    return work_steps(tx, account_id, steps, _apply)


def work_steps(
    tx: Tx, account_id: int, steps: Sequence[Step], work: Callable[[Tx, int, Step], StepDone]
) -> list[StepDone | DomainError]:
    """Take steps one after the other, and measure each; a domain error concerns its step alone."""
    outcomes: list[StepDone | DomainError] = []
    for step in steps:
        began_s = time.perf_counter()
        try:
            done = work(tx, account_id, step)
        except DomainError as error:
            outcomes.append(error)
        else:
            # Asked last: the answer comes when all statements before it are done.
            row = tx.one("somebody_waits")
            work_s = time.perf_counter() - began_s
            outcomes.append(msgspec.structs.replace(done, work_s=work_s, is_awaited=row is not None and bool(row[0])))
    return outcomes


def hold_lease(tx: Tx, account_id: int, one: Import, owner: str) -> None:
    """Renew the owner's lease of an import. Raises `NotOurs` when it belongs to somebody else who lives."""
    row = tx.one("import_work", account_id=account_id, import_id=one.id)
    if row is not None and row[0] not in ("", owner) and row[1] >= tx.now_ms:
        raise NotOurs
    tx.run("save_import_work", account_id=account_id, import_id=one.id, owner=owner, until_ms=tx.now_ms + LEASE_MS)


def _apply(tx: Tx, account_id: int, step: Step) -> StepDone:
    clock = Clock(tx, account_id)
    first_no = clock.change_no
    one = get_import(tx, account_id, step.import_id)
    if one.state is not ImportState.APPLYING:
        return StepDone(one, first_no, first_no)
    hold_lease(tx, account_id, one, step.owner)
    last_no = first_no
    if one.waiting:
        records, done = _next_records(tx, account_id, one, 1 if step.refuses else max(step.limit, 1))
        outcomes = [_Unstorable()] if step.refuses else _save(tx, account_id, one, records, clock)
        last_no = max(first_no, _keep(tx, account_id, one, list(zip(records, outcomes, strict=True)), step.explain))
        for first in done:
            tx.run("delete_import_chunk", account_id=account_id, import_id=one.id, first_no=first)
    if not one.waiting:
        one.state = ImportState.DONE
        tx.run("delete_import_work", account_id=account_id, import_id=one.id)
    return StepDone(save_import(tx, account_id, one), first_no, last_no)


def _next_records(tx: Tx, account_id: int, one: Import, limit: int) -> tuple[list[StagedRecord], list[int]]:
    """Give the next records, and which chunks end with them."""
    records: list[StagedRecord] = []
    done: list[int] = []
    limit = min(limit, one.waiting)
    while (room := limit - len(records)) > 0:
        at_no = one.applied + len(records)
        row = tx.one("import_chunk_at", account_id=account_id, import_id=one.id, at_no=at_no)
        assert row is not None, "records that wait stand in a chunk"
        begin = at_no - row[0]
        if begin == 0 and room >= WHOLE:
            chunk = _decode_records(row[1])
            records += chunk[:room]
            is_over = room >= len(chunk)
        else:
            raws = _split_records(row[1])
            records += [_decode_record(raw) for raw in raws[begin : begin + room]]
            is_over = begin + room >= len(raws)
        if is_over:
            done.append(row[0])
    return records, done


def _save(
    tx: Tx, account_id: int, one: Import, records: Sequence[StagedRecord], clock: Clock
) -> list[Outcome | DomainError]:
    outcomes: list[Outcome | DomainError] = []
    plain = PlainRecords(tx, account_id, one, clock).save(records)
    rest = [record for record, outcome in zip(records, plain, strict=True) if outcome is None]
    saved = zip(rest, _save_in_order(tx, account_id, one, rest) if rest else (), strict=True)
    adds_only = not one.plan.options.updates
    for outcome in plain:
        outcomes.append(outcome or _outcome(*next(saved), adds_only=adds_only))
    return outcomes


def _save_in_order(
    tx: Tx, account_id: int, one: Import, records: Sequence[StagedRecord]
) -> Sequence[Saved | DomainError]:
    builder = SaveBuilder(one.plan, one.author)
    ids = builder.ids(records)
    present = contacts_by_id(tx, account_id, ids) if ids else {}
    made: set[int] = set()
    saves: list[SaveContact] = []
    for record in records:
        save = builder.save(record, present.keys() | made if ids else ())
        if save.chosen_id is not None:
            made.add(save.chosen_id)
        saves.append(save)
    return save_contacts(tx, account_id, saves)


def _outcome(record: StagedRecord, saved: Saved | DomainError, *, adds_only: bool) -> Outcome | DomainError:
    if isinstance(saved, DomainError):
        return saved
    kind = _KIND[saved.kind]
    change_no = 0 if kind is RecordKind.UNCHANGED else saved.contact.change_no
    if adds_only and kind is not RecordKind.CREATED:
        kind = RecordKind.SKIPPED
    before = saved.consent_before
    consent = {str(name): bool(old) for name, old in before.items()} if before else {}
    return Outcome(record.number, kind, saved.contact.id, change_no, consent)


def _keep(
    tx: Tx,
    account_id: int,
    one: Import,
    found: Sequence[tuple[StagedRecord, Outcome | DomainError]],
    explain: Callable[[DomainError], str] | None,
) -> int:
    """Write one outcome per record, and count them; give the last change number that was used."""
    outcomes: list[Outcome] = []
    rejects: list[Reject] = []
    for record, outcome in found:
        if isinstance(outcome, DomainError):
            rejects.append(Reject(record.number, (explain or reason_of)(outcome), record.original_cells()))
            outcomes.append(Outcome(record.number, RecordKind.FAILED))
        else:
            outcomes.append(outcome)
    kinds = Counter([outcome.kind for outcome in outcomes])
    one.created += kinds[RecordKind.CREATED]
    one.updated += kinds[RecordKind.UPDATED]
    one.unchanged += kinds[RecordKind.UNCHANGED]
    one.skipped += kinds[RecordKind.SKIPPED]
    keep_rejects(tx, account_id, one, rejects)
    for begin in range(0, len(outcomes), OUTCOMES):
        tx.run(
            "insert_import_outcome",
            account_id=account_id,
            import_id=one.id,
            first_no=one.applied + begin,
            outcomes=rows.to_json(outcomes[begin : begin + OUTCOMES]),
        )
    one.applied += len(outcomes)
    return max([outcome.change_no for outcome in outcomes], default=0)


def reason_of(error: DomainError) -> str:
    """Give the sentence that says why a record failed."""
    match error:
        case KeyConflict(email_owner=None, phone_owner=owner):
            return f"the number belongs to contact {owner} already"
        case KeyConflict(email_owner=owner, phone_owner=None):
            return f"the e-mail address belongs to contact {owner} already"
        case KeyConflict(email_owner=by_email, phone_owner=by_phone):
            return f"the number belongs to contact {by_phone} and the e-mail address to contact {by_email}"
        case IdTaken():
            return "the id is taken"
        case ContactExists(contact_id=owner):
            return f"contact {owner} is there already"
        case _:
            return error.message


class _Unstorable(DomainError):
    """The row holds a value that cannot be stored."""
