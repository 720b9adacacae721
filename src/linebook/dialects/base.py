"""What a dialect declares and what it must provide. A dialect translates: no SQL, no rule about people or consent."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, Protocol

import msgspec

from linebook.core.account import Credential
from linebook.core.author import Author
from linebook.dialects.kit import EMPTY, Flat
from linebook.runtime import Runtime
from linebook.services.webhook_turns import Event


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

    def __init__(  # noqa: PLR0917 - the parts of a request
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

    `flat` holds flat parameters with every repeated value, for dialects that have them, `body` the decoded JSON body.
    """

    runtime: Runtime
    params: Any
    caller: Credential | None
    request: Request
    flat: Flat = EMPTY
    body: Any = None

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

    `path` holds `{name}` for path values. `params` are the parameters of query and form, `body` the JSON body; each is
    a Struct whose field descriptions become documentation. `handler` is None for a call that is known and not served.
    `example` is a request that works against the demo account: path values and parameters by name, and what is left is
    the JSON body (`body`, if that is no object); unless `is_example_made_up`, because only another call can give what
    it names. `answer` is the whole body it gets. `takes_file`: its body may be as
    large as a whole file of contacts. `status` is that of a call that succeeded; with 204 no body is sent. `is_raw`:
    it answers with a file as it is, of whatever content type. `security` lists the ways to show a credential where they
    are not those of the dialect.
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
    security: tuple[tuple[Security, ...], ...] = ()
    takes_file: bool = False
    is_raw: bool = False
    status: int = 200
    notes: str = ""
    example: Mapping[str, Any] = {}
    is_example_made_up: bool = False
    answer: Any = None

    @property
    def coverage(self) -> Level:
        """How much of it is served."""
        return Level.MISSING if self.handler is None else self.level


class Security(msgspec.Struct, frozen=True, kw_only=True):
    """One value that a caller shows to say who it is, and where it stands.

    `id` is what documents call the value, `name` the parameter or header it stands in, `scheme` the word before it in
    an `Authorization` header. `demo` is the value in demo mode; where it is empty the operation named `given_by`
    answers with it, in the member `given_as`, until the operation named `ended_by` ends it.
    """

    id: str
    place: Literal["query", "header"]
    name: str
    description: str
    scheme: Literal["", "bearer", "basic"] = ""
    demo: str = ""
    given_by: str = ""
    given_as: str = ""
    ended_by: str = ""


class WebhookRules(Protocol):
    """How one platform tells receivers of events."""

    timeout_s: float
    """How long a receiver may take to answer, all in all."""

    def body(self, event: Event) -> bytes:
        """Give what is sent, the same for the same event."""

    def headers(self) -> Mapping[str, str]:
        """Give the headers that go with it."""

    def is_success(self, status: int) -> bool:
        """Whether an answer of that status means that the receiver has the event."""

    def delay_ms(self, attempts: int) -> int | None:
        """Give how long to wait after so many tries that failed; None: no more."""


class Dialect(Protocol):
    """One platform's wire format.

    `form_types` are the content types in which the flat parameters may come in a body; without any, parameters stand in
    the query and a body is `Operation.body`. `security` lists the ways to show a credential, the usual one first, each
    with the values that belong together. `failure` is the shape of every refusal.
    """

    name: str
    title: str
    operations: tuple[Operation, ...]
    form_types: tuple[str, ...]
    security: tuple[tuple[Security, ...], ...]
    failure: Any

    def answer_shape(self, operation: Operation) -> Any:
        """Give the type of the whole answer to a call that succeeded: `result` and what is wrapped around it."""

    def normal_path(self, path: str) -> str | None:
        """Give the declared form of a path that is this dialect's, or None for a path that is not."""

    async def serve(self, runtime: Runtime, operation: Operation, request: Request) -> Response:
        """Answer a request for one of the operations: authenticate, decode, handle, encode.

        Refuses what a caller did, and what cannot be done now. Raises all else: the dispatcher logs and refuses it.
        """

    def refuse(self, request: Request, error: Exception) -> Response:
        """Give the platform's answer to an error. `UnknownOperation` and `WrongMethod` come without an operation."""

    def preflight(self, request: Request) -> Response | None:
        """Answer a browser's OPTIONS request, or None where the platform does not."""


def ways_in(dialect: Dialect, operation: Operation) -> tuple[tuple[Security, ...], ...]:
    """Give the ways to show a credential to an operation, the usual one first; none where it needs no credential."""
    return (operation.security or dialect.security) if operation.needs_credential else ()


def all_ways_in(dialect: Dialect) -> tuple[tuple[Security, ...], ...]:
    """Give every way to show a credential that a dialect or one of its operations has, each once."""
    own = [way for operation in dialect.operations for way in operation.security]
    return tuple(dict.fromkeys((*dialect.security, *own)))


def author(dialect: str, caller: Credential) -> Author:
    """Give who is recorded as the author of a change."""
    return Author(dialect, caller.id)
