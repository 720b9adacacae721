"""inwise's REST API: JSON bodies read as its own guide prints them, answers as plain objects and lists."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

import msgspec

from linebook.dialects.base import Call, Operation, Request, Response, Security
from linebook.dialects.inwise.auth import authenticate
from linebook.dialects.inwise.errors import KEY_HEADER, Failure, refusal
from linebook.dialects.inwise.planned import PLANNED
from linebook.dialects.inwise.reading import read_body, read_query
from linebook.dialects.inwise.routes import OPERATIONS
from linebook.errors import DomainError, StorageRefused, Unavailable
from linebook.runtime import Runtime

LARGE_BODY: Final = 200_000
"""A body of more bytes is read beside the event loop, which would stand still for it otherwise."""

_SLASHES: Final = re.compile(r"/{2,}")
_JSON: Final = b"application/json; charset=utf-8"
_CORS: Final = ((b"access-control-allow-origin", b"*"),)
_encode: Final = msgspec.json.Encoder().encode

_KEY: Final = Security(
    id="apiKey",
    place="header",
    name=KEY_HEADER,
    description="The API key. Where the header is missing, a member `api_key` of the JSON body is taken.",
    demo="0123456789abcdef0123456789abcdef",
)


class InwiseDialect:
    """Owns everything under `/rest/v1`."""

    name = "inwise"
    title = "inwise REST API"
    operations: tuple[Operation, ...] = (*OPERATIONS, *PLANNED)
    form_types: tuple[str, ...] = ()
    security: tuple[tuple[Security, ...], ...] = ((_KEY,),)
    failure: Any = Failure

    def __init__(self) -> None:
        """Know the declared spelling of every word in a path."""
        words = {word for operation in self.operations for word in operation.path.split("/") if "{" not in word}
        self._words = {word.lower(): word for word in words}

    def answer_shape(self, operation: Operation) -> Any:
        """See `Dialect`. Nothing is wrapped around a result."""
        return operation.result

    def normal_path(self, path: str) -> str | None:
        """Take any letter case, repeated slashes and a trailing one (NOTES: paths)."""
        if path.lstrip("/")[:4].lower() != "rest":
            return None  # so ends nearly every path that is asked about, before anything is made of it
        words = _SLASHES.sub("/", path).rstrip("/").split("/")
        if [word.lower() for word in words[:3]] != ["", "rest", "v1"]:
            return None
        return "/".join(self._words.get(word.lower(), word) for word in words)

    async def serve(self, runtime: Runtime, operation: Operation, request: Request) -> Response:
        """See `Dialect`. The key is asked for before anything else is looked at."""
        try:
            caller = await authenticate(runtime, request)
            params: msgspec.Struct | None = None
            if operation.params is not None:
                params = read_query(request, operation.params)
            elif operation.body is not None and len(request.body) > LARGE_BODY:
                params = await asyncio.to_thread(read_body, request.body, operation.body)
            elif operation.body is not None:
                params = read_body(request.body, operation.body)
            assert operation.handler is not None
            result = await operation.handler(Call(runtime, params, caller, request))
        except (DomainError, Unavailable, StorageRefused) as error:
            return self.refuse(request, error)
        return Response(200, _encode(result), _JSON, _CORS)

    def refuse(self, request: Request, error: Exception) -> Response:
        """See `Dialect`."""
        status, body, headers = refusal(error)
        return Response(status, _encode(body), _JSON, (*_CORS, *headers))

    def preflight(self, request: Request) -> Response | None:
        """Let pages of any origin call, with the header that holds the key (NOTES: browsers)."""
        asked = request.headers.get(b"access-control-request-headers", b"")
        allowed = (
            (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
            (b"access-control-allow-headers", b", ".join(filter(None, (b"X-API-Key, Content-Type, Accept", asked)))),
            (b"access-control-max-age", b"86400"),
        )
        return Response(200, b"", _JSON, (*_CORS, *allowed))


INWISE: Final = InwiseDialect()
