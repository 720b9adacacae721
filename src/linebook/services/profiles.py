"""Profiles: what whoever is logged in on a line says of himself or herself, or of the line where nobody is named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from linebook.core.account import User
from linebook.core.contact import check_text
from linebook.errors import DomainError
from linebook.services.accounts import hold_account
from linebook.services.line_settings import THE_LINE, VALUE_MAX, SetLineSetting, set_line_settings
from linebook.services.lines import get_line
from linebook.services.users import UpdateUser, update_users
from linebook.storage.base import Tx

NAMES: Final = ("first_name", "last_name", "email")
"""What a user has; a line's own are settings of the line."""

FURTHER: Final = ("notes", "phone_key", "loc")


class SaveProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One request to change a profile; what is not given stays as it is. Without a user it is the line's own."""

    line_id: int
    user_id: int | None = None
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    notes: str | UnsetType = UNSET
    phone_key: str | UnsetType = UNSET
    loc: str | UnsetType = UNSET


def save_profiles(tx: Tx, account_id: int, requests: Sequence[SaveProfile]) -> list[User | DomainError | None]:
    """Change profiles; give the users as they are then, None for a line.

    Domain errors: `NotFound` (the line, the user), `InvalidMember`, `NameTaken` (the e-mail address).
    """
    outcomes: list[User | DomainError | None] = []
    hold_account(tx, account_id)
    for request in requests:
        try:
            outcomes.append(_save(tx, account_id, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def _save(tx: Tx, account_id: int, request: SaveProfile) -> User | None:
    get_line(tx, account_id, request.line_id)
    names = FURTHER if request.user_id is not None else (*NAMES, *FURTHER)
    given = {name: value.strip() for name in names if (value := getattr(request, name)) is not UNSET}
    for name, value in given.items():
        check_text(name, value, VALUE_MAX)
    user: User | None = None
    if request.user_id is not None:
        change = UpdateUser(
            id=request.user_id, first_name=request.first_name, last_name=request.last_name, email=request.email
        )
        changed = update_users(tx, account_id, [change])[0]
        if isinstance(changed, DomainError):
            raise changed
        user = changed
    owner = THE_LINE if request.user_id is None else request.user_id
    settings = [
        SetLineSetting(line_id=request.line_id, user_id=owner, name=name, value=value) for name, value in given.items()
    ]
    set_line_settings(tx, account_id, settings)
    return user
