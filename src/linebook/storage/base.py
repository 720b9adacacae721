"""What the two engines promise to the rest: transactions, how they fail, how they are opened. No engine's name below.

Threads: a `Tx` belongs to the thread that runs its work and ends with it. Errors: a method raises `StorageUnavailable`
(cannot be reached, locked, full), `StorageConflict` (run the same work again), `StorageRefused` (what a statement
holds) or `StorageUnusable` (a person has to act); programming errors are not wrapped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from linebook.errors import StorageRefused
from linebook.ids import Ids

Row = tuple[Any, ...]
"""One row as the database gives it; `rows.py` turns it into the domain's types."""

Ask = tuple[str, Mapping[str, object]]
"""The name of a query, and its parameters."""

T = TypeVar("T")


class Tx(Protocol):
    """One open transaction. Statements are named after what they return and live in `sql/`."""

    now_ms: int
    """The time at which the transaction began."""

    ids: Ids
    """Where new identifiers come from."""

    def all(self, name: str, /, **params: object) -> list[Row]:
        """Give every row of the named query. A parameter `keys` is a list of values the query is driven by."""

    def one(self, name: str, /, **params: object) -> Row | None:
        """Give the first row of the named query, or None."""

    def all_of(self, asks: Sequence[Ask]) -> list[list[Row]]:
        """Give every row of each of these queries, which are run in order and asked in one go."""

    def run(self, name: str, /, **params: object) -> None:
        """Run the named statement."""

    def run_many(self, name: str, /, rows: Sequence[Mapping[str, object]]) -> None:
        """Run the named statement for every row, as one set. The order within the set is not promised."""

    def bump_directory(self) -> None:
        """Make every process forget what it keeps in memory, once this transaction is committed."""


Work = Callable[[Tx], T]
"""What is done inside one transaction. It may run more than once and must have no effect outside it."""


class Engine(Protocol):
    """One database, used from any thread."""

    name: str
    """`sqlite` or `postgres`."""

    writers: int
    """How many batches may run at once."""

    one_account_per_batch: bool
    """Whether a batch may hold members of one account only."""

    directory_version: int
    """The version of what processes keep in memory, as last seen by this process."""

    def migrate(self) -> int:
        """Bring the schema up to date under a lock; give its version. Raises `StorageUnusable` with what to do."""

    def read(self, work: Work[T]) -> T:
        """Run work on one consistent snapshot; it cannot write."""

    def write(self, work: Work[T]) -> T:
        """Run work in one transaction that is durable when this returns, and undone when it raises."""

    def refresh(self) -> None:
        """Look whether another process changed the directory; keeps `directory_version` true."""

    def close(self) -> None:
        """Let go of every connection. No transaction may be running."""


def unsendable(error: Exception) -> StorageRefused:
    """Give the refusal of a value that has no form in any database: a lone surrogate, an integer beyond 64 bits."""
    return StorageRefused(f"A value cannot be sent to a database: {type(error).__name__}.")
