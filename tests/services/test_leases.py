"""A thing has one worker at a time, and another one when that is gone."""

from __future__ import annotations

import pytest

from linebook.core.account import Account
from linebook.errors import NotOurs
from linebook.services.accounts import DIRECTORY
from linebook.services.leases import (
    EndLeases,
    KeepLeases,
    Leased,
    LeaseKind,
    end_leases,
    has_free,
    keep_leases,
    require_lease,
)
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import add_line
from tests.kit.clock import TestClock

LEASE_MS = 10_000


@pytest.fixture
def lines(engine: Engine, account: Account) -> frozenset[Leased]:
    return frozenset(Leased(account.id, add_line(engine, account.id, f"+1555666010{n}").id) for n in range(3))


def keep(engine: Engine, clock: TestClock, owner: str, held: frozenset[Leased] = frozenset()) -> frozenset[Leased]:
    clock.advance(1)
    request = KeepLeases(kind=LeaseKind.LINE, owner=owner, until_ms=clock() + LEASE_MS, held=held)
    return write_now(engine, keep_leases, DIRECTORY, request)


def test_what_is_free_is_taken_by_the_first_and_kept(
    engine: Engine, clock: TestClock, lines: frozenset[Leased]
) -> None:
    assert engine.read(lambda tx: has_free(tx, LeaseKind.LINE))
    assert keep(engine, clock, "a") == lines
    assert not engine.read(lambda tx: has_free(tx, LeaseKind.LINE))
    assert keep(engine, clock, "b") == frozenset()
    clock.advance(LEASE_MS - 10)
    assert keep(engine, clock, "a", lines) == lines
    clock.advance(LEASE_MS - 10)
    assert keep(engine, clock, "b") == frozenset()


def test_a_worker_that_is_not_heard_of_loses_all_and_learns_it(
    engine: Engine, clock: TestClock, lines: frozenset[Leased]
) -> None:
    keep(engine, clock, "a")
    clock.advance(LEASE_MS)
    one = min(lines)
    with pytest.raises(NotOurs):
        engine.read(lambda tx: require_lease(tx, LeaseKind.LINE, one, "a"))
    assert keep(engine, clock, "b") == lines
    assert keep(engine, clock, "a", lines) == frozenset()
    engine.read(lambda tx: require_lease(tx, LeaseKind.LINE, one, "b"))


def test_a_worker_that_was_late_keeps_what_nobody_took(
    engine: Engine, clock: TestClock, lines: frozenset[Leased]
) -> None:
    keep(engine, clock, "a")
    clock.advance(LEASE_MS * 5)
    assert keep(engine, clock, "a", lines) == lines


def test_what_is_let_go_of_can_be_had_at_once_and_what_is_anothers_stays(
    engine: Engine, clock: TestClock, lines: frozenset[Leased]
) -> None:
    keep(engine, clock, "a")
    write_now(engine, end_leases, DIRECTORY, EndLeases(kind=LeaseKind.LINE, owner="b", things=lines))
    assert keep(engine, clock, "b") == frozenset()
    some = frozenset({min(lines)})
    write_now(engine, end_leases, DIRECTORY, EndLeases(kind=LeaseKind.LINE, owner="a", things=some))
    assert keep(engine, clock, "b") == some


def test_kinds_are_apart(engine: Engine, clock: TestClock, lines: frozenset[Leased]) -> None:
    request = KeepLeases(kind=LeaseKind.WEBHOOK, owner="a", until_ms=clock() + LEASE_MS, held=lines)
    assert write_now(engine, keep_leases, DIRECTORY, request) == frozenset()
    assert not engine.read(lambda tx: has_free(tx, LeaseKind.WEBHOOK))
