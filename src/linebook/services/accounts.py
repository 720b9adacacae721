"""Accounts: the customers of this server."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from linebook.core.account import LAST_CHOSEN_CONTACT_ID, Account
from linebook.core.consent import StopScope
from linebook.core.phone import national
from linebook.errors import DomainError, IdTaken, InvalidMember, NameTaken, NotFound
from linebook.services.clocks import BOOK, TEXTING
from linebook.storage import rows
from linebook.storage.base import Tx

DIRECTORY = 0
"""The account id under which directory-wide writes enter the gate."""


class CreateAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One request to create an account; `id` may be chosen."""

    name: str
    region: str = "US"
    id: int | None = None
    stop_scope: StopScope = StopScope.ACCOUNT
    inwise_name_fields: bool = True


def create_accounts(tx: Tx, _account_id: int, requests: Sequence[CreateAccount]) -> list[Account | DomainError]:
    """Create accounts with their clocks. Domain errors: `InvalidMember`, `NameTaken`, `IdTaken`."""
    outcomes: list[Account | DomainError] = []
    for request in requests:
        try:
            outcomes.append(_create(tx, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def _create(tx: Tx, request: CreateAccount) -> Account:
    name = request.name.strip()
    if not name:
        raise InvalidMember("name", "is empty")
    try:
        national(request.region)
    except ValueError as error:
        raise InvalidMember("region", str(error)) from error
    if tx.one("account_by_name", name=name) is not None:
        raise NameTaken(f"There is an account called {name} already.")
    last = tx.one("last_account_id")
    account_id = request.id if request.id is not None else int((last and last[0]) or 0) + 1
    if account_id < 1 or tx.one("account_by_id", id=account_id) is not None:
        raise IdTaken
    account = Account(
        id=account_id,
        name=name,
        region=request.region.upper(),
        stop_scope=request.stop_scope,
        inwise_name_fields=request.inwise_name_fields,
        created_ms=tx.now_ms,
    )
    tx.run(
        "insert_account",
        id=account.id,
        name=account.name,
        region=account.region,
        stop_scope=account.stop_scope.value,
        inwise_name_fields=account.inwise_name_fields,
        created_ms=account.created_ms,
    )
    tx.run("insert_account_clock", account_id=account.id, name=BOOK, last_id=LAST_CHOSEN_CONTACT_ID)
    tx.run("insert_account_clock", account_id=account.id, name=TEXTING, last_id=0)
    tx.bump_directory()
    return account


def get_account(tx: Tx, account_id: int) -> Account:
    """Give an account. Raises `NotFound`."""
    row = tx.one("account_by_id", id=account_id)
    if row is None:
        raise NotFound(f"There is no account {account_id}.")
    return rows.account_from_row(row)


def find_account(tx: Tx, name: str) -> Account:
    """Give the account of that name. Raises `NotFound`."""
    row = tx.one("account_by_name", name=name)
    if row is None:
        raise NotFound(f"There is no account called {name}.")
    return rows.account_from_row(row)


def list_accounts(tx: Tx, after_id: int = 0, limit: int = 100) -> list[Account]:
    """Give a page of accounts by rising id."""
    return [rows.account_from_row(row) for row in tx.all("accounts", after_id=after_id, limit=limit)]
