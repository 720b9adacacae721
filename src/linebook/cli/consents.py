"""The commands about consent: lists of numbers that may not be texted, in and out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Final, Literal

import typer

from linebook.cli.exporting import output_file, rewound
from linebook.cli.failures import ExitCode, UsageProblem
from linebook.cli.output import show_record
from linebook.cli.shell import DOOR, Shell, command

if TYPE_CHECKING:
    from linebook.core.account import Account
    from linebook.core.consent import ConsentAction
    from linebook.core.phone import Phone
    from linebook.files.consent_files import StopRow
    from linebook.services.consents import RecordConsent
    from linebook.storage.base import Engine, Tx

CHUNK: Final = 1_000
"""How many records are committed together."""

REJECTS_SHOWN: Final = 1_000
"""How many rejected records are told one by one; all are counted."""

STANDARD_INPUT: Final = "-"

app = typer.Typer(help="Consent: who may not be texted.", no_args_is_help=True)


@command(
    app,
    "import",
    "linebook consent import stops.csv --by person",
    "linebook consent import - --region IL --source 'old provider' < numbers.txt",
)
def import_list(
    shell: Shell,
    *,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The list; - is standard input.", show_default=False)],
    by: Annotated[
        Literal["team", "person"],
        typer.Option(help="Who asked for silence, where the list does not say: a person's stop is not lifted by us."),
    ] = "team",
    region: Annotated[
        str | None, typer.Option(metavar="CODE", help="Where numbers without a country are from; else the account's.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Where the list is from, for the ledger; else the file's name.")
    ] = None,
    encoding: Annotated[str, typer.Option(metavar="NAME", help="cp1255, …; else it is looked for.")] = "",
) -> None:
    """Record that numbers may not be texted: bare numbers, one a line, or a table with a column of numbers.

    Columns for date, source, word, line and who closed it (person, team, block) are read too. Nothing is ever lifted,
    and the same list again changes nothing. Numbers need not be in the book. Ends with 5 if records were rejected.
    """
    from linebook.files.consent_files import ACTIONS, read_stops
    from linebook.files.tables import TableOptions

    counts = {"recorded": 0, "unchanged": 0, "rejected": 0}
    rejects: list[dict[str, Any]] = []
    default_source = source if source is not None else ("standard input" if file == STANDARD_INPUT else Path(file).name)
    with shell.engine() as engine, _opened(file) as stream:
        account = shell.account(engine)
        reader = _Reader(engine, account, region=region, action=ACTIONS[by], source=default_source)
        rows = read_stops(stream, TableOptions(encoding=encoding))

        def record(tx: Tx, account_id: int, chunks: Sequence[list[StopRow]]) -> list[list[bool | str]]:
            return [_record(tx, account_id, reader, chunk) for chunk in chunks]

        while chunk := list(islice(rows, CHUNK)):
            for row, outcome in zip(chunk, shell.write(engine, record, account.id, chunk), strict=True):
                if isinstance(outcome, str):
                    counts["rejected"] += 1
                    if len(rejects) < REJECTS_SHOWN:
                        rejects.append({"row": row.row, "number": row.number, "reason": outcome})
                else:
                    counts["recorded" if outcome else "unchanged"] += 1
    _show(shell, counts, rejects)
    if counts["rejected"]:
        raise typer.Exit(ExitCode.PARTLY)


@command(app, "export", "linebook consent export -o stops.csv", "linebook consent export --by person")
def export_list(
    shell: Shell,
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to, whole or not at all; else standard output."),
    ] = None,
    by: Annotated[
        Literal["team", "person", "block"] | None,
        typer.Option(help="Only what the team closed, what people closed, or blocks.", show_default=False),
    ] = None,
) -> None:
    """Write every number that may not be texted, as CSV: who closed it, since when, on which line, by which word, why.

    A number that both the team and the person closed has two records. `consent import` reads the list.
    """
    from linebook.files.consent_files import ACTIONS, StopWriter
    from linebook.services.consent_lists import walk_stops
    from linebook.services.lines import all_lines

    with shell.engine() as engine:
        account = shell.account(engine)

        def write(tx: Tx, out: BinaryIO) -> int:
            lines = {one.id: one.address for one in all_lines(tx, account.id)}
            writer = StopWriter(out)
            count = 0
            for page in walk_stops(tx, account.id):
                for stop in page:
                    if by is not None and stop.action is not ACTIONS[by]:
                        continue
                    line = lines.get(stop.line_id, str(stop.line_id)) if stop.line_id else ""
                    writer.write(
                        stop.phone.text, stop.action, line=line, at_ms=stop.at_ms, word=stop.word, source=stop.evidence
                    )
                    count += 1
            return count

        with output_file(output) as out:
            # A retried transaction begins the file anew.
            count = engine.read(lambda tx: write(tx, rewound(out)))
    shell.say(f"Exported {count} record(s).")
    if shell.is_json and output is not None:
        show_record({"exported": count}, as_json=True)


class _Reader:
    """Turns records of a list into what is recorded."""

    def __init__(
        self,
        engine: Engine,
        account: Account,
        *,
        region: str | None,
        action: ConsentAction,
        source: str,
    ) -> None:
        from linebook.core.author import Author
        from linebook.core.phone import national
        from linebook.services.lines import all_lines

        try:
            self._reading = national(region or account.region)
        except ValueError as error:
            raise UsageProblem(str(error)) from error
        self._region = region or account.region
        self._lines = engine.read(lambda tx: {one.address: one.id for one in all_lines(tx, account.id)})
        self._action = action
        self._source = source
        self._author = Author(DOOR)

    def change(self, row: StopRow, now_ms: int) -> RecordConsent | str:
        """Give what to record, or why the record is rejected."""
        from linebook.core.consent import EVERY_LINE
        from linebook.services.consents import RecordConsent

        if row.problem:
            return row.problem
        phone = self._phone(row.number)
        if phone is None:
            return "It is not a phone number."
        line_id = self._line_id(row.line) if row.line else EVERY_LINE
        if line_id is None:
            return f"There is no line {row.line} in this account."
        if row.at_ms is not None and not 0 <= row.at_ms <= now_ms:
            return "Its date is not in the past."
        return RecordConsent(
            phone=phone,
            action=row.action or self._action,
            author=self._author,
            line_id=line_id,
            word=row.word,
            evidence=row.source or self._source,
            at_ms=row.at_ms,
        )

    def _phone(self, text: str) -> Phone | None:
        from linebook.core.phone import UnusablePhone, parse_phone

        try:
            return parse_phone(text, self._reading)
        except UnusablePhone:
            return None

    def _line_id(self, text: str) -> int | None:
        from linebook.errors import DomainError
        from linebook.services.lines import line_address

        try:
            return self._lines.get(line_address(text, self._region))
        except DomainError:
            return None


def _record(tx: Tx, account_id: int, reader: _Reader, chunk: Sequence[StopRow]) -> list[bool | str]:
    """Give of each record whether it changed anything, or why it was rejected."""
    from linebook.services.consents import Recorded, tell_consents

    wanted = [reader.change(row, tx.now_ms) for row in chunk]
    told = iter(tell_consents(tx, account_id, [one for one in wanted if not isinstance(one, str)]))
    outcomes: list[bool | str] = []
    for one in wanted:
        outcome = one if isinstance(one, str) else next(told)
        if isinstance(outcome, Recorded):
            outcomes.append(outcome.is_change)
        else:
            outcomes.append(outcome if isinstance(outcome, str) else outcome.message)
    return outcomes


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        with Path(file).open("rb") as stream:
            yield stream
    except OSError as error:
        raise UsageProblem(f"{file} cannot be read: {error.strerror or error}.") from error


def _show(shell: Shell, counts: dict[str, int], rejects: list[dict[str, Any]]) -> None:
    if shell.is_json:
        show_record({**counts, "rejects": rejects}, as_json=True)
        return
    for one in rejects:
        print(f"row {one['row']}: {one['reason']}", file=sys.stderr)
    if counts["rejected"] > len(rejects):
        print(f"and {counts['rejected'] - len(rejects)} more", file=sys.stderr)
    show_record(counts, as_json=False)
