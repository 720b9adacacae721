"""Leases: which worker works for which line or webhook, so that no two do. They run out when their worker is gone.

Workers share evenly: each has a row here as well, by which the others count it, and takes no more than its share.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.errors import DomainError, NotOurs
from linebook.storage.base import Tx

TAKEN_AT_ONCE: Final = 64
"""How many free things one worker takes in one step, so that others that start get some as well."""

NOBODYS: Final = 0
"""The account under which workers are kept: they belong to none."""


class LeaseKind(enum.StrEnum):
    """What is worked for."""

    LINE = "line"
    WEBHOOK = "webhook"

    @property
    def workers(self) -> str:
        """The kind of the rows of those who work for things of this kind."""
        return f"{self.value} worker"


class Leased(msgspec.Struct, frozen=True, order=True):
    """One thing that somebody works for."""

    account_id: int
    thing_id: int


class KeepLeases(msgspec.Struct, frozen=True, kw_only=True):
    """One worker's wish to keep what it has until then, and to take some of what is free."""

    kind: LeaseKind
    owner: str
    until_ms: int
    held: frozenset[Leased] = frozenset()


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker holds now, and how many of these are more than its share."""

    held: frozenset[Leased]
    surplus: int


class EndLeases(msgspec.Struct, frozen=True, kw_only=True):
    """One worker's wish to let go. `is_leaving`: of all, and to be counted no longer."""

    kind: LeaseKind
    owner: str
    things: frozenset[Leased]
    is_leaving: bool = False


def keep_leases(tx: Tx, _directory: int, requests: Sequence[KeepLeases]) -> list[Kept | DomainError]:
    """Give what each worker holds now until the time it named; what is missing was taken over by another one.

    What is free is taken up to an even share among all workers that are heard of. More than that is kept until the
    worker lets go of it: it alone knows when it has come to an end with a thing. `until_ms` must be a time that the
    worker never named before.
    """
    return [_keep(tx, request) for request in requests]


def _keep(tx: Tx, request: KeepLeases) -> Kept:
    share = _share(tx, request)
    room = min(max(share - len(request.held), 0), TAKEN_AT_ONCE)
    free = tx.all("free_leases", kind=request.kind, now_ms=tx.now_ms, limit=room) if room else []
    wanted = sorted(request.held | {Leased(*row) for row in free})
    if wanted:
        tx.run_many(
            "take_leases",
            [
                {
                    "kind": request.kind.value,
                    "account_id": one.account_id,
                    "thing_id": one.thing_id,
                    "owner": request.owner,
                    "until_ms": request.until_ms,
                    "now_ms": tx.now_ms,
                }
                for one in wanted
            ],
        )
    found = tx.all("leases_until", kind=request.kind, owner=request.owner, until_ms=request.until_ms)
    return Kept(held=frozenset(Leased(*row) for row in found), surplus=max(len(found) - share, 0))


def _share(tx: Tx, request: KeepLeases) -> int:
    """Note that the worker lives, and give how many things each one is to have so that all are worked for."""
    workers = request.kind.workers
    tx.run(
        "save_lease_worker",
        kind=workers,
        account_id=NOBODYS,
        thing_id=_number_of(request.owner),
        owner=request.owner,
        until_ms=request.until_ms,
    )
    tx.run("delete_ended_leases", kind=workers, now_ms=tx.now_ms)
    ((things,),) = tx.all("count_leases", kind=request.kind)
    ((sharing,),) = tx.all("count_leases", kind=workers)
    return -(-int(things) // max(int(sharing), 1))


def _number_of(owner: str) -> int:
    return int.from_bytes(hashlib.sha256(owner.encode()).digest()[:7])


def has_free(tx: Tx, kind: LeaseKind) -> bool:
    """Whether there is a thing that nobody works for."""
    return tx.one("free_leases", kind=kind, now_ms=tx.now_ms, limit=1) is not None


def end_leases(tx: Tx, _directory: int, requests: Sequence[EndLeases]) -> list[DomainError | None]:
    """Let go of things, so that another worker may take them at once. What is another's stays another's."""
    for request in requests:
        tx.run_many(
            "end_leases",
            [
                {
                    "kind": request.kind.value,
                    "account_id": one.account_id,
                    "thing_id": one.thing_id,
                    "owner": request.owner,
                }
                for one in sorted(request.things)
            ],
        )
        if request.is_leaving:
            kind, worker = request.kind.workers, _number_of(request.owner)
            tx.run("delete_lease", kind=kind, account_id=NOBODYS, thing_id=worker)
    return [None] * len(requests)


def require_lease(tx: Tx, kind: LeaseKind, leased: Leased, owner: str) -> None:
    """Raise `NotOurs` unless the owner works for the thing at the time of the transaction."""
    row = tx.one("lease", kind=kind, account_id=leased.account_id, thing_id=leased.thing_id)
    if row is None or row[0] != owner or row[1] <= tx.now_ms:
        raise NotOurs
