"""Builds a hub out of its parts: the one place that knows every one of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from linebook.clock import Clock, MovableClock, system_clock
from linebook.core.phone import national
from linebook.dialects import pages
from linebook.dialects.base import Dialect
from linebook.dialects.dispatch import Dispatcher, Receive, Scope, Send
from linebook.dialects.heymarket import HEYMARKET
from linebook.dialects.inwise import INWISE
from linebook.dialects.sendblue import SENDBLUE
from linebook.dialects.zipwhip import ZIPWHIP
from linebook.dialects.zipwhip.webhooks import WEBHOOKS
from linebook.directory import Directory
from linebook.errors import SettingsError
from linebook.file_sweeper import FileSweeper
from linebook.ids import Ids
from linebook.importing.runner import ImportRunner
from linebook.links import CARRIER_PATHS, CarrierDoor, build_carriers, build_delivery, build_webhooks
from linebook.login import LoginGuard
from linebook.message_files import MessageFiles, folder_of
from linebook.metrics import Metrics
from linebook.name_follower import NameFollower
from linebook.purger import Purger, keep_for
from linebook.rates import CallRates
from linebook.runtime import Runtime
from linebook.sandbox import SANDBOX
from linebook.sandbox.failing import App, FailingDialect, dropping
from linebook.sandbox.handset import page as handset
from linebook.sealing import Sealer, key_file_of
from linebook.settings import Settings
from linebook.storage.base import Engine
from linebook.storage.store import Store, open_engine
from linebook.webhooks.guard import LOOPBACK_NETWORKS, WebhookGuard

DIALECTS: Final[tuple[Dialect, ...]] = (INWISE, SENDBLUE, HEYMARKET, ZIPWHIP)
"""Every dialect. The last one owns the paths that no other claims."""


def build_runtime(
    settings: Settings,
    clock: Clock = system_clock,
    ids: Ids | None = None,
    engine: Engine | None = None,
    *,
    is_demo: bool = False,
) -> Runtime:
    """Give a hub's runtime; nothing is opened yet. `engine` stands in for the one that the settings name.

    Raises `SettingsError` for an unusable database URL, default region or secret key.
    """
    try:
        national(settings.default_region)
    except ValueError as error:
        raise SettingsError(f"The setting default_region cannot be used: {error}") from error
    movable = MovableClock(clock) if is_demo else None
    clock = movable or clock
    ids = ids or Ids()
    engine = engine or open_engine(settings.database, clock, ids)
    store = Store(engine, gate_members=settings.gate_members, gate_age_s=settings.gate_age_s)
    files = MessageFiles(store, folder_of(settings.files_folder, settings.database))
    carriers = build_carriers(settings, store, ids, files, movable.sleep if movable else asyncio.sleep)
    return Runtime(
        settings=settings,
        store=store,
        directory=Directory(store, clock),
        clock=clock,
        ids=ids,
        metrics=Metrics(store),
        login_guard=LoginGuard(clock, settings.login_failures, settings.login_window_s),
        names=NameFollower(store),
        rates=CallRates(clock),
        sealer=Sealer(settings.secret_key, key_file_of(settings.database)),
        carriers=carriers,
        webhook_guard=WebhookGuard(settings.webhook_networks or (LOOPBACK_NETWORKS if is_demo else "")),
        delivery=build_delivery(settings, store, clock, ids, carriers, files.read),
        files=files,
        is_demo=is_demo,
    )


class Hub:
    """The ASGI application: the dialects on the hot path, Starlette for everything around them.

    `metrics_app` is a second one, for a port of its own.
    """

    def __init__(self, runtime: Runtime) -> None:
        """Build the tables. `running`, or the ASGI lifespan, starts and stops the store."""
        self.runtime = runtime
        # The sandbox lets anybody empty the book: it is there in the demo, and nowhere else.
        sandbox = (SANDBOX,) if runtime.is_demo else ()
        served = [FailingDialect(one) for one in DIALECTS] if runtime.is_demo else DIALECTS
        self._dispatch = Dispatcher(runtime, (*sandbox, *served))
        self._answer: App = dropping(self._dispatch) if runtime.is_demo else self._dispatch
        own = [
            Route("/healthz", _healthz),
            Route("/readyz", self._readyz),
            *pages.routes((*DIALECTS, *sandbox)),
        ]
        carriers = CarrierDoor(runtime.carriers, runtime.settings.body_limit_bytes)
        own.append(Route(CARRIER_PATHS + "{name:path}", carriers.answer, methods=["GET", "POST", "PUT"]))
        if runtime.is_demo:
            own += handset.routes(runtime)
        if runtime.settings.metrics_port is None:
            own.append(Route("/metrics", self._metrics))
        self._webhooks = build_webhooks(runtime, {ZIPWHIP.name: WEBHOOKS})
        self._own_paths = frozenset(route.path for route in own)
        self._around = Starlette(routes=own, lifespan=lambda _app: self.running())
        self.metrics_app = Starlette(routes=[Route("/metrics", self._metrics)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or run the lifespan."""
        if scope["type"] == "http" and (self._dispatch.knows(scope["path"]) or not self._is_own(scope["path"])):
            await self._answer(scope, receive, send)
        else:
            await self._around(scope, receive, send)

    def _is_own(self, path: str) -> bool:
        return path in self._own_paths or path.startswith((CARRIER_PATHS, *pages.PREFIXES))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the store open for as long as the block runs; afterwards nothing that was accepted waits any more.

        Raises `StorageUnusable` or `StorageUnavailable` when the store cannot be opened.
        """
        await self.runtime.store.start()
        self.runtime.names.start()
        self.runtime.delivery.start()
        self._webhooks.start()
        imports = ImportRunner(self.runtime.store)
        imports.start()
        files = FileSweeper(self.runtime.store, self.runtime.clock, self.runtime.files.folder)
        files.start()
        purger = Purger(self.runtime.store, keep_for(self.runtime.settings))
        purger.start()
        try:
            yield
        finally:
            await purger.stop()
            await files.stop()
            await imports.stop()
            await self.runtime.delivery.stop()
            for carrier in self.runtime.carriers.values():
                await carrier.close()
            await self._webhooks.stop()
            await self.runtime.names.stop()
            self.runtime.login_guard.close()
            await self.runtime.store.stop()

    async def _readyz(self, _request: Request) -> Response:
        ready = self.runtime.store.is_reachable
        return JSONResponse({"ready": ready}, status_code=200 if ready else 503)

    async def _metrics(self, _request: Request) -> Response:
        return Response(self.runtime.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _healthz(_request: Request) -> Response:
    return PlainTextResponse("ok\n")
