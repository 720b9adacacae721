"""Short ways to send through Zipwhip's API and to ask the sandbox what came of it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.kit.hub import RunningHub, until

ADA = "+12065550100"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


async def send(hub: RunningHub, opened: dict[str, Any], number: str = ADA, body: str = "hello") -> httpx.Response:
    """Send a text from the account's first line and give the answer, whatever it is."""
    data = {"session": opened["zipwhip"]["session"], "contacts": number, "body": body}
    return await hub.client.post("/message/send", data=data)


async def sent(hub: RunningHub, opened: dict[str, Any], number: str = ADA, body: str = "hello", **rest: Any) -> str:
    """Send a text that must be taken; give its id."""
    data = {"session": opened["zipwhip"]["session"], "contacts": number, "body": body, **rest}
    answer = await hub.client.post("/message/send", data=data)
    assert answer.json()["success"] is True, answer.text
    return str(answer.json()["response"]["root"])


async def get(hub: RunningHub, what: str, /, **params: Any) -> Any:
    """Ask the sandbox; it must answer."""
    answer = await hub.client.get(f"/_sandbox/{what}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(hub: RunningHub, what: str, /, **body: Any) -> Any:
    """Ask the sandbox for something; it must be done."""
    answer = await hub.client.post(f"/_sandbox/{what}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


async def outbox(hub: RunningHub, opened: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
    """What the account's lines sent, newest first."""
    found: list[dict[str, Any]] = (await get(hub, "outbox", account=opened["id"], **params))["texts"]
    return found


async def text_in(hub: RunningHub, opened: dict[str, Any], state: str, **params: Any) -> dict[str, Any]:
    """Wait until the newest text that fits is in a state, and give it."""

    async def newest() -> dict[str, Any] | None:
        found = await outbox(hub, opened, limit=1, **params)
        return found[0] if found and found[0]["state"] == state else None

    text: dict[str, Any] = await until(newest)
    return text
