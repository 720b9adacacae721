"""A store on an engine that several stores of one test share, and that the test looks at afterwards."""

from __future__ import annotations

from typing import Any, cast

from linebook.storage.base import Engine
from linebook.storage.store import Store


class _Borrowed:
    """An engine that is not closed by whoever borrowed it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def close(self) -> None:
        """Leave it to its owner."""


def borrowing_store(engine: Engine) -> Store:
    """Give a store that leaves the engine open when it stops."""
    return Store(cast(Engine, _Borrowed(engine)))
