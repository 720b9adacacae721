"""What the hub tells about its calls: a readable page, and each dialect's OpenAPI document and Postman collection."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from linebook import __version__
from linebook.dialects.base import Dialect, Evidence, Level, Operation, Security, all_ways_in
from linebook.dialects.openapi import NOT_AFFILIATED, openapi_document, operation_id
from linebook.dialects.postman import postman_collection
from linebook.dialects.samples import credential_command, curl_command, path_names
from linebook.dialects.shapes import DialectShapes, Member

PREFIXES: Final = ("/openapi/", "/postman/")
"""What the paths of the documents begin with; `/docs` is the page's only one."""

_TEMPLATES: Final = Path(__file__).parent / "templates"
_STYLE: Final = (_TEMPLATES / "docs.css").read_text(encoding="utf-8")
_STYLE_HASH: Final = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")

# The page needs its own style and nothing else: no script, no picture but the empty icon, no frame around it.
_PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_DOCUMENT_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
}

_EVIDENCE_MEANS: Final = {
    Evidence.DOCUMENTED: "the platform wrote it down",
    Evidence.CLIENT: "a program written for the platform does or expects it",
    Evidence.INFERRED: "it follows from several of these facts",
    Evidence.CHOICE: "no source says it; linebook had to decide",
}


class CallSection(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows of one served operation."""

    operation: Operation
    anchor: str
    methods: str
    parameters: list[Member]
    path_values: list[str]
    body: list[Member]
    curl: str
    answer: str
    answer_is_declared: bool


class DialectSection(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows of one dialect."""

    name: str
    title: str
    counts: dict[str, int]
    login: str
    security: tuple[tuple[Security, ...], ...]
    served: dict[str, list[CallSection]]
    missing: dict[str, list[Operation]]


def routes(dialects: Sequence[Dialect]) -> list[Route]:
    """Give the routes of the page and the documents of these dialects."""
    files = {f"{dialect.name}.json": dialect for dialect in dialects}

    # Whoever asks names the host, so what is kept is bounded. All of it is made from what never changes while running.
    @lru_cache(maxsize=16)
    def page(base_url: str) -> str:
        return docs_page(dialects, base_url)

    @lru_cache(maxsize=64)
    def document(build: Callable[[Dialect, str], dict[str, Any]], file: str, base_url: str) -> bytes:
        return json.dumps(build(files[file], base_url), ensure_ascii=False, indent=1).encode()

    # Plain functions: Starlette runs them beside the event loop, which the calls of the dialects need for themselves.
    def docs(request: Request) -> Response:
        return HTMLResponse(page(_base_url(request)), headers=_PAGE_HEADERS)

    def json_document(prefix: str, build: Callable[[Dialect, str], dict[str, Any]]) -> Route:
        def answer(request: Request) -> Response:
            file = request.path_params["file"]
            if file not in files:
                refusal = {"error": "There is no such document.", "documents": [prefix + one for one in files]}
                return JSONResponse(refusal, status_code=404, headers=_DOCUMENT_HEADERS)
            body = document(build, file, _base_url(request))
            return Response(body, media_type="application/json", headers=_DOCUMENT_HEADERS)

        return Route(prefix + "{file:path}", answer)

    openapi, postman = PREFIXES
    return [Route("/docs", docs), json_document(openapi, openapi_document), json_document(postman, postman_collection)]


def docs_page(dialects: Sequence[Dialect], base_url: str) -> str:
    """Give the page as HTML, complete in itself."""
    return (
        _environment()
        .get_template("docs.html")
        .render(
            base_url=base_url,
            dialects=[_dialect_section(dialect, base_url) for dialect in dialects],
            evidence=_EVIDENCE_MEANS,
            not_affiliated=NOT_AFFILIATED,
            style=Markup(_STYLE),
            version=__version__,
        )
    )


def _dialect_section(dialect: Dialect, base_url: str) -> DialectSection:
    shapes = DialectShapes(dialect)
    served: dict[str, list[CallSection]] = {}
    for operation in shapes.operations:
        section = _call_section(dialect, operation, shapes, base_url)
        served.setdefault(operation.resource, []).append(section)
    missing: dict[str, list[Operation]] = {}
    for operation in dialect.operations:
        if operation.handler is None:
            missing.setdefault(operation.resource, []).append(operation)
    coverage = [operation.coverage for operation in dialect.operations]
    return DialectSection(
        name=dialect.name,
        title=dialect.title,
        counts={level.value: coverage.count(level) for level in Level},
        login=credential_command(dialect, base_url),
        security=all_ways_in(dialect),
        served=served,
        missing=missing,
    )


def _call_section(dialect: Dialect, operation: Operation, shapes: DialectShapes, base_url: str) -> CallSection:
    in_path = path_names(operation)
    return CallSection(
        operation=operation,
        anchor=f"{dialect.name}-{operation_id(operation, operation.methods[0])}",
        methods=" or ".join(operation.methods),
        parameters=[member for member in shapes.parameters(operation) if member.name not in in_path],
        path_values=in_path,
        body=shapes.body(operation),
        curl=curl_command(dialect, operation, base_url),
        answer=json.dumps(shapes.example_answer(operation), ensure_ascii=False, indent=2),
        answer_is_declared=operation.answer is not None,
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = _prose
    environment.filters["slug"] = _slug
    environment.filters["pretty"] = _pretty
    return environment


def _prose(text: str) -> Markup:
    """Give a sentence as HTML, with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _pretty(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _base_url(request: Request) -> str:
    """Give the address that the caller reached us at; the one we listen on when its `Host` is no host."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = request.scope.get("server") or ("localhost", None)
        name = f"[{name}]" if ":" in name else name
        host = f"{name}:{port}" if port else name
    return f"{request.url.scheme}://{host}"
