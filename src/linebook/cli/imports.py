"""The commands about imports: list, show, resume, cancel, undo, rejects."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from linebook.cli.failures import UsageProblem
from linebook.cli.output import show_record, show_records, stream_json, time_text
from linebook.cli.shell import Shell, command

if TYPE_CHECKING:
    from linebook.core.account import Account
    from linebook.core.imports import Reject
    from linebook.services.kept_imports import Import
    from linebook.storage.base import Engine

app = typer.Typer(help="Imports: files of contacts, and what became of them.", no_args_is_help=True)

COLUMNS: Final = ("id", "file", "state", "records", "created", "updated", "unchanged", "skipped", "failed", "begun")
OWN_COLUMNS: Final = ("row", "reason")
"""What the file of rejects has behind the columns of the imported file."""

ImportId = Annotated[int, typer.Argument(metavar="IMPORT", help="Its number: see the list.", show_default=False)]


@command(app, "list", "linebook imports list")
def list_all(
    shell: Shell,
    *,
    before: Annotated[int | None, typer.Option(metavar="ID", help="Begin before this number.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 20,
) -> None:
    """List imports, the newest first."""
    from linebook.core.contact import LAST_ID
    from linebook.services.kept_imports import list_imports

    with shell.engine() as engine:
        account = shell.account(engine)
        before_id = LAST_ID if before is None else before
        found = engine.read(lambda tx: list_imports(tx, account.id, before_id, limit))
    show_records(map(import_record, found), COLUMNS, as_json=shell.is_json, empty="There is no import yet.")


@command(app, "show", "linebook imports show 3")
def show(shell: Shell, *, import_id: ImportId) -> None:
    """Show what became of an import, and why records failed: the first of them."""
    from linebook.services.kept_imports import get_import, rejects_after

    with shell.engine() as engine:
        account = shell.account(engine)
        one = engine.read(lambda tx: get_import(tx, account.id, import_id))
        rejects = engine.read(lambda tx: rejects_after(tx, account.id, import_id, limit=20))
    record = import_record(one) | {
        "options": _options(one),
        "columns": [
            {"column": name, "member": column.member, "field": column.field}
            for name, column in zip(one.plan.header, one.plan.columns, strict=True)
        ],
        "repeats": [{"row": repeat.number, "earlier": repeat.earlier} for repeat in one.repeats],
        "rejects": [{"row": reject.number, "reason": reject.reason} for reject in rejects],
    }
    if shell.is_json:
        show_record(record, as_json=True)
        return
    show_record({name: record[name] for name in (*COLUMNS, "repeated", "undone", "kept")}, as_json=False)
    for repeat in one.repeats:
        print(f"row {repeat.number} is about the same person as row {repeat.earlier}")
    for reject in rejects:
        print(f"row {reject.number}: {reject.reason}")


@command(app, "resume", "linebook imports resume 3")
def resume(shell: Shell, *, import_id: ImportId) -> None:
    """Go on with an import that was stopped, or bring in one that was only checked; an undo goes on as well."""
    from linebook.cli.import_watch import work_to_end
    from linebook.cli.importing import tell
    from linebook.core.imports import ImportState
    from linebook.services.kept_imports import get_import

    with shell.engine() as engine:
        account = shell.account(engine)
        one = engine.read(lambda tx: get_import(tx, account.id, import_id))
        undoes = one.state is ImportState.UNDOING
        one = work_to_end(shell, engine, account, one, undoes=undoes)
    tell(shell, one)


@command(app, "cancel", "linebook imports cancel 3")
def cancel(shell: Shell, *, import_id: ImportId) -> None:
    """Stop an import where it is. What it brought in stays; `resume` goes on, `undo` puts it back."""
    from linebook.services.imports import CancelImport, cancel_imports

    with shell.engine() as engine:
        account = shell.account(engine)
        one = shell.write(engine, cancel_imports, account.id, CancelImport(import_id))
    _report(shell, one)


@command(app, "undo", "linebook imports undo 3")
def undo(shell: Shell, *, import_id: ImportId) -> None:
    """Put back what an import changed and nobody changed since: whom it made goes, whom it changed is as before."""
    from linebook.cli.import_watch import work_to_end
    from linebook.services.kept_imports import get_import

    with shell.engine() as engine:
        account = shell.account(engine)
        one = engine.read(lambda tx: get_import(tx, account.id, import_id))
        one = work_to_end(shell, engine, account, one, undoes=True)
    _report(shell, one)


@command(app, "rejects", "linebook imports rejects 3 > rejects.csv", "linebook imports rejects 3 --output rejects.csv")
def rejects(
    shell: Shell,
    *,
    import_id: ImportId,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Else it is printed.")] = None,
) -> None:
    """Give the records that are not in the book as CSV: the file's own columns, then row number and reason.

    Mended, the file can be imported as it is: the two last columns are ignored.
    """
    from linebook.services.kept_imports import get_import

    with shell.engine() as engine:
        account = shell.account(engine)
        one = engine.read(lambda tx: get_import(tx, account.id, import_id))
        found = _all_rejects(engine, account, import_id)
        if shell.is_json:
            stream_json(_reject_record(one, reject) for reject in found)
        elif output is None:
            _write_csv(sys.stdout, one, found)
        else:
            try:
                with output.open("w", encoding="utf-8", newline="") as file:
                    _write_csv(file, one, found)
            except OSError as error:
                raise UsageProblem(f"{output} cannot be written: {error.strerror}.") from error


def import_record(one: Import) -> dict[str, Any]:
    """Give an import as it is printed."""
    return {
        "id": one.id,
        "file": one.name,
        "state": one.state.value,
        "records": one.records,
        "waiting": one.waiting,
        "created": one.created,
        "updated": one.updated,
        "unchanged": one.unchanged,
        "skipped": one.skipped,
        "failed": one.failed,
        "repeated": one.repeated,
        "undone": one.undone,
        "kept": one.kept,
        "begun": time_text(one.created_ms),
    }


def sentences(one: Import) -> Iterator[str]:
    """Give what became of an import, for a person."""
    yield f"Import {one.id}, {one.name}: {one.records:,} records, {one.state.value}."
    if one.waiting:
        yield f"  {one.waiting:,} can be imported: `linebook imports resume {one.id}`."
    counts = [
        (one.created, "created"),
        (one.updated, "updated"),
        (one.unchanged, "unchanged"),
        (one.skipped, "skipped"),
        (one.failed, "failed"),
    ]
    yield "  " + ", ".join(f"{count:,} {word}" for count, word in counts) + "."
    if one.undone or one.kept:
        yield f"  {one.undone:,} changes put back; {one.kept:,} kept, because the contact was changed since."
    if one.repeated:
        first = one.repeats[0]
        yield f"  {one.repeated:,} are about somebody who was named before, as row {first.number} and {first.earlier}."
    if one.failed:
        yield f"  What failed, and why: `linebook imports rejects {one.id}`."


def _report(shell: Shell, one: Import) -> None:
    if shell.is_json:
        show_record(import_record(one), as_json=True)
        return
    for sentence in sentences(one):
        print(sentence)


def _options(one: Import) -> dict[str, Any]:
    import msgspec

    options: dict[str, Any] = msgspec.to_builtins(one.plan.options)
    return options


def _all_rejects(engine: Engine, account: Account, import_id: int) -> Iterator[Reject]:
    from linebook.services.kept_imports import all_rejects, rejects_after

    return all_rejects(lambda after: engine.read(lambda tx: rejects_after(tx, account.id, import_id, after)))


def _reject_record(one: Import, reject: Reject) -> dict[str, Any]:
    return {"row": reject.number, "reason": reject.reason, "cells": _by_column(one, reject)}


def _by_column(one: Import, reject: Reject) -> dict[str, str]:
    named = [name or f"column {place}" for place, name in enumerate(one.plan.header, 1)]
    more = [f"column {place}" for place in range(len(named) + 1, len(reject.cells) + 1)]
    return dict(zip([*named, *more], reject.cells, strict=False))


def _write_csv(file: Any, one: Import, found: Iterator[Reject]) -> None:
    from linebook.files.cells import guard

    width = len(one.plan.header)
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([*map(guard, one.plan.header), *OWN_COLUMNS])
    for reject in found:
        cells = [*reject.cells, *[""] * (width - len(reject.cells))]
        own, rest = cells[:width], cells[width:]
        writer.writerow([*map(guard, own), reject.number, guard(reject.reason), *map(guard, rest)])
