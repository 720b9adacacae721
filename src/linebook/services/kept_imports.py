"""Imports as they are kept: one, a list of them, what became of their records; and how far one is, written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from linebook.core.author import Author
from linebook.core.contact import LAST_ID
from linebook.core.imports import ImportPlan, ImportState, Outcome, Reject, Repeat
from linebook.errors import NotFound
from linebook.storage import rows
from linebook.storage.base import Row, Tx

_decode_plan: Final = msgspec.json.Decoder(ImportPlan).decode
_decode_repeats: Final = msgspec.json.Decoder(list[Repeat]).decode
_decode_cells: Final = msgspec.json.Decoder(list[str]).decode
_decode_outcomes: Final = msgspec.json.Decoder(list[Outcome]).decode


class Import(msgspec.Struct, kw_only=True):
    """An import and how far it is. Every record that was staged is one of `good` or was counted as failed.

    `applied` of the good records have an outcome. `undo_left` of those were not looked at yet by an undo, which has
    put back (or found as it was) `undone`, and `kept` what somebody changed since.
    """

    id: int
    name: str
    state: ImportState
    plan: ImportPlan
    good: int
    applied: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    failed: int
    repeated: int
    repeats: list[Repeat]
    undo_left: int
    undone: int
    kept: int
    author: Author
    created_ms: int
    updated_ms: int

    @property
    def records(self) -> int:
        """How many records were staged."""
        return self.good - self.applied + self.created + self.updated + self.unchanged + self.skipped + self.failed

    @property
    def waiting(self) -> int:
        """How many records have no outcome yet."""
        return self.good - self.applied


def owner_of(tx: Tx, account_id: int, import_id: int) -> str:
    """Give who works on an import; empty when nobody does, or whoever did has not been heard of for too long."""
    row = tx.one("import_work", account_id=account_id, import_id=import_id)
    return "" if row is None or row[1] < tx.now_ms else str(row[0])


def get_import(tx: Tx, account_id: int, import_id: int) -> Import:
    """Give an import. Raises `NotFound`."""
    row = tx.one("import_by_id", account_id=account_id, id=import_id) if 1 <= import_id <= LAST_ID else None
    if row is None:
        raise _missing(import_id)
    return _import(row)


def list_imports(tx: Tx, account_id: int, before_id: int = LAST_ID, limit: int = 50) -> list[Import]:
    """Give a page of imports, newest first."""
    return [_import(row) for row in tx.all("imports_before", account_id=account_id, before_id=before_id, limit=limit)]


def rejects_after(tx: Tx, account_id: int, import_id: int, after_number: int = -1, limit: int = 500) -> list[Reject]:
    """Give a page of the records that are not in the book, by their numbers."""
    found = tx.all(
        "import_rejects_after", account_id=account_id, import_id=import_id, after_number=after_number, limit=limit
    )
    return [Reject(row[0], row[1], _decode_cells(row[2])) for row in found]


def outcomes_of(tx: Tx, account_id: int, import_id: int, first_no: int = 0, limit: int = 10) -> list[list[Outcome]]:
    """Give what became of records, transaction by transaction, from the one that begins with a record on."""
    found = tx.all("import_outcomes_from", account_id=account_id, import_id=import_id, first_no=first_no, limit=limit)
    return [_decode_outcomes(row[1]) for row in found]


def all_rejects(read: Callable[[int], list[Reject]]) -> Iterator[Reject]:
    """Give every reject, page by page; `read` gives the page behind a number."""
    after = -1
    while page := read(after):
        yield from page
        after = page[-1].number


# -- for the services that work on imports


def save_import(tx: Tx, account_id: int, one: Import) -> Import:
    """Write how far an import is, and give it."""
    one.updated_ms = tx.now_ms
    tx.run(
        "save_import",
        account_id=account_id,
        id=one.id,
        state=one.state.value,
        good=one.good,
        applied=one.applied,
        created=one.created,
        updated=one.updated,
        unchanged=one.unchanged,
        skipped=one.skipped,
        failed=one.failed,
        repeated=one.repeated,
        repeats=rows.to_json(one.repeats),
        undo_left=one.undo_left,
        undone=one.undone,
        kept=one.kept,
        updated_ms=one.updated_ms,
    )
    return one


def keep_rejects(tx: Tx, account_id: int, one: Import, rejects: Sequence[Reject]) -> None:
    """Keep records that failed, and count them."""
    one.failed += len(rejects)
    tx.run_many(
        "insert_import_rejects",
        [
            {
                "account_id": account_id,
                "import_id": one.id,
                "number": reject.number,
                "reason": reject.reason,
                "cells": rows.to_json(reject.cells),
            }
            for reject in rejects
        ],
    )


def imports_to_work_on(tx: Tx, owner: str, limit: int = 100) -> list[tuple[int, int]]:
    """Give account and id of imports that this owner works on, or that wait for anybody."""
    found = tx.all("free_import_work", owner=owner, now_ms=tx.now_ms, limit=limit)
    return [(int(row[0]), int(row[1])) for row in found]


def held_import(tx: Tx, account_id: int, import_id: int) -> Import:
    """Give an import that nobody else changes before the commit. Raises `NotFound`."""
    row = tx.one("held_import", account_id=account_id, id=import_id) if 1 <= import_id <= LAST_ID else None
    if row is None:
        raise _missing(import_id)
    return _import(row)


def _missing(import_id: int) -> NotFound:
    return NotFound(f"There is no import {import_id}.")


def _import(row: Row) -> Import:
    return Import(
        id=row[1],
        name=row[2],
        state=ImportState(row[3]),
        plan=_decode_plan(row[4]),
        good=row[5],
        applied=row[6],
        created=row[7],
        updated=row[8],
        unchanged=row[9],
        skipped=row[10],
        failed=row[11],
        repeated=row[12],
        repeats=_decode_repeats(row[13]),
        undo_left=row[14],
        undone=row[15],
        kept=row[16],
        author=Author(row[17], row[18]),
        created_ms=row[19],
        updated_ms=row[20],
    )
