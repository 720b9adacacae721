"""Temporary bearer tokens: made and ended by a key pair."""

from __future__ import annotations

from typing import Final

from linebook.dialects.base import Call, DocumentedError, Evidence, Level, Operation
from linebook.dialects.kit import InvalidParameter
from linebook.dialects.sendblue import errors
from linebook.dialects.sendblue.auth import end_token, make_token
from linebook.dialects.sendblue.payloads.accounts import Token, TokenBody
from linebook.dialects.sendblue.payloads.answers import time_text
from linebook.dialects.sendblue.payloads.reading import read_number


async def create_token(call: Call) -> Token:
    """Make a token; the answer is the only place where it is shown."""
    body: TokenBody = call.body
    scope = await _scope(call, body)
    token, credential = await make_token(call.runtime, call.credential, body.lifetime_s, scope)
    return Token(
        token=token,
        token_id=str(credential.id),
        expires_at=time_text(credential.expires_ms or 0),
        phone_numbers=list(scope),
    )


async def revoke_token(call: Call) -> None:
    """End a token before its time."""
    await end_token(call.runtime, call.credential, call.request.path_values["token_id"])


async def _scope(call: Call, body: TokenBody) -> tuple[str, ...]:
    """Give the addresses of the lines that the token is limited to. Raises `InvalidParameter` for what is no line."""
    wanted = body.scope
    if not wanted:
        return ()
    account = await call.runtime.directory.account(call.account_id)
    addresses = {line.address for line in await call.runtime.directory.lines(account.id)}
    scope: dict[str, None] = {}
    for name, number in wanted:
        address = read_number(name, number, account).text
        if address not in addresses:
            raise InvalidParameter(name, "is no line of this account")
        scope[address] = None
    return tuple(scope)


# -- declarations

_PAIR_ONLY: Final = DocumentedError(
    status=403,
    when="a token is shown: only a key pair can make and end tokens",
    evidence=Evidence.CLIENT,
    example={
        "message": "Only a key pair can make and end tokens",
        "error": {"code": "forbidden", "message": "Only a key pair can make and end tokens", "details": None},
    },
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="auth.tokens.create",
        methods=("POST",),
        path="/v3/auth/tokens",
        summary="Make a temporary bearer token",
        evidence=Evidence.CLIENT,
        resource="Tokens",
        body=TokenBody,
        result=Token,
        handler=create_token,
        level=Level.PARTIAL,
        errors=(*errors.WRITING, _PAIR_ONLY),
        notes=(
            "The token is shown once. A limit to lines is kept and narrows which lines a caller is shown; contacts "
            "belong to the account, so that a limited token reads and writes all of them."
        ),
        example={"expires_in_seconds": 900},
    ),
    Operation(
        name="auth.tokens.revoke",
        methods=("DELETE",),
        path="/v3/auth/tokens/{token_id}",
        summary="End a temporary bearer token",
        evidence=Evidence.CLIENT,
        resource="Tokens",
        result=object,
        handler=revoke_token,
        status=204,
        errors=(
            *errors.READING,
            errors.BUSY,
            _PAIR_ONLY,
            DocumentedError(
                status=404,
                when="there is no such token, or it was ended before",
                evidence=Evidence.INFERRED,
                example={
                    "message": "Token not found",
                    "error": {"code": "not_found", "message": "Token not found", "details": None},
                },
            ),
        ),
        notes="Answered with status 204 and no body.",
    ),
)
