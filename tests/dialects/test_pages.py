"""The page and the documents as a browser and a tool get them from a running hub; the page's examples work."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest
import schemathesis

from linebook.app import DIALECTS, Hub, build_runtime
from linebook.demo import prepare_demo
from linebook.dialects.base import Dialect, Operation, all_ways_in
from linebook.dialects.pages import docs_page
from linebook.dialects.samples import example_parts, example_path, path_names, shown_credentials
from linebook.settings import Settings
from linebook.webhooks.guard import LOOPBACK_NETWORKS
from tests.dialects.invented import HOSTILE, INVENTED

HOST = "hub.example:8420"
EVERY_DIALECT = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Talks to a hub with the demo account."""
    settings = Settings(database=f"sqlite:///{tmp_path}/book.db", webhook_networks=LOOPBACK_NETWORKS)
    runtime = build_runtime(settings)
    runtime.store.engine.migrate()
    prepare_demo(runtime.store.engine)
    hub = Hub(runtime)
    transport = httpx.ASGITransport(app=hub)
    async with hub.running(), httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
        yield client


@EVERY_DIALECT
async def test_the_page_shows_every_operation_and_links_the_documents(
    client: httpx.AsyncClient, dialect: Dialect
) -> None:
    answer = await client.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for operation in dialect.operations:
        assert html.escape(operation.summary, quote=False).replace("'", "&#39;") in answer.text
        if operation.handler is None:
            assert f"<code>{operation.name}</code>" in answer.text
        else:
            assert f"http://{HOST}{example_path(operation)}" in html.unescape(answer.text)
    for kind in ("openapi", "postman"):
        assert f'href="/{kind}/{dialect.name}.json"' in answer.text


async def test_the_page_needs_nothing_but_itself_and_its_policy_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs")
    style = re.findall(r"<style>(.*?)</style>", answer.text, flags=re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert "unsafe" not in policy
    assert not re.search(r"<script|<iframe|<img|\sstyle=|\son\w+=", answer.text)
    assert set(re.findall(r'\s(?:href|src)="([^"#/][^"]*)"', answer.text)) == {"data:,"}
    assert "url(" not in style[0]
    assert "@import" not in style[0]


def test_every_link_within_the_page_leads_somewhere() -> None:
    page = docs_page([*DIALECTS, INVENTED], "http://127.0.0.1:8420")
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_words_of_a_declaration_cannot_become_markup() -> None:
    page = docs_page([INVENTED], "http://127.0.0.1:8420")
    assert HOSTILE not in page
    assert html.escape(HOSTILE) in page


@pytest.mark.parametrize("host", ['"><script>alert(1)</script>', "a b", "x;rm -rf ~", "evil/path", ""])
async def test_a_host_that_is_none_is_not_repeated(client: httpx.AsyncClient, host: str) -> None:
    for path in ("/docs", "/openapi/zipwhip.json", "/postman/zipwhip.json"):
        answer = await client.get(path, headers={"host": host})
        assert answer.status_code == 200
        assert not host or host not in answer.text
        assert f"http://{HOST}" in answer.text


@EVERY_DIALECT
async def test_the_documents_name_the_host_they_were_asked_at_and_may_be_read_by_any_page(
    client: httpx.AsyncClient, dialect: Dialect
) -> None:
    openapi = await client.get(f"/openapi/{dialect.name}.json")
    postman = await client.get(f"/postman/{dialect.name}.json")
    for answer in (openapi, postman):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["access-control-allow-origin"] == "*"
    assert openapi.json()["servers"] == [{"url": f"http://{HOST}"}]
    assert postman.json()["variable"][0]["value"] == f"http://{HOST}"
    schemathesis.openapi.from_dict(openapi.json()).validate()


@pytest.mark.parametrize("kind", ["openapi", "postman"])
@pytest.mark.parametrize("file", ["nobody.json", "zipwhip", "zipwhip.json/", "", "../docs"])
async def test_an_unknown_document_is_refused_in_json(client: httpx.AsyncClient, kind: str, file: str) -> None:
    answer = await client.get(f"/{kind}/{file}".replace("..", "%2e%2e"))
    assert answer.status_code == 404
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json()["documents"] == [f"/{kind}/{dialect.name}.json" for dialect in DIALECTS]


@pytest.mark.parametrize("path", ["/docs", "/openapi/zipwhip.json", "/postman/zipwhip.json"])
async def test_pages_are_only_read(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.head(path)).status_code == 200
    assert (await client.post(path)).status_code == 405


@EVERY_DIALECT
async def test_every_example_works_on_the_demo_account_and_its_answer_has_the_declared_shape(
    client: httpx.AsyncClient, dialect: Dialect
) -> None:
    shown = {one.id: one.demo for way in all_ways_in(dialect) for one in way}
    ending = {one.ended_by for one in dialect.security[0]}
    served = [operation for operation in dialect.operations if operation.handler is not None]
    for operation in sorted(served, key=lambda operation: operation.name in ending):
        if not set(path_names(operation)) <= operation.example.keys() or operation.is_example_made_up:
            continue  # only another call can give what stands in its path, or what it names
        answer = await _call(client, dialect, operation, shown)
        assert answer.status_code == operation.status, (operation.name, answer.text)
        msgspec.json.decode(answer.content, type=dialect.answer_shape(operation))
        for one in dialect.security[0]:
            if one.given_by == operation.name:
                shown[one.id] = answer.json()[one.given_as]


async def _call(
    client: httpx.AsyncClient, dialect: Dialect, operation: Operation, shown: dict[str, str]
) -> httpx.Response:
    parts = example_parts(operation)
    credentials = shown_credentials(dialect, operation)
    fields = {one.name: shown[one.id] for one in credentials if one.place == "query"} | parts.parameters
    in_form = bool(dialect.form_types) and operation.methods[0] == "POST"
    start = {"bearer": "Bearer ", "basic": "Basic ", "": ""}
    return await client.request(
        operation.methods[0],
        example_path(operation),
        params=None if in_form else fields,
        data=fields if in_form else None,
        json=parts.body,
        headers={one.name: start[one.scheme] + shown[one.id] for one in credentials if one.place == "header"},
    )
