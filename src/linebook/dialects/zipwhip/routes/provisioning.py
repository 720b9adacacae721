"""The calls of the host for provisioning, by API key: what is known of a number, and a session for one of one's own."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import UNSET

from linebook.dialects.base import Call, DocumentedError, Evidence, Level, Operation
from linebook.dialects.kit import MissingParameter
from linebook.dialects.zipwhip import samples
from linebook.dialects.zipwhip.auth import BY_API_KEY, NewSession, start_session
from linebook.dialects.zipwhip.errors import NotProvisioned
from linebook.dialects.zipwhip.payloads import provisioning as payloads
from linebook.dialects.zipwhip.payloads.reading import NOTHING, read_phone
from linebook.dialects.zipwhip.routes.common import BUSY
from linebook.errors import NotPermitted
from linebook.services.numbers import NumberFacts, number_facts


async def provision_eligible(call: Call) -> payloads.EligibleAnswer:
    """Say whether a number can be text-enabled."""
    return payloads.eligible_view(await _facts(call), call.runtime.ids.uuid4())


async def provision_status(call: Call) -> payloads.StatusAnswer:
    """Say whether a number is text-enabled."""
    return payloads.status_view(await _facts(call), call.runtime.ids.uuid4())


async def session_key(call: Call) -> str:
    """Start a session for a line of one's own; the answer is its key."""
    line = (await _facts(call)).line
    if line is None:
        raise NotProvisioned
    key = call.credential
    if key.user_id is not None and not (await call.runtime.directory.user(key.account_id, key.user_id)).is_active:
        raise NotPermitted
    session = NewSession(line_id=line.id, user_id=key.user_id, role=key.role, label="api key")
    return await start_session(call.runtime, key.account_id, session)


async def enum_textable(call: Call) -> payloads.TextableAnswer:
    """Say whether a number takes texts."""
    return payloads.textable_view(await _facts(call), call.runtime.ids.uuid4())


async def enum_mobile(call: Call) -> payloads.MobileAnswer:
    """Say whether a number may be a mobile one."""
    return payloads.mobile_view(await _facts(call), call.runtime.ids.uuid4())


async def _facts(call: Call) -> NumberFacts:
    params: payloads.NumberParams = call.params
    if params.phone_number is UNSET or params.phone_number.strip() in NOTHING:
        raise MissingParameter("phone_number")
    key = call.credential
    phone = read_phone("phone_number", params.phone_number, await call.runtime.directory.account(key.account_id))
    return await call.runtime.store.read(lambda tx: number_facts(tx, key.account_id, phone, key.line_id))


# -- declarations

BAD_KEY: Final = DocumentedError(
    status=403,
    when="the API key is missing, unknown or ended",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": "Invalid API key"},
)
_MISSING: Final = DocumentedError(
    status=400,
    when="the number is missing",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": "Required String parameter 'phone_number' is not present"},
)
_BAD_NUMBER: Final = DocumentedError(
    status=400,
    when="the number cannot be read",
    evidence=Evidence.CHOICE,
    example={
        "success": False,
        "response": {"desc": "Wrong arguments: phone_number is not a usable number", "code": -703},
    },
)
_NOT_OURS: Final = DocumentedError(
    status=400,
    when="the number is no line of the account, or not the one that the key is for",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": "Phone number is not provisioned"},
)
_INACTIVE: Final = DocumentedError(
    status=403,
    when="the key is that of a user who is not active",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": "Not permitted for this user"},
)
_LOOK_UP_ERRORS: Final = (BAD_KEY, _MISSING, _BAD_NUMBER)
_PREFIX_NOTE: Final = "Programs call it with `/api/20140925` in front, on a host of its own."


def _operation(name: str, evidence: Evidence, **members: object) -> Operation:
    plain = Operation(
        name=name,
        methods=("GET", "POST"),
        path=f"/{name}",
        summary="",
        evidence=evidence,
        resource="Provisioning",
        params=payloads.NumberParams,
        security=BY_API_KEY,
        errors=_LOOK_UP_ERRORS,
        notes=_PREFIX_NOTE,
        example={"phone_number": "+15556661234"},
    )
    return msgspec.structs.replace(plain, **members)


OPERATIONS: Final[tuple[Operation, ...]] = (
    _operation(
        "provision/eligible",
        Evidence.CLIENT,
        summary="Ask whether a number can be text-enabled",
        handler=provision_eligible,
        result=payloads.EligibleAnswer,
        answer=samples.ELIGIBLE,
        level=Level.PARTIAL,
        notes=f"Only a line of the account is: what others could enable is not known here. {_PREFIX_NOTE}",
    ),
    _operation(
        "provision/status",
        Evidence.CLIENT,
        summary="How far the enabling of a number is",
        handler=provision_status,
        result=payloads.StatusAnswer,
        answer=samples.PROVISIONED,
    ),
    _operation(
        "account/get-sessionkey",
        Evidence.DOCUMENTED,
        summary="A session for a number of one's own",
        handler=session_key,
        result=str,
        answer=samples.LOGIN,
        errors=(*_LOOK_UP_ERRORS, _NOT_OURS, _INACTIVE, BUSY),
        notes=f"Each call starts a session of its own, with the role of the API key. {_PREFIX_NOTE}",
    ),
    _operation(
        "enum/textable",
        Evidence.DOCUMENTED,
        summary="Ask whether a number takes texts, and who provides it",
        handler=enum_textable,
        result=payloads.TextableAnswer,
        answer=samples.TEXTABLE,
        notes=f"By the numbering plan and by consent; nobody outside is asked. {_PREFIX_NOTE}",
    ),
    _operation(
        "enum/mobile",
        Evidence.DOCUMENTED,
        summary="Ask whether a number is a mobile one",
        handler=enum_mobile,
        result=payloads.MobileAnswer,
        answer=samples.MOBILE,
        notes=f"By the numbering plan: true also where it does not tell mobile numbers apart. {_PREFIX_NOTE}",
    ),
)
