"""The command `linebook`: puts the commands together and runs one; an error becomes a sentence and an exit code."""

from __future__ import annotations

import functools
import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer
from typer.main import get_command

from linebook import __version__
from linebook.cli import (
    accounts,
    consents,
    contacts,
    imports,
    keys,
    lines,
    messages,
    serving,
    settings,
    users,
    webhooks,
)
from linebook.cli.failures import EPILOG, ExitCode, OutputClosed, report
from linebook.cli.shell import AccountOption, DatabaseOption, JsonOption, SettingsOption, Shell

HELP: Final = """\
One contact book and one set of texting lines, served through the dialects of four texting platforms.

The options below are understood before and behind every command. Every command has a --help of its own, with an
example.

\b
Try it:   linebook demo
Begin:    linebook account create "Corner Bakery"
          linebook line add "+1 555 666 1234"
          linebook user login +15556661234
          linebook serve
"""

app = typer.Typer(
    name="linebook",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        print(f"linebook {__version__}")
        raise typer.Exit


@app.callback(help=HELP)
def common(
    ctx: typer.Context,
    *,
    settings: SettingsOption = None,
    database: DatabaseOption = None,
    account: AccountOption = None,
    json: JsonOption = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Take the options that every command has."""
    ctx.obj.take(settings, database, account, json)


serving.add_to(app)
app.add_typer(accounts.app, name="account")
app.add_typer(lines.app, name="line")
app.add_typer(users.app, name="user")
app.add_typer(keys.app, name="key")
app.add_typer(contacts.app, name="contacts")
app.add_typer(imports.app, name="imports")
app.add_typer(consents.app, name="consent")
app.add_typer(messages.app, name="messages")
messages.add_usage_to(app)
app.add_typer(webhooks.app, name="webhooks")
settings.add_to(app)


@functools.cache
def _root() -> Any:
    return get_command(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; give its exit code (`ExitCode`). Raises nothing but a `SystemExit` that a signal asked for."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that the terminal's encoding lacks is shown by its code, and ends nothing.
        sys.stdout.reconfigure(errors="backslashreplace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    shell = Shell()
    # A command line that cannot be understood has not said yet how its errors are wanted.
    shell.is_json = "--json" in given
    try:
        code = _root().main(given, prog_name="linebook", standalone_mode=False, obj=shell)
        if code == ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        return int(code or ExitCode.DONE)
    except OutputClosed:
        # What Python would flush at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except (Exception, KeyboardInterrupt) as error:
        return report(error, as_json=shell.is_json)
