"""The command `contacts export`: the book, or some of it, into a file or to standard output."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final, Literal, TypeVar, cast

import typer

from linebook.cli import people
from linebook.cli.failures import UsageProblem
from linebook.cli.output import show_record
from linebook.cli.shell import Shell, command, is_id

if TYPE_CHECKING:
    from linebook.files.exported import BookNames, Exported, ExportedPlain
    from linebook.files.writers import ContactWriter
    from linebook.storage.base import Tx

One = TypeVar("One", "Exported", "ExportedPlain")

_SUFFIXES: Final = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".xlsx": "xlsx", ".vcf": "vcard"}
_SPOOL_BYTES: Final = 16 << 20


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(
        app,
        "export",
        "linebook contacts export -o book.csv",
        "linebook contacts export --format jsonl --tag VIP --changed-since 2026-01-31 | gzip > vip.jsonl.gz",
    )(export)


def export(
    shell: Shell,
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to, whole or not at all; else standard output."),
    ] = None,
    form: Annotated[
        Literal["csv", "jsonl", "xlsx", "vcard"] | None,
        typer.Option("--format", help="What kind of file; else what FILE ends with, or csv.", show_default=False),
    ] = None,
    group: Annotated[list[str] | None, typer.Option("--group", metavar="NAME", help="Only members of it.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="NAME", help="Only those that have it.")] = None,
    opted_out: Annotated[
        bool | None,
        typer.Option("--opted-out/--not-opted-out", help="By themselves or by the team.", show_default=False),
    ] = None,
    blocked: Annotated[bool | None, typer.Option("--blocked/--not-blocked", show_default=False)] = None,
    changed_since: Annotated[
        str | None, typer.Option(metavar="TIME", help="2026-01-31, or 2026-01-31T08:00:00Z; UTC unless it says more.")
    ] = None,
) -> None:
    """Write contacts, as they are at one moment, into a file: a table that `contacts import` reads, or an address book.

    Several --group and --tag mean all of them. Who opted out themselves is in the file, but only `consent export` and
    `consent import` carry that into another book.
    """
    from linebook.collector import rest_the_collector
    from linebook.files.writers import CARDS, PLAIN
    from linebook.services.exports import ExportFilters, book_names, walk_contacts, walk_plain

    kind = form or (_SUFFIXES.get(output.suffix.lower(), "csv") if output is not None else "csv")
    if output is None and kind == "xlsx" and sys.stdout.isatty():
        raise UsageProblem("A workbook is nothing for a terminal: say -o FILE.")
    since_ms = None if changed_since is None else _time(changed_since)
    rest_the_collector()
    with shell.engine() as engine:
        account = shell.account(engine)

        def write(tx: Tx, out: BinaryIO) -> tuple[int, int]:
            names = book_names(tx, account.id)
            filters = ExportFilters(
                group_ids=_ids("group", group or [], names),
                tag_ids=_ids("tag", tag or [], names),
                opted_out=opted_out,
                blocked=blocked,
                changed_since_ms=since_ms,
            )
            if kind in PLAIN:
                return _write_all(PLAIN[kind](out, names), walk_plain(tx, account.id, filters))
            return _write_all(CARDS[kind](out, names), walk_contacts(tx, account.id, filters))

        with output_file(output) as out:
            # A retried transaction begins the file anew.
            count, stopped = engine.read(lambda tx: write(tx, rewound(out)))
    shell.say(f"Exported {count} contact(s).")
    if stopped:
        shell.say(f"{stopped} of them opted out themselves: `linebook consent export` carries that into another book.")
    if shell.is_json and output is not None:
        show_record({"exported": count, "opted_out_by_person": stopped, "format": kind}, as_json=True)


@contextmanager
def output_file(path: Path | None) -> Iterator[BinaryIO]:
    """Give a file to write into that becomes the one at `path` when all went well, or goes to standard output then.

    What is at `path` stays as it is until then, and when anything fails. Whoever reads standard output slowly keeps no
    transaction open, which would hold up the database's log.
    """
    if path is None:
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as spool:
            yield cast(BinaryIO, spool)
            spool.seek(0)
            shutil.copyfileobj(spool, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        return
    if path.is_dir():
        raise UsageProblem(f"{path} cannot be written: it is a folder.")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise UsageProblem(f"{path} cannot be written: {error.strerror or error}.") from error
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            raise UsageProblem(f"{path} cannot be written: {error.strerror or error}.") from error
        raise


def rewound(file: BinaryIO) -> BinaryIO:
    """Give the file with nothing in it."""
    file.seek(0)
    file.truncate()
    return file


def _write_all(writer: ContactWriter[One], pages: Iterable[list[One]]) -> tuple[int, int]:
    """Give how many contacts were written, and how many of them opted out themselves."""
    count = stopped = 0
    try:
        for page in pages:
            writer.write(page)
            count += len(page)
            stopped += sum(one.consent is not None and one.consent.by_person for one in page)
        writer.finish()
    except BaseException:
        writer.abandon()
        raise
    return count, stopped


def _ids(kind: str, wanted: list[str], names: BookNames) -> tuple[int, ...]:
    from linebook.core.account import label_key
    from linebook.errors import NotFound

    known = names.groups if kind == "group" else names.tags
    found: list[int] = []
    for text in wanted:
        digits = text.strip().removeprefix(people.ID_PREFIX)
        if text.strip().startswith(people.ID_PREFIX) and is_id(digits):
            same = [int(digits)] if int(digits) in known else []
        else:
            same = [label_id for label_id, name in known.items() if label_key(name) == label_key(text)]
        if not same:
            raise NotFound(f"There is no {kind} {text}.")
        if len(same) > 1:
            raise UsageProblem(f"There are several {kind}s {text}: say id:{same[0]} or another of their ids.")
        found += same
    return tuple(found)


def _time(text: str) -> int:
    from linebook.core.times import read_time

    at_ms = read_time(text)
    if at_ms is None:
        raise UsageProblem(f"{text!r} is no time: write 2026-01-31 or 2026-01-31T08:00:00Z.")
    return at_ms


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
