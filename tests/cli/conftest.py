"""The command line, and the same on a database that holds an account and a line, on each engine in turn."""

from __future__ import annotations

import pytest

from linebook.storage.store import open_engine
from tests.kit.builders import add_account, add_line
from tests.kit.shell import CommandLine, linebook

__all__ = ["linebook", "shop"]


@pytest.fixture
def shop(request: pytest.FixtureRequest, engine_name: str, linebook: CommandLine) -> CommandLine:
    """Commands on a database with the account Shop and its line +15556661234; a test that asks runs on both engines."""
    if engine_name == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('sqlite_path')}"
    else:
        url = request.getfixturevalue("postgres_url")
    engine = open_engine(url)
    account = add_account(engine, "Shop")
    add_line(engine, account.id, "5556661234", label="Front desk")
    engine.close()
    linebook.use(url)
    return linebook
