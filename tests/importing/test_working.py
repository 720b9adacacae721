"""The shell works an import off step by step, leaves it when it is told to, and lets other writers have a turn."""

from __future__ import annotations

import pytest

from linebook.core.account import Account
from linebook.core.imports import ImportState
from linebook.importing import working
from linebook.importing.pace import FIRST
from linebook.importing.working import BREATH_EVERY_S, BREATH_S, GAP_S, work_off
from linebook.storage.base import Engine
from tests.kit.importing import OWNER, counts, now, stage, start


def people(count: int) -> str:
    return "Phone,First name\n" + "".join(f"206{7_000_000 + n},N{n}\n" for n in range(count))


class Hours:
    """A time in which every look at the clock takes more than half of what goes by between two breaths."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        self.now_s += BREATH_EVERY_S * 0.6
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def test_an_import_that_is_given_up_stays_where_its_last_step_left_it(engine: Engine, account: Account) -> None:
    one = start(engine, account.id, stage(engine, account.id, people(FIRST + 50)).id)
    given_up = iter([False, True])
    left = work_off(engine, account.id, one, OWNER, lambda *_: None, gives_up=lambda: next(given_up))
    assert (left.state, left.applied) == (ImportState.APPLYING, FIRST)
    work_off(engine, account.id, left, OWNER, lambda *_: None)
    assert counts(now(engine, account.id, one.id)) == {"created": FIRST + 50}


def test_whoever_waits_for_the_one_writer_of_sqlite_gets_a_turn(
    engine: Engine, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = start(engine, account.id, stage(engine, account.id, people(3 * FIRST)).id)
    hours = Hours()
    monkeypatch.setattr(working, "time", hours)
    work_off(engine, account.id, one, OWNER, lambda *_: None)
    # PostgreSQL's writers queue, and need no breath of that length.
    assert (BREATH_S in hours.slept) is (engine.name == "sqlite")


def test_between_two_steps_who_waits_for_a_row_has_time_to_wake_up(
    engine: Engine, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = start(engine, account.id, stage(engine, account.id, people(FIRST * 2)).id)
    hours = Hours()
    monkeypatch.setattr(working, "time", hours)
    work_off(engine, account.id, one, OWNER, lambda *_: None)
    # On SQLite a longer breath now and then does it.
    assert (min(hours.slept) >= GAP_S) is (engine.name == "postgres")
