"""Sessions: start, end, and whose one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import UNSET

from linebook.dialects.base import Call, DocumentedError, Evidence, Level, Operation
from linebook.dialects.kit import MissingParameter
from linebook.dialects.zipwhip import samples
from linebook.dialects.zipwhip.auth import log_in
from linebook.dialects.zipwhip.payloads import sessions as payloads
from linebook.dialects.zipwhip.routes.common import BAD_NUMBER, BAD_SESSION, BOTH, BUSY, MISSING, OPERATOR, require_own
from linebook.errors import LoginRefused, NotAuthenticated, NotFound
from linebook.services.credentials import RevokeCredential, revoke_credentials
from linebook.services.line_settings import (
    SIGNATURE,
    THE_LINE,
    SetLineSetting,
    line_settings,
    set_line_settings,
)


async def user_login(call: Call) -> str:
    """Start a session; the answer is its key."""
    params: payloads.LoginParams = call.params
    given = (params.username, params.mobileNumber, params.userName)
    user_name = next((one for one in given if one is not UNSET and one.strip()), "")
    if not (user_name and params.password):
        raise LoginRefused
    return await log_in(call.runtime, user_name, params.password, call.request.client)


async def user_logout(call: Call) -> None:
    """End the session that is shown."""
    try:
        await call.runtime.store.write(revoke_credentials, call.account_id, RevokeCredential(call.credential.id))
    except NotFound as error:
        # Somebody else ended it since we looked.
        raise NotAuthenticated from error


async def user_get(call: Call) -> dict[str, object]:
    """Give the user and line of the session."""
    caller = call.credential
    found = await call.runtime.store.read(
        lambda tx: line_settings(tx, caller.account_id, caller.line_id or 0, caller.user_id or THE_LINE)
    )
    signature = found.get(SIGNATURE)
    settings = {"signature_custom": signature} if signature else {}
    return {"user": await shown_user(call, found), "settings": settings, "groups": []}


async def shown_user(call: Call, settings: Mapping[str, str]) -> dict[str, object]:
    """Give the user of the session as the platform shows one."""
    directory, caller = call.runtime.directory, call.credential
    line = await directory.line(caller.account_id, caller.line_id) if caller.line_id is not None else None
    user = await directory.user(caller.account_id, caller.user_id) if caller.user_id is not None else None
    return payloads.user_view(line, user, settings)


async def signature_set(call: Call) -> None:
    """Set the text that ends every message of the session's user, or of the line where the session has no user."""
    params: payloads.SignatureParams = call.params
    if params.signature is UNSET:
        raise MissingParameter("signature")
    require_own(call)
    caller = call.credential
    setting = SetLineSetting(
        line_id=caller.line_id or 0,
        user_id=caller.user_id or THE_LINE,
        name=SIGNATURE,
        value=params.signature.strip(),
    )
    await call.runtime.store.write(set_line_settings, caller.account_id, setting)


# -- declarations

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="user/login",
        methods=BOTH,
        path="/user/login",
        summary="Start a session",
        evidence=Evidence.DOCUMENTED,
        resource="Sessions",
        params=payloads.LoginParams,
        result=str,
        handler=user_login,
        needs_credential=False,
        errors=(
            DocumentedError(
                status=400,
                when="user name or password is wrong, empty or missing",
                evidence=Evidence.CLIENT,
                example={"success": False, "response": "Invalid username or password"},
            ),
            DocumentedError(
                status=429,
                when="the name or the address failed to log in too often; only failures count",
                evidence=Evidence.CHOICE,
                example={"success": False, "response": "Too many failed logins, try again later"},
            ),
            BUSY,
        ),
        notes="The answer is the session key. It never expires; several may be valid at once.",
        example={"username": "5556661234", "password": "mypassword"},
        answer=samples.LOGIN,
    ),
    Operation(
        name="user/logout",
        methods=BOTH,
        path="/user/logout",
        summary="End a session",
        evidence=Evidence.DOCUMENTED,
        resource="Sessions",
        params=msgspec.defstruct("NoParams", []),
        handler=user_logout,
        errors=(BAD_SESSION, BUSY),
        answer=samples.LOGOUT,
    ),
    Operation(
        name="user/get",
        methods=BOTH,
        path="/user/get",
        summary="The user and line of the session",
        evidence=Evidence.DOCUMENTED,
        resource="Sessions",
        handler=user_get,
        errors=(BAD_SESSION,),
        notes="`settings` has the signature alone, `groups` is empty.",
        level=Level.PARTIAL,
        answer=samples.USER,
    ),
    Operation(
        name="user/signature/set",
        methods=BOTH,
        path="/user/signature/set",
        summary="Set or clear the text that ends every message",
        evidence=Evidence.DOCUMENTED,
        resource="Users",
        params=payloads.SignatureParams,
        handler=signature_set,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, OPERATOR, BUSY),
        notes="It belongs to the user of the session, or to the line where the session has none, and counts as part of "
        "the text.",
        example={"signature": "Front desk"},
        answer=samples.LOGOUT,
    ),
)
