"""Hubs for tests: one inside the test's own event loop, there within milliseconds, or a process of its own.

async with running_hub(f"sqlite:///{tmp_path}/book.db", prepare=prepare_demo) as hub:
    answer = await hub.client.get("/healthz")

with hub_process("serve", "--database", url) as hub:
    httpx.get(f"{hub.base_url}/healthz")
    hub.terminate()
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from linebook.app import Hub, build_runtime
from linebook.clock import Clock, system_clock
from linebook.ids import Ids
from linebook.listen import base_url, bind, resolve
from linebook.runtime import Runtime
from linebook.server import HubServer
from linebook.settings import PREFIX, Settings
from linebook.storage.base import Engine
from tests.kit.raw import Onlooker

LIMIT_S = 30.0
"""How long anything that is waited for may take; nothing ever takes as long unless it is broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningHub:
    """A hub that answers on a free loopback port."""

    base_url: str
    metrics_url: str | None
    runtime: Runtime
    server: HubServer
    client: httpx.AsyncClient
    """Calls this hub: paths alone are enough."""
    onlooker: Onlooker
    """Sees what its database holds."""

    @property
    def port(self) -> int:
        """The port it listens on."""
        return httpx.URL(self.base_url).port or 0

    async def login(self, username: str = "5556661234", password: str = "mypassword") -> str:
        """Log in as Zipwhip's clients do and give the session key; without arguments on the demo's single-user line."""
        answer = await self.client.post("/user/login", data={"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["response"])


@asynccontextmanager
async def running_hub(
    database: str = "",
    *,
    engine: Engine | None = None,
    prepare: Callable[[Engine], object] | None = None,
    clock: Clock = system_clock,
    ids: Ids | None = None,
    is_demo: bool = False,
    **settings: Any,
) -> AsyncIterator[RunningHub]:
    """Serve a database (or an engine) in this event loop while the block runs, drained when it ends.

    `prepare` fills the database before the hub serves, `is_demo` opens the sandbox; further arguments are settings. The
    metrics get a port of their own with `metrics_port=0`.
    """
    chosen = Settings(database=database or "sqlite:///unused", port=0, **settings)
    runtime = build_runtime(chosen, clock, ids, engine, is_demo=is_demo)
    try:
        await asyncio.to_thread(runtime.store.engine.migrate)
        if prepare is not None:
            await asyncio.to_thread(prepare, runtime.store.engine)
    except BaseException:
        runtime.store.engine.close()
        raise
    server = HubServer(Hub(runtime))
    sockets = bind(resolve(chosen.host, chosen.port))
    metrics_sockets = bind(resolve(chosen.metrics_host, 0)) if chosen.metrics_port is not None else []
    url = base_url(sockets[0], is_tls=server.is_tls)
    metrics_url = base_url(metrics_sockets[0], is_tls=False) if metrics_sockets else None
    onlooker = Onlooker(runtime.store.engine)
    started = asyncio.Event()
    running = asyncio.create_task(server.run(sockets, metrics_sockets, started.set))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if not started.is_set():
            waiting.cancel()
            await running
        async with httpx.AsyncClient(base_url=url, timeout=LIMIT_S, trust_env=False) as client:
            yield RunningHub(
                base_url=url,
                metrics_url=metrics_url,
                runtime=runtime,
                server=server,
                client=client,
                onlooker=onlooker,
            )
    finally:
        onlooker.close()
        server.stop()
        try:
            await running
        finally:
            for one in (*sockets, *metrics_sockets):
                one.close()


class HubProcess:
    """`linebook serve` or `linebook demo` as a process of its own."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.base_url = url

    def terminate(self) -> int:
        """Ask it to end (SIGTERM), wait until it has, and give its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LIMIT_S)


@contextmanager
def hub_process(
    *arguments: str, cwd: Path | None = None, environ: Mapping[str, str] | None = None
) -> Iterator[HubProcess]:
    """Start `linebook ARGUMENTS --port 0 --json` and wait until it answers; it is ended with the block.

    Raises `AssertionError` with what it printed when it does not start.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "linebook", *arguments, "--port", "0", "--json"],
        cwd=cwd,
        env=clean_environ(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    limit = threading.Timer(LIMIT_S, process.kill)
    limit.start()
    try:
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        limit.cancel()
        if not line:
            raise AssertionError(f"linebook ended with {process.wait()}: {process.stderr.read()}")
        yield HubProcess(process, json.loads(line)["url"])
    finally:
        limit.cancel()
        if process.poll() is None:
            process.terminate()
        try:
            process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def run_linebook(
    *arguments: str, stdin: str = "", cwd: Path | None = None, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command as a process of its own, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "linebook", *arguments],
        check=False,
        cwd=cwd,
        env=clean_environ(environ),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )


def clean_environ(further: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give this process's environment without settings of linebook, and with what is given."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)} | dict(further or {})


async def until(what: Callable[[], Any], *, pause_s: float = 0.02) -> Any:
    """Ask again and again until the (awaitable) answer is true, and give it; fails after `LIMIT_S`."""
    deadline_s = time.monotonic() + LIMIT_S
    while True:
        answer = what()
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer:
            return answer
        assert time.monotonic() < deadline_s, f"{what} did not become true"
        await asyncio.sleep(pause_s)
