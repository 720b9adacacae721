"""Serves the handset: one page of our own with its style and its script. What it shows it asks of the sandbox."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from linebook import demo
from linebook.runtime import Runtime
from linebook.sandbox.accounts import OpenedAccount, opened_account
from linebook.services.accounts import find_account
from linebook.storage.base import Tx

_FOLDER: Final = Path(__file__).parent
_FILES: Final = {"handset.css": "text/css", "handset.js": "text/javascript"}
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
_ZIPWHIP: Final = next(guide for guide in demo.GUIDES if guide.title == "Zipwhip").commands
_FIRST_TEXT: Final = (_ZIPWHIP[0], next(one for one in _ZIPWHIP if "/message/send" in one))

# Nothing of another host is loaded, nobody frames it, and what comes with a text is shown as a picture at most.
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def routes(runtime: Runtime) -> list[Route]:
    """Give the routes of the page and of its files."""
    page = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("handset.html")

    async def show(request: Request) -> Response:
        opened = await runtime.store.read(_demo_account)
        host = request.headers.get("host", "")
        url = f"{request.url.scheme}://{host if _HOST.fullmatch(host) else '127.0.0.1'}"
        commands = [one.replace("{base}", url) for one in _FIRST_TEXT]
        return HTMLResponse(page.render(opened=opened, commands=commands), headers=_HEADERS)

    def file(name: str) -> Route:
        async def give(_request: Request) -> Response:
            return Response((_FOLDER / name).read_bytes(), media_type=_FILES[name], headers=_HEADERS)

        return Route(f"/{name}", give)

    return [Route("/", show), *map(file, _FILES)]


def _demo_account(tx: Tx) -> OpenedAccount:
    return opened_account(tx, find_account(tx, demo.ACCOUNT).id)
