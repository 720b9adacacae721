"""Zipwhip's calls: each one declared with its evidence, and the handler that answers it. One file a resource."""

from __future__ import annotations

from typing import Final

from linebook.dialects.base import Operation
from linebook.dialects.zipwhip.routes import (
    contacts,
    conversations,
    groups,
    media,
    messages,
    operators,
    provisioning,
    sessions,
    users,
    webhooks,
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    *sessions.OPERATIONS,
    *users.OPERATIONS,
    *operators.OPERATIONS,
    *contacts.OPERATIONS,
    *messages.OPERATIONS,
    *media.OPERATIONS,
    *conversations.OPERATIONS,
    *groups.OPERATIONS,
    *webhooks.OPERATIONS,
    *provisioning.OPERATIONS,
)
"""Every call that is served."""
