"""What callers hear while writes pile up or the database is away: come back later, and nothing is half done."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from psycopg import sql

from tests.dialects.conftest import stop_background
from tests.dialects.zipwhip.form import FORM, PROBES
from tests.dialects.zipwhip.tenants import add_tenant
from tests.kit.hub import RunningHub, running_hub, until
from tests.kit.postgres import PostgresCluster
from tests.kit.raw_http import Answer
from tests.kit.wire import Ask, Case, Probe, Runner, Shows, ask

pytestmark = pytest.mark.asyncio(loop_scope="session")

LATER = {"success": False, "response": {"desc": "Temporarily unavailable, try again", "code": -855}}
WRITING = [probe for probe in PROBES if probe.changes]
SAVE = ask("/contact/save", mobileNumber="2065550123", firstName="Grace")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def narrow_hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """A hub in which one write may wait."""
    async with running_hub(
        f"sqlite:///{tmp_path_factory.mktemp('narrow')}/linebook.db", gate_members=1, webhook_networks="127.0.0.0/8"
    ) as hub:
        await stop_background(hub)
        yield hub


@pytest_asyncio.fixture(loop_scope="session")
async def narrow(narrow_hub: RunningHub) -> AsyncIterator[Runner]:
    """Asks that hub as a new tenant."""
    runner = Runner(FORM, narrow_hub, add_tenant(narrow_hub.runtime))
    yield runner
    await runner.close()


class Blocked:
    """Holds every write of a hub back until it is let go."""

    def __init__(self, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        engine = runner.hub.runtime.store.engine
        self.is_held = threading.Event()
        self.may_go = threading.Event()
        write = engine.write

        def held(work: Callable[[Any], Any]) -> Any:
            self.is_held.set()
            assert self.may_go.wait(30)
            return write(work)

        monkeypatch.setattr(engine, "write", held)


def later(answer: Answer) -> None:
    assert answer.header("retry-after") == "1"


def put_off(label: str, asked: Ask) -> Case:
    return Case(label=label, ask=asked, status=503, body=LATER, check=later)


# -- writes pile up


@pytest.mark.parametrize("probe", WRITING, ids=lambda probe: probe.operation)
async def test_a_write_is_put_off_at_once_while_the_gate_is_full(
    probe: Probe, narrow: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = Blocked(narrow, monkeypatch)
    other = Runner(FORM, narrow.hub, narrow.tenant)
    first = asyncio.create_task(other.send(SAVE))
    try:
        await until(blocked.is_held.is_set)
        await narrow.run(put_off(probe.operation, probe.ask))
        for reading in PROBES:
            if not reading.changes:
                await narrow.run(Case(label=f"{reading.operation} goes on", ask=reading.ask))
    finally:
        blocked.may_go.set()
        answer = await first
        await other.close()
    assert answer.status == 200, "what was accepted is done"
    again = await narrow.send(probe.ask)
    assert again.status == 200, "and there is room again"


# -- the database is away


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lost(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runner]:
    """Asks a hub whose database file is moved away under it, and comes back at the end."""
    folder = tmp_path_factory.mktemp("lost")
    file = folder / "linebook.db"
    async with running_hub(f"sqlite:///{file}") as hub:
        runner = Runner(FORM, hub, add_tenant(hub.runtime))
        for probe in PROBES:
            if not probe.changes:
                await runner.run(Case(label=probe.operation, ask=probe.ask))
        file.rename(folder / "away.db")
        yield runner
        (folder / "away.db").rename(file)
        answer = await runner.send(SAVE)
        assert answer.status == 200, "it is back"
        await runner.close()


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(SAVE, id="contact/save"),
        pytest.param(ask("/contact/get", id="<ada_id>"), id="contact/get"),
        pytest.param(ask("/contact/list"), id="contact/list"),
        pytest.param(ask("/contact/delete", contact="<ada_id>"), id="contact/delete"),
        pytest.param(ask("/user/logout"), id="user/logout"),
        pytest.param(ask("/user/login", username="<line>", password="mypassword"), id="user/login"),
    ],
)
async def test_a_call_is_put_off_while_the_database_is_away(asked: Ask, lost: Runner) -> None:
    answer = await lost.send(asked)
    assert (answer.status, answer.json(), answer.header("retry-after")) == (503, LATER, "1")


async def test_a_session_that_was_never_seen_is_put_off_and_not_refused(lost: Runner) -> None:
    answer = await lost.send(ask("/user/get", session="<operator_session>"), shows=Shows.NONE)
    assert (answer.status, answer.json()) == (503, LATER)


async def test_calls_are_put_off_while_a_postgres_server_takes_nobody(
    postgres: PostgresCluster, new_database: Callable[[str | None], str], tmp_path: Path
) -> None:
    url = new_database(None)
    name = url.rsplit("/", 1)[1]
    takes_callers = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format
    async with running_hub(url, files_folder=str(tmp_path)) as hub:
        runner = Runner(FORM, hub, add_tenant(hub.runtime))
        before = hub.onlooker.everything()
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as server:
            server.execute(takes_callers(sql.Identifier(name), False))
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            for asked in (SAVE, ask("/contact/list"), ask("/contact/delete", contact="<ada_id>")):
                answer = await runner.send(asked)
                assert (answer.status, answer.json(), answer.header("retry-after")) == (503, LATER, "1")
            server.execute(takes_callers(sql.Identifier(name), True))
        assert hub.onlooker.everything() == before
        assert (await runner.send(SAVE)).status == 200
        await runner.close()


# -- what nobody expects


async def test_a_mistake_of_ours_is_logged_by_its_place_and_told_without_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_hub(f"sqlite:///{tmp_path}/linebook.db") as hub:
        runner = Runner(FORM, hub, add_tenant(hub.runtime))

        words = " ".join(("the text of", "somebody", "2065550123"))

        def broken(_work: object) -> object:
            raise KeyError(words)

        monkeypatch.setattr(hub.runtime.store.engine, "write", broken)
        answer, logged = await runner.exchange(SAVE)
        monkeypatch.undo()
        await runner.close()
    assert answer.status == 500
    assert answer.json() == {"success": False, "response": {"desc": "Internal error", "code": -855}}
    assert FORM.fault(SAVE, answer) is None
    assert "contact/save" in logged and "KeyError" in logged and "contacts.py" in logged
    assert "somebody" not in logged and "2065550123" not in logged
