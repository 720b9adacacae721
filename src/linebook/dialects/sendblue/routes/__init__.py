"""Sendblue's calls: each one declared with its evidence, and the handler that answers it."""

from __future__ import annotations

from typing import Final

from linebook.dialects.base import Operation
from linebook.dialects.sendblue.routes import accounts, contact_lists, contact_sets, contacts, tokens

OPERATIONS: Final[tuple[Operation, ...]] = (
    *contacts.OPERATIONS,
    *contact_lists.OPERATIONS,
    *contact_sets.OPERATIONS,
    *accounts.OPERATIONS,
    *tokens.OPERATIONS,
)
"""Every call that is served."""
