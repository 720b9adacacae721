"""The command `settings`: what can be set, what holds now, and where from."""

from __future__ import annotations

import typer

from linebook.cli.output import plain, stream_json
from linebook.cli.shell import Shell, command


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "settings", "LINEBOOK_PORT=9000 linebook settings", account=False)(show)


def show(shell: Shell) -> None:
    """Show every setting: its value, where that comes from, and what it means.

    A setting NAME is given as NAME = … in a TOML file (--settings FILE, or linebook.toml in this folder), as
    LINEBOOK_NAME in the environment, or as an option of `serve`. What stands later in this list counts.
    """
    from msgspec import to_builtins

    from linebook.settings import describe_settings

    views = describe_settings(shell.settings_file, overrides={"database": shell.database})
    if shell.is_json:
        stream_json(to_builtins(view) for view in views)
        return
    for view in views:
        value = "(not set)" if view.value in (None, "") else plain(view.value)
        print(f"{view.name} = {value}   [{view.source}]")
        print(f"    {view.description}")
