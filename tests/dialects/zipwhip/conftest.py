"""Tenants, and the runners that ask in their names."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.dialects.conftest import HubOf
from tests.dialects.zipwhip.form import FORM
from tests.dialects.zipwhip.tenants import add_tenant
from tests.kit.hub import RunningHub
from tests.kit.wire import Runner, Tenant


@pytest.fixture
def engine_name() -> str:
    """The engine that a test runs on; `both_engines` makes it two tests."""
    return "sqlite"


@pytest_asyncio.fixture(loop_scope="session")
async def hub(engine_name: str, hub_of: HubOf) -> RunningHub:
    """The hub whose accounts belong to one test each."""
    return await hub_of(engine_name, "zipwhip")


@pytest_asyncio.fixture(loop_scope="session")
async def runner(hub: RunningHub) -> AsyncIterator[Runner]:
    """Asks as a new tenant, whose account the test may change."""
    runner = Runner(FORM, hub, add_tenant(hub.runtime))
    yield runner
    await runner.close()


@pytest.fixture(scope="session")
def guests() -> dict[str, Tenant]:
    """The tenants of `guest`, by engine."""
    return {}


@pytest_asyncio.fixture(loop_scope="session")
async def guest(engine_name: str, hub_of: HubOf, guests: dict[str, Tenant]) -> AsyncIterator[Runner]:
    """Asks as the only tenant of another hub: for requests that change nothing."""
    hub = await hub_of(engine_name, "zipwhip_guests")
    if engine_name not in guests:
        guests[engine_name] = add_tenant(hub.runtime)
    runner = Runner(FORM, hub, guests[engine_name])
    yield runner
    await runner.close()
