"""Sendblue's official Python client, with strict validation of every answer: each contact method, sync and async."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sendblue_api
from sendblue_api import AsyncSendblueAPI, SendblueAPI

from tests.kit.hub import HubProcess, hub_process

DEMO = {"api_key": "demo-key", "api_secret": "demo-secret"}
NUMBER = "+12065550161"
OTHER = "+12065550162"
LINES = ["+15556661234", "+14255551212", "+18885550100"]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """The demo hub, as a process of its own."""
    with hub_process("demo", cwd=tmp_path_factory.mktemp("demo")) as hub:
        yield hub


class Sync:
    """Makes the calls of the synchronous client look like those of the asynchronous one."""

    def __init__(self, target: Any) -> None:
        self._target = target

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not callable(found):
            return Sync(found)

        async def call(*args: Any, **kwargs: Any) -> Any:
            return found(*args, **kwargs)

        return call


@pytest.fixture(params=["sync", "async"])
async def client(request: pytest.FixtureRequest, hub: HubProcess) -> AsyncIterator[Any]:
    """The official client; whatever it is answered must be of the declared shape."""
    options: dict[str, Any] = {"base_url": hub.base_url, "_strict_response_validation": True, **DEMO}
    if request.param == "async":
        async with AsyncSendblueAPI(**options) as client:
            yield client
    else:
        with SendblueAPI(**options) as client:
            yield Sync(client)


@pytest.fixture(autouse=True)
async def _empty_book(client: Any) -> None:
    """Every test begins without contacts; deleting in bulk is tried along the way."""
    numbers = [one.phone for one in await client.contacts.list(limit=1000)]
    answer = await client.contacts.bulk.delete(contact_ids=numbers)
    assert (answer.status, answer.amount) == ("OK", len(numbers))
    assert (await client.contacts.count()).count == 0


async def test_create_with_every_spelling_at_once(client: Any) -> None:
    answer = await client.contacts.create(
        number=NUMBER,
        body_phone_number_1=OTHER,
        body_phone_number_2=OTHER,
        body_first_name_1="Willow",
        body_first_name_2="ignored",
        body_last_name_1="Brook",
        body_last_name_2="ignored",
        body_assigned_to_email_1="desk@example.org",
        body_assigned_to_email_2="ignored@example.org",
        body_sendblue_number_1=LINES[0],
        body_sendblue_number_2="ignored",
        custom_variables={"Frame size": "54"},
        tags=["rider", "newsletter"],
        update_if_exists=True,
    )
    contact = answer.contact
    assert (answer.status, contact.phone, contact.first_name, contact.last_name) == ("OK", NUMBER, "Willow", "Brook")
    assert (contact.assigned_to_email, contact.sendblue_number) == ("desk@example.org", LINES[0])
    assert (contact.tags, contact.custom_variables) == (["rider", "newsletter"], {"Frame size": "54"})
    assert (contact.opt_out, contact.verified, contact.company_name) == (False, False, None)
    assert abs(contact.created_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert contact.contact_id


async def test_create_upserts_only_when_told(client: Any) -> None:
    first = (await client.contacts.create(number=NUMBER, body_first_name_2="Willow", tags=["a"])).contact
    started_s = time.monotonic()
    with pytest.raises(sendblue_api.ConflictError) as caught:
        await client.contacts.create(number=NUMBER, body_first_name_1="Eve")
    assert caught.value.body == {"status": "ERROR", "message": "Contact already exists"}
    assert time.monotonic() - started_s < 0.5, "the client repeated the call"
    again = (await client.contacts.create(number=NUMBER, body_last_name_1="Brook", update_if_exists=True)).contact
    assert (again.contact_id, again.created_at) == (first.contact_id, first.created_at)
    assert (again.first_name, again.last_name, again.tags) == ("Willow", "Brook", ["a"])


async def test_retrieve(client: Any) -> None:
    created = (await client.contacts.create(number=NUMBER, body_first_name_1="Willow")).contact
    answer = await client.contacts.retrieve(NUMBER)
    assert (answer.status, answer.contact) == ("OK", created)
    with pytest.raises(sendblue_api.NotFoundError) as caught:
        await client.contacts.retrieve(OTHER)
    assert caught.value.body == {"status": "ERROR", "message": "Contact not found"}


async def test_update(client: Any) -> None:
    created = (await client.contacts.create(number=NUMBER, custom_variables={"Size": "5"}, tags=["a"])).contact
    assert (await client.contacts.update(NUMBER)).contact == created
    answer = await client.contacts.update(
        NUMBER,
        body_first_name_2="Willow",
        body_last_name_1="Brook",
        body_company_name_1="Hilltop Bikes",
        body_assigned_to_email_2="desk@example.org",
        body_opt_out_1=True,
        body_opt_out_2=False,
        body_sendblue_number_2=LINES[1],
        custom_variables={"Color": "red"},
        tags=["b"],
    )
    contact = answer.contact
    assert (contact.first_name, contact.last_name, contact.company_name) == ("Willow", "Brook", "Hilltop Bikes")
    assert (contact.assigned_to_email, contact.sendblue_number) == ("desk@example.org", LINES[1])
    assert (contact.opt_out, contact.tags) == (True, ["b"])
    assert contact.custom_variables == {"Size": "5", "Color": "red"}
    assert (await client.contacts.update(NUMBER, body_opt_out_2=False)).contact.opt_out is False
    with pytest.raises(sendblue_api.NotFoundError):
        await client.contacts.update(OTHER, body_first_name_1="Eve")


async def test_delete(client: Any) -> None:
    await client.contacts.create(number=NUMBER)
    assert (await client.contacts.delete(NUMBER)).status == "OK"
    with pytest.raises(sendblue_api.NotFoundError):
        await client.contacts.delete(NUMBER)


async def test_list_with_every_filter_and_order(client: Any) -> None:
    await client.contacts.create(number=OTHER, body_first_name_1="Ada", body_last_name_1="Zeta")
    contact = (await client.contacts.create(number=NUMBER, body_first_name_1="Bo", body_last_name_1="Alpha")).contact
    assert [one.phone for one in await client.contacts.list()] == [NUMBER, OTHER]
    for order_by, rising in (
        ("created_at", [OTHER, NUMBER]),
        ("phone", [NUMBER, OTHER]),
        ("firstName", [OTHER, NUMBER]),
        ("lastName", [NUMBER, OTHER]),
    ):
        page = await client.contacts.list(order_by=order_by, order_direction="asc")
        assert [one.phone for one in page] == rising
        page = await client.contacts.list(order_by=order_by, order_direction="desc", limit=1, offset=1)
        assert [one.phone for one in page] == rising[:1]
    assert await client.contacts.list(phone_number=NUMBER) == [contact]
    assert await client.contacts.list(cid=contact.contact_id) == [contact]
    assert await client.contacts.list(created_at_gte=contact.created_at) == [contact]
    assert await client.contacts.list(created_at_gte="2999-01-01T00:00:00Z") == []
    assert await client.contacts.list(limit=99_999, offset=99_999) == []


async def test_count(client: Any) -> None:
    await client.contacts.create(number=NUMBER)
    assert (await client.contacts.count()).count == 1


async def test_bulk_create_and_delete(client: Any) -> None:
    members = [{"phone": NUMBER, "first_name": "Willow", "tags": ["a"]}, {"phone": OTHER, "company_name": "Bikes"}]
    answer = await client.contacts.bulk.create(contacts=members)
    assert (answer.status, [one.phone for one in answer.contacts]) == ("OK", [NUMBER, OTHER])
    with pytest.raises(sendblue_api.BadRequestError) as caught:
        await client.contacts.bulk.create(contacts=[{"phone": "+12065550163"}, {"phone": "nobody"}])
    assert caught.value.body["message"] == "Invalid phone number"
    assert (await client.contacts.count()).count == 2
    gone = await client.contacts.bulk.delete(contact_ids=[NUMBER, OTHER, "+05551234567"])
    assert (gone.status, gone.amount) == ("OK", 2)


async def test_opt_out(client: Any) -> None:
    answer = await client.contacts.opt_out(number="(206) 555-0161")
    assert (answer.status, answer.number, answer.opted_out) == ("OK", NUMBER, True)
    assert (await client.contacts.create(number=NUMBER)).contact.opt_out is True
    assert (await client.contacts.opt_out(number=NUMBER, opted_out=False)).opted_out is False


async def test_verify(client: Any) -> None:
    assert (await client.contacts.verify(number=NUMBER)).status == "OK"


async def test_the_state_of_the_lines(client: Any) -> None:
    answer = await client.lines.get_state()
    assert [one.sendblue_number for one in answer.data] == LINES


async def test_tokens(client: Any) -> None:
    token = await client.auth.tokens.create(expires_in_seconds=60, phone_numbers=LINES[:1])
    assert (token.token_type, token.phone_numbers) == ("Bearer", LINES[:1])
    assert await client.auth.tokens.revoke(token.token_id) is None
    with pytest.raises(sendblue_api.NotFoundError):
        await client.auth.tokens.revoke(token.token_id)


def test_refusals_become_the_errors_of_the_client(hub: HubProcess) -> None:
    with (
        SendblueAPI(base_url=hub.base_url, api_key="demo-key", api_secret="wrong", max_retries=0) as wrong,
        pytest.raises(sendblue_api.AuthenticationError) as unknown,
    ):
        wrong.contacts.count()
    assert unknown.value.body == {"status": "ERROR", "message": "Invalid Credentials"}
    with SendblueAPI(base_url=hub.base_url, max_retries=0, **DEMO) as client:
        with pytest.raises(sendblue_api.PermissionDeniedError) as missing:
            client.contacts.count(extra_headers={"sb-api-secret-key": ""})
        assert missing.value.body == {"message": "Did not get inputs for authorization"}
        with pytest.raises(sendblue_api.BadRequestError) as bad:
            client.contacts.create(number="nobody")
        assert bad.value.body == {"status": "ERROR", "message": "Invalid phone number", "parameter": "number"}
        with pytest.raises(sendblue_api.NotFoundError):
            client.get("/api/v2/nothing", cast_to=object)
