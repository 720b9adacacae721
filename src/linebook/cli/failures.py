"""How a command ends: the exit codes, and one sentence (or one JSON object) on standard error. Never a traceback."""

from __future__ import annotations

import enum
import json
import os
import sys
import traceback

import typer

EPILOG = """\
\b
Exit codes:
  0    done
  1    the book refused it: there is no such contact, the name is taken, …
  2    the command or a setting cannot be understood
  3    the database cannot be used or reached, or another server holds it
  4    the address cannot be listened on
  5    an import has ended, and some records of its file are not in the book
  70   a mistake in linebook itself
  130  interrupted
"""


class ExitCode(enum.IntEnum):
    """What the exit codes mean. They are a promise to scripts and do not change."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    STORAGE = 3
    CANNOT_LISTEN = 4
    PARTLY = 5
    MISTAKE = 70
    INTERRUPTED = 130


class OutputClosed(Exception):
    """Whoever reads our output has had enough; that is no failure."""


class UsageProblem(Exception):
    """The command was given what it cannot work with; the message is the sentence for a person."""


def report(error: BaseException, *, as_json: bool) -> ExitCode:
    """Tell standard error what went wrong; give the exit code that says so."""
    if isinstance(error, typer.TyperException) and error.message.startswith("Usage: "):
        # A group of commands named without one of them: what it has to offer says more than a sentence.
        print(error.message, file=sys.stderr)
        return ExitCode.USAGE
    code, kind, sentence = _described(error)
    sentence = sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."
    if as_json:
        failure = {"error": {"kind": kind, "message": sentence, "exit_code": code.value}}
        print(json.dumps(failure, ensure_ascii=False), file=sys.stderr)
    else:
        print(f"linebook: {sentence}", file=sys.stderr)
    if code is ExitCode.MISTAKE and os.environ.get("LINEBOOK_LOG_LEVEL") == "debug":
        traceback.print_exception(error, file=sys.stderr)
    return code


def _described(error: BaseException) -> tuple[ExitCode, str, str]:
    if isinstance(error, typer.Abort | KeyboardInterrupt | EOFError):
        return ExitCode.INTERRUPTED, "Interrupted", "Interrupted."
    if isinstance(error, UsageProblem):
        return ExitCode.USAGE, "Usage", str(error)
    if isinstance(error, typer.TyperException):
        path = getattr(getattr(error, "ctx", None), "command_path", "linebook")
        sentence = _one_line(error.format_message()).rstrip(".")
        return ExitCode.USAGE, "Usage", f"{sentence}: see `{path} --help`."
    # Late, because most commands that fail here have not needed them.
    from linebook.errors import (
        LinebookError,
        SettingsError,
        StorageConflict,
        StorageUnusable,
        Unavailable,
    )
    from linebook.listen import CannotListen
    from linebook.settings import hide_password

    if not isinstance(error, LinebookError):
        hint = "" if os.environ.get("LINEBOOK_LOG_LEVEL") == "debug" else " (LINEBOOK_LOG_LEVEL=debug shows where)"
        sentence = (
            f"This is a mistake in linebook{hint}: {type(error).__name__}: {hide_password(_one_line(str(error)))}"
        )
        return ExitCode.MISTAKE, type(error).__name__, sentence
    code = ExitCode.REFUSED
    if isinstance(error, SettingsError):
        code = ExitCode.USAGE
    elif isinstance(error, CannotListen):
        code = ExitCode.CANNOT_LISTEN
    elif isinstance(error, StorageUnusable | StorageConflict | Unavailable):
        code = ExitCode.STORAGE
    return code, type(error).__name__, hide_password(_one_line(error.message))


def _one_line(text: str) -> str:
    return " ".join(text.split())
