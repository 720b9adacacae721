"""A hub serves, is watched, and lives through a database that goes away and comes back."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import httpx
import pytest

from linebook.demo import prepare_demo
from linebook.errors import TooManyLogins
from linebook.storage.sqlite import SqliteEngine
from tests.kit.hub import LIMIT_S, RunningHub, running_hub, until
from tests.kit.postgres import SERVER_VARIABLE, PostgresCluster

BUSY = {"success": False, "response": {"desc": "Temporarily unavailable, try again", "code": -855}}


@pytest.fixture
def book(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/book.db"


async def save(hub: RunningHub, session: str, number: str = "2065550100", name: str = "Ada") -> httpx.Response:
    return await hub.client.post("/contact/save", data={"session": session, "mobileNumber": number, "firstName": name})


# -- serving


async def test_a_hub_answers_on_the_port_it_took(book: str) -> None:
    async with running_hub(book, prepare=prepare_demo) as hub:
        assert (await hub.client.get("/healthz")).text == "ok\n"
        assert (await hub.client.get("/readyz")).json() == {"ready": True}
        session = await hub.login()
        assert (await save(hub, session)).json()["response"]["firstName"] == "Ada"


async def test_an_answer_does_not_name_the_server_software(book: str) -> None:
    async with running_hub(book) as hub:
        answer = await hub.client.get("/user/get")
        assert answer.status_code == 403
        assert "server" not in answer.headers
        assert "date" in answer.headers


async def test_the_main_port_serves_the_metrics_by_default(book: str) -> None:
    async with running_hub(book) as hub:
        await hub.client.get("/user/get")
        text = (await hub.client.get("/metrics")).text
        assert 'linebook_requests_total{dialect="zipwhip",operation="user/get",status="403"} 1.0' in text
        assert 'linebook_request_seconds_count{dialect="zipwhip"} 1.0' in text


async def test_metrics_with_a_port_of_their_own_are_served_there_only(book: str) -> None:
    async with running_hub(book, metrics_port=0) as hub:
        assert hub.metrics_url is not None
        answer = await hub.client.get(f"{hub.metrics_url}/metrics")
        assert answer.status_code == 200
        assert "linebook_gate_waiting" in answer.text
        assert (await hub.client.get("/metrics")).status_code != 200
        assert (await hub.client.get(f"{hub.metrics_url}/user/get")).status_code == 404
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{hub.metrics_url}/metrics", trust_env=False)


@pytest.mark.parametrize(
    ("proxies", "counted"), [("", "127.0.0.1"), ("192.0.2.0/24", "127.0.0.1"), ("127.0.0.1", "198.51.100.7")]
)
async def test_only_a_trusted_proxy_says_who_calls(book: str, proxies: str, counted: str) -> None:
    async with running_hub(book, prepare=prepare_demo, login_failures=1, trusted_proxies=proxies) as hub:
        wrong = {"username": "5556661234", "password": "wrong"}
        answer = await hub.client.post("/user/login", data=wrong, headers={"x-forwarded-for": "198.51.100.7"})
        assert answer.status_code == 400
        # An address may fail ten times as often as a name: with the one above these are ten.
        guard = hub.runtime.login_guard
        for number in range(9):
            guard.failed(f"somebody {number}", counted)
        with pytest.raises(TooManyLogins):
            guard.check("nobody", counted)


async def test_two_hubs_run_in_one_process(tmp_path: Path) -> None:
    async with (
        running_hub(f"sqlite:///{tmp_path}/one.db", prepare=prepare_demo) as one,
        running_hub(f"sqlite:///{tmp_path}/two.db", prepare=prepare_demo) as two,
    ):
        session = await one.login()
        assert (await save(one, session)).status_code == 200
        assert (await save(two, session)).status_code == 403


# -- draining


@contextlib.asynccontextmanager
async def request_in_flight(hub: RunningHub) -> AsyncIterator[asyncio.StreamReader]:
    """Call the hub and keep the body back; the hub has read the head when this goes on."""
    url = httpx.URL(hub.base_url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = b"POST /user/get HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n"
    writer.write(head)
    assert (await reader.readline()).startswith(b"HTTP/1.1 100 ")
    yield reader
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def test_a_caller_who_never_finishes_is_waited_for_no_longer_than_the_setting_says(book: str) -> None:
    async with (
        asyncio.timeout(LIMIT_S),
        contextlib.AsyncExitStack() as callers,
        running_hub(book, drain_s=0.05) as hub,
    ):
        await callers.enter_async_context(request_in_flight(hub))


async def test_stopping_twice_waits_for_no_caller(book: str) -> None:
    async with (
        asyncio.timeout(LIMIT_S),
        contextlib.AsyncExitStack() as callers,
        running_hub(book, drain_s=10 * LIMIT_S) as hub,
    ):
        await callers.enter_async_context(request_in_flight(hub))
        hub.server.stop()


# -- while it runs: the database goes away and comes back


async def ready(hub: RunningHub) -> int:
    return (await hub.client.get("/readyz")).status_code


async def assert_busy_then_well(hub: RunningHub, session: str) -> None:
    answer = await save(hub, session, name="Grace")
    assert answer.status_code == 503, answer.text
    assert answer.json() == BUSY
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_postgresql_server_that_stops_and_comes_back_needs_no_restart_of_the_hub() -> None:
    if os.environ.get(SERVER_VARIABLE):
        pytest.skip("an existing server is not ours to stop")
    with PostgresCluster(max_connections=30) as cluster:
        url = cluster.create_database("book")
        async with running_hub(url, prepare=prepare_demo) as hub:
            session = await hub.login()
            assert (await save(hub, session)).status_code == 200
            await asyncio.to_thread(cluster.stop)
            await assert_busy_then_well(hub, session)
            await until(lambda: _is(ready(hub), 503))
            assert (await hub.client.get("/healthz")).status_code == 200
            await asyncio.to_thread(cluster.start)
            await until(lambda: _is(ready(hub), 200))
            answer = await until(lambda: _saved(hub, session))
            assert answer["firstName"] == "Ada"


async def _saved(hub: RunningHub, session: str) -> object:
    answer = await save(hub, session)
    return answer.json()["response"] if answer.status_code == 200 else None


async def _is(asked: object, expected: int) -> bool:
    return bool(await asked == expected)  # type: ignore[misc]


async def test_an_sqlite_file_that_another_process_locks_is_busy_until_it_lets_go(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "book.db", busy_timeout_s=0.05)
    async with running_hub(engine=engine, prepare=prepare_demo) as hub:
        session = await hub.login()
        assert (await save(hub, session)).status_code == 200
        with contextlib.closing(apsw.Connection(str(tmp_path / "book.db"))) as other:
            other.execute("BEGIN EXCLUSIVE")
            await assert_busy_then_well(hub, session)
            # Reading goes on: what was committed can be had.
            got = await hub.client.post("/contact/get", data={"session": session, "mobileNumber": "2065550100"})
            assert got.json()["response"]["firstName"] == "Ada"
            other.execute("ROLLBACK")
        assert (await save(hub, session, name="Grace")).json()["response"]["firstName"] == "Grace"


async def test_an_sqlite_file_that_is_moved_away_makes_the_hub_not_ready_until_it_is_back(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    async with running_hub(f"sqlite:///{path}", prepare=prepare_demo) as hub:
        session = await hub.login()
        path.rename(tmp_path / "away.db")
        await assert_busy_then_well(hub, session)
        await until(lambda: _is(ready(hub), 503))
        (tmp_path / "away.db").rename(path)
        await until(lambda: _is(ready(hub), 200))
        assert (await save(hub, session)).status_code == 200
