"""The session's own user: name, address and notes, and the password."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from linebook.core.contact import check_text
from linebook.dialects.base import Call, DocumentedError, Evidence, Operation
from linebook.dialects.kit import InvalidParameter, MissingParameter
from linebook.dialects.zipwhip import samples
from linebook.dialects.zipwhip.payloads import sessions as payloads
from linebook.dialects.zipwhip.routes.common import BAD_NUMBER, BAD_SESSION, BOTH, BUSY, MISSING, OPERATOR, require_own
from linebook.dialects.zipwhip.routes.sessions import shown_user
from linebook.errors import LoginRefused
from linebook.services.line_settings import THE_LINE, line_settings
from linebook.services.passwords import ChangePassword, change_passwords, own_logins
from linebook.services.profiles import SaveProfile, save_profiles

PASSWORD_MAX: Final = 255


async def user_save(call: Call) -> dict[str, object]:
    """Change what the session's user says of himself or herself, or of the line where the session has no user."""
    params: payloads.UserSaveParams = call.params
    require_own(call)
    caller = call.credential
    request = SaveProfile(
        line_id=caller.line_id or 0,
        user_id=caller.user_id,
        first_name=params.firstName,
        last_name=params.lastName,
        email=params.email,
        notes=params.notes,
        phone_key=params.phoneKey,
        loc=params.loc,
    )
    await call.runtime.store.write(save_profiles, caller.account_id, request)
    settings = await call.runtime.store.read(
        lambda tx: line_settings(tx, caller.account_id, request.line_id, caller.user_id or THE_LINE)
    )
    return {"user": await shown_user(call, settings)}


async def password_change(call: Call) -> payloads.PasswordEnvelope:
    """Give the session's login a new password. Sessions stay as they are."""
    params: payloads.PasswordParams = call.params
    require_own(call)
    for name, value in (("currentPassword", params.currentPassword), ("password", params.password)):
        if value is UNSET:
            raise MissingParameter(name)
    current, wanted = str(params.currentPassword), str(params.password)
    if not wanted.strip():
        raise InvalidParameter("password", "is empty")
    check_text("password", wanted, PASSWORD_MAX)
    caller, guard, client = call.credential, call.runtime.login_guard, call.request.client
    # Whoever found an open session guesses no quicker than whoever has none.
    name = f"{caller.account_id}/{caller.line_id}/{caller.user_id}"
    guard.check(name, client)
    logins = await call.runtime.store.read(
        lambda tx: own_logins(tx, caller.account_id, caller.line_id or 0, caller.user_id)
    )
    known = [one for one in logins if await guard.matches(one.password_hash, current)]
    guard.check(name, client)
    if not known:
        guard.failed(name, client)
        raise LoginRefused
    guard.succeeded(name)
    for login in known:
        request = ChangePassword(
            line_id=login.line_id,
            prefix=login.prefix,
            old_hash=login.password_hash,
            new_hash=await guard.hashed(wanted),
        )
        await call.runtime.store.write(change_passwords, caller.account_id, request)
    return payloads.PasswordEnvelope()


# -- declarations

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="user/save",
        methods=BOTH,
        path="/user/save",
        summary="Change name, e-mail address and notes of the session's user",
        evidence=Evidence.CLIENT,
        resource="Users",
        params=payloads.UserSaveParams,
        handler=user_save,
        errors=(BAD_SESSION, BAD_NUMBER, OPERATOR, BUSY),
        notes="A session of the line itself changes what is shown for the line. What is not sent stays.",
        example={"firstName": "Ada", "notes": "At the front desk until five"},
        answer=samples.SAVED_USER,
    ),
    Operation(
        name="password/change",
        methods=BOTH,
        path="/password/change",
        summary="Give the session's login a new password",
        evidence=Evidence.DOCUMENTED,
        resource="Users",
        params=payloads.PasswordParams,
        handler=password_change,
        errors=(
            BAD_SESSION,
            MISSING,
            BAD_NUMBER,
            OPERATOR,
            DocumentedError(
                status=400,
                when="the current password is wrong",
                evidence=Evidence.CHOICE,
                example={"success": False, "response": "Invalid username or password"},
            ),
            DocumentedError(
                status=429,
                when="the current password was wrong too often",
                evidence=Evidence.CHOICE,
                example={"success": False, "response": "Too many failed logins, try again later"},
            ),
            BUSY,
        ),
        notes="Sessions stay valid. In a GET the passwords stand in the address, which servers on the way may log.",
        example={"currentPassword": "mypassword", "password": "mypassword"},
        answer=samples.PASSWORD,
    ),
)
