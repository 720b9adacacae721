"""Sessions and API keys: logging in, and who is behind the key that a request shows."""

from __future__ import annotations

from typing import Final

import msgspec

from linebook.core.account import Credential, CredentialKind, Role
from linebook.core.contact import is_storable
from linebook.core.phone import UnusablePhone, national, parse_phone
from linebook.dialects.base import Operation, Request, Security
from linebook.dialects.kit import Flat
from linebook.dialects.zipwhip.errors import UnknownApiKey
from linebook.errors import LoginRefused, NotAuthenticated
from linebook.runtime import Runtime
from linebook.services import users
from linebook.services.credentials import RegisterCredential, register_credentials, secret_digest

API_KEY: Final = Security(
    id="provisioningKey",
    place="query",
    name="api_key",
    description="A key of the account, made on the server by `linebook key create zipwhip_api_key`.",
    demo="demo-api-key",
)
BY_API_KEY: Final = ((API_KEY,),)
"""The security of operations that take an API key and no session (NOTES: provisioning)."""


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """What a session stands for. `label` says what started it."""

    line_id: int
    user_id: int | None
    role: Role
    label: str


async def authenticate(runtime: Runtime, operation: Operation, flat: Flat, request: Request) -> Credential:
    """Give the credential that the request shows: a session as a parameter or bare in `Authorization`, or an API key.

    Raises `NotAuthenticated` (NOTES: sessions).
    """
    if operation.security == BY_API_KEY:
        return await _by_api_key(runtime, flat.first.get(API_KEY.name, ""))
    session = flat.first.get("session") or request.header(b"authorization").strip()
    if not session:
        raise NotAuthenticated
    credential = await runtime.directory.credential(CredentialKind.ZIPWHIP_SESSION, session)
    if credential is None:
        raise NotAuthenticated
    return credential


async def _by_api_key(runtime: Runtime, key: str) -> Credential:
    credential = await runtime.directory.credential(CredentialKind.ZIPWHIP_API_KEY, key) if key else None
    if credential is None:
        raise UnknownApiKey
    return credential


async def log_in(runtime: Runtime, user_name: str, password: str, client: str) -> str:
    """Check a user name (`number`, or `prefix@number`) and password; give a new session key that never expires.

    Raises `LoginRefused`, or `TooManyLogins` after many failures.
    """
    prefix, address = _read_name(runtime, user_name)
    # However a name is spelled, its failures are counted together; its digest takes the same room however long it is.
    name = secret_digest(f"{prefix}@{address}")
    runtime.login_guard.check(name, client)
    login = await runtime.store.read(lambda tx: users.find_login_at(tx, address, prefix)) if address else None
    is_right = await runtime.login_guard.matches(login.password_hash if login else None, password)
    # Many guesses sent at once all got this far; those that are checked after too many failures count as late ones.
    runtime.login_guard.check(name, client)
    if not is_right or login is None:
        runtime.login_guard.failed(name, client)
        raise LoginRefused
    runtime.login_guard.succeeded(name)
    session = NewSession(line_id=login.line_id, user_id=login.user_id, role=login.role, label="login")
    return await start_session(runtime, login.account_id, session)


async def start_session(runtime: Runtime, account_id: int, session: NewSession) -> str:
    """Give a new session key of a line, which never expires."""
    key = f"{runtime.ids.uuid4()}:{session.line_id}"
    await runtime.store.write(
        register_credentials,
        account_id,
        RegisterCredential(
            kind=CredentialKind.ZIPWHIP_SESSION,
            secret=key,
            role=session.role,
            line_id=session.line_id,
            user_id=session.user_id,
            label=session.label,
        ),
    )
    return key


def _read_name(runtime: Runtime, user_name: str) -> tuple[str, str]:
    """Give the prefix (empty: the line itself) and the line's address, which is empty when nobody can have the name."""
    prefix, at, number = user_name.rpartition("@")
    prefix = prefix.strip().casefold()
    if bool(at) != bool(prefix) or not is_storable(prefix):
        return user_name, ""
    try:
        address = parse_phone(number, national(runtime.settings.default_region), leading_blank_is_plus=True).text
    except UnusablePhone:
        return user_name, ""
    return prefix, address
