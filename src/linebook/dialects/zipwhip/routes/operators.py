"""Operators: list, save, unassign, and the roles that they can have. Changing them is for administrators."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from linebook.core.contact import check_text
from linebook.dialects.base import Call, DocumentedError, Evidence, Operation
from linebook.dialects.kit import InvalidParameter, MissingParameter
from linebook.dialects.zipwhip import samples
from linebook.dialects.zipwhip.payloads import operators as payloads
from linebook.dialects.zipwhip.routes.common import (
    BAD_NUMBER,
    BAD_SESSION,
    BOTH,
    BUSY,
    MISSING,
    OPERATOR,
    require_manager,
)
from linebook.dialects.zipwhip.routes.messages import line_of
from linebook.dialects.zipwhip.routes.users import PASSWORD_MAX
from linebook.services.operators import (
    SaveOperator,
    UnassignOperator,
    operators_of_line,
    save_operators,
    unassign_operators,
)


async def operator_list(call: Call) -> list[payloads.OperatorView]:
    """Give the people who have a login of their own on the line."""
    account_id, line_id = call.account_id, call.credential.line_id or 0
    found = await call.runtime.store.read(lambda tx: operators_of_line(tx, account_id, line_id))
    return [payloads.operator_view(one) for one in found]


async def operator_save(call: Call) -> payloads.OperatorView:
    """Add somebody to the line, or change somebody who is on it."""
    params: payloads.OperatorSaveParams = call.params
    require_manager(call)
    line, account = await line_of(call), await call.runtime.directory.account(call.account_id)
    prefix = payloads.read_prefix(params.username, line, account.region)
    if params.operatorId is UNSET and prefix is UNSET:
        raise MissingParameter("username")
    role, is_active = payloads.read_role(params.roleId), payloads.read_active(params.active)
    password_hash = UNSET if params.password is UNSET else await _hash(call, params.password)
    request = SaveOperator(
        line_id=line.id,
        user_id=None if params.operatorId is UNSET else params.operatorId,
        prefix=prefix,
        email=params.email,
        first_name=params.firstName,
        last_name=params.lastName,
        role=role,
        is_active=is_active,
        password_hash=password_hash,
    )
    return payloads.operator_view(await call.runtime.store.write(save_operators, account.id, request))


async def operator_unassign(call: Call) -> None:
    """Take somebody off the line; the sessions there end at once."""
    params: payloads.OperatorParams = call.params
    require_manager(call)
    if params.operatorId is UNSET:
        raise MissingParameter("operatorId", "Long")
    request = UnassignOperator(line_id=call.credential.line_id or 0, user_id=params.operatorId)
    await call.runtime.store.write(unassign_operators, call.account_id, request)


async def role_list(_call: Call) -> list[payloads.RoleView]:
    """Give the roles."""
    return list(payloads.ROLES.values())


async def _hash(call: Call, password: str) -> str:
    if not password.strip():
        raise InvalidParameter("password", "is empty")
    check_text("password", password, PASSWORD_MAX)
    return await call.runtime.login_guard.hashed(password)


# -- declarations

_UNKNOWN: Final = DocumentedError(
    status=400,
    when="there is no such operator on the line",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": "Operator not found"},
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="operator/list",
        methods=BOTH,
        path="/operator/list",
        summary="The people who work on the line",
        evidence=Evidence.DOCUMENTED,
        resource="Users",
        result=list[payloads.OperatorView],
        handler=operator_list,
        errors=(BAD_SESSION,),
        notes="`lastMessageSent` and `lastPunchedIn` are null for somebody who has sent nothing from the line, or has "
        "had no session on it.",
        answer=samples.OPERATORS,
    ),
    Operation(
        name="operator/save",
        methods=BOTH,
        path="/operator/save",
        summary="Add a person to the line, or change one",
        evidence=Evidence.DOCUMENTED,
        resource="Users",
        params=payloads.OperatorSaveParams,
        result=payloads.OperatorView,
        handler=operator_save,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, _UNKNOWN, OPERATOR, BUSY),
        notes="A user of the account who has that e-mail address is taken, else a new one is made. A new role counts "
        "for living sessions at once.",
        example=samples.OPERATOR_PARAMS,
        answer=samples.OPERATOR,
    ),
    Operation(
        name="operator/unassign",
        methods=BOTH,
        path="/operator/unassign",
        summary="Take a person off the line",
        evidence=Evidence.DOCUMENTED,
        resource="Users",
        params=payloads.OperatorParams,
        handler=operator_unassign,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, _UNKNOWN, OPERATOR, BUSY),
        notes="The login on the line is gone and its sessions end; the user stays in the account.",
        example={"operatorId": "10001"},
        is_example_made_up=True,
        answer=samples.LOGOUT,
    ),
    Operation(
        name="role/list",
        methods=BOTH,
        path="/role/list",
        summary="The roles that people can have, and what each may do",
        evidence=Evidence.DOCUMENTED,
        resource="Users",
        result=list[payloads.RoleView],
        handler=role_list,
        errors=(BAD_SESSION,),
        answer=samples.ROLES,
    ),
)
