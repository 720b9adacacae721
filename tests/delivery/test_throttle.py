"""A line sends no faster than its rate, and not at all during a pause."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from linebook.delivery.throttle import TokenBucket

START = 1_000_000


def test_without_a_rate_everything_may_leave() -> None:
    assert TokenBucket(None, START).allowed(10_000, START) == 10_000


def test_a_bucket_holds_a_tenth_of_a_second() -> None:
    bucket = TokenBucket(100, START)
    assert bucket.allowed(50, START) == 10
    bucket.take(10)
    assert bucket.allowed(50, START) == 0
    assert bucket.wait_ms(START) == 10
    assert bucket.allowed(50, START + 10) == 1
    assert bucket.allowed(50, START + 60_000) == 10


def test_a_slow_line_sends_one_text_at_a_time() -> None:
    bucket = TokenBucket(1, START)
    assert bucket.allowed(5, START) == 1
    bucket.take(1)
    assert bucket.allowed(5, START + 999) == 0
    assert bucket.allowed(5, START + 1_000) == 1


def test_a_pause_counts_before_the_rate_and_never_gets_shorter() -> None:
    bucket = TokenBucket(None, START)
    bucket.pause(START + 500)
    bucket.pause(START + 100)
    assert bucket.is_paused(START + 499)
    assert (bucket.allowed(1, START + 499), bucket.wait_ms(START + 499)) == (0, 1)
    assert (bucket.allowed(1, START + 500), bucket.wait_ms(START + 500)) == (1, 0)


def test_a_clock_that_was_set_back_gives_nothing_and_takes_nothing() -> None:
    bucket = TokenBucket(10, START)
    bucket.take(1)
    assert bucket.allowed(1, START - 5_000) == 0
    assert bucket.allowed(1, START - 5_000 + 100) == 1


def test_another_rate_counts_from_now_on() -> None:
    bucket = TokenBucket(100, START)
    bucket.set_rate(10, START)
    assert bucket.allowed(50, START) == 1
    bucket.set_rate(None, START)
    assert bucket.allowed(50, START) == 50


@given(st.integers(1, 200), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 50)), max_size=60))
def test_in_the_long_run_the_rate_is_kept(rate: int, steps: list[tuple[int, int]]) -> None:
    bucket, now, sent = TokenBucket(rate, START), START, 0
    for passed, wanted in steps:
        now += passed
        count = bucket.allowed(wanted, now)
        assert 0 <= count <= wanted
        bucket.take(count)
        sent += count
    assert sent <= max(1, rate * 0.1) + rate * (now - START) / 1000 + 1e-6
