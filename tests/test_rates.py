"""Calls are counted over a minute that moves with the clock."""

from __future__ import annotations

from linebook import rates
from linebook.rates import CallRates
from tests.kit.clock import TestClock


def test_no_limit_refuses_nobody_and_remembers_nothing() -> None:
    counted = CallRates(TestClock())
    assert [counted.take("a", 0) for _ in range(10_000)] == [None] * 10_000
    assert counted._called_ms == {}


def test_calls_beyond_the_limit_are_told_when_to_come_again() -> None:
    clock = TestClock()
    counted = CallRates(clock)
    for _ in range(3):
        assert counted.take("a", 3) is None
        clock.advance(10_000)
    assert counted.take("a", 3) == 30
    clock.advance(29_001)
    assert counted.take("a", 3) == 1
    clock.advance(999)
    assert counted.take("a", 3) is None
    assert counted.take("a", 3) == 10


def test_a_refused_call_does_not_count() -> None:
    clock = TestClock()
    counted = CallRates(clock)
    assert counted.take("a", 1) is None
    for _ in range(100):
        assert counted.take("a", 1) is not None
    clock.advance(60_000)
    assert counted.take("a", 1) is None


def test_callers_do_not_count_for_each_other() -> None:
    counted = CallRates(TestClock())
    assert counted.take((1, 1), 1) is None
    assert counted.take((1, 2), 1) is None
    assert counted.take((2, 1), 1) is None
    assert counted.take((1, 1), 1) is not None


def test_a_clock_that_is_put_back_locks_nobody_out() -> None:
    clock = TestClock()
    counted = CallRates(clock)
    assert counted.take("a", 1) is None
    clock.advance(-3_600_000)
    assert counted.take("a", 1) is None


def test_callers_of_long_ago_are_forgotten() -> None:
    clock = TestClock()
    counted = CallRates(clock)
    for caller in range(rates.KEYS_MAX):
        counted.take(caller, 5)
    clock.advance(60_000)
    counted.take("late", 5)
    assert list(counted._called_ms) == ["late"]
