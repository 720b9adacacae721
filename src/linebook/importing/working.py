"""Works an import off to its end without an event loop, for the shell: step after step, each durable at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final

from linebook.core.imports import Chunk, ImportState
from linebook.errors import StorageRefused
from linebook.importing.pace import PAUSE_MAX_S, Pace
from linebook.services.import_steps import Step, StepDone, apply_steps
from linebook.services.import_undo import undo_steps
from linebook.services.imports import FinishStaging, StageChunk, finish_staging, stage_chunks, sweep_stagings
from linebook.services.kept_imports import Import, imports_to_work_on
from linebook.storage.base import Engine
from linebook.storage.store import write_now

Told = Callable[[Import, int], object]
"""Is told how far an import is, and how many bytes of the file were read."""

BREATH_EVERY_S: Final = 2.0
BREATH_S: Final = 0.12
"""Whoever waits for SQLite's one writer looks ten times a second at least, and gives up after five seconds."""

GAP_S: Final = 0.002
"""Whoever waits for PostgreSQL's clock needs a moment to wake up; without one this process has it again before that."""

WORKING = (ImportState.APPLYING, ImportState.UNDOING)


def stage_all(
    engine: Engine, account_id: int, one: Import, chunks: Iterable[Chunk], told: Told, *, gives_way: bool = False
) -> Import:
    """Stage every chunk, each in a short transaction of its own; the import can be read and started afterwards.

    `gives_way`: somebody else writes the same file, and gets as much time as each transaction took.
    """
    for chunk in chunks:
        began_s = time.monotonic()
        one = write_now(engine, stage_chunks, account_id, StageChunk(one.id, chunk))
        if gives_way:
            time.sleep(min(time.monotonic() - began_s, PAUSE_MAX_S))
        told(one, chunk.read_bytes)
    return write_now(engine, finish_staging, account_id, FinishStaging(one.id))


def sweep_account(engine: Engine, account_id: int) -> None:
    """Discard what was read of the account's files that nobody has read on for a day, as a hub does by itself."""
    waiting = engine.read(lambda tx: imports_to_work_on(tx, ""))
    for owner_id, import_id in waiting:
        if owner_id == account_id:
            write_now(engine, sweep_stagings, account_id, import_id)


def work_off(
    engine: Engine,
    account_id: int,
    one: Import,
    owner: str,
    told: Told,
    *,
    gives_up: Callable[[], bool] = lambda: False,
) -> Import:
    """Apply or undo an import under the owner's lease, to its end, or until `gives_up` tells between two steps.

    Raises `NotOurs` when somebody else works on it.
    """
    pace = Pace()
    last_no: int | None = None
    breath_s = time.monotonic()
    while one.state in WORKING and not gives_up():
        time.sleep(pace.pause_s if engine.writers == 1 else max(pace.pause_s, GAP_S))
        began_s = time.monotonic()
        if engine.writers == 1 and began_s - breath_s > BREATH_EVERY_S:
            time.sleep(BREATH_S)
            breath_s = began_s = time.monotonic()
        done = work_step(engine, account_id, one, owner, pace.size)
        others = done.is_awaited or (last_no is not None and done.first_no != last_no)
        pace.took(time.monotonic() - began_s, done.work_s, others=others)
        last_no = done.last_no
        one = done.state
        told(one, 0)
    return one


def work_step(engine: Engine, account_id: int, one: Import, owner: str, limit: int) -> StepDone:
    """Take one step; a record that the database refuses fails alone."""
    service = apply_steps if one.state is ImportState.APPLYING else undo_steps
    while True:
        try:
            return write_now(engine, service, account_id, Step(one.id, owner, limit))
        except StorageRefused:
            if limit == 1:
                return write_now(engine, service, account_id, Step(one.id, owner, 1, refuses=True))
            limit //= 2
