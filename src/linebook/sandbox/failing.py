"""Dialects whose calls fail when a test suite wants them to: in the platform's own form, or without any answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import msgspec

from linebook.dialects.base import Call, Dialect, Handler, Operation, Request, Response, Security
from linebook.errors import Unavailable
from linebook.faults import Fault, Outcome
from linebook.runtime import Runtime

DROPPED: Final = Response(0, b"", b"")
"""Stands for no answer at all: `dropping` cuts the connection instead of sending it."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Wished(Exception):
    """A call ends as was asked for."""

    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self.fault = fault


class FailingDialect:
    """A dialect in front of which wishes are looked at, once its callers are known."""

    def __init__(self, dialect: Dialect) -> None:
        """Serve as that dialect does."""
        self._dialect = dialect
        self.name: str = dialect.name
        self.title: str = dialect.title
        self.form_types: tuple[str, ...] = dialect.form_types
        self.security: tuple[tuple[Security, ...], ...] = dialect.security
        self.failure: Any = dialect.failure
        self.operations: tuple[Operation, ...] = tuple(self._failing(one) for one in dialect.operations)
        self.answer_shape = dialect.answer_shape
        self.normal_path = dialect.normal_path
        self.refuse = dialect.refuse
        self.preflight = dialect.preflight

    async def serve(self, runtime: Runtime, operation: Operation, request: Request) -> Response:
        """See `Dialect`."""
        try:
            return await self._dialect.serve(runtime, operation, request)
        except Wished as wished:
            fault = wished.fault
        if fault.outcome is Outcome.DROPPED:
            return DROPPED
        if fault.status == 500:
            return self._dialect.refuse(request, Wished(fault))
        refused = self._dialect.refuse(request, _try_later(fault.retry_after_s))
        return msgspec.structs.replace(refused, status=fault.status)

    def _failing(self, operation: Operation) -> Operation:
        handler = operation.handler
        if handler is None:
            return operation
        return msgspec.structs.replace(operation, handler=_looking(self.name, operation.path, handler))


def _looking(dialect: str, path: str, handler: Handler) -> Handler:
    async def handle(call: Call) -> Any:
        account_id = call.caller.account_id if call.caller is not None else None
        fault = call.runtime.faults.take(account_id, dialect, (call.request.path, path))
        if fault is None:
            return await handler(call)
        if fault.is_after or fault.outcome is Outcome.ANSWERED:
            # A slow answer is one that was made in time: what it says was true before the delay.
            result = await handler(call)
            await asyncio.sleep(fault.delay_s)
            if fault.outcome is Outcome.ANSWERED:
                return result
        else:
            await asyncio.sleep(fault.delay_s)
        raise Wished(fault)

    return handle


def _try_later(retry_after_s: int) -> Unavailable:
    error = Unavailable()
    error.retry_after_s = retry_after_s
    return error


def dropping(app: App) -> App:
    """Give the application with connections that are cut where it answers `DROPPED`."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        is_dropped = False

        async def send_or_drop(message: MutableMapping[str, Any]) -> None:
            nonlocal is_dropped
            is_dropped = is_dropped or message.get("status") == DROPPED.status
            if not is_dropped:
                await send(message)

        await app(scope, receive, send_or_drop)
        if is_dropped:
            await _cut(receive, send)

    return call


async def _cut(receive: Receive, send: Send) -> None:
    # ASGI has no word for it. Of uvicorn's requests `send` is a method, and they know their transport.
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionAbortedError("This server cannot cut a connection.")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
