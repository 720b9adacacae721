"""Deleting an account: no table keeps a row of it, another one keeps all, and whoever writes meanwhile leaves none."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from linebook.core.account import Account, CredentialKind, Role
from linebook.errors import DomainError, NotFound
from linebook.services.accounts import DIRECTORY, DeleteAccount, delete_accounts, list_accounts
from linebook.services.contacts import save_contacts
from linebook.services.credentials import (
    RegisterCredential,
    find_credential,
    register_credentials,
    secret_digest,
)
from linebook.services.lines import AddLine, add_lines
from linebook.services.users import AddUser, SetLogin, add_users, set_logins
from linebook.storage.base import Engine, Tx
from linebook.storage.schema import Table, describe_schema
from linebook.storage.store import write_now
from tests.kit.builders import add_line, refusal, run, saving
from tests.kit.raw import connected, look, snapshot

LIMIT_S = 20.0
SAMPLES = {"text": "'sample {n}'", "boolean": "TRUE"}


def owned_tables(engine: Engine) -> list[Table]:
    """Every table that has rows of accounts, the account's own row apart."""
    return [table for table in describe_schema(engine) if any(one.name == "account_id" for one in table.columns)]


def fill(engine: Engine, account: Account) -> None:
    """Put a row of the account into every table."""
    with connected(engine) as execute:
        for table in owned_tables(engine):
            values = [
                str(account.id) if one.name == "account_id" else SAMPLES.get(one.type, "{n}").format(n=account.id)
                for one in table.columns
            ]
            execute(f"INSERT INTO {table.name} VALUES ({', '.join(values)})")


def rows_of(engine: Engine, account: Account) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of an account, by table."""
    tables = owned_tables(engine)
    with snapshot(engine) as query:
        found = {one.name: query(f"SELECT * FROM {one.name} WHERE account_id = {account.id}") for one in tables}
        found["account"] = query(f"SELECT * FROM account WHERE id = {account.id}")
    return {table: rows for table, rows in found.items() if rows}


# Refusals.


def test_an_unknown_account_is_refused_and_its_neighbours_are_deleted(
    engine: Engine, account: Account, other: Account
) -> None:
    wanted = (DeleteAccount(account.id), DeleteAccount(99), DeleteAccount(account.id), DeleteAccount(other.id))
    outcomes = run(engine, delete_accounts, DIRECTORY, *wanted)
    assert (outcomes[0], outcomes[3]) == (None, None)
    assert [refusal(NotFound, one).message for one in outcomes[1:3]] == [
        "There is no account 99.",
        f"There is no account {account.id}.",
    ]
    assert engine.read(list_accounts) == []


# Everything of it, and nothing else.


def test_no_table_of_the_live_schema_keeps_a_row_and_another_account_keeps_all(
    engine: Engine, account: Account, other: Account
) -> None:
    for one in (account, other):
        fill(engine, one)
    kept = rows_of(engine, other)
    assert kept.keys() == rows_of(engine, account).keys()
    assert set(kept) == {table.name for table in owned_tables(engine)} | {"account"}
    write_now(engine, delete_accounts, DIRECTORY, DeleteAccount(account.id))
    assert rows_of(engine, account) == {}
    assert rows_of(engine, other) == kept


def test_its_addresses_and_secrets_are_free_for_others(engine: Engine, account: Account, other: Account) -> None:
    add_line(engine, account.id, "5556661234")
    secret = RegisterCredential(kind=CredentialKind.INWISE_KEY, secret="key")
    write_now(engine, register_credentials, account.id, secret)
    write_now(engine, delete_accounts, DIRECTORY, DeleteAccount(account.id))
    assert add_line(engine, other.id, "5556661234").account_id == other.id
    assert write_now(engine, register_credentials, other.id, secret).account_id == other.id


def test_every_process_forgets_it(engine: Engine, account: Account) -> None:
    before = engine.directory_version
    write_now(engine, delete_accounts, DIRECTORY, DeleteAccount(account.id))
    assert engine.directory_version > before


# At the same time.

Write = Callable[[Tx, int], Sequence[object]]

WRITES: dict[str, Write] = {
    "a contact": lambda tx, one: save_contacts(tx, one, [saving("2065550100")]),
    "an assignee": lambda tx, one: save_contacts(tx, one, [saving("2065550100", assignee_email="ada@x.example")]),
    "a line": lambda tx, one: add_lines(tx, one, [AddLine(address="5556661234")]),
    "a user": lambda tx, one: add_users(tx, one, [AddUser(email="ada@x.example")]),
    "a login": lambda tx, one: set_logins(
        tx, one, [SetLogin(line_id=10_001, prefix="ada", password_hash="x", role=Role.OPERATOR)]
    ),
    "a credential": lambda tx, one: register_credentials(
        tx, one, [RegisterCredential(kind=CredentialKind.INWISE_KEY, secret="key")]
    ),
}


class Held:
    """A transaction that has done its work and commits when it is released."""

    def __init__(self, pool: ThreadPoolExecutor, engine: Engine, work: Callable[[Tx], Sequence[object]]) -> None:
        self._done, self._released = Event(), Event()

        def run_and_wait(tx: Tx) -> Sequence[object]:
            outcome = work(tx)
            self._done.set()
            assert self._released.wait(LIMIT_S)
            return outcome

        self.outcome = pool.submit(engine.write, run_and_wait)
        assert self._done.wait(LIMIT_S)

    def release_when_met(self, engine: Engine, waiting: Future[Any]) -> None:
        """Let it commit once the other transaction waits for it."""
        deadline_s = time.monotonic() + LIMIT_S
        # SQLite's writers wait in the process, where nothing shows it; there is one at a time in any case.
        while engine.name == "postgres" and not waiting.done() and not _somebody_waits(engine):
            assert time.monotonic() < deadline_s
        self._released.set()


def _somebody_waits(engine: Engine) -> bool:
    return look(engine, "SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)]


@pytest.mark.parametrize("what", WRITES)
def test_what_is_being_written_is_deleted_with_it(engine: Engine, account: Account, what: str) -> None:
    add_line(engine, account.id, "5556660000")
    with ThreadPoolExecutor(2) as pool:
        writing = Held(pool, engine, lambda tx: WRITES[what](tx, account.id))
        deleting = pool.submit(write_now, engine, delete_accounts, DIRECTORY, DeleteAccount(account.id))
        writing.release_when_met(engine, deleting)
        assert not isinstance(writing.outcome.result()[0], DomainError)
        deleting.result()
    assert rows_of(engine, account) == {}


@pytest.mark.parametrize("what", WRITES)
def test_what_comes_while_it_is_deleted_is_told_that_it_is_gone(engine: Engine, account: Account, what: str) -> None:
    add_line(engine, account.id, "5556660000")

    def outcome(tx: Tx) -> object:
        try:
            return WRITES[what](tx, account.id)[0]
        except NotFound as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        deleting = Held(pool, engine, lambda tx: delete_accounts(tx, DIRECTORY, [DeleteAccount(account.id)]))
        writing = pool.submit(engine.write, outcome)
        deleting.release_when_met(engine, writing)
        refusal(NotFound, writing.result())
    assert rows_of(engine, account) == {}
    key = secret_digest("key")
    assert engine.read(lambda tx: find_credential(tx, CredentialKind.INWISE_KEY, key)) is None
