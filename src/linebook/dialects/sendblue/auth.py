"""Key pairs and temporary tokens: who calls, and making and ending tokens (NOTES: credentials, tokens)."""

from __future__ import annotations

from typing import Final

from linebook.core.account import Credential, CredentialKind
from linebook.dialects.base import Request
from linebook.dialects.sendblue.errors import NoCredential
from linebook.errors import NotAuthenticated, NotFound, NotPermitted
from linebook.runtime import Runtime
from linebook.services.credentials import (
    RegisterCredential,
    RevokeCredential,
    list_credentials,
    pair_secret,
    register_credentials,
    revoke_credentials,
)

_BEARER: Final = "bearer "
_ID_DIGITS_MAX: Final = 18


async def authenticate(runtime: Runtime, request: Request) -> Credential:
    """Give the credential that the request shows: a whole key pair, or else a bearer token.

    Raises `NoCredential` when there is neither, `NotAuthenticated` when nobody knows it.
    """
    key_id, key_secret = _header(request, b"sb-api-key-id"), _header(request, b"sb-api-secret-key")
    if key_id and key_secret:
        kind, secret = CredentialKind.SENDBLUE_PAIR, pair_secret(key_id, key_secret)
    else:
        kind, secret = CredentialKind.SENDBLUE_TOKEN, _token(request)
        if not secret:
            raise NoCredential
    credential = await runtime.directory.credential(kind, secret)
    if credential is None:
        raise NotAuthenticated
    return credential


def _header(request: Request, name: bytes) -> str:
    raw = request.headers.get(name, b"")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")  # what a browser's own client makes of letters beyond ASCII


def _token(request: Request) -> str:
    shown = _header(request, b"authorization")
    return shown[len(_BEARER) :].strip() if shown[: len(_BEARER)].lower() == _BEARER else ""


async def make_token(
    runtime: Runtime, caller: Credential, lifetime_s: int, scope: tuple[str, ...]
) -> tuple[str, Credential]:
    """Make a token of the caller's account that ends by itself, and give it with its credential.

    `scope` limits it to these lines; empty: none. Raises `NotPermitted` for a caller who shows a token.
    """
    _check_pair(caller)
    token = runtime.ids.secret(32)
    request = RegisterCredential(
        kind=CredentialKind.SENDBLUE_TOKEN,
        secret=token,
        role=caller.role,
        label=" ".join(scope),
        expires_ms=runtime.clock() + lifetime_s * 1000,
    )
    return token, await runtime.store.write(register_credentials, caller.account_id, request)


async def end_token(runtime: Runtime, caller: Credential, token_id: str) -> None:
    """End a token of the caller's account. Raises `NotPermitted`, and `NotFound` for what is no living token of it."""
    _check_pair(caller)
    account_id = caller.account_id
    if not (token_id.isascii() and token_id.isdecimal() and len(token_id) <= _ID_DIGITS_MAX):
        raise NotFound("Token not found")
    wanted = int(token_id)
    found = await runtime.store.read(lambda tx: list_credentials(tx, account_id, after_id=wanted - 1, limit=1))
    if not (found and found[0].id == wanted and found[0].kind is CredentialKind.SENDBLUE_TOKEN):
        raise NotFound("Token not found")
    try:
        await runtime.store.write(revoke_credentials, account_id, RevokeCredential(wanted))
    except NotFound as error:
        raise NotFound("Token not found") from error


def scope_of(caller: Credential) -> frozenset[str]:
    """Give the addresses of the lines that a token is limited to; empty: all of the account."""
    return frozenset(caller.label.split()) if caller.kind is CredentialKind.SENDBLUE_TOKEN else frozenset()


def _check_pair(caller: Credential) -> None:
    if caller.kind is not CredentialKind.SENDBLUE_PAIR:
        raise NotPermitted("Only a key pair can make and end tokens")
