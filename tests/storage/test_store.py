"""The store: which engine a URL names, writing without a gate, and a hub's life from start to stop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

from linebook.core.account import Account
from linebook.errors import (
    ContactNotFound,
    DomainError,
    GateFull,
    NameTaken,
    NotFound,
    SettingsError,
    StorageUnavailable,
    StorageUnusable,
)
from linebook.services.accounts import DIRECTORY, CreateAccount, create_accounts, get_account
from linebook.services.contacts import DeleteContact, delete_contacts, save_contacts
from linebook.storage import store as store_module
from linebook.storage.base import Engine, Tx
from linebook.storage.postgres import PostgresEngine
from linebook.storage.sqlite import SqliteEngine
from linebook.storage.store import Store, open_engine, write_now
from tests.kit.builders import AUTHOR, add_account, save, saving
from tests.kit.raw import look

WAIT_S = 60


@pytest.mark.parametrize(
    "url",
    [
        "",
        "linebook.db",
        "sqlite://linebook.db",
        "sqlite:///",
        "sqlite:///:memory:",
        "mysql://localhost/linebook",
        "postgresql://[::1/linebook",
        "postgresql://localhost/linebook?nonsense=1",
    ],
)
def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="LINEBOOK_DATABASE"):
        engine = open_engine(url)
        engine.migrate()


@pytest.mark.parametrize(
    ("url", "path"), [("sqlite:///linebook.db", "linebook.db"), ("sqlite:////srv/linebook.db", "/srv/linebook.db")]
)
def test_a_sqlite_url_names_a_file(url: str, path: str) -> None:
    engine = open_engine(url)
    assert isinstance(engine, SqliteEngine)
    assert engine.path == Path(path)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_postgres_url_names_a_server_and_opens_nothing_yet(scheme: str) -> None:
    assert isinstance(open_engine(f"{scheme}://nobody:secret@localhost:1/linebook"), PostgresEngine)


def test_a_password_is_in_no_message() -> None:
    engine = open_engine("postgresql://nobody:secret@127.0.0.1:1/linebook?connect_timeout=1")
    with pytest.raises(StorageUnavailable) as raised:
        engine.migrate()
    assert "secret" not in str(raised.value)


# Without a gate.


def test_a_write_without_a_gate_raises_its_domain_error(engine: Engine, account: Account) -> None:
    with pytest.raises(NameTaken):
        add_account(engine, account.name)
    with pytest.raises(ContactNotFound):
        write_now(engine, delete_contacts, account.id, DeleteContact(author=AUTHOR, id=1))


def test_a_write_without_a_gate_is_durable_when_it_returns(engine: Engine, account: Account) -> None:
    contact = save(engine, account.id, "2065551234")
    assert look(engine, "SELECT id FROM contact") == [(contact.id,)]


class MeetingTx:
    """A transaction that waits for its twin before it writes."""

    def __init__(self, tx: Tx, meet: Callable[[], object]) -> None:
        self._tx = tx
        self._meet = meet

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    def run(self, name: str, /, **params: object) -> None:
        """Write, when the twin is about to as well."""
        self._meet()
        self._tx.run(name, **params)


def test_transactions_that_create_the_same_account_at_once_make_one_and_refuse_the_other(postgres_url: str) -> None:
    together = threading.Barrier(2)
    meetings = [together.wait, together.wait]

    def meet() -> None:
        if meetings:
            meetings.pop()(WAIT_S)

    def create(tx: Tx, account_id: int, items: Sequence[CreateAccount]) -> list[Account | DomainError]:
        return create_accounts(cast(Tx, MeetingTx(tx, meet)), account_id, items)

    with closing(PostgresEngine(postgres_url)) as engine:
        with ThreadPoolExecutor(2) as threads:
            tries = [threads.submit(write_now, engine, create, DIRECTORY, CreateAccount(name="Acme")) for _ in range(2)]
        errors = [one.exception() for one in tries if one.exception() is not None]
        assert [type(error) for error in errors] == [NameTaken]
        assert look(engine, "SELECT id, name FROM account") == [(1, "Acme")]


# A hub's life.


@pytest.fixture
async def store(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    monkeypatch.setattr(store_module, "REFRESH_S", 0.001)
    store = Store(engine)
    await store.start()
    yield store
    await store.stop()


async def test_a_store_that_cannot_start_says_why_and_stops(tmp_path: Path) -> None:
    store = Store(SqliteEngine(tmp_path / "missing" / "linebook.db"))
    with pytest.raises(StorageUnusable, match="folder"):
        await store.start()
    await store.stop()


async def test_a_store_writes_reads_and_tells_domain_errors(store: Store) -> None:
    account = await store.write(create_accounts, DIRECTORY, CreateAccount(name="Acme"))
    saved = await store.write(save_contacts, account.id, saving("2065551234"))
    assert await store.read(lambda tx: get_account(tx, account.id)) == account
    assert saved.contact.rev == 1
    with pytest.raises(NameTaken):
        await store.write(create_accounts, DIRECTORY, CreateAccount(name="Acme"))
    with pytest.raises(NotFound):
        await store.read(lambda tx: get_account(tx, 99))


async def test_a_stopped_store_takes_no_more_and_has_written_everything(engine: Engine) -> None:
    store = Store(engine)
    await store.start()
    writes = [
        asyncio.ensure_future(store.write(create_accounts, DIRECTORY, CreateAccount(name=f"{n}"))) for n in range(9)
    ]
    await asyncio.sleep(0)
    await store.stop()
    assert len({account.id for account in await asyncio.gather(*writes)}) == 9
    assert look(engine, "SELECT count(*) FROM account") == [(9,)]
    with pytest.raises(GateFull):
        await store.write(create_accounts, DIRECTORY, CreateAccount(name="late"))


async def test_a_change_of_another_process_is_noticed(store: Store, engine: Engine) -> None:
    assert store.directory_version == 1
    url = engine._conninfo if isinstance(engine, PostgresEngine) else ""
    other: Engine = SqliteEngine(engine.path) if isinstance(engine, SqliteEngine) else PostgresEngine(url)
    await asyncio.to_thread(other.write, lambda tx: tx.bump_directory())
    other.close()
    async with asyncio.timeout(WAIT_S):
        while store.directory_version == 1:
            await asyncio.sleep(0.001)
    assert store.directory_version == 2


async def test_a_store_knows_whether_its_database_can_be_reached(
    store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise StorageUnavailable

    async def becomes(is_reachable: bool) -> None:
        async with asyncio.timeout(WAIT_S):
            while store.is_reachable is not is_reachable:
                await asyncio.sleep(0.001)

    assert store.is_reachable
    with monkeypatch.context() as patch:
        patch.setattr(engine, "refresh", away)
        await becomes(False)
        with pytest.raises(StorageUnavailable):
            engine.refresh()
    await becomes(True)


async def test_whoever_watches_a_service_is_told_after_each_of_its_writes(engine: Engine, account: Account) -> None:
    store = Store(engine)
    await store.start()
    told: list[int] = []
    try:
        store.watch(save_contacts, told.append)
        await store.write(save_contacts, account.id, saving("2065550101"))
        with pytest.raises(ContactNotFound):
            await store.write(delete_contacts, account.id, DeleteContact(author=AUTHOR, id=1))
        assert told == [account.id]
        with pytest.raises(DomainError):
            await store.write(save_contacts, account.id, saving("2065550102", first_name="\ud800"))
    finally:
        await store.stop()
    assert told == [account.id]
