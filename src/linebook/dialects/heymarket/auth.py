"""Who calls: a team key or a signed token in `Authorization`, or the key of the n8n surface in a header of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Final

import msgspec
import structlog

from linebook.core.account import Credential, CredentialKind
from linebook.dialects.base import Operation, Request
from linebook.dialects.heymarket.errors import MissingKey, RateLimited
from linebook.errors import NotAuthenticated, SecretUnreadable, SettingsError
from linebook.runtime import Runtime
from linebook.services.credentials import sealing_context

N8N: Final = "/n8n/"
"""Where the paths begin that take a key of their own kind."""

TOKEN_LIFE_S: Final = 300
TOKEN_SKEW_S: Final = 60

_TOKEN: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_log = structlog.get_logger("linebook.heymarket")


class TokenHeader(msgspec.Struct, frozen=True):
    """The first part of a token."""

    alg: str


class TokenClaims(msgspec.Struct, frozen=True):
    """The second part of a token, as far as it counts: times in Unix seconds."""

    iss: str
    iat: float
    exp: float | None = None


_decode_header: Final = msgspec.json.Decoder(TokenHeader).decode
_decode_claims: Final = msgspec.json.Decoder(TokenClaims).decode


async def authenticate(runtime: Runtime, operation: Operation, request: Request) -> Credential:
    """Give the credential that the request shows (NOTES: credentials).

    Raises `MissingKey`, `NotAuthenticated`, and `RateLimited` when it called too often.
    """
    if operation.path.startswith(N8N):
        credential = await _by_n8n_key(runtime, request)
    else:
        credential = await _by_authorization(runtime, request.header(b"authorization").strip())
    caller = (credential.account_id, credential.id)
    retry_after_s = runtime.rates.take(caller, runtime.settings.heymarket_rate_per_minute)
    if retry_after_s is not None:
        raise RateLimited(retry_after_s)
    return credential


async def _by_n8n_key(runtime: Runtime, request: Request) -> Credential:
    key = request.header(b"x-heymarket-api-key").strip()
    if not key:
        raise MissingKey("The header X-Heymarket-API-Key is missing.")
    return _known(await runtime.directory.credential(CredentialKind.HEYMARKET_N8N_KEY, key))


async def _by_authorization(runtime: Runtime, given: str) -> Credential:
    if not given:
        raise MissingKey("The header Authorization is missing.")
    scheme, _, shown = given.partition(" ")
    shown = shown.strip()
    match scheme.lower():
        case "bearer":
            token = _TOKEN.fullmatch(shown)
            if token is not None:
                return await _by_token(runtime, token[1], token[2], token[3])
            key = shown
        case "basic":
            key = _basic_key(shown)
        case _:
            raise NotAuthenticated("Authorization takes the schemes Bearer and Basic.")
    if not key:
        raise MissingKey("The header Authorization holds no key.")
    return _known(await runtime.directory.credential(CredentialKind.HEYMARKET_KEY, key))


def _known(credential: Credential | None) -> Credential:
    if credential is None:
        raise NotAuthenticated("The API key is not valid.")
    return credential


def _basic_key(shown: str) -> str:
    """Give the user name, which is the key; the password is empty."""
    try:
        name, _, password = base64.b64decode(shown, validate=True).decode().partition(":")
    except ValueError as error:
        raise NotAuthenticated("The Basic credentials cannot be read.") from error
    if password:
        raise NotAuthenticated("The API key is the user name, with an empty password.")
    return name


async def _by_token(runtime: Runtime, header: str, payload: str, signature: str) -> Credential:
    try:
        algorithm = _decode_header(_decoded(header)).alg
        claims = _decode_claims(_decoded(payload))
        given = _decoded(signature)
    except (msgspec.DecodeError, ValueError) as error:
        raise NotAuthenticated("The token cannot be read.") from error
    if algorithm != "HS256":
        raise NotAuthenticated("The token is not signed by HS256.")
    credential = await runtime.directory.credential(CredentialKind.HEYMARKET_SECRET, claims.iss)
    # An unknown secret takes the same steps, so that the time of an answer does not tell the known ones.
    secret_key = _secret_key(runtime, credential, claims.iss) if credential is not None else ""
    signing_key = f"{claims.iss}||{secret_key}".encode(errors="surrogatepass")
    expected = hmac.digest(signing_key, f"{header}.{payload}".encode(), hashlib.sha256)
    is_signed = hmac.compare_digest(expected, given)
    if credential is None or not is_signed:
        raise NotAuthenticated("The token is not valid.")
    now_s = runtime.clock() / 1000
    if not -TOKEN_SKEW_S <= now_s - claims.iat <= TOKEN_LIFE_S:
        raise NotAuthenticated("The token is too old, or from the future: iat counts for 5 minutes.")
    if claims.exp is not None and now_s >= claims.exp:
        raise NotAuthenticated("The token has expired.")
    return credential


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _secret_key(runtime: Runtime, credential: Credential, secret_id: str) -> str:
    try:
        return runtime.sealer.open(credential.sealed or "", sealing_context(credential.kind, secret_id))
    except (SecretUnreadable, SettingsError) as error:
        _log.error("a token cannot be checked", reason=error.message, credential_id=credential.id)
        raise
