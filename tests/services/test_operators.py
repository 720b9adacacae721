"""Operators as services see them: when somebody last sent from a line, and last came in."""

from __future__ import annotations

from linebook.core.account import Account, CredentialKind, Line
from linebook.services.credentials import RegisterCredential, register_credentials
from linebook.services.operators import Operator, SaveOperator, operators_of_line, save_operators
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import add_line
from tests.kit.clock import TestClock
from tests.kit.texting import send


def operator(engine: Engine, account: Account, line: Line) -> Operator:
    (found,) = engine.read(lambda tx: operators_of_line(tx, account.id, line.id))
    return found


def begin_session(engine: Engine, account: Account, line: Line, user_id: int | None, secret: str) -> None:
    session = RegisterCredential(kind=CredentialKind.ZIPWHIP_SESSION, secret=secret, line_id=line.id, user_id=user_id)
    write_now(engine, register_credentials, account.id, session)


def test_the_last_time_counts_on_each_line_by_itself(engine: Engine, account: Account, clock: TestClock) -> None:
    line, other = add_line(engine, account.id), add_line(engine, account.id, "5556660102")
    request = SaveOperator(line_id=line.id, prefix="ada", first_name="Ada")
    saved = write_now(engine, save_operators, account.id, request)
    assert (saved.last_sent_ms, saved.last_session_ms) == (None, None)
    user_id = saved.user.id
    write_now(engine, save_operators, account.id, SaveOperator(line_id=other.id, prefix="ada", email="ada@example.org"))
    for secret in ("first", "second"):
        clock.advance(60_000)
        begin_session(engine, account, line, user_id, secret)
        came_ms = clock()
        clock.advance(60_000)
        send(engine, account.id, line.id, "2065550101", "2065550102", user_id=user_id)
        assert operator(engine, account, line).last_session_ms == came_ms
        assert operator(engine, account, line).last_sent_ms == clock()
    assert operator(engine, account, other).last_sent_ms is None
    changed = write_now(engine, save_operators, account.id, SaveOperator(line_id=line.id, user_id=user_id))
    assert changed == operator(engine, account, line)


def test_what_nobody_in_person_does_is_nobodys(engine: Engine, account: Account, clock: TestClock) -> None:
    line = add_line(engine, account.id)
    write_now(engine, save_operators, account.id, SaveOperator(line_id=line.id, prefix="ada", first_name="Ada"))
    begin_session(engine, account, line, None, "the line's own")
    send(engine, account.id, line.id, "2065550101")
    found = operator(engine, account, line)
    assert (found.last_sent_ms, found.last_session_ms) == (None, None)
