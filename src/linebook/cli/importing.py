"""The command `contacts import`: reads a file beside the book, shows what is found, and brings it in."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from linebook.cli.failures import ExitCode, UsageProblem
from linebook.cli.output import show_record
from linebook.cli.shell import DOOR, Shell, command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linebook.core.account import Account
    from linebook.core.contact import Label
    from linebook.core.imports import ImportColumn, ImportOptions, ImportPlan
    from linebook.importing.reading import FileHead
    from linebook.services.kept_imports import Import
    from linebook.storage.base import Engine

EXAMPLES = (
    "linebook contacts import people.csv --group Newsletter",
    'linebook contacts import people.xlsx --map "Cell=phone" --map "Loyalty no=field:Card" --dry-run',
    "linebook contacts import - --country-code 972 --trim-zero < people.csv",
)
FIELD = "field:"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "import", *EXAMPLES)(import_file)


def import_file(
    shell: Shell,
    *,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV, TSV or .xlsx; - is standard input.", show_default=False)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check all of it, and change nothing.")] = False,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=MEMBER", help="What a column is: phone, email, field:LABEL, ignore …"),
    ] = None,
    unknown_as_fields: Annotated[
        bool, typer.Option("--unknown-as-fields", help="Columns that say nothing become custom fields.")
    ] = False,
    region: Annotated[
        str | None, typer.Option(help="Complete numbers as dialled in this region.", show_default="the account's")
    ] = None,
    country_code: Annotated[
        str | None, typer.Option(metavar="CODE", help="Complete numbers with this country code instead.")
    ] = None,
    trim_zero: Annotated[
        bool, typer.Option("--trim-zero", help="Drop the zero that local numbers begin with.")
    ] = False,
    only_add: Annotated[bool, typer.Option("--only-add", help="Leave contacts alone that exist already.")] = False,
    match: Annotated[
        Literal["phone", "email", "both"], typer.Option(help="What tells that somebody is in the book already.")
    ] = "phone",
    blank_clears: Annotated[bool, typer.Option("--blank-clears", help="A blank cell empties what is there.")] = False,
    group: Annotated[list[str] | None, typer.Option(metavar="NAME", help="A group that everybody joins.")] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="NAME", help="A tag that everybody gets.")] = None,
    keyless: Annotated[
        bool, typer.Option("--keyless", help="Add people without number and address too, each time anew.")
    ] = False,
    form: Annotated[
        Literal["csv", "tsv", "xlsx"] | None, typer.Option("--format", help="Else it is looked at.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Such as utf-8, utf-16, cp1252, cp1255.")] = None,
    separator: Annotated[str | None, typer.Option(metavar="SIGN", help="What stands between cells.")] = None,
    quote: Annotated[str | None, typer.Option(metavar="SIGN", help="What stands around cells; or none.")] = None,
    sheet: Annotated[str | None, typer.Option(metavar="NAME", help="Which sheet of a workbook.")] = None,
) -> None:
    """Import a file of contacts: all of it is checked before the first record is in the book.

    Every record has an outcome. Those that fail can be had as a file with `linebook imports rejects`; what an import
    changed can be put back with `linebook imports undo`. An import that was stopped goes on with `imports resume`. The
    exit code is 5 when some records were not imported.
    """
    from linebook.cli.import_watch import Watch, is_served, may_be_served, work_to_end
    from linebook.core.author import Author
    from linebook.core.imports import ImportOptions, MatchBy
    from linebook.errors import LinebookError
    from linebook.files.tables import TableOptions
    from linebook.importing.reading import FileReader
    from linebook.importing.working import stage_all, sweep_account
    from linebook.services.imports import BeginImport, CancelImport, begin_imports, cancel_imports

    path = None if file == "-" else Path(file)
    if path is not None and not path.is_file():
        raise UsageProblem(f"There is no file {file}.")
    reading = TableOptions(
        format=form or "", encoding=encoding or "", separator=separator or "", quote=quote or "", sheet=sheet or ""
    )
    with shell.engine() as engine, FileReader(path, reading, gives_way=may_be_served(shell)) as reader:
        account = shell.account(engine)
        options = ImportOptions(
            region=(region or account.region).upper(),
            country_code=country_code,
            trims_zero=trim_zero,
            updates=not only_add,
            match=MatchBy(match),
            blank_clears=blank_clears,
            groups=_labels(group),
            tags=_labels(tag),
            adds_keyless=keyless,
        )
        head = reader.head()
        plan = _plan(engine, account, head, mapping or [], options, unknown_as_fields=unknown_as_fields)
        _show_plan(shell, head, plan)
        sweep_account(engine, account.id)
        begin = BeginImport(name=path.name if path else "standard input", plan=plan, author=Author(DOOR))
        one = shell.write(engine, begin_imports, account.id, begin)
        try:
            with Watch(shell, f"reading {begin.name}", head.size_bytes) as watch:
                chunks = reader.chunks(plan)
                one = stage_all(engine, account.id, one, chunks, watch.staged, gives_way=is_served(shell))
        except BaseException:
            # What was not read to its end is of no use to anybody.
            with suppress(LinebookError):
                shell.write(engine, cancel_imports, account.id, CancelImport(one.id))
            raise
        if not dry_run:
            one = work_to_end(shell, engine, account, one)
    tell(shell, one)


def tell(shell: Shell, one: Import) -> None:
    """Print what became of an import, and end with the exit code that says whether all of it is in the book."""
    from linebook.cli.imports import import_record, sentences

    if shell.is_json:
        show_record(import_record(one), as_json=True)
    else:
        for sentence in sentences(one):
            print(sentence)
    sys.stdout.flush()
    if one.failed:
        raise typer.Exit(ExitCode.PARTLY)


def _labels(names: Sequence[str] | None) -> tuple[Label, ...]:
    from linebook.cli.saving import label_of

    return tuple(label_of(name) for name in names or ())


def _plan(
    engine: Engine,
    account: Account,
    head: FileHead,
    mapping: Sequence[str],
    options: ImportOptions,
    *,
    unknown_as_fields: bool,
) -> ImportPlan:
    from linebook.core.imports import ImportColumn, ImportPlan
    from linebook.files.columns import guess_columns
    from linebook.services.labels import list_fields

    fields = engine.read(lambda tx: list_fields(tx, account.id))
    labels = {field.label: field.id for field in fields}
    guessed = guess_columns(head.header, labels, unknown_as_fields=unknown_as_fields)
    columns = [ImportColumn(member=one.member, field=one.field) for one in guessed]
    for text in mapping:
        place, column = _mapped(head.header, text)
        if column.member not in ("field", "ignore"):
            columns = [ImportColumn() if one.member == column.member else one for one in columns]
        columns[place] = column
    return ImportPlan(header=tuple(head.header), columns=tuple(columns), options=options)


def _mapped(header: Sequence[str], text: str) -> tuple[int, ImportColumn]:
    from linebook.core.imports import MEMBERS, ImportColumn

    name, sign, member = text.rpartition("=")
    names = [one.strip().casefold() for one in header]
    if not sign or name.strip().casefold() not in names:
        known = ", ".join(one for one in header if one.strip())
        raise UsageProblem(f"--map {text} names no column of the file, which has: {known}.")
    place = names.index(name.strip().casefold())
    member = member.strip()
    if member.startswith(FIELD) and member != FIELD:
        label = member.removeprefix(FIELD).strip()
        return place, ImportColumn(member="field", field=int(label) if label.isdecimal() else label)
    if member not in MEMBERS - {"field"}:
        known = ", ".join(sorted(MEMBERS - {"field"}))
        raise UsageProblem(f"--map {text}: a column is field:LABEL, or one of {known}.")
    return place, ImportColumn(member=member)


def _show_plan(shell: Shell, head: FileHead, plan: ImportPlan) -> None:
    kind = " ".join(one for one in (head.encoding, head.format) if one)
    shell.say(f"The file is {kind}; its columns are:")
    for name, column in zip(plan.header, plan.columns, strict=True):
        meaning = f"field {column.field}" if column.member == "field" else column.member
        shell.say(f"  {name or '(no name)'}: {meaning}")
