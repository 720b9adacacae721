"""Credentials: what callers show. Secrets are kept as digests; those we must read back are sealed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.core.account import Credential, CredentialKind, Role
from linebook.core.contact import LAST_ID, check_text
from linebook.errors import CredentialTaken, DomainError, InvalidMember, NotFound
from linebook.services.accounts import hold_account
from linebook.services.labels import next_id
from linebook.services.line_settings import LAST_SESSION, note_times
from linebook.services.lines import get_line
from linebook.services.users import get_user
from linebook.storage import rows
from linebook.storage.base import Tx

SECRET_MAX = 512

GIVEN_OUT: Final = (CredentialKind.SENDBLUE_TOKEN, CredentialKind.ZIPWHIP_SESSION)
"""The kinds that programs are given at every login, and that would heap up. Ended keys of people stay, for good: nobody
may register one again.
"""

KEPT_MS: Final = 30 * 24 * 3_600_000
"""How long what was given out is still listed after its end."""

SWEEP_MAX: Final = 100
"""Most credentials that one sweep removes."""


class RegisterCredential(msgspec.Struct, frozen=True, kw_only=True):
    """One request to register a secret, ours or one that a program brought along.

    `secret` is what is compared (for a pair: both parts, see `pair_secret`); `sealed` is an encrypted secret to read
    back.
    """

    kind: CredentialKind
    secret: str
    role: Role = Role.SYSTEM
    line_id: int | None = None
    user_id: int | None = None
    label: str = ""
    sealed: str | None = None
    expires_ms: int | None = None


class RevokeCredential(msgspec.Struct, frozen=True):
    """One request to end a credential."""

    credential_id: int


def secret_digest(secret: str) -> str:
    """Give what is stored of a secret: SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def pair_secret(key_id: str, key_secret: str) -> str:
    """Give the one secret that a key id and a key secret make together. Neither may hold a line break on the wire."""
    return f"{key_id}\n{key_secret}"


def sealing_context(kind: CredentialKind, secret: str) -> str:
    """Give what the sealed text of a credential is bound to, so that it opens for no other one."""
    return f"{kind.value}:{secret_digest(secret)}"


def register_credentials(
    tx: Tx, account_id: int, requests: Sequence[RegisterCredential]
) -> list[Credential | DomainError]:
    """Register secrets; each is valid from the commit on.

    Domain errors: `CredentialTaken`, `InvalidMember`, `NotFound`.
    """
    outcomes: list[Credential | DomainError] = []
    for request in requests:
        try:
            outcomes.append(_register(tx, account_id, request))
        except DomainError as error:
            outcomes.append(error)
    if any(request.kind in GIVEN_OUT for request in requests):
        sweep_credentials(tx, account_id)
    return outcomes


def sweep_credentials(tx: Tx, account_id: int) -> int:
    """Remove what was given out and ended so long ago that nobody asks for it any more; give how many went.

    At most `SWEEP_MAX` go at once, those first that ended first. Each registration sweeps, so that an account that logs
    in every minute has no more of them than one that never does.
    """
    before_ms = tx.now_ms - KEPT_MS
    ended: dict[tuple[str, str], None] = {}
    for query in ("expired_credentials", "revoked_credentials"):
        for kind in GIVEN_OUT:
            wanted = SWEEP_MAX - len(ended)
            found = tx.all(query, account_id=account_id, kind=kind.value, before_ms=before_ms, limit=wanted)
            ended.update(dict.fromkeys((str(row[0]), str(row[1])) for row in found))
    tx.run_many("delete_credentials", [{"kind": kind, "digest": digest} for kind, digest in ended])
    return len(ended)


def _register(tx: Tx, account_id: int, request: RegisterCredential) -> Credential:
    if not request.secret.strip() or len(request.secret) > SECRET_MAX:
        raise InvalidMember("secret", f"has 1 to {SECRET_MAX} characters")
    check_text("label", request.label)
    check_text("sealed", request.sealed or "")
    hold_account(tx, account_id)
    if request.line_id is not None:
        get_line(tx, account_id, request.line_id)
    if request.user_id is not None:
        get_user(tx, account_id, request.user_id)
    digest = secret_digest(request.secret)
    if tx.one("credential_by_digest", kind=request.kind.value, digest=digest) is not None:
        raise CredentialTaken
    credential = Credential(
        kind=request.kind,
        account_id=account_id,
        id=next_id(tx, account_id, "credential", 1),
        line_id=request.line_id,
        user_id=request.user_id,
        role=request.role,
        label=request.label,
        sealed=request.sealed,
        created_ms=tx.now_ms,
        expires_ms=request.expires_ms,
        revoked_ms=None,
    )
    tx.run(
        "insert_credential",
        kind=credential.kind.value,
        digest=digest,
        account_id=account_id,
        id=credential.id,
        line_id=credential.line_id,
        user_id=credential.user_id,
        role=credential.role.value,
        label=credential.label,
        sealed=credential.sealed,
        created_ms=credential.created_ms,
        expires_ms=credential.expires_ms,
    )
    if request.kind is CredentialKind.ZIPWHIP_SESSION and request.line_id and request.user_id:
        note_times(tx, account_id, LAST_SESSION, [(request.line_id, request.user_id)])
    return credential


def revoke_credentials(tx: Tx, account_id: int, requests: Sequence[RevokeCredential]) -> list[DomainError | None]:
    """End credentials: dead in this process at the commit, in every other within a second.

    Domain error: `NotFound` for an unknown or dead one.
    """
    outcomes: list[DomainError | None] = []
    for request in requests:
        row = None
        if 1 <= request.credential_id <= LAST_ID:
            row = tx.one("revoke_credential", account_id=account_id, id=request.credential_id, revoked_ms=tx.now_ms)
        if row is None:
            outcomes.append(NotFound(f"There is no valid credential {request.credential_id}."))
        else:
            tx.bump_directory()
            outcomes.append(None)
    return outcomes


def find_credential(tx: Tx, kind: CredentialKind, digest: str) -> Credential | None:
    """Give what a shown secret stands for, valid or not, or None."""
    row = tx.one("credential_by_digest", kind=kind.value, digest=digest)
    return None if row is None else rows.credential_from_row(row)


def list_credentials(tx: Tx, account_id: int, after_id: int = 0, limit: int = 1000) -> list[Credential]:
    """Give a page of an account's credentials by rising id, the ended ones too."""
    found = tx.all("credentials_page", account_id=account_id, after_id=after_id, limit=limit)
    return [rows.credential_from_row(row) for row in found]
