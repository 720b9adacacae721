"""Sessions: logging in, and resolving a session key to the account, line, user and role behind it."""

from __future__ import annotations

from linebook.core.account import Credential, CredentialKind
from linebook.core.contact import is_storable
from linebook.core.phone import UnusablePhone, national, parse_phone
from linebook.dialects.base import Request
from linebook.dialects.kit import Flat
from linebook.errors import LoginRefused, NotAuthenticated
from linebook.runtime import Runtime
from linebook.services import users
from linebook.services.credentials import RegisterCredential, register_credentials, secret_digest


async def authenticate(runtime: Runtime, flat: Flat, request: Request) -> Credential:
    """Give the credential of the session that the request shows: a parameter, or a bare key in `Authorization`.

    Raises `NotAuthenticated` (NOTES: sessions).
    """
    session = flat.first.get("session") or request.header(b"authorization").strip()
    if not session:
        raise NotAuthenticated
    credential = await runtime.directory.credential(CredentialKind.ZIPWHIP_SESSION, session)
    if credential is None:
        raise NotAuthenticated
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
    key = f"{runtime.ids.uuid4()}:{login.line_id}"
    await runtime.store.write(
        register_credentials,
        login.account_id,
        RegisterCredential(
            kind=CredentialKind.ZIPWHIP_SESSION,
            secret=key,
            role=login.role,
            line_id=login.line_id,
            user_id=login.user_id,
            label="login",
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
