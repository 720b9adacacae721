"""The sandbox: a small HTTP API for other people's test suites. It is there in the demo alone and asks for no secret.

It is declared and served like a dialect, so that its OpenAPI document and its part of `/docs` come from the same place.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from linebook.dialects.base import Call, Operation, Request, Response, Security
from linebook.errors import DomainError, NotPermitted, Unavailable
from linebook.runtime import Runtime
from linebook.sandbox.errors import Failure, refusal
from linebook.sandbox.reading import read_body, read_query
from linebook.sandbox.routes import OPERATIONS

PREFIX: Final = "/_sandbox"

_SLASHES: Final = re.compile(r"/{2,}")
_JSON: Final = b"application/json"
_HEADERS: Final = ((b"cache-control", b"no-store"),)
_encode: Final = msgspec.json.Encoder().encode


class SandboxApi:
    """Owns everything under `/_sandbox`. It has the form of a dialect and speaks for no platform."""

    name = "sandbox"
    title = "Sandbox for test suites"
    operations: tuple[Operation, ...] = OPERATIONS
    form_types: tuple[str, ...] = ()
    security: tuple[tuple[Security, ...], ...] = ()
    failure: Any = Failure

    def answer_shape(self, operation: Operation) -> Any:
        """See `Dialect`. Nothing is wrapped around a result."""
        return operation.result

    def normal_path(self, path: str) -> str | None:
        """Collapse repeated slashes and drop a trailing one."""
        path = _SLASHES.sub("/", path).rstrip("/")
        return path if path == PREFIX or path.startswith(f"{PREFIX}/") else None

    async def serve(self, runtime: Runtime, operation: Operation, request: Request) -> Response:
        """See `Dialect`."""
        try:
            _refuse_foreign_pages(request)
            params = None if operation.params is None else read_query(request, operation.params)
            body = None if operation.body is None else read_body(request, operation.body)
            assert operation.handler is not None
            result = await operation.handler(Call(runtime, params, None, request, body=body))
        except (DomainError, Unavailable) as error:
            return self.refuse(request, error)
        if isinstance(result, Response):
            return result
        return Response(operation.status, b"" if result is None else _encode(result), _JSON, _HEADERS)

    def refuse(self, request: Request, error: Exception) -> Response:
        """See `Dialect`."""
        status, body, headers = refusal(error)
        return Response(status, _encode(body), _JSON, (*_HEADERS, *headers))

    def preflight(self, request: Request) -> Response | None:
        """Allow no page of another origin anything."""
        return None


def _refuse_foreign_pages(request: Request) -> None:
    """Refuse what a page of another site makes a browser send: whoever develops has both open. Raises `NotPermitted`.

    Programs that are no browsers send no `Origin`.
    """
    origin, site = request.header(b"origin"), request.header(b"sec-fetch-site")
    is_foreign = bool(origin) and origin.partition("://")[2] != request.header(b"host")
    # A page can show a file of the sandbox as a picture without naming its origin; whoever follows a link may look.
    is_foreign |= site in ("cross-site", "same-site") and request.header(b"sec-fetch-mode") != "navigate"
    if is_foreign:
        raise NotPermitted("Pages of other origins may not use the sandbox.")


SANDBOX: Final = SandboxApi()
