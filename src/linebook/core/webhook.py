"""Who wants to be told of which events, and where. No I/O."""

from __future__ import annotations

from typing import Final

import msgspec

from linebook.core.message import EventKind

ANY_LINE: Final = 0
"""The line id of a subscription to the events of every line."""


class WebhookSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """One receiver of events. `options` is JSON of the dialect's own; `failures` counts those in a row."""

    id: int
    dialect: str
    line_id: int
    kinds: tuple[EventKind, ...]
    url: str
    method: str
    sealed: str | None
    options: str
    is_active: bool
    failures: int
    paused_until_ms: int | None
    created_ms: int
    updated_ms: int
    credential_id: int | None

    def wants(self, kind: EventKind, line_id: int) -> bool:
        """Whether it is told of such an event of that line."""
        return self.is_active and kind in self.kinds and self.line_id in (ANY_LINE, line_id)
