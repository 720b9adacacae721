"""What the sandbox does to the book: opening accounts that are ready for use, counting them, and starting all over.

Everything here is a service on a transaction, or makes what one needs. It knows nothing of HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from linebook import demo
from linebook.core.account import Account, CredentialKind, Line, Role, User
from linebook.errors import DomainError, NotFound, NotPermitted, SettingsError
from linebook.ids import Ids
from linebook.login import hash_random_password
from linebook.sealing import Sealer
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
from linebook.services.clocks import newest_change_no
from linebook.services.consents import ConsentCounts, count_consents
from linebook.services.contact_reads import count_contacts
from linebook.services.credentials import RegisterCredential, pair_secret, register_credentials, sealing_context
from linebook.services.labels import list_fields, list_groups, list_tags
from linebook.services.lines import AddLine, add_lines, all_lines, find_line
from linebook.services.users import LINE_LOGIN, SetLogin, add_users, all_users, set_logins
from linebook.storage.base import Tx

T = TypeVar("T")

PAGE: Final = 500


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a fresh account, each of them random. `sealed` is the Heymarket secret's key, sealed."""

    passwords: tuple[str, ...]
    password_hashes: tuple[str, ...]
    session: str
    zipwhip_api_key: str
    inwise_key: str
    sendblue_id: str
    sendblue_secret: str
    heymarket_key: str
    heymarket_n8n_key: str
    heymarket_secret_id: str
    heymarket_secret_key: str
    sealed: str | None


class OpenAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One request to open an account like the demo's, with numbers and secrets of its own. No name: one is made."""

    secrets: Secrets
    name: str = ""
    region: str = "US"


class OpenedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account as it stands, with its lines and users."""

    account: Account
    lines: list[Line]
    users: list[User]


class CloseAccount(msgspec.Struct, frozen=True):
    """One request to delete an account that was opened."""

    id: int


class ResetBook(msgspec.Struct, frozen=True):
    """One request to start all over, with these credentials for the demo account."""

    credentials: list[RegisterCredential]


class AccountState(msgspec.Struct, frozen=True, kw_only=True):
    """How much of everything an account has. `change_no` counts every change of a contact since it was opened."""

    account_id: int
    contacts: int
    fields: int
    tags: int
    groups: int
    lines: int
    users: int
    consents: ConsentCounts
    change_no: int


def make_secrets(ids: Ids, sealer: Sealer) -> Secrets:
    """Make the secrets of a fresh account. Where no key can seal, the one that must be read back is left out."""
    passwords = tuple(ids.secret() for _ in demo.LOGINS)
    secret_id, secret_key = ids.secret(), ids.secret()
    sealed = None
    try:
        sealed = sealer.seal(secret_key, sealing_context(CredentialKind.HEYMARKET_SECRET, secret_id))
    except SettingsError:
        secret_id = secret_key = ""
    return Secrets(
        passwords=passwords,
        password_hashes=tuple(hash_random_password(one) for one in passwords),
        session=ids.uuid4(),
        zipwhip_api_key=ids.secret(),
        inwise_key=ids.secret(),
        sendblue_id=ids.secret(),
        sendblue_secret=ids.secret(),
        heymarket_key=ids.secret(),
        heymarket_n8n_key=ids.secret(),
        heymarket_secret_id=secret_id,
        heymarket_secret_key=secret_key,
        sealed=sealed,
    )


def session_key(secrets: Secrets, line: Line) -> str:
    """Give the session key that stands for a log-in on that line."""
    return f"{secrets.session}:{line.id}"


def open_accounts(tx: Tx, _account_id: int, requests: Sequence[OpenAccount]) -> list[OpenedAccount | DomainError]:
    """Open accounts that can be called at once. Domain errors: `InvalidMember`, `NameTaken`."""
    outcomes: list[OpenedAccount | DomainError] = []
    for request in requests:
        try:
            outcomes.append(_open(tx, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def _open(tx: Tx, request: OpenAccount) -> OpenedAccount:
    account_id = _free_account_id(tx)
    wanted = CreateAccount(name=request.name or f"Sandbox {account_id}", region=request.region, id=account_id)
    account = _only(create_accounts(tx, DIRECTORY, [wanted]))
    # Nothing below can be refused, so that no half of an account is ever left.
    lines = {one.address: _only(add_lines(tx, account_id, [_with_number(tx, one)])) for one in demo.LINES}
    users = {one.email: _only(add_users(tx, account_id, [one])) for one in demo.USERS}
    for login, password_hash in zip(demo.LOGINS, request.secrets.password_hashes, strict=True):
        allowed = SetLogin(
            line_id=lines[login.address].id,
            prefix=login.prefix,
            password_hash=password_hash,
            role=login.role,
            user_id=users[login.user.email].id if login.user else None,
        )
        _only(set_logins(tx, account_id, [allowed]))
    for credential in _credentials(request.secrets, lines[demo.FRONT_DESK]):
        _only(register_credentials(tx, account_id, [credential]))
    return OpenedAccount(account=account, lines=list(lines.values()), users=list(users.values()))


def _free_account_id(tx: Tx) -> int:
    """Give a random id, so that a call for a deleted account that comes late never meets the next one."""
    while True:
        account_id = 2**30 + int(tx.ids.secret(4), 16) % 2**30
        try:
            get_account(tx, account_id)
        except NotFound:
            return account_id


def _with_number(tx: Tx, line: AddLine) -> AddLine:
    """Give a line like that one with a free number under +1 555, an area code that no telephone has."""
    while True:
        address = f"+1555{2_000_000 + int(tx.ids.secret(4), 16) % 8_000_000}"
        try:
            find_line(tx, address)
        except NotFound:
            return msgspec.structs.replace(line, address=address, is_toll_free=line.address == demo.TOLL_FREE)


def _credentials(secrets: Secrets, line: Line) -> list[RegisterCredential]:
    found = [
        RegisterCredential(
            kind=CredentialKind.ZIPWHIP_SESSION, secret=session_key(secrets, line), role=Role.SYSTEM, line_id=line.id
        ),
        RegisterCredential(kind=CredentialKind.ZIPWHIP_API_KEY, secret=secrets.zipwhip_api_key),
        RegisterCredential(kind=CredentialKind.INWISE_KEY, secret=secrets.inwise_key),
        RegisterCredential(
            kind=CredentialKind.SENDBLUE_PAIR, secret=pair_secret(secrets.sendblue_id, secrets.sendblue_secret)
        ),
        RegisterCredential(kind=CredentialKind.HEYMARKET_KEY, secret=secrets.heymarket_key),
        RegisterCredential(kind=CredentialKind.HEYMARKET_N8N_KEY, secret=secrets.heymarket_n8n_key),
    ]
    if secrets.sealed is not None:
        found.append(
            RegisterCredential(
                kind=CredentialKind.HEYMARKET_SECRET, secret=secrets.heymarket_secret_id, sealed=secrets.sealed
            )
        )
    return [msgspec.structs.replace(one, label="sandbox") for one in found]


def close_accounts(tx: Tx, _account_id: int, requests: Sequence[CloseAccount]) -> list[DomainError | None]:
    """Delete accounts with everything in them. Domain errors: `NotFound`, `NotPermitted` for the demo's own."""
    outcomes: list[DomainError | None] = []
    for request in requests:
        try:
            if get_account(tx, request.id).name == demo.ACCOUNT:
                raise NotPermitted("The demo account is not deleted: reset the sandbox instead.")
            outcomes += delete_accounts(tx, DIRECTORY, [DeleteAccount(request.id)])
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def reset_book(tx: Tx, _account_id: int, requests: Sequence[ResetBook]) -> list[Account | DomainError]:
    """Delete every account and make the demo's anew, once for all requests; give each the demo account."""
    while accounts := list_accounts(tx, limit=PAGE):
        delete_accounts(tx, DIRECTORY, [DeleteAccount(one.id) for one in accounts])
    account = demo.make_demo(tx, requests[-1].credentials)
    return [account for _ in requests]


def opened_account(tx: Tx, account_id: int) -> OpenedAccount:
    """Give an account as it stands. Raises `NotFound`."""
    account = get_account(tx, account_id)
    return OpenedAccount(account=account, lines=all_lines(tx, account_id), users=all_users(tx, account_id))


def account_state(tx: Tx, account_id: int | None) -> AccountState:
    """Count what an account has, the demo's own without an id. Raises `NotFound`."""
    account = find_account(tx, demo.ACCOUNT) if account_id is None else get_account(tx, account_id)
    return AccountState(
        account_id=account.id,
        contacts=count_contacts(tx, account.id),
        fields=len(list_fields(tx, account.id)),
        tags=len(list_tags(tx, account.id)),
        groups=len(list_groups(tx, account.id)),
        lines=len(all_lines(tx, account.id)),
        users=len(all_users(tx, account.id)),
        consents=count_consents(tx, account.id),
        change_no=newest_change_no(tx, account.id),
    )


def login_name(address: str, prefix: str, region: str) -> str:
    """Give the user name of a login on a line; short where numbers without a country are read as ours are."""
    number = address.removeprefix("+1") if region == "US" else address
    return number if prefix == LINE_LOGIN else f"{prefix}@{number}"


def _only(outcomes: Sequence[T | DomainError]) -> T:
    outcome = outcomes[0]
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome
