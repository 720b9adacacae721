"""API keys: resolving the one that a request shows to the account behind it."""

from __future__ import annotations

from typing import Final

from linebook.core.account import Credential, CredentialKind
from linebook.dialects.base import Request
from linebook.dialects.inwise.errors import KeyMissing
from linebook.dialects.inwise.reading import read_json
from linebook.dialects.kit import InvalidParameter
from linebook.errors import NotAuthenticated
from linebook.runtime import Runtime

HEADER: Final = b"x-api-key"
MEMBER: Final = "api_key"
"""Where old clients put the key: in the JSON body."""

MEMBER_BODY_MAX: Final = 2_000_000
"""No body larger than this is searched for a key, in bytes: nobody has said yet who asks."""


async def authenticate(runtime: Runtime, request: Request) -> Credential:
    """Give the credential of the key in the header, or in the body where there is none (NOTES: keys).

    Raises `KeyMissing` or `NotAuthenticated`.
    """
    key = request.header(HEADER).strip() or _key_in_body(request.body)
    if not key:
        raise KeyMissing
    credential = await runtime.directory.credential(CredentialKind.INWISE_KEY, key)
    if credential is None:
        raise NotAuthenticated
    return credential


def _key_in_body(body: bytes) -> str:
    if MEMBER.encode() not in body or len(body) > MEMBER_BODY_MAX:
        return ""
    try:
        members = read_json(body)
    except InvalidParameter:
        return ""
    key = members.get(MEMBER) if isinstance(members, dict) else None
    return key.strip() if isinstance(key, str) else ""
