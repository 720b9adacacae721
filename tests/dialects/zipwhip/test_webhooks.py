"""Webhooks over the wire: managing them, and the bodies that receivers get."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from linebook.carriers.base import Inbound
from linebook.carriers.loopback import LoopbackCarrier
from linebook.demo import prepare_demo
from tests.kit.hub import RunningHub, running_hub, until
from tests.kit.receiver import Hooks, Seen, receiver

PERSON = "+12065550101"
LINE = "+15556661234"
KEYS = {
    "body", "bodySize", "address", "finalSource", "finalDestination", "messageType", "fingerprint", "id", "cc", "bcc",
    "visible", "read", "contactId", "deviceId", "scheduledDate", "dateDeleted", "dateDelivered", "dateRead",
    "dateCreated", "messageTransport", "hasAttachment", "deleted", "statusCode", "messageStatus",
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return str(request.param)


@asynccontextmanager
async def hub_on(database_url: str, **settings: Any) -> AsyncIterator[RunningHub]:
    async with running_hub(database_url, prepare=prepare_demo, **settings) as hub:
        yield hub


@pytest.fixture
async def hub(database_url: str) -> AsyncIterator[RunningHub]:
    async with hub_on(database_url, webhook_networks="127.0.0.0/8") as hub:
        yield hub


async def call(hub: RunningHub, operation: str, /, **params: str) -> Any:
    if "session" not in params:
        params["session"] = await hub.login()
    answer = await hub.client.post(f"/{operation}", data=params)
    return answer.status_code, answer.json()


async def reply(hub: RunningHub, text: str, number: int = 1) -> None:
    carrier = hub.runtime.carriers["loopback"]
    assert isinstance(carrier, LoopbackCarrier)
    await carrier.bring_texts([Inbound(id=f"in-{number}", source=PERSON, destination=LINE, text=text)])


def bodies(hooks: Hooks, path: str) -> list[Any]:
    return [seen.json() for seen in hooks.seen if seen.target == path]


async def add(hub: RunningHub, hooks: Hooks, kind: str, event: str) -> int:
    status, answer = await call(hub, "webhook/add", type=kind, event=event, url=hooks.url(f"/{event}"))
    assert (status, answer["success"]) == (200, True)
    return int(answer["response"][0]["webhookId"])


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"event": "receive", "url": "ftp://hooks.example.com/"}, -703),
        ({"event": "receive", "url": "not a url"}, -703),
        ({"event": "receive", "url": "http://10.1.2.3/"}, -703),
        ({"event": "receive", "url": "http://[::ffff:10.1.2.3]/"}, -703),
        ({"event": "receive", "url": "http://169.254.169.254/latest"}, -703),
        ({"event": "receive", "url": "http://user:word@127.0.0.1/"}, -703),
        ({"event": "receive", "url": "http://127.0.0.1:99999/"}, -703),
        ({"event": "receive", "url": "http://127.0.0.1/" + "x" * 2_000}, -703),
        ({"event": "receive", "url": "http://127.0.0.1/", "method": "DELETE"}, -703),
        ({"event": "change", "url": "http://127.0.0.1/"}, -703),
        ({"event": "receive", "type": "optout", "url": "http://127.0.0.1/"}, -703),
        ({"event": "receive", "type": "voice", "url": "http://127.0.0.1/"}, -703),
    ],
)
async def test_a_webhook_that_cannot_be_is_refused(hub: RunningHub, params: dict[str, str], code: int) -> None:
    status, answer = await call(hub, "webhook/add", **params)
    assert (status, answer["success"], answer["response"]["code"]) == (400, False, code)
    assert await call(hub, "webhook/list") == (200, {"success": True, "response": []})


async def test_what_is_required_is_named_and_operators_are_refused(hub: RunningHub) -> None:
    assert (await call(hub, "webhook/add", url="http://127.0.0.1/"))[1]["response"] == (
        "Required String parameter 'event' is not present"
    )
    assert (await call(hub, "webhook/add", event="receive"))[0] == 400
    assert (await call(hub, "webhook/delete"))[0] == 400
    assert (await call(hub, "webhook/add", session="nonsense", event="send", url="http://127.0.0.1/"))[0] == 403
    operator = await hub.login("scott@4255551212", "scottpassword")
    for method in ("webhook/add", "webhook/update", "webhook/delete"):
        status, answer = await call(
            hub, method, session=operator, event="send", url="http://127.0.0.1/", webhookId="100000001"
        )
        assert (status, answer) == (403, {"success": False, "response": "Not permitted for this user"})


async def test_a_webhook_is_added_changed_listed_and_deleted(hub: RunningHub) -> None:
    status, answer = await call(hub, "webhook/add", event="Receive", url=" http://127.0.0.1:9/a ")
    expected = {
        "webhookId": 100000001, "type": "message", "event": "receive", "url": "http://127.0.0.1:9/a", "method": "POST",
    }  # fmt: skip
    assert (status, answer) == (200, {"success": True, "response": [expected]})
    same = await call(hub, "webhook/add", type="message", event="receive", url="http://127.0.0.1:9/a", method="put")
    assert same[1]["response"] == [expected | {"webhookId": 100000002, "method": "PUT"}]
    changed = await call(hub, "webhook/update", webhookId="100000001", url="http://127.0.0.1:9/b")
    assert changed[1]["response"] == [expected | {"url": "http://127.0.0.1:9/b"}]
    assert (await call(hub, "webhook/update", webhookId="100000001", url="http://10.0.0.1/"))[0] == 400
    assert len((await call(hub, "webhook/list"))[1]["response"]) == 2
    other_line = await hub.login("4255551212", "linepassword")
    assert (await call(hub, "webhook/list", session=other_line))[1]["response"] == []
    assert (await call(hub, "webhook/delete", session=other_line, webhookId="100000001"))[0] == 400
    assert await call(hub, "webhook/delete", webhookId="100000001") == (200, {"success": True, "response": []})
    assert (await call(hub, "webhook/delete", webhookId="100000001"))[0] == 400


async def test_private_networks_are_refused_by_default(database_url: str) -> None:
    async with hub_on(database_url) as hub:
        for url in ("http://127.0.0.1:9/", "http://localhost:9/", "http://[::1]/", "http://0.0.0.0/"):
            status, answer = await call(hub, "webhook/add", event="receive", url=url)
            assert (status, answer["response"]["code"]) == (400, -703), url


async def test_every_event_of_a_message_has_the_same_members(hub: RunningHub) -> None:
    async with receiver() as hooks:
        for event in ("receive", "send", "progress", "read", "delete"):
            await add(hub, hooks, "message", event)
        sent = (await call(hub, "message/send", contacts=PERSON, body="Is 7 fine?"))[1]["response"]
        await until(lambda: bodies(hooks, "/progress"))
        await reply(hub, "Yes, see you")
        await until(lambda: bodies(hooks, "/receive"))
        (received,) = bodies(hooks, "/receive")
        await call(hub, "message/read", message=str(received["id"]))
        await call(hub, "message/delete", message=str(received["id"]))
        await until(lambda: bodies(hooks, "/delete"))
        await until(lambda: bodies(hooks, "/read"))
    assert {frozenset(seen.json()) for seen in hooks.seen} == {frozenset(KEYS)}
    (send,) = bodies(hooks, "/send")
    assert send["id"] == int(sent["root"])
    assert (send["messageType"], send["statusCode"], send["messageStatus"], send["read"]) == ("ZO", 2, 1001, True)
    assert (send["finalSource"], send["finalDestination"], send["address"]) == (LINE, PERSON, f"ptn:/{PERSON}")
    progress = bodies(hooks, "/progress")[0]
    assert (progress["id"], progress["statusCode"], progress["messageStatus"]) == (send["id"], 4, 1003)
    assert (received["messageType"], received["statusCode"], received["messageStatus"]) == ("MO", 4, 1003)
    assert (received["finalSource"], received["finalDestination"]) == (PERSON, LINE)
    assert (received["read"], received["deleted"], received["dateRead"]) == (False, False, None)
    assert (received["body"], received["bodySize"]) == ("Yes, see you", 12)
    (read,), (deleted,) = bodies(hooks, "/read"), bodies(hooks, "/delete")
    assert (read["id"], read["read"], read["deleted"]) == (received["id"], True, False)
    assert read["dateRead"].endswith("Z")
    assert (deleted["id"], deleted["deleted"], deleted["read"]) == (received["id"], True, True)
    assert deleted["dateDeleted"].endswith("Z")


async def test_a_stop_and_an_unstop_are_told_once_per_change(hub: RunningHub) -> None:
    async with receiver() as hooks:
        await add(hub, hooks, "optout", "change")
        for number, word in enumerate(("stop", "STOP", "Unstop"), 1):
            await reply(hub, word, number)
        await until(lambda: len(hooks.seen) == 2)
    assert [(one["optedOut"], one["body"]) for one in bodies(hooks, "/change")] == [(True, "stop"), (False, "Unstop")]
    first = bodies(hooks, "/change")[0]
    assert (first["finalSource"], first["finalDestination"]) == (PERSON, LINE)
    assert first["contactId"] > 0


async def test_the_method_of_a_webhook_is_used(hub: RunningHub) -> None:
    async with receiver() as hooks:
        webhook_id = await add(hub, hooks, "message", "send")
        await call(hub, "webhook/update", webhookId=str(webhook_id), method="PUT")
        await call(hub, "message/send", contacts=PERSON, body="Hello")
        await until(lambda: hooks.seen)
    seen: Seen = hooks.seen[0]
    assert (seen.method, seen.target) == ("PUT", "/send")
