"""Passwords of logins: whoever is logged in changes the own one. Hashes come from outside; nothing is hashed here."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from linebook.errors import DomainError, LoginRefused
from linebook.services.accounts import hold_account
from linebook.services.users import Login, logins_of_line
from linebook.storage.base import Tx


class ChangePassword(msgspec.Struct, frozen=True, kw_only=True):
    """One request to give a login another password; `old_hash` is that of the password which was shown to be known."""

    line_id: int
    prefix: str
    old_hash: str
    new_hash: str


def change_passwords(tx: Tx, account_id: int, requests: Sequence[ChangePassword]) -> list[DomainError | None]:
    """Change passwords; sessions stay valid. Domain error: `LoginRefused` for a login that is gone or changed since."""
    hold_account(tx, account_id)
    outcomes: list[DomainError | None] = []
    for request in requests:
        found = tx.one("change_password", account_id=account_id, **msgspec.structs.asdict(request))
        outcomes.append(LoginRefused() if found is None else None)
    return outcomes


def own_logins(tx: Tx, account_id: int, line_id: int, user_id: int | None) -> list[Login]:
    """Give the logins that a user has on a line, by prefix; for None those of the line itself."""
    return [one for one in logins_of_line(tx, account_id, line_id) if one.user_id == user_id and _is_own(one)]


def _is_own(login: Login) -> bool:
    # A login with a prefix that is nobody's is not the line's own: the line's password must not change through it.
    return login.user_id is not None or not login.prefix
