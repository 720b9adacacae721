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
from linebook.services.import_saves import SaveBuilder
from linebook.services.imports import LEASE_MS
from linebook.services.kept_imports import Import, get_import, keep_rejects, save_import
from linebook.storage import rows
from linebook.storage.base import Tx

_split_records: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
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

    `work_s` is without the commit.
    """

    state: Import
    first_no: int
    last_no: int
    work_s: float = 0.0


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
            outcomes.append(msgspec.structs.replace(done, work_s=time.perf_counter() - began_s))
    return outcomes


def hold_lease(tx: Tx, account_id: int, one: Import, owner: str) -> None:
    """Renew the owner's lease of an import. Raises `NotOurs` when it belongs to somebody else who lives."""
    row = tx.one("import_work", account_id=account_id, import_id=one.id)
    if row is not None and row[0] not in ("", owner) and row[1] >= tx.now_ms:
        raise NotOurs
    tx.run("save_import_work", account_id=account_id, import_id=one.id, owner=owner, until_ms=tx.now_ms + LEASE_MS)


def _apply(tx: Tx, account_id: int, step: Step) -> StepDone:
    first_no = Clock(tx, account_id).change_no
    one = get_import(tx, account_id, step.import_id)
    if one.state is not ImportState.APPLYING:
        return StepDone(one, first_no, first_no)
    hold_lease(tx, account_id, one, step.owner)
    last_no = first_no
    if one.waiting:
        records, chunk_no, chunk_size = _next_records(tx, account_id, one, step.limit)
        if step.refuses:
            records = records[:1]
            saved: Sequence[Saved | DomainError] = [_Unstorable()]
        else:
            saved = _save(tx, account_id, one, records)
        last_no = max(first_no, _keep(tx, account_id, one, list(zip(records, saved, strict=True)), step.explain))
        one.applied += len(records)
        if one.applied == chunk_no + chunk_size:
            tx.run("delete_import_chunk", account_id=account_id, import_id=one.id, first_no=chunk_no)
    if not one.waiting:
        one.state = ImportState.DONE
        tx.run("delete_import_work", account_id=account_id, import_id=one.id)
    return StepDone(save_import(tx, account_id, one), first_no, last_no)


def _next_records(tx: Tx, account_id: int, one: Import, limit: int) -> tuple[list[StagedRecord], int, int]:
    row = tx.one("import_chunk_at", account_id=account_id, import_id=one.id, at_no=one.applied)
    assert row is not None, "records that wait stand in a chunk"
    # A small step reads only its own records out of a large chunk.
    chunk_no, chunk = row[0], _split_records(row[1])
    begin = one.applied - chunk_no
    return [_decode_record(raw) for raw in chunk[begin : begin + max(limit, 1)]], chunk_no, len(chunk)


def _save(tx: Tx, account_id: int, one: Import, records: Sequence[StagedRecord]) -> Sequence[Saved | DomainError]:
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


def _keep(
    tx: Tx,
    account_id: int,
    one: Import,
    saved: Sequence[tuple[StagedRecord, Saved | DomainError]],
    explain: Callable[[DomainError], str] | None,
) -> int:
    """Write one outcome per record, and count them; give the last change number that was used."""
    adds_only = not one.plan.options.updates
    outcomes: list[Outcome] = []
    rejects: list[Reject] = []
    last_no = 0
    for record, outcome in saved:
        if isinstance(outcome, DomainError):
            rejects.append(Reject(record.number, (explain or reason_of)(outcome), record.original_cells()))
            outcomes.append(Outcome(record.number, RecordKind.FAILED))
            continue
        kind = _KIND[outcome.kind]
        change_no = 0 if kind is RecordKind.UNCHANGED else outcome.contact.change_no
        last_no = max(last_no, change_no)
        if adds_only and kind is not RecordKind.CREATED:
            kind = RecordKind.SKIPPED
        before = outcome.consent_before
        consent = {str(name): bool(old) for name, old in before.items()} if before else {}
        outcomes.append(Outcome(record.number, kind, outcome.contact.id, change_no, consent))
    kinds = Counter([outcome.kind for outcome in outcomes])
    one.created += kinds[RecordKind.CREATED]
    one.updated += kinds[RecordKind.UPDATED]
    one.unchanged += kinds[RecordKind.UNCHANGED]
    one.skipped += kinds[RecordKind.SKIPPED]
    keep_rejects(tx, account_id, one, rejects)
    tx.run(
        "insert_import_outcome",
        account_id=account_id,
        import_id=one.id,
        first_no=one.applied,
        outcomes=rows.to_json(outcomes),
    )
    return last_no


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
