"""Sendblue's API: JSON over HTTP, a key pair in headers, refusals with `status` ERROR and a message."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from linebook.dialects.base import Call, Operation, Request, Response, Security
from linebook.dialects.sendblue.auth import authenticate
from linebook.dialects.sendblue.errors import refusal
from linebook.dialects.sendblue.payloads.answers import Failure
from linebook.dialects.sendblue.payloads.reading import read_body, read_query
from linebook.dialects.sendblue.planned import PLANNED
from linebook.dialects.sendblue.routes import OPERATIONS
from linebook.errors import DomainError, StorageRefused, Unavailable
from linebook.runtime import Runtime

_SLASHES: Final = re.compile(r"/{2,}")
_OWN: Final = re.compile(
    r"/(?:"
    r"api/v2/(?:contacts|messages|lines|seats|totp|groups|verify|events|account)"
    r"|api/(?:contacts|messages?|lines|account/webhooks|status|evaluate-service|location|request-location"
    r"|send-(?:message|group-message|carousel|typing-indicator|reaction)|upload-(?:media-object|file)"
    r"|mark-read|modify-group|create-group|v3/cli)"
    r"|v3|accounts?"
    r")(?:/|\Z)"
)
"""The families of paths that are this platform's (NOTES: paths); all others belong to other dialects."""

_JSON: Final = b"application/json; charset=utf-8"
_encode: Final = msgspec.json.Encoder().encode

_PAIR: Final = (
    Security(
        id="keyId",
        place="header",
        name="sb-api-key-id",
        description="The id of a key pair.",
        demo="demo-key",
    ),
    Security(
        id="secretKey",
        place="header",
        name="sb-api-secret-key",
        description="The secret of the key pair.",
        demo="demo-secret",
    ),
)
_TOKEN: Final = Security(
    id="token",
    place="header",
    name="Authorization",
    scheme="bearer",
    description="A temporary token, in place of the key pair.",
    given_by="auth.tokens.create",
    given_as="token",
    ended_by="auth.tokens.revoke",
)


class SendblueDialect:
    """Owns `/api/…` as far as its families go, `/v3/…` and `/account…`."""

    name = "sendblue"
    title = "Sendblue API"
    operations: tuple[Operation, ...] = (*OPERATIONS, *PLANNED)
    form_types: tuple[str, ...] = ()
    security: tuple[tuple[Security, ...], ...] = (_PAIR, (_TOKEN,))
    failure: Any = Failure

    def answer_shape(self, operation: Operation) -> Any:
        """See `Dialect`. Every call declares its whole answer."""
        return operation.result

    def normal_path(self, path: str) -> str | None:
        """Collapse repeated slashes and drop a trailing one; a plus in a path is a plus (NOTES: paths)."""
        path = _SLASHES.sub("/", path)
        return (path.rstrip("/") or "/") if _OWN.match(path) else None

    async def serve(self, runtime: Runtime, operation: Operation, request: Request) -> Response:
        """See `Dialect`."""
        try:
            caller = await authenticate(runtime, request)
            params = read_query(request, operation.params)
            body = read_body(request, operation.body)
            assert operation.handler is not None
            result = await operation.handler(
                Call(runtime=runtime, params=params, caller=caller, request=request, body=body)
            )
        except (DomainError, StorageRefused, Unavailable) as error:
            return self.refuse(request, error)
        return Response(operation.status, b"" if result is None else _encode(result), _JSON)

    def refuse(self, request: Request, error: Exception) -> Response:
        """See `Dialect`."""
        is_v3 = _SLASHES.sub("/", request.path).startswith("/v3")
        status, body, headers = refusal(error, is_v3=is_v3)
        return Response(status, _encode(body), _JSON, headers)

    def preflight(self, request: Request) -> Response | None:
        """Answer no browser: the platform refuses calls from pages (NOTES: browsers)."""
        return None


SENDBLUE: Final = SendblueDialect()
