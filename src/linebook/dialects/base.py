"""What a dialect declares and what it must provide. A dialect translates: no SQL, no rule about people or consent."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import msgspec

from linebook.core.account import Credential
from linebook.core.author import Author
from linebook.dialects.kit import EMPTY, Flat
from linebook.runtime import Runtime


class Evidence(enum.StrEnum):
    """How sure it is that the platform behaves like this."""

    DOCUMENTED = "documented"
    CLIENT = "seen in a client"
    INFERRED = "inferred"
    CHOICE = "our choice"


class Level(enum.StrEnum):
    """How much of an operation is served."""

    COMPLETE = "implemented"
    PARTIAL = "partial"
    MISSING = "not implemented"


class DocumentedError(msgspec.Struct, frozen=True, kw_only=True):
    """One refusal of an operation: when, with which status, and an example of its body."""

    status: int
    when: str
    evidence: Evidence
    example: Any = None


class Request:
    """One HTTP request, read whole."""

    __slots__ = ("body", "client", "headers", "method", "path", "path_values", "query")

    def __init__(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        path: str,
        query: bytes,
        headers: Mapping[bytes, bytes],
        body: bytes,
        client: str,
        path_values: Mapping[str, str],
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.client = client
        self.path_values = path_values

    def header(self, name: bytes) -> str:
        """Give a header by its lower-case name, empty when absent."""
        return self.headers.get(name, b"").decode("latin-1")


class Response(msgspec.Struct, frozen=True):
    """One HTTP response."""

    status: int
    body: bytes
    content_type: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Call(msgspec.Struct, frozen=True):
    """What a handler is given: the hub, the declared parameters, who calls, the raw request.

    `flat` holds flat parameters with every repeated value, for dialects that have them.
    """

    runtime: Runtime
    params: Any
    caller: Credential | None
    request: Request
    flat: Flat = EMPTY

    @property
    def credential(self) -> Credential:
        """Who calls. Only for operations that need a credential."""
        assert self.caller is not None
        return self.caller

    @property
    def account_id(self) -> int:
        """The account that is called for."""
        return self.credential.account_id


Handler = Callable[[Call], Awaitable[Any]]


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a platform, declared once: dispatch, OpenAPI, Postman and the coverage page all come from here.

    `path` holds `{name}` for path values. `params` are the parameters of query and form, `body` the JSON body; each is a
    Struct whose field descriptions become documentation. `handler` is None for a call that is known and not served.
    `example` is a request that works against the demo account, `answer` what it gets.
    """

    name: str
    methods: tuple[str, ...]
    path: str
    summary: str
    evidence: Evidence
    resource: str
    params: type[msgspec.Struct] | None = None
    body: Any = None
    result: Any = None
    errors: tuple[DocumentedError, ...] = ()
    handler: Handler | None = None
    level: Level = Level.COMPLETE
    needs_credential: bool = True
    notes: str = ""
    example: Mapping[str, Any] = {}
    answer: Any = None

    @property
    def coverage(self) -> Level:
        """How much of it is served."""
        return Level.MISSING if self.handler is None else self.level


class Dialect(Protocol):
    """One platform's wire format."""

    name: str
    title: str
    operations: tuple[Operation, ...]

    def normal_path(self, path: str) -> str | None:
        """Give the declared form of a path that is this dialect's, or None for a path that is not."""

    async def serve(self, runtime: Runtime, operation: Operation, request: Request) -> Response:
        """Answer a request for one of the operations: authenticate, decode, handle, encode. Never raises."""

    def refuse(self, request: Request, error: Exception) -> Response:
        """Give the platform's answer to an error. `UnknownOperation` and `WrongMethod` come without an operation."""

    def preflight(self, request: Request) -> Response | None:
        """Answer a browser's OPTIONS request, or None where the platform does not."""


def author(dialect: str, caller: Credential) -> Author:
    """Give who is recorded as the author of a change."""
    return Author(dialect, caller.id)
