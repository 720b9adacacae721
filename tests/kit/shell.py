"""Runs the command line inside the test's process: with input of its own, and nothing left behind of its set-up."""

from __future__ import annotations

import functools
import io
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from linebook.cli.main import main
from linebook.settings import PREFIX
from linebook.storage.queries import load_queries


class Ended(msgspec.Struct, frozen=True):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What it printed as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error it printed as JSON."""
        failure: dict[str, Any] = json.loads(self.err)["error"]
        return failure

    @property
    def sentence(self) -> str:
        """The one sentence it printed as its error."""
        assert self.out == ""
        assert self.err.startswith("linebook: "), self.err
        assert self.err.endswith((".\n", "?\n")), self.err
        assert self.err.count("\n") == 1, self.err
        return self.err.removeprefix("linebook: ").removesuffix("\n")


class _Input(io.TextIOWrapper):
    """Standard input, as text and as bytes."""

    def __init__(self, text: str) -> None:
        super().__init__(io.BytesIO(text.encode()), encoding="utf-8")


class _Terminal(_Input):
    def isatty(self) -> bool:
        return True


class CommandLine:
    """Runs commands, all on the same database."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str, stdin: str = "", terminal: bool = False) -> Ended:
        """Run one command to its end. With `terminal` its input is typed."""
        self._monkeypatch.setattr(sys, "stdin", (_Terminal if terminal else _Input)(stdin))
        self._capsys.readouterr()
        code = main(arguments)
        printed = self._capsys.readouterr()
        return Ended(code, printed.out, printed.err)

    def use(self, database: str) -> None:
        """Choose the database of the commands to come."""
        self._monkeypatch.setenv("LINEBOOK_DATABASE", database)

    def done(self, *arguments: str, stdin: str = "") -> Ended:
        """Run a command that must succeed."""
        ended = self(*arguments, stdin=stdin)
        assert ended.code == 0, ended.err
        return ended

    def data(self, *arguments: str, stdin: str = "") -> Any:
        """Run a command that must succeed, and give its JSON."""
        return self.done(*arguments, "--json", stdin=stdin).data


_load_queries = functools.cache(load_queries)


@pytest.fixture
def linebook(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[CommandLine]:
    """The command line, in an empty folder, without settings from outside."""
    for variable in [one for one in os.environ if one.startswith(PREFIX)]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)
    # Reading the SQL files takes longer than any command; once is enough for all tests.
    for engine in ("sqlite", "postgres"):
        monkeypatch.setattr(f"linebook.storage.{engine}.load_queries", _load_queries)
    handlers, level = list(logging.root.handlers), logging.root.level
    on_sigterm, interval_s = signal.getsignal(signal.SIGTERM), sys.getswitchinterval()
    yield CommandLine(capsys, monkeypatch)
    signal.signal(signal.SIGTERM, on_sigterm)
    sys.setswitchinterval(interval_s)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()
