"""The sandbox's documents: the page and OpenAPI say what it does, in the demo and nowhere else."""

from __future__ import annotations

import html
import re

import msgspec
import pytest
import schemathesis

from linebook.app import DIALECTS
from linebook.dialects.openapi import openapi_document
from linebook.dialects.postman import postman_collection
from linebook.sandbox import SANDBOX
from linebook.sandbox.errors import Failure
from tests.kit.hub import RunningHub
from tests.sandbox.conftest import open_account
from tests.sandbox.texting import ADA, get, post, sent, text_in

BASE_URL = "http://127.0.0.1:8420"

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_document_is_valid_and_names_the_host_that_was_asked(hub: RunningHub) -> None:
    document = (await hub.client.get("/openapi/sandbox.json")).json()
    schemathesis.openapi.from_dict(document).validate()
    assert document["servers"] == [{"url": hub.base_url}]
    served = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert served == {(method, one.path) for one in SANDBOX.operations for method in one.methods}


async def test_the_page_has_it_behind_the_dialects(hub: RunningHub) -> None:
    page = (await hub.client.get("/docs")).text
    sections = re.findall(r'<section class="dialect" id="(\w+)"', page)
    assert sections == [*(dialect.name for dialect in DIALECTS), "sandbox"]
    for operation in SANDBOX.operations:
        assert html.escape(operation.summary, quote=False) in page
        assert operation.path in page


async def test_every_refusal_and_answer_that_is_shown_has_the_declared_shape() -> None:
    for operation in SANDBOX.operations:
        for error in operation.errors:
            assert error.example is not None, operation.name
            assert msgspec.convert(error.example, Failure).error
        if operation.answer is not None:
            msgspec.convert(operation.answer, SANDBOX.answer_shape(operation))


async def test_what_is_shown_as_an_answer_has_the_members_of_a_real_one(hub: RunningHub) -> None:
    shown = {one.name: one.answer for one in SANDBOX.operations}
    opened = (await hub.client.post("/_sandbox/accounts", json={})).json()
    assert _outline(shown["accounts.create"]) == _outline(opened)
    got = (await hub.client.get(f"/_sandbox/accounts/{opened['id']}")).json()
    assert _outline(shown["accounts.get"]) == _outline(got)
    state = (await hub.client.get("/_sandbox/state")).json()
    assert _outline(shown["state.get"]) == _outline(state)


async def test_what_is_shown_of_texts_and_the_hub_has_the_members_of_a_real_answer(hub: RunningHub) -> None:
    shown = {one.name: one.answer for one in SANDBOX.operations}
    opened = await open_account(hub)
    await sent(hub, opened)
    text = await text_in(hub, opened, "accepted")
    real = {
        "magic.get": await get(hub, "magic"),
        "clock.get": await get(hub, "clock"),
        "carrier.get": await get(hub, "carrier"),
        "failures.add": await post(hub, "failures", account=opened["id"], status=503),
        "texts.inject": await post(hub, "texts", account=opened["id"], number=ADA, body="hi"),
        "receipts.inject": text,
        "outbox.list": await get(hub, "outbox", account=opened["id"]),
        "texts.list": await get(hub, "texts", account=opened["id"]),
    }
    for name, answer in real.items():
        assert _members(shown[name]) == _members(answer), name


async def test_the_collection_can_be_made_although_no_credential_is_asked_for() -> None:
    collection = postman_collection(SANDBOX, BASE_URL)
    assert {folder["name"] for folder in collection["item"]} == {"Accounts", "Book", "Texts", "Webhooks", "Hub"}
    paths = openapi_document(SANDBOX, BASE_URL)["paths"]
    assert all(operation["security"] == [] for methods in paths.values() for operation in methods.values())


def _members(value: object) -> object:
    """Give the members of an answer and of the first of each list that has some, without their values."""
    if isinstance(value, dict):
        return {name: _members(one) for name, one in value.items() if name != "attachments"}
    return _members(value[0]) if isinstance(value, list) and value else None


def _outline(value: object) -> object:
    """Give the members of an answer, however deep, without their values."""
    if isinstance(value, dict):
        return {name: _outline(one) for name, one in value.items()}
    return [_outline(one) for one in value] if isinstance(value, list) else type(value).__name__
