"""Puts back what an import changed and nobody changed since, record by record from the last to the first, in steps.

A record is put back when its contact still is as the record left it: nothing came after, or only changes of the same
import that this undo has put back before. A contact that was created goes; one that was updated gets its old values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET

from linebook.core.author import Author
from linebook.core.consent import EVERY_LINE, ConsentAction
from linebook.core.contact import (
    PLAIN_MEMBERS,
    Confirmation,
    Contact,
    ContactPatch,
    FieldsChange,
    Label,
    SetChange,
    Unknown,
)
from linebook.core.imports import ImportState, Outcome
from linebook.core.phone import Phone
from linebook.errors import DomainError
from linebook.services.clocks import Clock
from linebook.services.consents import ConsentLedger, RecordConsent
from linebook.services.contact_reads import contacts_by_id
from linebook.services.contacts import DeleteContact, Match, SaveContact, Saved, delete_contacts, save_contacts
from linebook.services.import_steps import Step, StepDone, hold_lease, work_steps
from linebook.services.kept_imports import Import, get_import, save_import
from linebook.storage.base import Tx

_decode_outcomes: Final = msgspec.json.Decoder(list[Outcome]).decode
_decode_old: Final = msgspec.json.Decoder(dict[str, Any]).decode


class _Change(msgspec.Struct, frozen=True):
    """What one change of a contact superseded."""

    supersedes_no: int
    old: dict[str, Any]


class _Undoing(msgspec.Struct):
    """One contact in a step: as of which change it is after what was put back so far, and what that takes."""

    contact: Contact
    equals_no: int
    old: dict[str, Any] = msgspec.field(default_factory=dict)
    is_deleted: bool = False
    records: int = 0


def undo_steps(tx: Tx, account_id: int, steps: Sequence[Step]) -> list[StepDone | DomainError]:
    """Undo the last records of imports that were not looked at yet. Domain errors like `apply_steps`."""
    return work_steps(tx, account_id, steps, _undo)


def _undo(tx: Tx, account_id: int, step: Step) -> StepDone:
    first_no = Clock(tx, account_id).change_no
    one = get_import(tx, account_id, step.import_id)
    if one.state is not ImportState.UNDOING:
        return StepDone(one, first_no, first_no)
    hold_lease(tx, account_id, one, step.owner)
    last_no = first_no
    if one.undo_left:
        row = tx.one("import_outcome_before", account_id=account_id, import_id=one.id, before_no=one.undo_left)
        if row is None:
            # An import of an older release, of which only the counts are known.
            one.kept += one.undo_left
            one.undo_left = 0
        else:
            outcomes = _decode_outcomes(row[1])[: one.undo_left - row[0]][-max(step.limit, 1) :]
            last_no = _put_back(tx, account_id, one, outcomes, first_no)
            one.undo_left -= len(outcomes)
    if not one.undo_left:
        one.state = ImportState.UNDONE
        tx.run("delete_import_work", account_id=account_id, import_id=one.id)
    return StepDone(save_import(tx, account_id, one), first_no, last_no)


def _put_back(tx: Tx, account_id: int, one: Import, outcomes: Sequence[Outcome], first_no: int) -> int:
    changed = [outcome for outcome in outcomes if outcome.change_no]
    ids = sorted({outcome.contact_id for outcome in changed})
    present = contacts_by_id(tx, account_id, ids)
    changes = {
        row[0]: _Change(row[1], _decode_old(row[3]))
        for row in tx.all("history_by_change", account_id=account_id, keys=[outcome.change_no for outcome in changed])
    }
    before = {row[0]: (row[1], row[2]) for row in tx.all("put_back", account_id=account_id, import_id=one.id, keys=ids)}
    undoings: dict[int, _Undoing] = {}
    for contact_id, contact in present.items():
        put_back_no, equals_no = before.get(contact_id, (0, 0))
        is_ours = put_back_no == contact.change_no
        undoings[contact_id] = _Undoing(contact, equals_no if is_ours else contact.change_no)
    consents: list[tuple[Phone, dict[str, bool]]] = []
    for outcome in reversed(changed):
        undoing = undoings.get(outcome.contact_id)
        if undoing is None or undoing.is_deleted or undoing.equals_no != outcome.change_no:
            one.kept += 1
            continue
        undoing.records += 1
        change = changes.get(outcome.change_no)
        if change is None:  # no change came before: the record created the contact
            undoing.is_deleted = True
            said = {name: undoing.old[name] for name in ("by_team", "is_blocked") if name in undoing.old}
            if undoing.contact.phone is not None and said | outcome.consent:
                consents.append((undoing.contact.phone, said | outcome.consent))
        else:
            undoing.old |= change.old
            undoing.equals_no = change.supersedes_no
    touched = [undoing for undoing in undoings.values() if undoing.records]
    last_no = _delete(tx, account_id, one, [undoing for undoing in touched if undoing.is_deleted], first_no)
    last_no = _restore(tx, account_id, one, [undoing for undoing in touched if not undoing.is_deleted], last_no)
    _lift(tx, account_id, one.author, consents)
    return last_no


def _delete(tx: Tx, account_id: int, one: Import, undoings: Sequence[_Undoing], last_no: int) -> int:
    if not undoings:
        return last_no
    delete_contacts(tx, account_id, [DeleteContact(author=one.author, id=undoing.contact.id) for undoing in undoings])
    one.undone += sum(undoing.records for undoing in undoings)
    return last_no + len(undoings)


def _restore(tx: Tx, account_id: int, one: Import, undoings: Sequence[_Undoing], last_no: int) -> int:
    if not undoings:
        return last_no
    saved = save_contacts(tx, account_id, [_restoring(undoing, one.author) for undoing in undoings])
    marks: list[dict[str, object]] = []
    for undoing, outcome in zip(undoings, saved, strict=True):
        if not isinstance(outcome, Saved):
            # A key that the contact had belongs to somebody else by now, or an assignee is gone.
            one.kept += undoing.records
            continue
        one.undone += undoing.records
        last_no = max(last_no, outcome.contact.change_no)
        marks.append(
            {
                "account_id": account_id,
                "import_id": one.id,
                "contact_id": undoing.contact.id,
                "change_no": outcome.contact.change_no,
                "equals_no": undoing.equals_no,
            }
        )
    tx.run_many("save_put_back", marks)
    return last_no


def _restoring(undoing: _Undoing, author: Author) -> SaveContact:
    old = undoing.old
    members: dict[str, Any] = {name: old[name] for name in PLAIN_MEMBERS if name in old}
    if isinstance(members.get("phone"), str):
        members["phone"] = Phone.stored(members["phone"])
    if "confirmation" in members:
        members["confirmation"] = Confirmation(members["confirmation"])
    if "fields" in old:
        values: dict[Label, str] = {int(field_id): text for field_id, text in old["fields"].items()}
        members["fields"] = FieldsChange(values, replace=True, unknown=Unknown.DROP)
    for name in ("tags", "groups"):
        if name in old:
            members[name] = SetChange(tuple(old[name]), only=True, unknown=Unknown.DROP)
    return SaveContact(
        patch=ContactPatch(**members),
        author=author,
        match=Match(id=undoing.contact.id),
        team_opt_out=old.get("by_team", UNSET),
        block=old.get("is_blocked", UNSET),
    )


def _lift(tx: Tx, account_id: int, author: Author, consents: Sequence[tuple[Phone, dict[str, bool]]]) -> None:
    """Put back what the team said of numbers whose contacts are gone again; the person's own word stays."""
    if not consents:
        return
    ledger = ConsentLedger(tx, account_id)
    ledger.load([phone for phone, _ in consents])
    for phone, old in consents:
        state = ledger.state(phone, EVERY_LINE)
        if "by_team" in old and state.by_team is not old["by_team"]:
            action = ConsentAction.TEAM_STOP if old["by_team"] else ConsentAction.TEAM_START
            ledger.record(RecordConsent(phone=phone, action=action, author=author))
        if "is_blocked" in old and state.is_blocked is not old["is_blocked"]:
            action = ConsentAction.BLOCK if old["is_blocked"] else ConsentAction.UNBLOCK
            ledger.record(RecordConsent(phone=phone, action=action, author=author))
    ledger.write()
