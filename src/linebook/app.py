"""Builds a hub out of its parts: the one place that knows every one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from linebook.clock import Clock, system_clock
from linebook.dialects.base import Dialect
from linebook.dialects.dispatch import Dispatcher, Receive, Scope, Send
from linebook.dialects.zipwhip import ZIPWHIP
from linebook.directory import Directory
from linebook.ids import Ids
from linebook.login import LoginGuard
from linebook.metrics import Metrics
from linebook.runtime import Runtime
from linebook.settings import Settings
from linebook.storage.store import Store, open_engine

DIALECTS: Final[tuple[Dialect, ...]] = (ZIPWHIP,)
"""Every dialect. The last one owns the paths that no other claims."""


def build_runtime(settings: Settings, clock: Clock = system_clock, ids: Ids | None = None) -> Runtime:
    """Give a hub's runtime; nothing is opened yet. Raises `SettingsError` for an unusable database URL."""
    ids = ids or Ids()
    store = Store(
        open_engine(settings.database, clock, ids), gate_members=settings.gate_members, gate_age_s=settings.gate_age_s
    )
    return Runtime(
        settings=settings,
        store=store,
        directory=Directory(store, clock),
        clock=clock,
        ids=ids,
        metrics=Metrics(store),
        login_guard=LoginGuard(clock, settings.login_failures, settings.login_window_s),
    )


class Hub:
    """The ASGI application: the dialects on the hot path, Starlette for everything around them."""

    def __init__(self, runtime: Runtime) -> None:
        """Build the tables. The lifespan starts and stops the store."""
        self.runtime = runtime
        self._dispatch = Dispatcher(runtime, DIALECTS)
        own = [
            Route("/healthz", _healthz),
            Route("/readyz", self._readyz),
        ]
        if runtime.settings.metrics_port is None:
            own.append(Route("/metrics", self._metrics))
        self._own_paths = frozenset(route.path for route in own)
        self._around = Starlette(routes=own, lifespan=self._lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or run the lifespan."""
        if scope["type"] == "http" and scope["path"] not in self._own_paths:
            await self._dispatch(scope, receive, send)
        else:
            await self._around(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        await self.runtime.store.start()
        try:
            yield
        finally:
            self.runtime.login_guard.close()
            await self.runtime.store.stop()

    async def _readyz(self, _request: Request) -> Response:
        ready = self.runtime.store.is_reachable
        return JSONResponse({"ready": ready}, status_code=200 if ready else 503)

    async def _metrics(self, _request: Request) -> Response:
        return Response(self.runtime.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _healthz(_request: Request) -> Response:
    return PlainTextResponse("ok\n")
