"""Passwords and those who guess them: only failures count, each for the length of the window, and success forgets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from linebook.errors import TooManyLogins
from linebook.login import ADDRESS_FACTOR, LoginGuard, hash_password, password_matches
from tests.kit.clock import TestClock

FAILURES = 3
WINDOW_S = 60.0


@pytest.fixture
def guard(clock: TestClock) -> Iterator[LoginGuard]:
    guard = LoginGuard(clock, FAILURES, WINDOW_S)
    yield guard
    guard.close()


def fail(guard: LoginGuard, times: int = 1, name: str = "ada", address: str = "192.0.2.1") -> None:
    for _ in range(times):
        guard.check(name, address)
        guard.failed(name, address)


def retry_after_s(guard: LoginGuard, name: str = "ada", address: str = "192.0.2.1") -> int:
    with pytest.raises(TooManyLogins) as caught:
        guard.check(name, address)
    return caught.value.retry_after_s


# -- passwords


def test_a_password_matches_its_hash_and_no_other() -> None:
    stored = hash_password("open sesame")
    assert stored.startswith("$argon2id$")
    assert password_matches(stored, "open sesame")
    assert not password_matches(stored, "open sesame ")
    assert not password_matches(stored, "")
    assert hash_password("open sesame") != stored


@pytest.mark.parametrize("stored", [None, "", "no hash at all", "$argon2id$v=19$m=8,t=1,p=1$damaged"])
def test_nothing_matches_what_is_no_hash(stored: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    # Not even the password that is checked in its place.
    monkeypatch.setattr("linebook.login._NOBODY", hash_password("nobody's"))
    assert not password_matches(stored, "")
    assert not password_matches(stored, "nobody's")


async def test_a_password_is_checked_beside_the_event_loop(guard: LoginGuard) -> None:
    stored = hash_password("open sesame")
    assert await guard.matches(stored, "open sesame")
    assert not await guard.matches(stored, "wrong")
    assert not await guard.matches(None, "nobody has this password")


# -- guessing


def test_a_name_that_failed_often_is_refused_from_everywhere(guard: LoginGuard) -> None:
    fail(guard, FAILURES)
    assert retry_after_s(guard) == 60
    assert retry_after_s(guard, address="192.0.2.2") == 60
    guard.check("grace", "192.0.2.1")


def test_looking_is_no_failure(guard: LoginGuard) -> None:
    for _ in range(100):
        guard.check("ada", "192.0.2.1")
    fail(guard, FAILURES - 1)
    guard.check("ada", "192.0.2.1")


def test_a_failure_is_forgotten_after_the_window_each_by_itself(guard: LoginGuard, clock: TestClock) -> None:
    fail(guard)
    clock.advance(20_000)
    fail(guard, FAILURES - 1)
    assert retry_after_s(guard) == 40
    clock.advance(39_999)
    assert retry_after_s(guard) == 1
    clock.advance(1)
    guard.check("ada", "192.0.2.1")
    # Two are left; one more is too many again, until the next of them is forgotten.
    fail(guard)
    assert retry_after_s(guard) == 20
    clock.advance(60_000)
    fail(guard, FAILURES)


def test_a_refusal_does_not_prolong_the_pause(guard: LoginGuard, clock: TestClock) -> None:
    fail(guard, FAILURES)
    for _ in range(6):
        retry_after_s(guard)
        clock.advance(10_000)
    guard.check("ada", "192.0.2.1")


def test_success_forgets_the_failures_of_the_name(guard: LoginGuard) -> None:
    fail(guard, FAILURES - 1)
    guard.succeeded("ada")
    fail(guard, FAILURES - 1)
    guard.check("ada", "192.0.2.1")
    guard.succeeded("somebody who never failed")


def test_an_address_may_fail_ten_times_as_often_over_all_names(guard: LoginGuard, clock: TestClock) -> None:
    for number in range(FAILURES * ADDRESS_FACTOR):
        fail(guard, name=f"name {number}")
    assert retry_after_s(guard, name="somebody new") == 60
    guard.check("somebody new", "192.0.2.2")
    # A success of one name lifts nothing from the address: a guesser may have an account, too.
    guard.succeeded("name 0")
    assert retry_after_s(guard, name="somebody new") == 60
    clock.advance(60_000)
    guard.check("somebody new", "192.0.2.1")


def test_the_memory_of_failures_is_bounded_and_the_oldest_is_forgotten(
    guard: LoginGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linebook.login.KEYS_MAX", 100)
    fail(guard, FAILURES, name="first")
    for number in range(101):
        guard.failed(f"name {number}", "192.0.2.9")
    assert len(guard._failed_ms) <= 102
    guard.check("first", "192.0.2.1")
    fail(guard, FAILURES, name="last", address="192.0.2.3")
    retry_after_s(guard, name="last", address="192.0.2.3")
