"""Accounts: the customers of this server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.core.account import LAST_CHOSEN_CONTACT_ID, Account
from linebook.core.consent import StopScope
from linebook.core.contact import LAST_ID, check_text, is_storable
from linebook.core.phone import national
from linebook.errors import DomainError, IdTaken, InvalidMember, NameTaken, NotFound
from linebook.services.clocks import BOOK, TEXTING
from linebook.storage import rows
from linebook.storage.base import Tx

DIRECTORY = 0
"""The account id under which directory-wide writes enter the gate."""

NAME_MAX: Final = 255
"""Most characters in a name that must be unique."""

_CLEARING: Final = (
    "clear_line_address",  # before the lines, which know the addresses
    "clear_credential",
    "clear_login",
    "clear_app_user",
    "clear_line",
    "clear_contact_name",
    "clear_name_follower",
    "clear_contact_tag",
    "clear_group_member",
    "clear_contact",
    "clear_contact_bucket",
    "clear_history",
    "clear_field",
    "clear_tag",
    "clear_contact_group",
    "clear_consent",
    "clear_consent_entry",
    "clear_read_state",
    "clear_import_work",
    "clear_import_put_back",
    "clear_import_reject",
    "clear_import_outcome",
    "clear_import_chunk",
    "clear_import",
    "clear_carrier_ref",
    "clear_lease",
    "clear_line_setting",
    "clear_stop_word",
    "clear_conversation_key",
    "clear_conversation",
    "clear_message",
    "clear_message_part",
    "clear_attachment",
    "clear_message_attachment",
    "clear_outbox",
    "clear_doubt",
    "clear_receipt",
    "clear_inbound_key",
    "clear_event",
    "clear_webhook_subscription",
    "clear_webhook_delivery",
    "clear_webhook_attempt",
    "clear_line_usage",
    "clear_account_counter",
    "clear_account_clock",
)
"""The statements that remove what belongs to an account: one for every table with an `account_id`."""


class CreateAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One request to create an account; `id` may be chosen."""

    name: str
    region: str = "US"
    id: int | None = None
    stop_scope: StopScope = StopScope.ACCOUNT
    inwise_name_fields: bool = True


class DeleteAccount(msgspec.Struct, frozen=True):
    """One request to delete an account with everything in it."""

    id: int


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
    check_text("name", name, NAME_MAX)
    try:
        national(request.region)
    except ValueError as error:
        raise InvalidMember("region", str(error)) from error
    if tx.one("account_by_name", name=name) is not None:
        raise NameTaken(f"There is an account called {name} already.")
    last = tx.one("last_account_id")
    account_id = request.id if request.id is not None else int((last and last[0]) or 0) + 1
    if not 1 <= account_id <= LAST_ID or tx.one("account_by_id", id=account_id) is not None:
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


def delete_accounts(tx: Tx, _account_id: int, requests: Sequence[DeleteAccount]) -> list[DomainError | None]:
    """Delete accounts, their consents and history too, for good; their credentials are dead from the commit on.

    Whoever writes to one at the same time comes before or is told that it is gone. Domain error: `NotFound`.
    """
    outcomes: list[DomainError | None] = []
    for request in requests:
        try:
            _delete(tx, request.id)
        except DomainError as error:
            outcomes.append(error)
        else:
            outcomes.append(None)
    return outcomes


def _delete(tx: Tx, account_id: int) -> None:
    get_account(tx, account_id)
    # In the order of every writer: the clocks, then the account, which writers without a clock hold.
    for name in (BOOK, TEXTING):
        tx.one("take_clock", account_id=account_id, name=name)
    tx.run("clear_account", id=account_id)
    for statement in _CLEARING:
        tx.run(statement, account_id=account_id)
    tx.bump_directory()


def hold_account(tx: Tx, account_id: int) -> Account:
    """Give an account that stays until the commit, for writes that do not take its clock. Raises `NotFound`."""
    row = tx.one("held_account", id=account_id)
    if row is None:
        raise NotFound(f"There is no account {account_id}.")
    return rows.account_from_row(row)


def get_account(tx: Tx, account_id: int) -> Account:
    """Give an account. Raises `NotFound`."""
    row = tx.one("account_by_id", id=account_id)
    if row is None:
        raise NotFound(f"There is no account {account_id}.")
    return rows.account_from_row(row)


def find_account(tx: Tx, name: str) -> Account:
    """Give the account of that name. Raises `NotFound`."""
    row = tx.one("account_by_name", name=name) if is_storable(name) else None
    if row is None:
        raise NotFound(f"There is no account called {name}.")
    return rows.account_from_row(row)


def list_accounts(tx: Tx, after_id: int = 0, limit: int = 100) -> list[Account]:
    """Give a page of accounts by rising id."""
    return [rows.account_from_row(row) for row in tx.all("accounts", after_id=after_id, limit=limit)]
