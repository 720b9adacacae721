"""What the command line says of itself, and that every end of a command has its exit code and one sentence."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from linebook import __version__
from linebook.cli import main as cli_main
from linebook.cli.failures import EPILOG, ExitCode
from tests.kit.hub import clean_environ
from tests.kit.shell import CommandLine


def commands() -> Iterator[list[str]]:
    """Every command that can be run, by its words."""

    def below(command: Any, words: list[str]) -> Iterator[list[str]]:
        children = getattr(command, "commands", None)
        if children is None:
            yield words
        else:
            for name, child in children.items():
                yield from below(child, [*words, name])

    yield from below(get_command(cli_main.app), [])


COMMANDS = list(commands())


def test_these_are_the_commands() -> None:
    assert [" ".join(words) for words in COMMANDS] == [
        "demo",
        "serve",
        "usage",
        "settings",
        "account create",
        "account list",
        "account show",
        "line add",
        "line list",
        "user add",
        "user list",
        "user login",
        "key create",
        "key register",
        "key list",
        "key revoke",
        "contacts list",
        "contacts show",
        "contacts delete",
        "contacts history",
        "contacts save",
        "contacts export",
        "contacts import",
        "imports list",
        "imports show",
        "imports resume",
        "imports cancel",
        "imports undo",
        "imports rejects",
        "consent import",
        "consent export",
        "messages list",
        "messages show",
        "webhooks add",
        "webhooks list",
        "webhooks log",
        "webhooks replay",
        "webhooks delete",
    ]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_with_an_example(linebook: CommandLine, words: list[str]) -> None:
    ended = linebook(*words, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"Usage: linebook {' '.join(words)} ")
    example = re.search(r"Example: (.*)", ended.out)
    assert example is not None
    assert f"linebook {' '.join(words)}" in example[1]
    for option in ("--settings FILE", "--database URL", "--json"):
        assert option in ended.out
    assert linebook(*words, "-h").out == ended.out


def test_the_first_page_tells_how_to_begin_and_what_the_exit_codes_mean(linebook: CommandLine) -> None:
    page = linebook.done("--help").out
    for word in (
        "linebook demo",
        "account create",
        "--version",
        *(f"  {name:8} " for name in ("demo", "serve", "key")),
    ):
        assert word in page
    for code in ExitCode:
        assert re.search(rf"^ *{code.value} +\w", page, re.MULTILINE), code
        assert str(code.value) in EPILOG


def test_the_version_is_told(linebook: CommandLine) -> None:
    assert linebook.done("--version").out == f"linebook {__version__}\n"


# -- what cannot be understood


@pytest.mark.parametrize("words", [[], ["contacts"], ["key"]], ids=str)
def test_a_group_without_a_command_shows_what_it_has(linebook: CommandLine, words: list[str]) -> None:
    ended = linebook(*words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("Usage: linebook")
    assert "Commands:" in ended.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["xyzzy"], "No such command 'xyzzy': see `linebook --help`."),
        (["acount"], "No such command 'acount'. Did you mean 'account', 'consent'?: see `linebook --help`."),
        (["account", "make"], "No such command 'make': see `linebook account --help`."),
        (["line", "list", "--loud"], "No such option: --loud: see `linebook line list --help`."),
        (["account", "create"], "Missing argument 'name': see `linebook account create --help`."),
        (["key", "revoke", "x"], None),
        (["serve", "--port", "99999"], None),
    ],
)
def test_what_cannot_be_understood_ends_with_2(
    linebook: CommandLine, arguments: list[str], sentence: str | None
) -> None:
    ended = linebook(*arguments)
    assert ended.code == 2
    assert sentence in (None, ended.sentence)
    as_json = linebook(*arguments, "--json")
    assert (as_json.code, as_json.out) == (2, "")
    assert as_json.error["kind"] == "Usage"
    assert as_json.error["exit_code"] == 2


# -- other ends


def failing(error: BaseException) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("error", [KeyboardInterrupt(), typer.Abort(), EOFError()], ids=repr)
def test_an_interrupted_command_ends_with_130(
    linebook: CommandLine, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr("linebook.settings.describe_settings", failing(error))
    ended = linebook("settings")
    assert ended.code == 130
    assert ended.err.endswith("linebook: Interrupted.\n")


def test_a_mistake_of_ours_is_a_sentence_and_a_traceback_only_when_asked_for(
    linebook: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linebook.storage.store.open_engine", failing(KeyError("no such\nthing")))
    Path("linebook.db").touch()
    ended = linebook("account", "list")
    assert ended.code == 70
    assert ended.sentence == (
        "This is a mistake in linebook (LINEBOOK_LOG_LEVEL=debug shows where): KeyError: 'no such\\nthing'."
    )
    monkeypatch.setenv("LINEBOOK_LOG_LEVEL", "debug")
    ended = linebook("account", "list")
    assert ended.code == 70
    assert "Traceback (most recent call last)" in ended.err


def test_whoever_reads_may_stop_reading(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "linebook", "settings"],
            check=False,
            cwd=tmp_path,
            env=clean_environ(),
            stdout=write,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_help_is_quick_because_it_loads_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys; from linebook.cli.main import main; main(['--help']); print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=tmp_path, env=clean_environ(), capture_output=True, text=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert loaded.isdisjoint(
        {"uvicorn", "psycopg", "apsw", "phonenumbers", "rich", "starlette", "structlog", "msgspec"}
    )
