"""What the calls of the sandbox share: whose account is meant, and the refusals that several of them have."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET, UnsetType

from linebook.core.account import Account
from linebook.dialects.base import Call, DocumentedError, Evidence
from linebook.sandbox.reading import check_id
from linebook.sandbox.texts import account_of

UNKNOWN_ACCOUNT: Final = DocumentedError(
    status=404,
    when="there is no account with that id",
    evidence=Evidence.CHOICE,
    example={"error": "There is no account 1879048193."},
)
NO_NUMBER: Final = DocumentedError(
    status=400,
    when="`account` is not a number",
    evidence=Evidence.CHOICE,
    example={"error": "account: is not a whole number", "parameter": "account"},
)
FOREIGN_PAGE: Final = DocumentedError(
    status=403,
    when="a page of another origin calls",
    evidence=Evidence.CHOICE,
    example={"error": "Pages of other origins may not use the sandbox."},
)


def chosen(given: int | UnsetType) -> int | None:
    """Give the account id that was given, None for the demo's. Raises `NotFound` for an id that no account can have."""
    return None if given is UNSET else check_id(given)


async def account_for(call: Call, given: int | UnsetType) -> Account:
    """Give the account that is meant. Raises `NotFound`."""
    account_id = chosen(given)
    return await call.runtime.store.read(lambda tx: account_of(tx, account_id))
