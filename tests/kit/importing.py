"""Imports for tests: a file as a text, brought in to its end or step by step, without another process."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from linebook.core.imports import ImportColumn, ImportOptions, ImportPlan, Outcome
from linebook.files.columns import guess_columns
from linebook.files.tables import TableOptions, open_table
from linebook.importing.chunks import make_chunks
from linebook.importing.working import stage_all, work_off
from linebook.services.import_steps import Step, StepDone, apply_steps
from linebook.services.import_undo import undo_steps
from linebook.services.imports import (
    BeginImport,
    FinishStaging,
    WorkOn,
    apply_imports,
    begin_imports,
    finish_staging,
    undo_imports,
)
from linebook.services.kept_imports import Import, get_import, outcomes_of, rejects_after
from linebook.storage.base import Engine, Tx
from linebook.storage.store import write_now
from tests.kit.builders import AUTHOR

OWNER = "tester 1 here"


def plan_of(header: Sequence[str], columns: Sequence[ImportColumn] = (), **options: Any) -> ImportPlan:
    """Give the plan for a header, its columns guessed unless they are given."""
    guessed = [
        ImportColumn(member=one.member, field=one.field) for one in guess_columns(header, {}, unknown_as_fields=True)
    ]
    return ImportPlan(
        header=tuple(header), columns=tuple(columns or guessed), options=ImportOptions(**{"region": "US"} | options)
    )


def stage(
    engine: Engine,
    account_id: int,
    text: str,
    *,
    columns: Sequence[ImportColumn] = (),
    size: int = 1_000,
    **options: Any,
) -> Import:
    """Stage a file."""
    table = open_table(io.BytesIO(text.encode()), TableOptions(format="csv"))
    plan = plan_of(table.header, columns, **options)
    one = write_now(engine, begin_imports, account_id, BeginImport(name="people.csv", plan=plan, author=AUTHOR))
    return stage_all(engine, account_id, one, make_chunks(plan, table.rows(), size=size), lambda *_: None)


def start(engine: Engine, account_id: int, import_id: int, owner: str = OWNER) -> Import:
    """Have a staged import applied by the test."""
    return write_now(engine, apply_imports, account_id, WorkOn(import_id=import_id, owner=owner))


def step(engine: Engine, account_id: int, import_id: int, limit: int, owner: str = OWNER) -> StepDone:
    """Apply some records."""
    return write_now(engine, apply_steps, account_id, Step(import_id, owner, limit))


def bring_in(engine: Engine, account_id: int, text: str, **how: Any) -> Import:
    """Import a file to its end."""
    one = start(engine, account_id, stage(engine, account_id, text, **how).id)
    return work_off(engine, account_id, one, OWNER, lambda *_: None)


def take_back(engine: Engine, account_id: int, import_id: int, limit: int = 2_000) -> Import:
    """Undo an import to its end, so many records at once."""
    one = write_now(engine, undo_imports, account_id, WorkOn(import_id=import_id, owner=OWNER))
    while one.state.value == "undoing":
        one = write_now(engine, undo_steps, account_id, Step(import_id, OWNER, limit)).state
    return one


def outcomes(engine: Engine, account_id: int, import_id: int) -> list[Outcome]:
    """Give what became of every record that was applied."""
    found = engine.read(lambda tx: outcomes_of(tx, account_id, import_id, limit=100_000))
    return [outcome for some in found for outcome in some]


def reasons(engine: Engine, account_id: int, import_id: int) -> dict[int, str]:
    """Give why records are not in the book, by their numbers."""
    found = engine.read(lambda tx: rejects_after(tx, account_id, import_id, limit=100_000))
    return {reject.number: reject.reason for reject in found}


def add_import(tx: Tx, account_id: int) -> int:
    """Bring in a file without a record inside a transaction, and give the import's id."""
    (one,) = begin_imports(tx, account_id, [BeginImport(name="people.csv", plan=plan_of(["Phone"]), author=AUTHOR)])
    assert isinstance(one, Import)
    finish_staging(tx, account_id, [FinishStaging(one.id)])
    apply_imports(tx, account_id, [WorkOn(import_id=one.id, owner=OWNER)])
    apply_steps(tx, account_id, [Step(one.id, OWNER, 1)])
    return one.id


def now(engine: Engine, account_id: int, import_id: int) -> Import:
    """Give an import as the database has it."""
    return engine.read(lambda tx: get_import(tx, account_id, import_id))


def counts(one: Import) -> dict[str, int]:
    """Give the counts that are not zero."""
    names = ("created", "updated", "unchanged", "skipped", "failed", "repeated", "undone", "kept")
    return {name: getattr(one, name) for name in names if getattr(one, name)}
