"""Finds the operation that a path means, by table look-up, and lets its dialect answer. The hot path of the hub."""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final

import structlog

from linebook.dialects.base import Dialect, Operation, Request, Response
from linebook.dialects.kit import BodyTooLarge, UnknownOperation, WrongMethod, compile_path
from linebook.runtime import Runtime

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

NO_CONTENT: Final = 204
"""The status of answers that have no body, and may not even say that it is empty (RFC 9110, 8.6)."""

_NO_VALUES: Final[Mapping[str, str]] = {}
_log = structlog.get_logger("linebook.http")


class Disconnected(Exception):
    """The caller went away before the request was complete."""


class _Routes:
    """The operations of one dialect by path."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.exact: dict[str, dict[str, Operation]] = {}
        # By their number of segments: a value in a path is always one of them.
        self.patterns: dict[int, list[tuple[re.Pattern[str], dict[str, Operation]]]] = {}
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in dialect.operations:
            if operation.handler is not None:
                for method in operation.methods:
                    by_path.setdefault(operation.path, {})[method] = operation
        for path, methods in by_path.items():
            if "{" in path:
                self.patterns.setdefault(path.count("/"), []).append((compile_path(path), methods))
            else:
                self.exact[path] = methods

    def find(self, path: str) -> tuple[dict[str, Operation], Mapping[str, str]] | None:
        methods = self.exact.get(path)
        if methods is not None:
            return methods, _NO_VALUES
        for pattern, methods in self.patterns.get(path.count("/"), ()):
            match = pattern.match(path)
            if match:
                return methods, match.groupdict()
        return None


class Dispatcher:
    """Answers every HTTP request that belongs to a dialect. The last dialect owns what no other claims."""

    def __init__(self, runtime: Runtime, dialects: Iterable[Dialect]) -> None:
        """Build the tables."""
        self._runtime = runtime
        self._routes = [_Routes(dialect) for dialect in dialects]
        # What a client sends unchanged needs one look-up; everything else goes through the dialects' tolerance.
        self._exact: dict[str, tuple[Dialect, dict[str, Operation]]] = {}
        for routes in self._routes:
            for path, methods in routes.exact.items():
                self._exact[path] = (routes.dialect, methods)

    def knows(self, path: str) -> bool:
        """Tell whether a call has exactly this path, as most requests do."""
        return path in self._exact

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        started_s = time.perf_counter()
        (dialect, methods), values = self._find(scope["path"])
        try:
            request = await self._read(scope, receive, self._limit(methods.get(scope["method"])), values)
        except Disconnected:
            return
        operation, response = await self._answer(request, dialect, methods)
        await _send(send, request.method, response)
        self._runtime.metrics.count_request(
            dialect.name, operation.name if operation else "", response.status, time.perf_counter() - started_s
        )

    async def _answer(
        self, request: Request, dialect: Dialect, methods: Mapping[str, Operation]
    ) -> tuple[Operation | None, Response]:
        operation = methods.get(request.method)
        if operation is None and request.method == "HEAD":
            operation = methods.get("GET")
        try:
            if request.body is _TOO_LARGE:
                return operation, dialect.refuse(request, BodyTooLarge())
            if operation is None:
                if request.method == "OPTIONS" and (answer := dialect.preflight(request)) is not None:
                    return None, answer
                error = WrongMethod(methods) if methods else UnknownOperation()
                return None, dialect.refuse(request, error)
            return operation, await dialect.serve(self._runtime, operation, request)
        except Exception as error:
            _log.error(
                "request failed",
                dialect=dialect.name,
                operation=operation.name if operation else None,
                error=type(error).__name__,
                # Where, and not what: the sentence of an error may hold a text or a number.
                trace="".join(traceback.format_tb(error.__traceback__)),
            )
            return operation, dialect.refuse(request, error)

    def _find(self, path: str) -> tuple[tuple[Dialect, dict[str, Operation]], Mapping[str, str]]:
        found = self._exact.get(path)
        return (found, _NO_VALUES) if found is not None else self._tolerant(path)

    def _limit(self, operation: Operation | None) -> int:
        settings = self._runtime.settings
        if operation is not None and operation.takes_file:
            return max(settings.file_limit_bytes, settings.body_limit_bytes)
        return settings.body_limit_bytes

    def _tolerant(self, path: str) -> tuple[tuple[Dialect, dict[str, Operation]], Mapping[str, str]]:
        owner = self._routes[-1]
        for routes in self._routes:
            normal = routes.dialect.normal_path(path)
            if normal is None:
                continue
            owner = routes
            found = routes.find(normal)
            if found is not None:
                return (routes.dialect, found[0]), found[1]
            break
        return (owner.dialect, {}), _NO_VALUES

    async def _read(self, scope: Scope, receive: Receive, limit: int, values: Mapping[str, str]) -> Request:
        client = scope.get("client")
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        body = await self._body(receive, limit)
        return Request(
            scope["method"],
            scope["path"],
            scope["query_string"],
            dict(headers),
            body,
            client[0] if client else "",
            values,
        )

    async def _body(self, receive: Receive, limit: int) -> bytes:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        body: bytes = message.get("body", b"")
        if not message.get("more_body"):
            return body if len(body) <= limit else _TOO_LARGE
        chunks, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            size += len(message.get("body", b""))
            if size <= limit:
                chunks.append(message.get("body", b""))
            elif size > 10 * limit:
                return _TOO_LARGE
        return b"".join(chunks) if size <= limit else _TOO_LARGE


_TOO_LARGE: Final = bytes(bytearray(b"too large"))
"""Stands for a body that was not kept."""


async def _send(send: Send, method: str, response: Response) -> None:
    headers = [(b"content-type", response.content_type), *response.headers]
    if response.status != NO_CONTENT:
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else response.body})
