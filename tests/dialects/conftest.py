"""The hubs that the tests of all dialects share: starting one for each test would take longer than the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.kit.hub import RunningHub, running_hub
from tests.kit.wire import BODY_LIMIT_BYTES

SECRET_KEY = "5ea1" * 16
"""Seals what the hubs must read back, on a database server too."""

HubOf = Callable[[str, str], Awaitable[RunningHub]]


async def stop_background(hub: RunningHub) -> None:
    """End the workers of a hub: what a call leaves is looked at before they change it, and the gate is its own."""
    await hub.runtime.delivery.stop()
    await hub.server._hub._webhooks.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def hub_of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HubOf]:
    """Give the hub of an engine and a purpose, started at first use. No failed login ever counts."""
    async with AsyncExitStack() as stack:
        hubs: dict[tuple[str, str], RunningHub] = {}

        async def give(engine_name: str, purpose: str) -> RunningHub:
            key = (engine_name, purpose)
            if key not in hubs:
                if engine_name == "postgres":
                    url = request.getfixturevalue("new_database")(None)
                else:
                    url = f"sqlite:///{tmp_path_factory.mktemp(purpose)}/linebook.db"
                running = running_hub(
                    url,
                    body_limit_bytes=BODY_LIMIT_BYTES,
                    file_limit_bytes=BODY_LIMIT_BYTES,
                    login_failures=1_000_000,
                    secret_key=SECRET_KEY,
                    webhook_networks="127.0.0.0/8",
                    files_folder=str(tmp_path_factory.mktemp("files")),
                )
                hubs[key] = await stack.enter_async_context(running)
                await stop_background(hubs[key])
            return hubs[key]

        yield give
