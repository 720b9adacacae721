"""The sandbox's words: what it takes and answers. It reads and decides nothing."""

from __future__ import annotations

import re
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook import demo
from linebook.core.account import Role
from linebook.dialects.base import Request
from linebook.dialects.kit import InvalidParameter
from linebook.runtime import Runtime
from linebook.sandbox.accounts import AccountState, OpenedAccount, Secrets, login_name, session_key

_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


class AccountBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be chosen of a fresh account; the body may be left out."""

    name: Annotated[str, Meta(description="A name that no other account has; without one it is made up.")] = ""
    region: Annotated[
        str, Meta(description="Completes numbers that are typed without a country, such as `US`, `GB` or `IL`.")
    ] = "US"


class StateParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose state is asked for."""

    account: Annotated[int | UnsetType, Meta(description="An account's id; without one it is the demo account.")] = (
        UNSET
    )


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an account."""

    id: int
    address: str
    label: str
    is_multi_user: bool
    is_toll_free: bool


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """A user of an account."""

    id: int
    email: str
    name: str
    role: Role


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An account as it stands."""

    id: int
    name: str
    region: str
    lines: list[LineView]
    users: list[UserView]


class ZipwhipLogin(msgspec.Struct, frozen=True, kw_only=True):
    """Who may log in."""

    username: str
    password: str
    role: Role


class ZipwhipAccess(msgspec.Struct, frozen=True, kw_only=True):
    """How to call through Zipwhip's API: log in, or take the session that is open; `api_key` is for provisioning."""

    base_url: str
    username: str
    password: str
    session: str
    api_key: str
    logins: list[ZipwhipLogin]


class InwiseAccess(msgspec.Struct, frozen=True, kw_only=True):
    """How to call through inwise's API."""

    base_url: str
    api_key: str


class SendblueAccess(msgspec.Struct, frozen=True, kw_only=True):
    """How to call through Sendblue's API."""

    base_url: str
    api_key: str
    api_secret: str


class HeymarketAccess(msgspec.Struct, frozen=True, kw_only=True):
    """How to call through Heymarket's API. The secret is for signed tokens; empty where this server cannot seal it."""

    base_url: str
    api_key: str
    secret_id: str
    secret_key: str
    n8n_key: str


class FreshAccount(AccountView, frozen=True, kw_only=True):
    """A fresh account with everything that opens it. The secrets are shown this once."""

    zipwhip: ZipwhipAccess
    inwise: InwiseAccess
    sendblue: SendblueAccess
    heymarket: HeymarketAccess


class ConsentsView(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers whose consent was ever changed, and of how many of them each thing is true now."""

    numbers: int
    opted_out_by_person: int
    opted_out_by_team: int
    blocked: int


class StateView(msgspec.Struct, frozen=True, kw_only=True):
    """How much of everything an account has. `changes` grows with every contact that is written."""

    account: int
    contacts: int
    fields: int
    tags: int
    groups: int
    lines: int
    users: int
    consents: ConsentsView
    changes: int


def base_url(runtime: Runtime, request: Request) -> str:
    """Give the URL that this request came to. Raises `InvalidParameter` when it does not say which host it means."""
    host = request.header(b"host")
    if not _HOST.fullmatch(host):
        raise InvalidParameter("Host", "the header names no host")
    return f"{'https' if runtime.settings.tls_cert else 'http'}://{host}"


def account_view(opened: OpenedAccount) -> AccountView:
    """Give an account as it is shown."""
    account = opened.account
    return AccountView(
        id=account.id, name=account.name, region=account.region, lines=_lines(opened), users=_users(opened)
    )


def fresh_account(opened: OpenedAccount, secrets: Secrets, url: str, default_region: str) -> FreshAccount:
    """Give a fresh account with its secrets, as it is shown once."""
    address_of = {line.address: opened.lines[number].address for number, line in enumerate(demo.LINES)}
    logins = [
        ZipwhipLogin(
            username=login_name(address_of[login.address], login.prefix, default_region),
            password=password,
            role=login.role,
        )
        for login, password in zip(demo.LOGINS, secrets.passwords, strict=True)
    ]
    return FreshAccount(
        id=opened.account.id,
        name=opened.account.name,
        region=opened.account.region,
        lines=_lines(opened),
        users=_users(opened),
        zipwhip=ZipwhipAccess(
            base_url=url,
            username=logins[0].username,
            password=logins[0].password,
            session=session_key(secrets, opened.lines[0]),
            api_key=secrets.zipwhip_api_key,
            logins=logins,
        ),
        inwise=InwiseAccess(base_url=f"{url}/rest/v1", api_key=secrets.inwise_key),
        sendblue=SendblueAccess(base_url=url, api_key=secrets.sendblue_id, api_secret=secrets.sendblue_secret),
        heymarket=HeymarketAccess(
            base_url=url,
            api_key=secrets.heymarket_key,
            secret_id=secrets.heymarket_secret_id,
            secret_key=secrets.heymarket_secret_key,
            n8n_key=secrets.heymarket_n8n_key,
        ),
    )


def state_view(state: AccountState) -> StateView:
    """Give the counts as they are shown."""
    consents = state.consents
    return StateView(
        account=state.account_id,
        contacts=state.contacts,
        fields=state.fields,
        tags=state.tags,
        groups=state.groups,
        lines=state.lines,
        users=state.users,
        consents=ConsentsView(
            numbers=consents.numbers,
            opted_out_by_person=consents.by_person,
            opted_out_by_team=consents.by_team,
            blocked=consents.blocked,
        ),
        changes=state.change_no,
    )


def _lines(opened: OpenedAccount) -> list[LineView]:
    return [
        LineView(
            id=line.id,
            address=line.address,
            label=line.label,
            is_multi_user=line.is_multi_user,
            is_toll_free=line.is_toll_free,
        )
        for line in opened.lines
    ]


def _users(opened: OpenedAccount) -> list[UserView]:
    return [UserView(id=user.id, email=user.email, name=user.name, role=user.role) for user in opened.users]
