"""A thing has one worker at a time, and another one when that is gone."""

from __future__ import annotations

import pytest

from linebook.core.account import Account
from linebook.errors import NotOurs
from linebook.services.accounts import DIRECTORY
from linebook.services.leases import (
    EndLeases,
    KeepLeases,
    Kept,
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
    return keep_more(engine, clock, owner, held).held


def keep_more(engine: Engine, clock: TestClock, owner: str, held: frozenset[Leased] = frozenset()) -> Kept:
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
    assert write_now(engine, keep_leases, DIRECTORY, request).held == frozenset()
    assert not engine.read(lambda tx: has_free(tx, LeaseKind.WEBHOOK))


def test_a_worker_that_comes_later_gets_its_share_when_the_first_lets_go(
    engine: Engine, clock: TestClock, lines: frozenset[Leased]
) -> None:
    assert keep_more(engine, clock, "a") == Kept(held=lines, surplus=0)
    assert keep_more(engine, clock, "b") == Kept(held=frozenset(), surplus=0)
    assert keep_more(engine, clock, "a", lines) == Kept(held=lines, surplus=1)
    last = frozenset({max(lines)})
    write_now(engine, end_leases, DIRECTORY, EndLeases(kind=LeaseKind.LINE, owner="a", things=last))
    assert keep_more(engine, clock, "a", lines - last) == Kept(held=lines - last, surplus=0)
    assert keep_more(engine, clock, "b") == Kept(held=last, surplus=0)


@pytest.mark.parametrize("is_leaving", [True, False])
def test_a_worker_that_left_or_is_not_heard_of_has_no_share(
    engine: Engine, clock: TestClock, lines: frozenset[Leased], is_leaving: bool
) -> None:
    keep(engine, clock, "a")
    keep(engine, clock, "b")
    if is_leaving:
        leaving = EndLeases(kind=LeaseKind.LINE, owner="b", things=frozenset(), is_leaving=True)
        write_now(engine, end_leases, DIRECTORY, leaving)
    else:
        clock.advance(LEASE_MS)
    assert keep_more(engine, clock, "a", lines) == Kept(held=lines, surplus=0)


def test_what_is_free_is_taken_up_to_the_share_and_whole_by_all(
    engine: Engine, clock: TestClock, lines: frozenset[Leased]
) -> None:
    idle = KeepLeases(kind=LeaseKind.LINE, owner="c", until_ms=clock() + 4 * LEASE_MS, held=frozenset())
    write_now(engine, keep_leases, DIRECTORY, idle)
    write_now(engine, end_leases, DIRECTORY, EndLeases(kind=LeaseKind.LINE, owner="c", things=lines))
    first, second = keep(engine, clock, "a"), keep(engine, clock, "b")
    assert (len(first), len(second)) == (2, 1)
    assert first | second == lines
