"""Zipwhip's Software API: flat parameters in any encoding, answers wrapped in `success` and `response`."""

from __future__ import annotations

import re
from typing import Any, Final, get_type_hints

import msgspec

from linebook.dialects.base import Call, Operation, Request, Response, Security
from linebook.dialects.kit import convert_params
from linebook.dialects.zipwhip.auth import authenticate
from linebook.dialects.zipwhip.errors import refusal
from linebook.dialects.zipwhip.payloads.answers import Answer, Envelope, Failure, Whole, content_type
from linebook.dialects.zipwhip.payloads.reading import given_values, read_parameters
from linebook.dialects.zipwhip.planned import PLANNED
from linebook.dialects.zipwhip.routes import OPERATIONS
from linebook.errors import DomainError, StorageRefused, Unavailable
from linebook.runtime import Runtime

_PREFIX: Final = re.compile(r"\A/api/(?:v[12]|20140925)(?=/)")
_SLASHES: Final = re.compile(r"/{2,}")
_CORS: Final = ((b"access-control-allow-origin", b"*"),)
_encode: Final = msgspec.json.Encoder().encode

_SESSION: Final = Security(
    id="session",
    place="query",
    name="session",
    description="The key that user/login gave, as a parameter: in the query, or in the form like any other parameter.",
    given_by="user/login",
    given_as="response",
    ended_by="user/logout",
)
_SESSION_HEADER: Final = Security(
    id="sessionHeader",
    place="header",
    name="Authorization",
    description="The key that user/login gave, bare, without a word before it.",
    given_by="user/login",
    given_as="response",
    ended_by="user/logout",
)


class ZipwhipDialect:
    """Owns the root of the host: every path that no other dialect claims."""

    name = "zipwhip"
    title = "Zipwhip Software API"
    operations: tuple[Operation, ...] = (*OPERATIONS, *PLANNED)
    form_types: tuple[str, ...] = ("application/x-www-form-urlencoded", "multipart/form-data", "application/json")
    security: tuple[tuple[Security, ...], ...] = ((_SESSION,), (_SESSION_HEADER,))
    failure: Any = Failure

    def answer_shape(self, operation: Operation) -> Any:
        """See `Dialect`. A handler that gives a whole `Answer` says so in its signature; all else is wrapped."""
        given = get_type_hints(operation.handler).get("return") if operation.handler is not None else None
        if isinstance(given, type) and issubclass(given, Whole):
            return given
        name = "".join(word[0].upper() + word[1:] for word in operation.name.split("/")) + "Answer"
        result = given if operation.result is None else operation.result
        return msgspec.defstruct(name, [("response", result)], bases=(Answer,), frozen=True, kw_only=True)

    def normal_path(self, path: str) -> str | None:
        """Collapse repeated slashes, drop a trailing one and the prefix of one of the hosts (NOTES: paths)."""
        path = _SLASHES.sub("/", path)
        path = _PREFIX.sub("", path, count=1)
        return path.rstrip("/") or "/"

    async def serve(self, runtime: Runtime, operation: Operation, request: Request) -> Response:
        """See `Dialect`."""
        try:
            flat = read_parameters(request)
            caller = await authenticate(runtime, operation, flat, request) if operation.needs_credential else None
            shape = operation.params
            params = None if shape is None else convert_params(given_values(flat, shape), shape)
            assert operation.handler is not None
            result = await operation.handler(Call(runtime, params, caller, request, flat))
        except (DomainError, StorageRefused, Unavailable) as error:
            return self.refuse(request, error)
        if isinstance(result, Response):
            return msgspec.structs.replace(result, headers=(*_CORS, *result.headers))
        body = result if isinstance(result, Whole) else Envelope(response=result)
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
