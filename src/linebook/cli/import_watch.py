"""Shows how far an import is, and sees that it is worked off: by the hub that serves the database, or right here."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from linebook.cli.shell import Shell

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from linebook.core.account import Account
    from linebook.services.kept_imports import Import
    from linebook.storage.base import Engine

LOOK_S: Final = 0.2
"""How often the progress of somebody else's work is looked at."""


class Watch:
    """A progress bar on a terminal, and nothing elsewhere: what became of an import is printed at its end anyway."""

    def __init__(self, shell: Shell, name: str, total: int) -> None:
        """Begin with nothing done of `total`; 0 is for unknown."""
        self._is_shown = sys.stderr.isatty() and not shell.is_json
        self._name = name
        self._total = total
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._is_shown:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn
            from rich.progress import TimeRemainingColumn as TimeLeft

            self._progress = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(show_speed=False),
                TextColumn("{task.fields[counts]}"),
                TimeLeft(),
                console=Console(file=sys.stderr),
            )
            self._progress.start()
            self._task = self._progress.add_task(self._name, total=self._total or None, counts="")
        self._began_s = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def staged(self, one: Import, read_bytes: int) -> None:
        """Show how much of the file was read."""
        self._show(read_bytes, one.records, f"{one.records:,} records, {one.failed:,} cannot be used")

    def worked(self, one: Import, _read_bytes: int = 0) -> None:
        """Show what became of records so far."""
        if one.undo_left or one.undone or one.kept:
            done = one.applied - one.undo_left
            self._show(done, done, f"{one.undone:,} put back, {one.kept:,} kept")
            return
        counts = ((one.created, "created"), (one.updated, "updated"), (one.unchanged, "unchanged"))
        more = ((one.skipped, "skipped"), (one.failed, "failed"))
        text = ", ".join(f"{count:,} {word}" for count, word in (*counts, *more) if count)
        self._show(one.applied, one.applied, text)

    def _show(self, done: int, records: int, text: str) -> None:
        if self._progress is None or self._task is None:
            return
        rate = records / max(time.monotonic() - self._began_s, 0.001)
        self._progress.update(self._task, completed=done, counts=f"{text}  {rate:,.0f}/s")


def work_to_end(shell: Shell, engine: Engine, account: Account, one: Import, *, undoes: bool = False) -> Import:
    """Have an import applied, or undone, and give it as it is at the end.

    A hub that serves an SQLite file does it, because two processes that write one file disturb each other. When whoever
    works on it is gone before the end, this command goes on.
    """
    from linebook.collector import rest_the_collector
    from linebook.errors import LinebookError, NotOurs
    from linebook.importing.runner import is_dead, owner_name
    from linebook.importing.working import WORKING, work_off
    from linebook.services.imports import ReleaseImport, WorkOn, apply_imports, release_imports, undo_imports
    from linebook.services.kept_imports import owner_of

    rest_the_collector()
    service = undo_imports if undoes else apply_imports
    me = owner_name("shell")
    total = one.applied if undoes else one.good
    import_id = one.id
    with Watch(shell, "undoing" if undoes else "importing", total) as watch:
        while True:
            holder = engine.read(lambda tx: owner_of(tx, account.id, import_id))
            gone = holder if is_dead(holder) else ""
            owner = "" if is_served(shell) else me
            one = shell.write(engine, service, account.id, WorkOn(import_id=one.id, owner=owner, instead_of=gone))
            holder = engine.read(lambda tx: owner_of(tx, account.id, import_id))
            if holder != me:
                one = _followed(shell, engine, account, one, watch)
                if one.state in WORKING:
                    continue
                return one
            try:
                one = work_off(engine, account.id, one, me, watch.worked, gives_up=lambda: is_served(shell))
                if one.state not in WORKING:
                    return one
                # A hub has come up, and the rest is its.
                shell.write(engine, release_imports, account.id, ReleaseImport(import_id, me))
            except NotOurs:
                continue
            except BaseException:
                with suppress(LinebookError):
                    shell.write(engine, release_imports, account.id, ReleaseImport(import_id, me))
                shell.say(f"Import {one.id} is not done: `linebook imports resume {one.id}` goes on.")
                raise


def _followed(shell: Shell, engine: Engine, account: Account, one: Import, watch: Watch) -> Import:
    """Look on while somebody else works; give the import at its end, or as it is when nobody works on it any more."""
    from linebook.importing.runner import is_dead
    from linebook.importing.working import WORKING
    from linebook.services.kept_imports import get_import, owner_of

    import_id = one.id
    while one.state in WORKING:
        time.sleep(LOOK_S)
        one = engine.read(lambda tx: get_import(tx, account.id, import_id))
        watch.worked(one)
        holder = engine.read(lambda tx: owner_of(tx, account.id, import_id))
        if not is_served(shell) and (not holder or is_dead(holder)):
            break
    return one


def is_served(shell: Shell) -> bool:
    """Whether a hub serves the SQLite file that this command writes."""
    from pathlib import Path

    from linebook import serve_lock

    url = shell.load_settings().database
    return url.startswith("sqlite:///") and serve_lock.is_served(Path(url.removeprefix("sqlite:///")))


def may_be_served(shell: Shell) -> bool:
    """Whether a hub may be at work on this machine: of a PostgreSQL nobody knows who else is there."""
    return is_served(shell) or not shell.load_settings().database.startswith("sqlite:///")
