"""The commands about lines: add, list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from linebook.cli.output import show_record, show_records, time_text
from linebook.cli.shell import Shell, command

if TYPE_CHECKING:
    from linebook.core.account import Line

app = typer.Typer(help="Lines: the addresses that can text.", no_args_is_help=True)


@command(app, "add", 'linebook line add "+1 555 666 1234" --label "Front desk"')
def add(
    shell: Shell,
    *,
    address: Annotated[
        str, typer.Argument(help="A number, a short code, or an alphanumeric sender.", show_default=False)
    ],
    label: Annotated[str, typer.Option(help="What people call the line.", show_default=False)] = "",
    multi_user: Annotated[
        bool, typer.Option("--multi-user/--single-user", help="Whether several people log in on it.")
    ] = False,
    toll_free: Annotated[
        bool | None, typer.Option("--toll-free/--local", help="Else decided by the number.", show_default=False)
    ] = None,
    carrier: Annotated[str, typer.Option(help="The carrier link that it texts through.")] = "loopback",
    window: Annotated[int, typer.Option(help="Most texts on their way to the carrier at once.")] = 10,
    rate: Annotated[int | None, typer.Option(help="Most texts a second; else without limit.")] = None,
    on_doubt: Annotated[
        Literal["resend", "fail"],
        typer.Option(help="What to do with a text of which nobody knows whether it left, once no receipt came."),
    ] = "resend",
    id: Annotated[int | None, typer.Option(help="A chosen id, below 10001, that programs know.")] = None,
) -> None:
    """Add a line to the account."""
    from linebook.core.account import OnDoubt
    from linebook.services.lines import AddLine, add_lines

    request = AddLine(
        address=address,
        label=label,
        carrier=carrier,
        id=id,
        is_multi_user=multi_user,
        is_toll_free=toll_free,
        window_size=window,
        rate_per_s=rate,
        on_doubt=OnDoubt(on_doubt),
    )
    with shell.engine() as engine:
        line = shell.write(engine, add_lines, shell.account(engine).id, request)
    shell.say(f"Added the line {line.address}.")
    show_record(line_record(line), as_json=shell.is_json)


@command(app, "list", "linebook line list")
def list_all(shell: Shell) -> None:
    """List the account's lines."""
    from linebook.services.lines import list_lines

    with shell.engine() as engine:
        account = shell.account(engine)
        lines = list(shell.pages(engine, lambda tx, after_id: list_lines(tx, account.id, after_id)))
    show_records(
        map(line_record, lines),
        ("id", "address", "label", "carrier", "multi_user", "toll_free", "window", "rate"),
        as_json=shell.is_json,
        empty="There is no line yet: add one with `linebook line add NUMBER`.",
    )


def line_record(line: Line) -> dict[str, object]:
    """Give a line as it is printed."""
    return {
        "id": line.id,
        "address": line.address,
        "label": line.label,
        "carrier": line.carrier,
        "multi_user": line.is_multi_user,
        "toll_free": line.is_toll_free,
        "window": line.window_size,
        "rate": line.rate_per_s,
        "on_doubt": line.on_doubt.value,
        "created": time_text(line.created_ms),
    }
