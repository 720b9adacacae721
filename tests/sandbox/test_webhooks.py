"""Webhooks in the sandbox: what a receiver was told, and how each try went."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.author import Author
from linebook.core.message import EventKind
from linebook.services.webhooks import AddWebhook, add_webhooks
from tests.kit.hub import RunningHub, until
from tests.sandbox.conftest import open_account
from tests.sandbox.texting import get, sent

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("query", ["account=x", "limit=0", "limit=101", "of=1", "account=1999999999"])
async def test_what_is_not_there_is_refused(hub: RunningHub, query: str) -> None:
    answer = await hub.client.get(f"/_sandbox/webhooks?{query}")
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]


async def test_what_was_sent_and_every_try_can_be_seen(hub: RunningHub) -> None:
    opened, other = await open_account(hub), await open_account(hub)
    assert await get(hub, "webhooks", account=opened["id"]) == []
    line_id = opened["lines"][0]["id"]
    # The hub itself is the receiver: it says of such a call that there is none.
    wanted = AddWebhook(
        dialect="zipwhip",
        kinds=(EventKind.SEND,),
        url=f"{hub.base_url}/_sandbox/no-such-call",
        author=Author("test"),
        line_id=line_id,
    )
    await hub.runtime.store.write(add_webhooks, opened["id"], wanted)
    await sent(hub, opened, body="told")

    async def tried() -> Any:
        (webhook,) = await get(hub, "webhooks", account=opened["id"])
        return webhook if webhook["deliveries"] and webhook["deliveries"][0]["attempts"] else None

    webhook = await until(tried)
    assert (webhook["dialect"], webhook["line_id"], webhook["events"]) == ("zipwhip", line_id, ["message.send"])
    (delivery,) = webhook["deliveries"]
    assert delivery["state"] == "waiting"
    assert "told" in delivery["body"]
    (attempt, *_) = delivery["attempts"]
    assert (attempt["no"], attempt["status"]) == (1, 404)
    assert "There is no such call" in attempt["answer"]
    assert await get(hub, "webhooks", account=other["id"]) == []
