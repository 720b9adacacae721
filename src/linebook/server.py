"""Runs a hub: opens the store, listens, serves, drains at SIGTERM or SIGINT. What is answered is decided elsewhere."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

import structlog
import uvicorn
import uvloop

from linebook.app import Hub, build_runtime
from linebook.collector import rest_the_collector
from linebook.demo import demo_secrets_present
from linebook.errors import SettingsError
from linebook.listen import BACKLOG, are_loopback, base_url, bind, resolve, tls_context
from linebook.logs import configure_logging
from linebook.one_write import OneWriteProtocol
from linebook.serve_lock import serve_lock
from linebook.settings import Settings
from linebook.storage.base import Engine
from linebook.storage.sqlite import SqliteEngine

SWITCH_INTERVAL_S: Final = 0.0005
"""How long a thread of Python may keep the others waiting. The event loop and the writer hand work to each other all
the time; Python's own 5 ms would show in every answer."""

KEEP_ALIVE_S: Final = 75
"""An idle connection is kept that long, longer than the 60 s of the usual reverse proxies and connection pools: whoever
closes first can cut off a request on its way."""

_COMMON: Final[dict[str, Any]] = {
    "http": OneWriteProtocol,
    "ws": "none",
    "loop": "none",
    "lifespan": "off",
    "interface": "asgi3",
    "workers": 1,
    "access_log": False,
    "log_config": None,
    # At the lowest level uvicorn would trace every connection.
    "log_level": "error",
    "server_header": False,
    "timeout_keep_alive": KEEP_ALIVE_S,
    "backlog": BACKLOG,
}

_log = structlog.get_logger("linebook.server")


def serve(
    settings: Settings,
    *,
    prepare: Callable[[Engine], object] | None = None,
    announce: Callable[[str], object] | None = None,
    is_demo: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; then stop listening, answer what runs, commit what waits, and return.

    `prepare` may fill the database before anybody is served; `announce` is told the base URL once calls are answered.
    `is_demo` opens the sandbox, which lets anybody empty the database.
    Raises `SettingsError`, `StorageUnusable`, `StorageUnavailable` and `CannotListen`, each before anything is served.
    """
    leave_at_sigterm()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    configure_logging(settings.log_level, settings.log_format)
    with ExitStack() as stack:
        hub = Hub(build_runtime(settings, is_demo=is_demo))
        engine = hub.runtime.store.engine
        server = HubServer(hub)
        if isinstance(engine, SqliteEngine):
            stack.enter_context(serve_lock(Path(engine.path)))
        stack.callback(engine.close)
        engine.migrate()
        if prepare is not None:
            prepare(engine)
        addresses = resolve(settings.host, settings.port)
        if not are_loopback(addresses) and demo_secrets_present(engine):
            raise SettingsError(
                f"This database holds the published demo credentials, and {settings.host} can be reached from other "
                "machines: revoke them, or listen on 127.0.0.1."
            )
        sockets = bind(addresses)
        stack.callback(_close, sockets)
        metrics_sockets: list[socket.socket] = []
        if settings.metrics_port is not None:
            metrics_sockets = bind(resolve(settings.metrics_host, settings.metrics_port))
            stack.callback(_close, metrics_sockets)

        def started() -> None:
            for one in metrics_sockets:
                _log.info("metrics", url=f"{base_url(one, is_tls=False)}/metrics")
            if announce is not None:
                announce(base_url(sockets[0], is_tls=server.is_tls))

        rest_the_collector()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(server, sockets, metrics_sockets, started))


def leave_at_sigterm() -> None:
    """Let SIGTERM end the process in order, with status 0, as long as no event loop has taken the signal over."""
    signal.signal(signal.SIGTERM, _leave)


async def _serve(
    server: HubServer,
    sockets: list[socket.socket],
    metrics_sockets: list[socket.socket],
    started: Callable[[], None],
) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.run(sockets, metrics_sockets, started)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    # Nothing is served yet, but locks and folders have to be let go.
    raise SystemExit(0)


def _close(sockets: Sequence[socket.socket]) -> None:
    for one in sockets:
        one.close()


class HubServer:
    """Serves one hub on sockets that listen already, inside a running event loop."""

    def __init__(self, hub: Hub) -> None:
        """Read the certificate. Raises `SettingsError` when it does not serve."""
        settings = hub.runtime.settings
        self._hub = hub
        self._stop_calls = 0
        tls = tls_context(settings.tls_cert, settings.tls_key) if settings.tls_cert and settings.tls_key else None
        self.is_tls = tls is not None
        # uvicorn asks for whole seconds here and takes any.
        further: dict[str, Any] = {"timeout_graceful_shutdown": settings.drain_s}
        if tls is not None:
            further["ssl_context_factory"] = lambda _config, _default: tls
        proxies = settings.trusted_proxies.strip()
        self._main = _Server(
            uvicorn.Config(
                hub,
                **_COMMON,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=proxies,
                **further,
            )
        )
        self._metrics = _Server(
            uvicorn.Config(hub.metrics_app, **_COMMON, timeout_graceful_shutdown=1, proxy_headers=False)
        )

    async def run(
        self,
        sockets: list[socket.socket],
        metrics_sockets: list[socket.socket],
        started: Callable[[], object] | None = None,
    ) -> None:
        """Serve until `stop` is called, then drain; the sockets are closed when this returns.

        `started` is called once calls are answered. Raises what opening the store raises.
        """
        self._main.when_started = started
        async with self._hub.running():
            metrics = asyncio.create_task(self._metrics.serve(metrics_sockets)) if metrics_sockets else None
            try:
                await self._main.serve(sockets)
            finally:
                if metrics is not None:
                    self._metrics.should_exit = True
                    await metrics

    def stop(self) -> None:
        """Begin to drain; called again, wait for no caller any more. Writes that were accepted are finished anyway."""
        self._stop_calls += 1
        self._main.should_exit = True
        if self._stop_calls > 1:
            self._main.force_exit = True


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to us and tells when it serves."""

    when_started: Callable[[], object] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.when_started is not None:
            self.when_started()
