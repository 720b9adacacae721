"""Operators: users with a login of their own on a line. They are listed, saved and taken off the line as one thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from linebook.core.account import CredentialKind, Role, User
from linebook.errors import DomainError, InvalidMember, NameTaken, OperatorNotFound
from linebook.services.accounts import hold_account
from linebook.services.line_settings import LAST_SENT, LAST_SESSION, times_of
from linebook.services.lines import get_line
from linebook.services.users import (
    AddUser,
    Login,
    SetLogin,
    UpdateUser,
    add_users,
    find_user,
    get_user,
    login_prefix,
    logins_of_line,
    set_logins,
    update_users,
)
from linebook.storage.base import Tx

Outcome = TypeVar("Outcome")

NO_PASSWORD = ""
"""The hash of no password: nobody can log in with it."""


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """A user on a line: the prefix of the login there, the role that it has, when he last sent and last came in."""

    user: User
    prefix: str
    role: Role
    last_sent_ms: int | None = None
    last_session_ms: int | None = None


class SaveOperator(msgspec.Struct, frozen=True, kw_only=True):
    """One request to put somebody on a line, or to change who is on it; what is not given stays as it is.

    `user_id` is whom to change. Without it somebody is added, who needs a `prefix`: the user with that e-mail address,
    or a new one.
    """

    line_id: int
    user_id: int | None = None
    prefix: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    password_hash: str | UnsetType = UNSET


class UnassignOperator(msgspec.Struct, frozen=True, kw_only=True):
    """One request to take somebody off a line."""

    line_id: int
    user_id: int


def operators_of_line(tx: Tx, account_id: int, line_id: int) -> list[Operator]:
    """Give who is on a line, by rising id; the first login counts of somebody who has several."""
    first: dict[int, Login] = {}
    for login in logins_of_line(tx, account_id, line_id):
        if login.user_id is not None:
            first.setdefault(login.user_id, login)
    return _operators(tx, account_id, line_id, [first[one] for one in sorted(first)])


def save_operators(tx: Tx, account_id: int, requests: Sequence[SaveOperator]) -> list[Operator | DomainError]:
    """Put people on lines, or change them; give each as it is then. A new role counts for living sessions at once.

    Domain errors: `NotFound` (the line), `OperatorNotFound`, `InvalidMember`, `NameTaken` (the e-mail address).
    """
    outcomes: list[Operator | DomainError] = []
    for request in requests:
        try:
            outcomes.append(_save(tx, account_id, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def unassign_operators(tx: Tx, account_id: int, requests: Sequence[UnassignOperator]) -> list[DomainError | None]:
    """Take people off lines: their logins there are gone and their sessions end. The user stays.

    Domain error: `OperatorNotFound`.
    """
    outcomes: list[DomainError | None] = []
    hold_account(tx, account_id)
    for request in requests:
        logins = [one for one in logins_of_line(tx, account_id, request.line_id) if one.user_id == request.user_id]
        if not logins:
            outcomes.append(OperatorNotFound())
            continue
        for login in logins:
            tx.run("delete_login", account_id=account_id, line_id=login.line_id, prefix=login.prefix)
        tx.run(
            "revoke_sessions_on_line",
            account_id=account_id,
            user_id=request.user_id,
            line_id=request.line_id,
            kind=CredentialKind.ZIPWHIP_SESSION.value,
            revoked_ms=tx.now_ms,
        )
        tx.bump_directory()
        outcomes.append(None)
    return outcomes


def _operators(tx: Tx, account_id: int, line_id: int, logins: Sequence[Login]) -> list[Operator]:
    sent, came = (times_of(tx, account_id, line_id, name) for name in (LAST_SENT, LAST_SESSION))
    return [
        Operator(
            user=get_user(tx, account_id, login.user_id),
            prefix=login.prefix,
            role=login.role,
            last_sent_ms=sent.get(login.user_id),
            last_session_ms=came.get(login.user_id),
        )
        for login in logins
        if login.user_id is not None
    ]


def _save(tx: Tx, account_id: int, request: SaveOperator) -> Operator:
    # Whatever can be refused is refused before the first write: a request leaves all of itself or nothing.
    hold_account(tx, account_id)
    get_line(tx, account_id, request.line_id)
    logins = logins_of_line(tx, account_id, request.line_id)
    before = None
    if request.user_id is not None:
        before = next((one for one in logins if one.user_id == request.user_id), None)
        if before is None:
            raise OperatorNotFound
    prefix = _prefix(request, before, logins)
    user = _save_user(tx, account_id, request, logins)
    role = request.role if request.role is not UNSET else before.role if before else Role.OPERATOR
    if before is not None and before.prefix != prefix:
        tx.run("delete_login", account_id=account_id, line_id=before.line_id, prefix=before.prefix)
    kept_hash = before.password_hash if before else NO_PASSWORD
    login = _done(
        set_logins(
            tx,
            account_id,
            [
                SetLogin(
                    line_id=request.line_id,
                    prefix=prefix,
                    password_hash=kept_hash if request.password_hash is UNSET else request.password_hash,
                    role=role,
                    user_id=user.id,
                )
            ],
        )
    )
    if before is not None and before.role is not role:
        tx.run(
            "set_role_of_sessions",
            account_id=account_id,
            user_id=user.id,
            line_id=request.line_id,
            kind=CredentialKind.ZIPWHIP_SESSION.value,
            role=role.value,
        )
        tx.bump_directory()
    return _operators(tx, account_id, request.line_id, [login])[0]


def _prefix(request: SaveOperator, before: Login | None, logins: list[Login]) -> str:
    if request.prefix is UNSET:
        if before is None:
            raise InvalidMember("prefix", "is missing")
        return before.prefix
    prefix = login_prefix(request.prefix)
    if not prefix:
        raise InvalidMember("prefix", "is empty")
    if any(one.prefix == prefix and one is not before for one in logins):
        raise InvalidMember("prefix", "is taken on this line")
    return prefix


def _save_user(tx: Tx, account_id: int, request: SaveOperator, logins: list[Login]) -> User:
    """Write who it is: the user to change, the one with that address, or a new one."""
    user_id, email = request.user_id, "" if request.email is UNSET else request.email.strip()
    if user_id is None and email:
        known = find_user(tx, account_id, email)
        if known is not None and any(one.user_id == known.id for one in logins):
            raise NameTaken(f"There is an operator with the address {email} already.")
        user_id = known.id if known is not None else None
    if user_id is None:
        first_name = "" if request.first_name is UNSET else request.first_name
        last_name = "" if request.last_name is UNSET else request.last_name
        if not (email or first_name.strip() or last_name.strip()):
            first_name = "" if request.prefix is UNSET else request.prefix
        role = Role.OPERATOR if request.role is UNSET else request.role
        user = _done(
            add_users(tx, account_id, [AddUser(email=email, first_name=first_name, last_name=last_name, role=role)])
        )
        if request.is_active is not False:
            return user
        user_id = user.id
        return _done(update_users(tx, account_id, [UpdateUser(id=user_id, is_active=False)]))
    change = UpdateUser(
        id=user_id,
        email=request.email,
        first_name=request.first_name,
        last_name=request.last_name,
        role=request.role,
        is_active=request.is_active,
    )
    return _done(update_users(tx, account_id, [change]))


def _done(outcomes: list[Outcome | DomainError]) -> Outcome:
    outcome = outcomes[0]
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome
