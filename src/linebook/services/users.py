"""Users: the people who work here, and the logins they have on lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from linebook.core.account import FIRST_COUNTED_SMALL_ID, CredentialKind, Role, User
from linebook.core.contact import LAST_ID, check_text, is_storable
from linebook.errors import DomainError, IdTaken, InvalidMember, NameTaken, NotFound
from linebook.services.accounts import NAME_MAX, hold_account
from linebook.services.labels import next_id
from linebook.services.lines import find_line, get_line
from linebook.storage import rows
from linebook.storage.base import Row, Tx

LINE_LOGIN: Final = ""
"""The prefix of the line's own login: the user name is the number alone."""


class AddUser(msgspec.Struct, frozen=True, kw_only=True):
    """One request to add a user; `id` may be chosen."""

    email: str = ""
    first_name: str = ""
    last_name: str = ""
    role: Role = Role.OPERATOR
    id: int | None = None


class UpdateUser(msgspec.Struct, frozen=True, kw_only=True):
    """One request to change a user; what is not given stays as it is."""

    id: int
    email: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class SetLogin(msgspec.Struct, frozen=True, kw_only=True):
    """One request to let somebody log in on a line: the prefix before the @ (empty: the line), a hashed password."""

    line_id: int
    prefix: str
    password_hash: str
    role: Role
    user_id: int | None = None


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """Who may log in under a name, and the hash their password must match."""

    account_id: int
    line_id: int
    prefix: str
    user_id: int | None
    role: Role
    password_hash: str


def add_users(tx: Tx, account_id: int, requests: Sequence[AddUser]) -> list[User | DomainError]:
    """Add users.

    Domain errors: `InvalidMember`, `NameTaken` (the e-mail address), `IdTaken`, `NotFound` (the account).
    """
    outcomes: list[User | DomainError] = []
    for request in requests:
        try:
            outcomes.append(_add(tx, account_id, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def _add(tx: Tx, account_id: int, request: AddUser) -> User:
    hold_account(tx, account_id)
    email = request.email.strip()
    if not (email or request.first_name.strip() or request.last_name.strip()):
        raise InvalidMember("email", "a user has an e-mail address or a name")
    check_text("email", email, NAME_MAX)
    check_text("first_name", request.first_name)
    check_text("last_name", request.last_name)
    key = user_key(email) or None
    if key is not None and tx.one("user_by_email", account_id=account_id, email_key=key) is not None:
        raise NameTaken(f"There is a user with the address {email} already.")
    if request.id is None:
        user_id = next_id(tx, account_id, "user", FIRST_COUNTED_SMALL_ID)
    else:
        user_id = request.id
        is_possible = 1 <= user_id < FIRST_COUNTED_SMALL_ID
        if not is_possible or tx.one("user_by_id", account_id=account_id, id=user_id) is not None:
            raise IdTaken
    tx.run(
        "insert_user",
        account_id=account_id,
        id=user_id,
        email=email,
        email_key=key,
        first_name=request.first_name.strip(),
        last_name=request.last_name.strip(),
        phone=None,
        role=request.role.value,
        created_ms=tx.now_ms,
    )
    tx.bump_directory()
    return get_user(tx, account_id, user_id)


def update_users(tx: Tx, account_id: int, requests: Sequence[UpdateUser]) -> list[User | DomainError]:
    """Change users; give each as it is then. Who is active no longer is logged out of every line.

    Domain errors: `NotFound`, `InvalidMember` (a user without any name), `NameTaken` (the e-mail address).
    """
    outcomes: list[User | DomainError] = []
    for request in requests:
        try:
            outcomes.append(_update(tx, account_id, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def _update(tx: Tx, account_id: int, request: UpdateUser) -> User:
    hold_account(tx, account_id)
    user = get_user(tx, account_id, request.id)
    email = user.email if request.email is UNSET else request.email.strip()
    first_name = user.first_name if request.first_name is UNSET else request.first_name.strip()
    last_name = user.last_name if request.last_name is UNSET else request.last_name.strip()
    role = user.role if request.role is UNSET else request.role
    is_active = user.is_active if request.is_active is UNSET else request.is_active
    check_text("email", email, NAME_MAX)
    check_text("first_name", first_name)
    check_text("last_name", last_name)
    if not (email or first_name or last_name):
        raise InvalidMember("first_name", "a user has an e-mail address or a name")
    key = user_key(email) or None
    owner = None if key is None else find_user(tx, account_id, email)
    if owner is not None and owner.id != user.id:
        raise NameTaken(f"There is a user with the address {email} already.")
    tx.run(
        "update_user",
        account_id=account_id,
        id=user.id,
        email=email,
        email_key=key,
        first_name=first_name,
        last_name=last_name,
        role=role.value,
        is_active=is_active,
        updated_ms=tx.now_ms,
    )
    if user.is_active and not is_active:
        kind = CredentialKind.ZIPWHIP_SESSION.value
        tx.run("revoke_sessions", account_id=account_id, user_id=user.id, kind=kind, revoked_ms=tx.now_ms)
    tx.bump_directory()
    return get_user(tx, account_id, user.id)


def set_logins(tx: Tx, account_id: int, requests: Sequence[SetLogin]) -> list[Login | DomainError]:
    """Set logins on lines; one that exists gets the new password, user and role.

    Sessions that were started before stay valid: a session ends by logout or revocation only. Domain errors:
    `NotFound`, `InvalidMember`.
    """
    outcomes: list[Login | DomainError] = []
    for request in requests:
        try:
            outcomes.append(_set_login(tx, account_id, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def _set_login(tx: Tx, account_id: int, request: SetLogin) -> Login:
    hold_account(tx, account_id)
    get_line(tx, account_id, request.line_id)
    if request.user_id is not None:
        get_user(tx, account_id, request.user_id)
    prefix = login_prefix(request.prefix)
    tx.run(
        "save_login",
        account_id=account_id,
        line_id=request.line_id,
        prefix=prefix,
        user_id=request.user_id,
        role=request.role.value,
        password_hash=request.password_hash,
        created_ms=tx.now_ms,
    )
    return Login(
        account_id=account_id,
        line_id=request.line_id,
        prefix=prefix,
        user_id=request.user_id,
        role=request.role,
        password_hash=request.password_hash,
    )


def login_prefix(text: str) -> str:
    """Give the form of a login prefix that is compared: trimmed, case-folded.

    Raises `InvalidMember` for one with an @, and for one that cannot be stored.
    """
    if "@" in text:
        raise InvalidMember("prefix", "is the part before the @")
    check_text("prefix", text, NAME_MAX)
    return text.strip().casefold()


def find_login(tx: Tx, account_id: int, line_id: int, prefix: str) -> Login | None:
    """Give the login of that name on a line, or None."""
    is_possible = 1 <= line_id <= LAST_ID and is_storable(prefix)
    row = tx.one("login", account_id=account_id, line_id=line_id, prefix=prefix) if is_possible else None
    return None if row is None else _login_from_row(row)


def logins_of_line(tx: Tx, account_id: int, line_id: int) -> list[Login]:
    """Give everybody who may log in on a line, by prefix."""
    return [_login_from_row(row) for row in tx.all("logins_of_line", account_id=account_id, line_id=line_id)]


def find_login_at(tx: Tx, address: str, prefix: str) -> Login | None:
    """Give the login of that name on the line of an address, whatever its account; None where nobody active has it."""
    try:
        line = find_line(tx, address)
    except NotFound:
        return None
    login = find_login(tx, line.account_id, line.id, prefix)
    if login is None or login.user_id is None:
        return login
    return login if get_user(tx, login.account_id, login.user_id).is_active else None


def _login_from_row(row: Row) -> Login:
    return Login(
        account_id=row[0], line_id=row[1], prefix=row[2], user_id=row[3], role=Role(row[4]), password_hash=row[5]
    )


def get_user(tx: Tx, account_id: int, user_id: int) -> User:
    """Give a user. Raises `NotFound`."""
    row = tx.one("user_by_id", account_id=account_id, id=user_id) if 1 <= user_id <= LAST_ID else None
    if row is None:
        raise NotFound(f"There is no user {user_id}.")
    return rows.user_from_row(row)


def list_users(tx: Tx, account_id: int, after_id: int = 0, limit: int = 1000) -> list[User]:
    """Give a page of an account's users by rising id."""
    found = tx.all("users_page", account_id=account_id, after_id=after_id, limit=limit)
    return [rows.user_from_row(row) for row in found]


def all_users(tx: Tx, account_id: int) -> list[User]:
    """Give all of an account's users by rising id."""
    found: list[User] = []
    while page := list_users(tx, account_id, found[-1].id if found else 0):
        found += page
    return found


class Assignees:
    """Users by e-mail address inside a transaction; an unknown address becomes a user without a login."""

    def __init__(self, tx: Tx, account_id: int) -> None:
        """Read nothing yet."""
        self._tx = tx
        self._account_id = account_id
        self._found: dict[str, int] = {}
        self._known: set[int] = set()

    def user_id(self, email: str) -> int | None:
        """Give the id of the user with that address, None for an empty one."""
        text = email.strip()
        if not text:
            return None
        if text not in self._found:
            check_text("assignee_email", text, NAME_MAX)
            self._found[text] = self._find(text) or _add(self._tx, self._account_id, AddUser(email=text)).id
        return self._found[text]

    def check(self, user_id: int) -> None:
        """Refuse an assignee who is no user of the account. Raises `InvalidMember`."""
        if user_id not in self._known:
            try:
                get_user(self._tx, self._account_id, user_id)
            except NotFound as error:
                raise InvalidMember("assignee_id", f"there is no user {user_id}") from error
            self._known.add(user_id)

    def _find(self, email: str) -> int | None:
        row = self._tx.one("user_by_email", account_id=self._account_id, email_key=user_key(email))
        return None if row is None else int(row[1])


def user_key(email: str) -> str:
    """Give the form under which users' addresses are compared; any text will do, programs send what they like."""
    return email.strip().casefold()


def find_user(tx: Tx, account_id: int, email: str) -> User | None:
    """Give the user with that address, or None."""
    row = tx.one("user_by_email", account_id=account_id, email_key=user_key(email)) if is_storable(email) else None
    return None if row is None else rows.user_from_row(row)
