"""Accounts: creating, finding and listing them. Deleting one takes everything of it and nothing of another."""

from __future__ import annotations

import pytest

from linebook.core.account import Account
from linebook.core.consent import StopScope
from linebook.errors import IdTaken, InvalidMember, NameTaken, NotFound
from linebook.services.accounts import (
    DIRECTORY,
    CreateAccount,
    DeleteAccount,
    create_accounts,
    delete_accounts,
    find_account,
    get_account,
    list_accounts,
)
from linebook.storage.base import Engine
from linebook.storage.schema import describe_schema
from linebook.storage.store import write_now
from tests.kit.builders import add_account, refusal, run, save
from tests.kit.clock import START_MS
from tests.kit.raw import look

pytestmark = pytest.mark.usefixtures("whole_books")


def listed(engine: Engine, after_id: int = 0, limit: int = 100) -> list[int]:
    return [account.id for account in engine.read(lambda tx: list_accounts(tx, after_id, limit))]


# Refusals.


@pytest.mark.parametrize(
    ("request_", "member"),
    [
        (CreateAccount(name=""), "name"),
        (CreateAccount(name=" \t"), "name"),
        (CreateAccount(name="a\0"), "name"),
        (CreateAccount(name="\ud800"), "name"),
        (CreateAccount(name="x" * 256), "name"),
        (CreateAccount(name="Acme", region=""), "region"),
        (CreateAccount(name="Acme", region="XX"), "region"),
        (CreateAccount(name="Acme", region="ß"), "region"),
    ],
)
def test_an_account_needs_a_name_and_a_region(engine: Engine, request_: CreateAccount, member: str) -> None:
    bad, good = run(engine, create_accounts, DIRECTORY, request_, CreateAccount(name="Good"))
    assert refusal(InvalidMember, bad).member == member
    assert isinstance(good, Account)
    assert listed(engine) == [good.id]


def test_a_name_and_an_id_are_given_once(engine: Engine, account: Account) -> None:
    outcomes = run(
        engine,
        create_accounts,
        DIRECTORY,
        CreateAccount(name=f" {account.name} "),
        *(CreateAccount(name=f"{one}", id=one) for one in (account.id, 0, -1, 2**63, 10**30)),
    )
    refusal(NameTaken, outcomes[0])
    for outcome in outcomes[1:]:
        refusal(IdTaken, outcome)
    assert listed(engine) == [account.id]


def test_an_account_that_does_not_exist_is_not_found(engine: Engine, account: Account) -> None:
    for account_id in (0, account.id + 1):
        with pytest.raises(NotFound, match=str(account_id)):
            engine.read(lambda tx, one=account_id: get_account(tx, one))  # type: ignore[misc]
    for name in ("", "acme", "a\0", "\ud800"):
        with pytest.raises(NotFound):
            engine.read(lambda tx, one=name: find_account(tx, one))  # type: ignore[misc]
    for account_id in (0, account.id + 1):
        with pytest.raises(NotFound):
            write_now(engine, delete_accounts, DIRECTORY, DeleteAccount(account_id))


# Creating and finding.


def test_an_account_keeps_what_it_was_given(engine: Engine) -> None:
    request = CreateAccount(name=" Größe & Co ", region="il", id=9, stop_scope=StopScope.LINE, inwise_name_fields=False)
    account = write_now(engine, create_accounts, DIRECTORY, request)
    assert account == Account(
        id=9,
        name="Größe & Co",
        region="IL",
        stop_scope=StopScope.LINE,
        inwise_name_fields=False,
        created_ms=START_MS,
    )
    assert engine.read(lambda tx: get_account(tx, 9)) == account
    assert engine.read(lambda tx: find_account(tx, "Größe & Co")) == account


def test_ids_are_counted_behind_the_highest(engine: Engine) -> None:
    first = add_account(engine, "A").id
    add_account(engine, "B", 40)
    add_account(engine, "C", 20)
    assert (first, add_account(engine, "D").id) == (1, 41)
    assert listed(engine) == [1, 20, 40, 41]
    assert listed(engine, after_id=20, limit=1) == [40]
    assert listed(engine, after_id=41) == []


def test_accounts_of_one_batch_see_each_other(engine: Engine) -> None:
    outcomes = run(engine, create_accounts, DIRECTORY, *(CreateAccount(name=name) for name in "ABA"))
    refusal(NameTaken, outcomes[2])
    assert listed(engine) == [1, 2]


def test_a_new_account_makes_every_process_forget_what_it_knew(engine: Engine) -> None:
    before = engine.directory_version
    add_account(engine, "A")
    assert engine.directory_version > before


# Deleting.


def test_a_deleted_account_leaves_no_row_anywhere(engine: Engine, account: Account, other: Account) -> None:
    for account_id in (account.id, other.id):
        save(engine, account_id, "2065551234", first_name="Ada", team_opt_out=True)
        save(engine, account_id, "2065551234", notes="x")
    write_now(engine, delete_accounts, DIRECTORY, DeleteAccount(account.id))
    for table in describe_schema(engine):
        owned = "account_id" in {column.name for column in table.columns}
        if owned:
            assert look(engine, f"SELECT * FROM {table.name} WHERE account_id = {account.id}") == [], table.name
    assert listed(engine) == [other.id]
    assert look(engine, "SELECT account_id FROM contact") == [(other.id,)]
    with pytest.raises(NotFound):
        save(engine, account.id, "2065551234")
    assert add_account(engine, account.name).id == other.id + 1
