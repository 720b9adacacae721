"""A clock that can be set forward: who sleeps on it wakes when its time has come, and not before."""

from __future__ import annotations

import asyncio

from linebook.clock import MovableClock


async def test_it_shows_the_other_clock_and_is_ahead_of_it() -> None:
    now_ms = 1_000
    clock = MovableClock(lambda: now_ms)
    assert clock() == 1_000
    clock.set_offset(500)
    now_ms = 2_000
    assert (clock(), clock.offset_ms) == (2_500, 500)


async def test_who_sleeps_is_woken_when_enough_has_passed_and_not_before() -> None:
    clock = MovableClock(lambda: 0)
    sleeper = asyncio.create_task(clock.sleep(60))
    await asyncio.sleep(0)
    clock.set_offset(59_999)
    for _ in range(5):
        await asyncio.sleep(0)
    assert not sleeper.done()
    clock.set_offset(60_000)
    await asyncio.wait_for(sleeper, 10)


async def test_nobody_sleeps_for_no_time() -> None:
    await MovableClock(lambda: 0).sleep(0)
