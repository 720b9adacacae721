"""The 32-bit numbers of conversations: one per set of addresses, unique in the account, the same on every line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from linebook.core.message import conversation_digest, fingerprints_of
from linebook.storage.base import Tx


class ConversationKeys:
    """The numbers that one transaction needs. To give out new ones it must hold the account's texting clock."""

    def __init__(self, tx: Tx, account_id: int) -> None:
        """Read nothing yet."""
        self._tx = tx
        self._account_id = account_id
        self._digests: dict[tuple[str, ...], str] = {}
        self._known: dict[str, int] = {}
        self._new: dict[str, int] = {}

    def load(self, wanted: Iterable[Sequence[str]]) -> None:
        """Read the numbers of these sets of addresses, and choose numbers for those that have none."""
        digests = {self._digest(one) for one in wanted} - self._known.keys()
        if not digests:
            return
        keys = sorted(digests)
        for digest, fingerprint in self._tx.all("conversation_keys_by_digest", account_id=self._account_id, keys=keys):
            self._known[digest] = fingerprint
        self._choose([one for one in keys if one not in self._known])

    def of(self, addresses: Sequence[str]) -> int:
        """Give the number of a set of addresses that was loaded."""
        return self._known[self._digest(addresses)]

    def write(self) -> None:
        """Write the numbers that were chosen."""
        self._tx.run_many(
            "insert_conversation_keys",
            [{"account_id": self._account_id, "digest": one, "fingerprint": key} for one, key in self._new.items()],
        )
        self._new.clear()

    def _digest(self, addresses: Sequence[str]) -> str:
        key = tuple(addresses)
        digest = self._digests.get(key)
        if digest is None:
            digest = self._digests[key] = conversation_digest(key)
        return digest

    def _choose(self, digests: list[str]) -> None:
        """Take each digest's first number that no other one has: two sets of addresses may hash to the same."""
        candidates: dict[str, Iterator[int]] = {digest: fingerprints_of(digest) for digest in digests}
        waiting = {digest: next(candidates[digest]) for digest in digests}
        while waiting:
            taken = {*self._new.values()} | {
                row[0]
                for row in self._tx.all(
                    "conversation_keys_taken", account_id=self._account_id, keys=sorted(set(waiting.values()))
                )
            }
            again: dict[str, int] = {}
            for digest, fingerprint in waiting.items():
                if fingerprint in taken:
                    again[digest] = next(candidates[digest])
                else:
                    taken.add(fingerprint)
                    self._known[digest] = self._new[digest] = fingerprint
            waiting = again


def find_fingerprint(tx: Tx, account_id: int, addresses: Sequence[str]) -> int | None:
    """Give the number of a set of addresses, None where nobody ever wrote to it."""
    keys = [conversation_digest(addresses)]
    found = tx.all("conversation_keys_by_digest", account_id=account_id, keys=keys)
    return found[0][1] if found else None
