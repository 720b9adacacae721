"""Zipwhip's Software API: flat parameters in any encoding, answers wrapped in `success` and `response`."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from linebook.dialects.base import Call, Operation, Request, Response
from linebook.dialects.kit import convert_params
from linebook.dialects.zipwhip.auth import authenticate
from linebook.dialects.zipwhip.errors import refusal
from linebook.dialects.zipwhip.payloads import Answer, Envelope, content_type, read_parameters
from linebook.dialects.zipwhip.routes import OPERATIONS
from linebook.runtime import Runtime

_PREFIX: Final = re.compile(r"/api/v[12](?=/)")
_SLASHES: Final = re.compile(r"/{2,}")
_CORS: Final = ((b"access-control-allow-origin", b"*"),)
_encode: Final = msgspec.json.Encoder().encode


class ZipwhipDialect:
    """Owns the root of the host: every path that no other dialect claims."""

    name = "zipwhip"
    title = "Zipwhip Software API"
    operations: tuple[Operation, ...] = OPERATIONS

    def normal_path(self, path: str) -> str | None:
        """Collapse repeated slashes, drop a trailing one and an `/api/v1` or `/api/v2` (NOTES: paths)."""
        path = _SLASHES.sub("/", path)
        path = _PREFIX.sub("", path, count=1)
        return path.rstrip("/") or "/"

    async def serve(self, runtime: Runtime, operation: Operation, request: Request) -> Response:
        """See `Dialect`."""
        try:
            flat = read_parameters(request)
            caller = await authenticate(runtime, flat, request) if operation.needs_credential else None
            params = convert_params(flat.first, operation.params) if operation.params is not None else None
            assert operation.handler is not None
            result = await operation.handler(Call(runtime, params, caller, request, flat))
        except Exception as error:
            return self.refuse(request, error)
        body = result if isinstance(result, Answer) else Envelope(response=result)
        return Response(200, _encode(body), content_type(request), _CORS)

    def refuse(self, request: Request, error: Exception) -> Response:
        """See `Dialect`."""
        status, body, headers = refusal(error)
        return Response(status, _encode(body), content_type(request), (*_CORS, *headers))

    def preflight(self, request: Request) -> Response | None:
        """Let pages of any origin call: the platform's own samples ran in browsers (NOTES: browsers)."""
        asked = request.headers.get(b"access-control-request-headers", b"authorization, content-type")
        allowed = (
            (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
            (b"access-control-allow-headers", asked),
            (b"access-control-max-age", b"86400"),
        )
        return Response(200, b"", content_type(request), (*_CORS, *allowed))


ZIPWHIP: Final = ZipwhipDialect()
