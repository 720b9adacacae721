"""Leases: which worker works for which line or webhook, so that no two do. They run out when their worker is gone."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.errors import DomainError, NotOurs
from linebook.storage.base import Tx

TAKEN_AT_ONCE: Final = 64
"""How many free things one worker takes in one step, so that others that start get some as well."""


class LeaseKind(enum.StrEnum):
    """What is worked for."""

    LINE = "line"
    WEBHOOK = "webhook"


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


class EndLeases(msgspec.Struct, frozen=True, kw_only=True):
    """One worker's wish to let go."""

    kind: LeaseKind
    owner: str
    things: frozenset[Leased]


def keep_leases(tx: Tx, _directory: int, requests: Sequence[KeepLeases]) -> list[frozenset[Leased] | DomainError]:
    """Give what each worker holds now until the time it named; what is missing was taken over by another one.

    `until_ms` must be a time that the worker never named before.
    """
    return [_keep(tx, request) for request in requests]


def _keep(tx: Tx, request: KeepLeases) -> frozenset[Leased]:
    free = tx.all("free_leases", kind=request.kind, now_ms=tx.now_ms, limit=TAKEN_AT_ONCE)
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
    return frozenset(Leased(*row) for row in found)


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
    return [None] * len(requests)


def require_lease(tx: Tx, kind: LeaseKind, leased: Leased, owner: str) -> None:
    """Raise `NotOurs` unless the owner works for the thing at the time of the transaction."""
    row = tx.one("lease", kind=kind, account_id=leased.account_id, thing_id=leased.thing_id)
    if row is None or row[0] != owner or row[1] <= tx.now_ms:
        raise NotOurs
