"""Heymarket's API: JSON in and out, a key or a signed token, bare lists and bare strings as answers."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from linebook.core.account import Credential
from linebook.dialects.base import Call, Operation, Request, Response, Security
from linebook.dialects.heymarket.auth import N8N, authenticate
from linebook.dialects.heymarket.errors import Failure, failure, refusal
from linebook.dialects.heymarket.payloads.contacts import RawContactsBody
from linebook.dialects.heymarket.payloads.wire import body_by_query, decode_body, read_query
from linebook.dialects.heymarket.planned import PLANNED
from linebook.dialects.heymarket.routes import OPERATIONS
from linebook.dialects.kit import convert_params
from linebook.errors import LinebookError
from linebook.ids import Ids
from linebook.runtime import Runtime

JSON: Final = b"application/json"

_SLASHES: Final = re.compile("/{2,}")
_SURFACES: Final = frozenset({"v1", "v2", "n8n"})
_encode: Final = msgspec.json.Encoder().encode
_ids: Final = Ids()

# The contacts of these calls are read one by one, so that one which cannot be read does not harm the others.
_READ_ONE_BY_ONE: Final[dict[str, Any]] = {
    "v1/contacts/batch": list[msgspec.Raw] | RawContactsBody,
    "v2/contacts/save": RawContactsBody,
}

_DECODERS: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    operation.name: msgspec.json.Decoder(_READ_ONE_BY_ONE.get(operation.name, operation.body), strict=False)
    for operation in OPERATIONS
    if operation.body is not None
}
_BODYLESS: Final = ("GET", "HEAD")

_KEY: Final = Security(
    id="teamKey",
    place="header",
    name="Authorization",
    description="The team's API key.",
    scheme="bearer",
    demo="demo-team-key",
)
_TOKEN: Final = Security(
    id="signedToken",
    place="header",
    name="Authorization",
    description=(
        "A JSON Web Token, HS256: `iss` is the id of an API secret, `iat` the time in Unix seconds; it counts for 5 "
        "minutes. The signing key is the secret's id, two bars (`||`) and the secret's key."
    ),
    scheme="bearer",
)
_BASIC: Final = Security(
    id="basicKey",
    place="header",
    name="Authorization",
    description="The team's API key as the user name, with an empty password.",
    scheme="basic",
    demo="demo-team-key:",
)


class HeymarketDialect:
    """Three surfaces under one roof: `/v1` and `/v2` with the team's credentials, `/n8n/v1` with a key of its own."""

    name = "heymarket"
    title = "Heymarket API"
    operations: tuple[Operation, ...] = (*OPERATIONS, *PLANNED)
    form_types: tuple[str, ...] = ()
    security: tuple[tuple[Security, ...], ...] = ((_KEY,), (_TOKEN,), (_BASIC,))
    failure: Any = Failure

    def answer_shape(self, operation: Operation) -> Any:
        """See `Dialect`. Nothing is wrapped around a result."""
        return operation.result

    def normal_path(self, path: str) -> str | None:
        """Collapse repeated slashes and drop a trailing one (NOTES: paths)."""
        path = _SLASHES.sub("/", path).removesuffix("/")
        return path if path.removeprefix("/").partition("/")[0] in _SURFACES else None

    async def serve(self, runtime: Runtime, operation: Operation, request: Request) -> Response:
        """See `Dialect`. A programming error is left to whoever logs it; `refuse` gives its answer."""
        request_id = runtime.ids.uuid4()
        try:
            caller = await authenticate(runtime, operation, request)
            result = await self._handle(runtime, operation, request, caller)
        except LinebookError as error:
            return self._refusal(request, error, request_id)
        return Response(200, _encode(result), JSON, _id_header(request_id))

    async def _handle(self, runtime: Runtime, operation: Operation, request: Request, caller: Credential) -> Any:
        params = convert_params(read_query(request), operation.params) if operation.params is not None else None
        decoder = _DECODERS.get(operation.name)
        body = None
        if decoder is not None:
            # Where no body is declared one is taken and not looked at: clients send them on every call (NOTES: bodies).
            in_query = request.query and request.method in _BODYLESS
            body = (
                convert_params(body_by_query(request), operation.body)
                if in_query
                else decode_body(decoder, request.body)
            )
        assert operation.handler is not None
        return await operation.handler(Call(runtime, params, caller, request, body=body))

    def refuse(self, request: Request, error: Exception) -> Response:
        """See `Dialect`."""
        return self._refusal(request, error, _ids.uuid4())

    def _refusal(self, request: Request, error: Exception, request_id: str) -> Response:
        reason, headers = refusal(error, is_n8n=request.path.startswith(N8N))
        body = _encode(failure(reason, request_id))
        return Response(reason.status, body, JSON, (*_id_header(request_id), *headers))

    def preflight(self, request: Request) -> Response | None:
        """Browsers are not answered: no source shows that the platform does."""
        return None


def _id_header(request_id: str) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"x-request-id", request_id.encode()),)


HEYMARKET: Final = HeymarketDialect()
