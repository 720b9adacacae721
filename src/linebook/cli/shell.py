"""What every command shares: the options that all take, the settings, the database and the account they mean."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol, TypeVar

import typer

from linebook.cli.failures import OutputClosed, UsageProblem

if TYPE_CHECKING:
    from linebook.core.account import Account, Line, User
    from linebook.errors import DomainError
    from linebook.settings import Settings
    from linebook.storage.base import Engine, Tx


class HasId(Protocol):
    """Something with an id that rises along its list."""

    @property
    def id(self) -> int:
        """The id."""


Numbered = TypeVar("Numbered", bound=HasId)
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

DOOR: Final = "shell"
"""What history records as the door of a change made by a command."""

SettingsOption = Annotated[
    str | None,
    typer.Option("--settings", metavar="FILE", help="TOML file of settings; else linebook.toml, if present."),
]
DatabaseOption = Annotated[
    str | None, typer.Option("--database", metavar="URL", help="sqlite:///file.db or postgresql://user@host/name.")
]
AccountOption = Annotated[
    str | None, typer.Option("--account", metavar="NAME", help="Account by name or id; needed when there are several.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print data, and errors, as JSON.")]


class Shell:
    """One run of the command line."""

    def __init__(self) -> None:
        self.settings_file: str | None = None
        self.database: str | None = None
        self.account_name: str | None = None
        self.is_json = False

    def take(self, settings: str | None, database: str | None, account: str | None, json: bool) -> None:
        """Take what was given of the options that every command has; what is nearer to the command counts."""
        self.settings_file = settings or self.settings_file
        self.database = database or self.database
        self.account_name = account or self.account_name
        self.is_json = json or self.is_json

    def say(self, sentence: str) -> None:
        """Tell a person something that is no data; a program that asked for JSON hears nothing."""
        if not self.is_json:
            print(sentence, file=sys.stderr)

    def load_settings(self, **overrides: object) -> Settings:
        """Give the settings, the command line's options on top. Raises `SettingsError`."""
        from linebook.settings import load_settings

        return load_settings(self.settings_file, overrides={"database": self.database, **overrides})

    @contextmanager
    def engine(self, *, creates: bool = False) -> Iterator[Engine]:
        """Open the database, its schema up to date. A missing SQLite file is refused unless this command `creates` it.

        Raises `SettingsError`, `StorageUnusable` and `StorageUnavailable`.
        """
        from linebook.errors import StorageUnusable
        from linebook.logs import configure_logging
        from linebook.storage.store import open_engine

        settings = self.load_settings()
        configure_logging("warning", settings.log_format)
        engine = open_engine(settings.database)
        file = settings.database.removeprefix("sqlite:///")
        if file != settings.database and not creates and not Path(file).exists():
            raise StorageUnusable(
                f"There is no database {file}: name one with --database, "
                "or make it with `linebook account create NAME`."
            )
        try:
            engine.migrate()
            yield engine
        finally:
            engine.close()

    def account(self, engine: Engine) -> Account:
        """Give the account that is meant. Raises `NotFound` for none, `UsageProblem` when it is not clear which."""
        from linebook.errors import NotFound
        from linebook.services.accounts import find_account, get_account, list_accounts

        name = self.account_name
        if name is None:
            present = engine.read(lambda tx: list_accounts(tx, limit=2))
            if not present:
                raise NotFound("There is no account yet: make one with `linebook account create NAME`.")
            if len(present) > 1:
                raise UsageProblem("There are several accounts: say which with --account NAME.")
            return present[0]
        try:
            return engine.read(lambda tx: find_account(tx, name))
        except NotFound:
            if not is_id(name):
                raise
            return engine.read(lambda tx: get_account(tx, int(name)))

    def line(self, engine: Engine, account: Account, text: str) -> Line:
        """Give the account's line of an id, a number or a sender. Raises `NotFound`."""
        from linebook.errors import DomainError, NotFound
        from linebook.services.lines import find_line, get_line, line_address

        with suppress(DomainError):
            found = engine.read(lambda tx: find_line(tx, line_address(text, account.region)))
            if found.account_id == account.id:
                return found
        if is_id(text):
            with suppress(NotFound):
                return engine.read(lambda tx: get_line(tx, account.id, int(text)))
        raise NotFound(f"{text} is no line of the account {account.name}: see `linebook line list`.")

    def user(self, engine: Engine, account: Account, text: str) -> User:
        """Give the account's user of an id or an e-mail address. Raises `NotFound`."""
        from linebook.errors import NotFound
        from linebook.services.users import find_user, get_user

        if is_id(text):
            return engine.read(lambda tx: get_user(tx, account.id, int(text)))
        user = engine.read(lambda tx: find_user(tx, account.id, text)) if text.strip() else None
        if user is None:
            raise NotFound(f"There is no user {text} in the account {account.name}: see `linebook user list`.")
        return user

    def pages(self, engine: Engine, read_page: Callable[[Tx, int], Sequence[Numbered]]) -> Iterator[Numbered]:
        """Give everything of a list that is read a page at a time, behind the id that came last."""
        after_id = 0
        while page := engine.read(functools.partial(_page, read_page, after_id)):
            yield from page
            after_id = page[-1].id

    def write(
        self,
        engine: Engine,
        service: Callable[[Tx, int, Sequence[Item]], Sequence[Outcome | DomainError]],
        account_id: int,
        item: Item,
    ) -> Outcome:
        """Run one write; durable when this returns. Raises its domain error."""
        from linebook.storage.store import write_now

        return write_now(engine, service, account_id, item)


def _page(read_page: Callable[[Tx, int], Sequence[Numbered]], after_id: int, tx: Tx) -> Sequence[Numbered]:
    return read_page(tx, after_id)


def is_id(text: str) -> bool:
    """Whether the text can be an id: digits that fit the database's integers."""
    return text.isascii() and text.isdecimal() and len(text) <= 18


def read_secret(prompt: str, *, from_stdin: bool, confirm: bool = False) -> str:
    """Give a secret: the next line of standard input, or what is typed unseen. Never an argument, which `ps` shows.

    Raises `UsageProblem` for an empty one, and when there is nobody to ask.
    """
    if from_stdin:
        secret = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        secret = typer.prompt(
            prompt, hide_input=True, confirmation_prompt=confirm, default="", show_default=False, err=True
        )
    else:
        raise UsageProblem(f"There is no terminal to ask for the {prompt.lower()}: give it on standard input.")
    if not secret:
        raise UsageProblem(f"The {prompt.lower()} is empty.")
    return secret


def command(
    app: typer.Typer, name: str, *examples: str, account: bool = True
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function `work(shell, …)` a command that takes the common options too; its docstring is its help."""

    def made(work: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(work, eval_str=True)
        own = list(signature.parameters.values())[1:]
        common = [_option("settings", SettingsOption, None), _option("database", DatabaseOption, None)]
        if account:
            common.append(_option("account", AccountOption, None))
        common.append(_option("json", JsonOption, False))

        @functools.wraps(work)
        def run(ctx: typer.Context, **given: Any) -> None:
            shell = ctx.find_root().obj
            assert isinstance(shell, Shell)
            shell.take(given.pop("settings"), given.pop("database"), given.pop("account", None), given.pop("json"))
            try:
                work(shell, **given)
                sys.stdout.flush()
            except BrokenPipeError as error:
                raise OutputClosed from error

        first = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
        keywords = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (*own, *common)]
        described: Any = run
        described.__signature__ = signature.replace(parameters=[first, *keywords])
        described.__annotations__ = {one.name: one.annotation for one in (first, *keywords)}
        shown = "".join(f"\nExample: {one}" for one in examples)
        app.command(name, help=f"{inspect.getdoc(work)}\n\n\b{shown}")(described)
        return work

    return made


def _option(name: str, annotation: Any, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
