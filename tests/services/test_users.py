"""Users and their logins on lines: names, addresses, roles, and what a login prefix is compared by."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.account import FIRST_COUNTED_SMALL_ID, Account, Line, Role, User
from linebook.errors import IdTaken, InvalidMember, NameTaken, NotFound
from linebook.services.users import (
    LINE_LOGIN,
    AddUser,
    Login,
    SetLogin,
    UpdateUser,
    add_users,
    find_login,
    find_login_at,
    find_user,
    get_user,
    list_users,
    login_prefix,
    set_logins,
    update_users,
)
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import add_line, refusal, run
from tests.kit.clock import START_MS, TestClock

pytestmark = pytest.mark.usefixtures("whole_books")


def add(engine: Engine, account_id: int, *requests: AddUser) -> list[Any]:
    return list(run(engine, add_users, account_id, *requests))


def add_one(engine: Engine, account_id: int, **members: Any) -> User:
    return write_now(engine, add_users, account_id, AddUser(**members))


# Refusals.


@pytest.mark.parametrize(
    ("request_", "member"),
    [
        (AddUser(), "email"),
        (AddUser(email=" ", first_name=" ", last_name="\t"), "email"),
        (AddUser(email="a\0@b.c"), "email"),
        (AddUser(email="a" * 256), "email"),
        (AddUser(first_name="\0"), "first_name"),
        (AddUser(first_name="Ada", last_name="\ud800"), "last_name"),
    ],
)
def test_a_user_needs_an_address_or_a_name(engine: Engine, account: Account, request_: AddUser, member: str) -> None:
    bad, good = add(engine, account.id, request_, AddUser(email="ada@example.org"))
    assert refusal(InvalidMember, bad).member == member
    assert engine.read(lambda tx: list_users(tx, account.id)) == [good]


def test_an_account_that_does_not_exist_has_no_users(engine: Engine) -> None:
    refusal(NotFound, add(engine, 99, AddUser(email="ada@example.org"))[0])


def test_an_address_is_one_users_alone(engine: Engine, account: Account, other: Account) -> None:
    outcomes = add(engine, account.id, *(AddUser(email=one) for one in ("ada@example.org", " ADA@example.org", "Ada")))
    refusal(NameTaken, outcomes[1])
    assert isinstance(outcomes[2], User)
    assert isinstance(add(engine, other.id, AddUser(email="ada@example.org"))[0], User)


def test_an_id_in_use_or_in_the_range_that_is_counted_cannot_be_chosen(engine: Engine, account: Account) -> None:
    add_one(engine, account.id, first_name="Ada", id=5)
    chosen = (5, 0, -1, FIRST_COUNTED_SMALL_ID, 2**63, 10**30)
    for outcome in add(engine, account.id, *(AddUser(first_name="Bob", id=one) for one in chosen)):
        refusal(IdTaken, outcome)
    assert add_one(engine, account.id, first_name="Bob").id == FIRST_COUNTED_SMALL_ID


def test_a_user_that_does_not_exist_is_not_found(engine: Engine, account: Account) -> None:
    for user_id in (0, -1, 5, 2**63, 10**30):
        with pytest.raises(NotFound):
            engine.read(lambda tx, one=user_id: get_user(tx, account.id, one))  # type: ignore[misc]
        with pytest.raises(NotFound):
            write_now(engine, update_users, account.id, UpdateUser(id=user_id, first_name="Ada"))
    for email in ("", "ada@example.org", "\0", "\ud800"):
        assert engine.read(lambda tx, one=email: find_user(tx, account.id, one)) is None  # type: ignore[misc]


def test_a_user_keeps_a_name_or_an_address(engine: Engine, account: Account) -> None:
    user = add_one(engine, account.id, first_name="Ada")
    for member, change in (
        ("first_name", UpdateUser(id=user.id, first_name=" ")),
        ("first_name", UpdateUser(id=user.id, first_name="\0")),
        ("last_name", UpdateUser(id=user.id, last_name="\ud800")),
    ):
        assert refusal(InvalidMember, run(engine, update_users, account.id, change)[0]).member == member
    assert engine.read(lambda tx: get_user(tx, account.id, user.id)) == user


# Users.


def test_a_user_keeps_what_it_was_given(engine: Engine, account: Account) -> None:
    user = add_one(
        engine, account.id, email=" Ada@Example.org ", first_name=" Ada ", last_name="L.", role=Role.SYSTEM, id=3
    )
    assert user == User(
        account_id=account.id,
        id=3,
        email="Ada@Example.org",
        first_name="Ada",
        last_name="L.",
        phone="",
        role=Role.SYSTEM,
        is_active=True,
        created_ms=START_MS,
        updated_ms=START_MS,
    )
    assert user.name == "Ada L."
    assert engine.read(lambda tx: get_user(tx, account.id, 3)) == user
    assert engine.read(lambda tx: find_user(tx, account.id, "ada@EXAMPLE.org")) == user


def test_users_without_an_address_are_as_many_as_you_like(engine: Engine, account: Account) -> None:
    users = add(engine, account.id, *(AddUser(first_name="Ada") for _ in range(3)))
    assert [user.id for user in users] == [10_001, 10_002, 10_003]


def test_a_change_of_a_user_leaves_what_it_does_not_name(engine: Engine, account: Account, clock: TestClock) -> None:
    user = add_one(engine, account.id, email="ada@example.org", first_name="Ada", last_name="L.")
    clock.advance(10)
    changed = write_now(engine, update_users, account.id, UpdateUser(id=user.id, last_name=" King "))
    assert (changed.first_name, changed.last_name, changed.role) == ("Ada", "King", Role.OPERATOR)
    assert (changed.created_ms, changed.updated_ms) == (START_MS, START_MS + 10)
    changed = write_now(engine, update_users, account.id, UpdateUser(id=user.id, first_name="", role=Role.SYSTEM))
    assert (changed.email, changed.first_name, changed.role) == ("ada@example.org", "", Role.SYSTEM)
    assert engine.read(lambda tx: get_user(tx, account.id, user.id)) == changed


def test_users_are_listed_by_rising_id(engine: Engine, account: Account, other: Account) -> None:
    add(engine, account.id, *(AddUser(first_name="A", id=one) for one in (None, 3, None, 1)))
    add_one(engine, other.id, first_name="B")

    def ids(**page: int) -> list[int]:
        return [user.id for user in engine.read(lambda tx: list_users(tx, account.id, **page))]

    assert ids() == [1, 3, 10_001, 10_002]
    assert ids(after_id=1, limit=2) == [3, 10_001]


# Logins.


@pytest.fixture
def line(engine: Engine, account: Account) -> Line:
    return add_line(engine, account.id)


def login(line_id: int, prefix: str = LINE_LOGIN, password_hash: str = "hash", **rest: Any) -> SetLogin:
    return SetLogin(line_id=line_id, prefix=prefix, password_hash=password_hash, **{"role": Role.OPERATOR, **rest})


def found(engine: Engine, account: Account, line: Line, prefix: str) -> Login | None:
    return engine.read(lambda tx: find_login(tx, account.id, line.id, prefix))


def test_a_login_needs_a_line_and_a_user_of_the_account(
    engine: Engine, account: Account, other: Account, line: Line
) -> None:
    stranger = add_one(engine, other.id, first_name="Bob", id=77)
    for request in (login(line.id + 1), login(10**30), login(line.id, user_id=stranger.id), login(line.id, user_id=0)):
        refusal(NotFound, run(engine, set_logins, account.id, request)[0])
    refusal(NotFound, run(engine, set_logins, other.id, login(line.id))[0])
    assert found(engine, account, line, LINE_LOGIN) is None


@pytest.mark.parametrize("prefix", ["scott@4255551212", "@", "a\0", "\ud800", "x" * 256])
def test_a_prefix_is_what_stands_before_the_at(engine: Engine, account: Account, line: Line, prefix: str) -> None:
    with pytest.raises(InvalidMember):
        login_prefix(prefix)
    refusal(InvalidMember, run(engine, set_logins, account.id, login(line.id, prefix))[0])


def test_a_login_is_found_under_every_spelling_of_its_prefix(engine: Engine, account: Account, line: Line) -> None:
    user = add_one(engine, account.id, first_name="Scott")
    outcome = write_now(engine, set_logins, account.id, login(line.id, " ScoTT ", user_id=user.id))
    assert outcome == Login(
        account_id=account.id,
        line_id=line.id,
        prefix="scott",
        user_id=user.id,
        role=Role.OPERATOR,
        password_hash="hash",
    )
    assert found(engine, account, line, login_prefix("SCOTT")) == outcome
    assert engine.read(lambda tx: find_login_at(tx, line.address, "scott")) == outcome


def test_a_new_password_replaces_the_old_one_and_the_role(engine: Engine, account: Account, line: Line) -> None:
    user = add_one(engine, account.id, first_name="Scott")
    run(engine, set_logins, account.id, login(line.id, user_id=user.id), login(line.id, "scott"))
    write_now(engine, set_logins, account.id, login(line.id, password_hash="new", role=Role.SYSTEM))
    after = found(engine, account, line, LINE_LOGIN)
    assert after is not None
    assert (after.password_hash, after.role, after.user_id) == ("new", Role.SYSTEM, None)
    other = found(engine, account, line, "scott")
    assert other is not None
    assert other.password_hash == "hash"


def test_a_login_of_nobody_is_none(engine: Engine, account: Account, line: Line) -> None:
    for prefix in (LINE_LOGIN, "scott", "\0", "\ud800"):
        assert found(engine, account, line, prefix) is None
    assert engine.read(lambda tx: find_login(tx, account.id, 10**30, "")) is None
    for address in ("+15550000000", "\0", "\ud800"):
        assert engine.read(lambda tx, one=address: find_login_at(tx, one, LINE_LOGIN)) is None  # type: ignore[misc]
