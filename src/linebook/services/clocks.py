"""An account's book clock: numbers and times that rise in the order of commits. Taken first, held to the commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from linebook.errors import NotFound
from linebook.storage.base import Ask, Tx

BOOK: Final = "book"
TEXTING: Final = "texting"
SPREAD_MS: Final = 2_000
"""How far ahead of now the times of one large transaction may run."""


class Clock:
    """One account's clock inside the transaction that took it."""

    def __init__(self, tx: Tx, account_id: int, name: str = BOOK, *, asks: Sequence[Ask] = ()) -> None:
        """Take the clock: no other transaction writes this part of the account until this one ends.

        `asks` are queries that are asked in the same go and answered once the clock is taken: `answers` has their rows.
        Raises `NotFound` for an account that does not exist.
        """
        taken, *self.answers = tx.all_of([("take_clock", {"account_id": account_id, "name": name}), *asks])
        if not taken:
            raise NotFound("There is no such account.")
        row = taken[0]
        self._tx = tx
        self._account_id = account_id
        self._name = name
        self.change_no = int(row[0])
        self.last_ms = int(row[1])
        self.last_id = int(row[2])
        self.row_count = int(row[3])
        self._first_change_no = self.change_no

    def next_no(self) -> int:
        """Give the next change number."""
        self.change_no += 1
        return self.change_no

    def next_id(self) -> int:
        """Give the next id that is counted out."""
        self.last_id += 1
        return self.last_id

    def times(self, count: int) -> list[int]:
        """Give so many rising times for the rows of this transaction: one per millisecond as long as few are needed.

        The times begin after the last one given, or now, and run at most two seconds ahead of now.
        """
        now_ms = self._tx.now_ms
        first = max(self.last_ms + 1, now_ms)
        last = min(first + count - 1, max(first, now_ms + SPREAD_MS))
        if count == 1:
            return [first]
        return [first + (last - first) * number // (count - 1) for number in range(count)]

    def put(self, last_ms: int) -> None:
        """Record what was used. The last statement of the transaction, left out when nothing was used."""
        if self.change_no != self._first_change_no:
            self.last_ms = max(self.last_ms, last_ms)
            self._tx.run(
                "set_clock",
                account_id=self._account_id,
                name=self._name,
                change_no=self.change_no,
                last_ms=self.last_ms,
                last_id=self.last_id,
                row_count=self.row_count,
            )


def newest_change_no(tx: Tx, account_id: int, name: str = BOOK) -> int:
    """Give the number of the newest change, without taking the clock; 0 when nothing was changed yet."""
    row = tx.one("clock", account_id=account_id, name=name)
    return 0 if row is None else int(row[0])


def take_clock(tx: Tx, account_id: int) -> None:
    """Take the account's book clock for a change that needs no number: the account's writers come one at a time.

    Raises `NotFound` for an account that does not exist.
    """
    Clock(tx, account_id)
