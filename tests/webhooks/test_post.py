"""One call to a receiver over TLS: the certificate must be of the name, and of an authority that is trusted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from linebook.webhooks.guard import LOOPBACK_NETWORKS, WebhookGuard
from linebook.webhooks.post import Caller
from tests.kit.receiver import receiver


async def here(_host: str, _port: int) -> Sequence[str]:
    """Resolve every name to this machine."""
    return ["127.0.0.1"]


async def test_the_name_is_asked_for_at_the_address_that_was_looked_at() -> None:
    caller = Caller(WebhookGuard(LOOPBACK_NETWORKS, here))
    async with receiver() as hooks:
        url = hooks.url("/a%20b?c=d#e", host="hooks.example.com")
        answer = await caller.call("POST", url, {"X-Own": "1"}, b"{}", 10.0)
    await caller.close()
    assert (answer.status, answer.text, answer.error) == (200, "ok", "")
    (seen,) = hooks.seen
    assert (seen.target, seen.headers["host"], seen.headers["x-own"]) == (
        "/a%20b?c=d",
        f"hooks.example.com:{hooks.port}",
        "1",
    )


async def test_a_connection_is_kept() -> None:
    caller = Caller(WebhookGuard(LOOPBACK_NETWORKS, here))
    async with receiver() as hooks:
        for _ in range(3):
            assert (await caller.call("GET", hooks.url(), {}, b"", 10.0)).status == 200
    await caller.close()
    assert (len(hooks.seen), hooks.connections) == (3, 1)


async def test_whoever_speaks_no_tls_where_it_is_asked_for_is_not_told() -> None:
    caller = Caller(WebhookGuard(LOOPBACK_NETWORKS, here))

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 no TLS here\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answer = await caller.call("POST", f"https://hooks.example.com:{port}/", {}, b"{}", 10.0)
    server.close()
    await caller.close()
    assert answer.status == 0
    assert answer.error.startswith("ConnectError: [SSL")


async def test_a_closed_port_is_an_error_and_no_exception() -> None:
    caller = Caller(WebhookGuard(LOOPBACK_NETWORKS, here))
    async with receiver() as hooks:
        url = hooks.url()
    answer = await caller.call("POST", url, {}, b"{}", 10.0)
    await caller.close()
    assert (answer.status, answer.error.partition(":")[0]) == (0, "ConnectError")
