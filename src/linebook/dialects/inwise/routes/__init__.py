"""The platform's calls by resource: each one declared with its evidence, and the handler that answers it."""

from __future__ import annotations

from typing import Final

from linebook.dialects.base import Operation
from linebook.dialects.inwise.routes import contacts, imports, labels, reading

OPERATIONS: Final[tuple[Operation, ...]] = (
    *contacts.OPERATIONS,
    *reading.OPERATIONS,
    *imports.OPERATIONS,
    *labels.OPERATIONS,
)
