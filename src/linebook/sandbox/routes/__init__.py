"""The calls of the sandbox, one file a resource: their handlers and declarations."""

from __future__ import annotations

from typing import Final

from linebook.dialects.base import Operation
from linebook.sandbox.routes import accounts, controls, texts, webhooks

OPERATIONS: Final[tuple[Operation, ...]] = (
    *accounts.OPERATIONS,
    *texts.OPERATIONS,
    *webhooks.OPERATIONS,
    *controls.OPERATIONS,
)
"""Every call."""
