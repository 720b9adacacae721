"""A hub of a test's own, where settings matter or something is broken on purpose."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.dialects.inwise.form import FORM
from tests.dialects.inwise.tenants import add_tenant
from tests.kit.hub import running_hub
from tests.kit.wire import Runner


@asynccontextmanager
async def own_runner(folder: Path, **settings: Any) -> AsyncIterator[Runner]:
    """Ask a new hub on SQLite as its only tenant."""
    async with running_hub(f"sqlite:///{folder}/book.db", **settings) as hub:
        runner = Runner(FORM, hub, add_tenant(hub.runtime))
        yield runner
        await runner.close()
