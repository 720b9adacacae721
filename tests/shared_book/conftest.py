"""An account of its own for every test, with all doors open, on each engine in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import pytest_asyncio

from tests.dialects.conftest import HubOf, hub_of
from tests.kit.hub import RunningHub
from tests.kit.shell import CommandLine, linebook
from tests.shared_book.world import World, send_at_once

__all__ = ["hub_of", "linebook"]


@pytest_asyncio.fixture(loop_scope="session")
async def hub(engine_name: str, hub_of: HubOf) -> RunningHub:
    """The hub whose accounts belong to one test each."""
    hub = await hub_of(engine_name, "shared_book")
    send_at_once(hub)
    return hub


@pytest.fixture
def open_world(hub: RunningHub, linebook: CommandLine) -> Iterator[Callable[[str], World]]:
    """Opens an account in a region; its book is looked through when the test is over."""
    worlds: list[World] = []

    def open_one(region: str) -> World:
        worlds.append(World(hub, linebook, region))
        return worlds[-1]

    yield open_one
    for world in worlds:
        world.check()


@pytest.fixture
def world(open_world: Callable[[str], World]) -> World:
    """An account in the US."""
    return open_world("US")
