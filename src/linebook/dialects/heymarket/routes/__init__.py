"""Heymarket's calls: each one declared with its evidence, and the handler that answers it. One file a resource."""

from __future__ import annotations

from typing import Final

from linebook.dialects.base import Operation
from linebook.dialects.heymarket.routes import (
    channels,
    contact_lists,
    contact_lists_v2,
    contacts,
    contacts_v2,
    fields,
    n8n,
    status,
    tags,
    team,
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    *contacts.OPERATIONS,
    *contact_lists.OPERATIONS,
    *status.OPERATIONS,
    *fields.OPERATIONS,
    *tags.OPERATIONS,
    *contacts_v2.OPERATIONS,
    *contact_lists_v2.OPERATIONS,
    *channels.OPERATIONS,
    *team.OPERATIONS,
    *n8n.OPERATIONS,
)
"""Every call that is served."""
