"""The commands about accounts, lines and users; which account is meant, and what is never made by accident."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from linebook.login import password_matches
from linebook.services.users import find_login_at
from linebook.storage.store import open_engine
from tests.kit.shell import CommandLine

sqlite_only = pytest.mark.parametrize("engine_name", ["sqlite"])

# -- accounts


def test_reading_never_makes_a_database(linebook: CommandLine, tmp_path: Path) -> None:
    ended = linebook("contacts", "list")
    assert ended.code == 3
    assert ended.sentence == (
        "There is no database linebook.db: name one with --database, or make it with `linebook account create NAME`."
    )
    assert list(tmp_path.iterdir()) == []


def test_the_first_account_makes_the_database(linebook: CommandLine, tmp_path: Path) -> None:
    made = linebook("account", "create", "Bakery", "--region", "gb", "--stop-scope", "line")
    assert made.code == 0
    assert made.err == "Created the account Bakery.\n"
    assert "region              GB\n" in made.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["linebook.db"]
    (listed,) = linebook.data("account", "list")
    assert linebook.data("account", "show") == listed | {"contacts": 0}
    assert (listed["id"], listed["name"], listed["region"], listed["stop_scope"]) == (1, "Bakery", "GB", "line")
    assert listed["created"].endswith("Z")


@sqlite_only
def test_a_name_that_is_taken_or_a_region_without_numbers_is_refused(shop: CommandLine) -> None:
    taken = shop("account", "create", "Shop")
    assert (taken.code, taken.sentence) == (1, "There is an account called Shop already.")
    unknown = shop("account", "create", "Moon", "--region", "MOON")
    assert unknown.code == 1
    assert "numbering plan" in unknown.sentence
    assert [one["name"] for one in shop.data("account", "list")] == ["Shop"]


def test_with_several_accounts_one_has_to_be_named_by_name_or_id(shop: CommandLine) -> None:
    shop.done("account", "create", "Other", "--id", "42")
    ended = shop("line", "list")
    assert (ended.code, ended.sentence) == (2, "There are several accounts: say which with --account NAME.")
    assert [one["address"] for one in shop.data("line", "list", "--account", "Shop")] == ["+15556661234"]
    assert shop.data("line", "list", "--account", "42") == []
    # In front of the command too; what is nearer to it counts.
    assert shop.data("--account", "Shop", "account", "show", "--account", "Other")["id"] == 42
    for name in ("Nobody", "9" * 30):
        nobody = shop("line", "list", "--account", name)
        assert (nobody.code, nobody.sentence) == (1, f"There is no account called {name}.")


def test_without_an_account_it_says_how_to_make_one(linebook: CommandLine) -> None:
    engine = open_engine("sqlite:///linebook.db")
    engine.migrate()
    engine.close()
    ended = linebook("line", "list")
    assert (ended.code, ended.sentence) == (
        1,
        "There is no account yet: make one with `linebook account create NAME`.",
    )
    listed = linebook("account", "list")
    assert (listed.code, listed.out) == (0, "")
    assert "There is no account yet" in listed.err


# -- lines


def test_a_line_is_added_with_all_it_has(shop: CommandLine) -> None:
    options = ["--label", "Sales", "--multi-user", "--local", "--window", "5", "--rate", "2", "--id", "7"]
    options += ["--on-doubt", "fail"]
    made = shop.data("line", "add", "1 (888) 555-0100", *options)
    assert made | {"created": ""} == {
        "id": 7,
        "address": "+18885550100",
        "label": "Sales",
        "carrier": "loopback",
        "multi_user": True,
        "toll_free": False,
        "window": 5,
        "rate": 2,
        "on_doubt": "fail",
        "created": "",
    }
    assert shop.data("line", "add", "8885550101")["toll_free"] is True
    assert [one["address"] for one in shop.data("line", "list")] == ["+18885550100", "+15556661234", "+18885550101"]
    table = shop("line", "list").out
    assert table.splitlines()[0].split() == [
        "id",
        "address",
        "label",
        "carrier",
        "multi",
        "user",
        "toll",
        "free",
        "window",
        "rate",
    ]
    assert "Front desk" in table


@sqlite_only
def test_a_line_that_exists_or_cannot_be_is_refused(shop: CommandLine) -> None:
    taken = shop("line", "add", "+15556661234")
    assert (taken.code, taken.sentence) == (1, "+15556661234 is a line of this server already.")
    assert shop("line", "add", "not a number at all").code == 1


# -- users and logins


@sqlite_only
def test_users_are_added_and_listed(shop: CommandLine) -> None:
    made = shop.data("user", "add", "scott@example.com", "--first-name", "Scott", "--role", "administrator")
    assert (made["email"], made["first_name"], made["role"], made["active"]) == (
        "scott@example.com",
        "Scott",
        "administrator",
        True,
    )
    assert shop.data("user", "list") == [made]
    again = shop("user", "add", "SCOTT@example.com")
    assert (again.code, again.sentence) == (1, "There is a user with the address SCOTT@example.com already.")


def login_at(shop: CommandLine, prefix: str) -> tuple[str, str, int | None]:
    engine = open_engine(os.environ["LINEBOOK_DATABASE"])
    try:
        found = engine.read(lambda tx: find_login_at(tx, "+15556661234", prefix))
        assert found is not None
        return found.password_hash, found.role.value, found.user_id
    finally:
        engine.close()


@sqlite_only
def test_a_login_gets_the_password_from_standard_input(shop: CommandLine) -> None:
    ended = shop.done("user", "login", "5556661234", "--password-stdin", stdin="secret of mine\nnot this\n")
    assert "secret" not in ended.out + ended.err
    password_hash, role, user_id = login_at(shop, "")
    assert password_matches(password_hash, "secret of mine")
    assert (role, user_id) == ("system", None)


def test_a_login_of_a_user_has_the_users_role_and_a_second_one_replaces_it(shop: CommandLine) -> None:
    user = shop.data("user", "add", "scott@example.com", "--role", "administrator")
    arguments = [
        "user",
        "login",
        "+15556661234",
        "--prefix",
        "Scott",
        "--user",
        "scott@example.com",
        "--password-stdin",
    ]
    made = shop.data(*arguments, stdin="one\n")
    assert made == {
        "username": "scott@+15556661234",
        "line_id": 10001,
        "prefix": "scott",
        "user_id": user["id"],
        "role": "administrator",
    }
    shop.done(*arguments, "--role", "operator", stdin="two\n")
    password_hash, role, _ = login_at(shop, "scott")
    assert password_matches(password_hash, "two")
    assert role == "operator"


@sqlite_only
def test_a_password_is_asked_for_unseen_and_twice(shop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, bool, bool]] = []

    def answer(text: str, *, hide_input: bool, confirmation_prompt: bool, **_: object) -> str:
        asked.append((text, hide_input, confirmation_prompt))
        return "typed"

    monkeypatch.setattr("typer.prompt", answer)
    assert shop("user", "login", "10001", terminal=True).code == 0
    assert asked == [("Password", True, True)]
    assert password_matches(login_at(shop, "")[0], "typed")


@sqlite_only
def test_a_login_needs_a_password_a_line_and_a_user_that_exist(shop: CommandLine) -> None:
    unasked = shop("user", "login", "5556661234")
    assert (unasked.code, unasked.sentence) == (
        2,
        "There is no terminal to ask for the password: give it on standard input.",
    )
    empty = shop("user", "login", "5556661234", "--password-stdin", stdin="\n")
    assert (empty.code, empty.sentence) == (2, "The password is empty.")
    unknown = shop("user", "login", "5556660000", "--password-stdin", stdin="x\n")
    assert (unknown.code, unknown.sentence) == (
        1,
        "5556660000 is no line of the account Shop: see `linebook line list`.",
    )
    nobody = shop("user", "login", "5556661234", "--user", "no@example.com", "--password-stdin", stdin="x\n")
    assert (nobody.code, nobody.sentence) == (
        1,
        "There is no user no@example.com in the account Shop: see `linebook user list`.",
    )
    # There is no option that takes a password: `ps` would show it to everybody on the machine.
    assert shop("user", "login", "5556661234", "--password", "x").code == 2
