"""The calls about the hub itself: the clock, the carrier, calls that are to fail, and the magic numbers."""

from __future__ import annotations

from typing import Final

import msgspec

from linebook.dialects.base import Call, DocumentedError, Evidence, Operation
from linebook.errors import NotPossible
from linebook.faults import KEPT_MAX, Fault
from linebook.sandbox import samples
from linebook.sandbox.controls import advance_clock, carrier_of, clock_of, start_carrier, stop_carrier
from linebook.sandbox.magic import MagicView, magic_numbers
from linebook.sandbox.payloads import controls as payloads
from linebook.sandbox.routes.common import FOREIGN_PAGE, NO_NUMBER, UNKNOWN_ACCOUNT, account_for


async def get_clock(call: Call) -> payloads.ClockView:
    """Give the time that the hub has."""
    clock = clock_of(call.runtime)
    return payloads.clock_view(clock(), clock.offset_ms)


async def advance(call: Call) -> payloads.ClockView:
    """Set the clock forward; what is due then begins to happen."""
    await advance_clock(call.runtime, round(call.body.advance_s * 1000))
    return await get_clock(call)


async def list_failures(call: Call) -> list[payloads.FailureView]:
    """Give the calls of an account that are still to fail, then those of everybody."""
    account = await account_for(call, call.params.account)
    faults = call.runtime.faults
    return [payloads.failure_view(one) for one in (*faults.waiting(account.id), *faults.waiting(None))]


async def add_failure(call: Call) -> payloads.FailureView:
    """Let the next calls that are meant fail."""
    body, faults = call.body, call.runtime.faults
    account = await account_for(call, body.account)
    fault = Fault(
        id=faults.next_id(),
        account_id=None if body.everybody else account.id,
        dialect=body.dialect,
        path=body.path,
        times=body.times,
        outcome=body.outcome,
        status=body.status,
        delay_s=body.delay_s,
        retry_after_s=body.retry_after_s,
        is_after=body.after,
    )
    if not faults.add(fault):
        raise NotPossible(f"There are {KEPT_MAX} wishes for calls that are to fail already.")
    return payloads.failure_view(fault)


async def forget_failures(call: Call) -> None:
    """Let the calls of an account succeed again, and those of everybody."""
    account = await account_for(call, call.params.account)
    call.runtime.faults.forget(account.id)
    call.runtime.faults.forget(None)


async def get_carrier(call: Call) -> payloads.CarrierView:
    """Say whether the carrier runs for an account."""
    account = await account_for(call, call.params.account)
    return payloads.CarrierView(account=account.id, is_running=not carrier_of(call.runtime).is_stopped_for(account.id))


async def set_carrier(call: Call) -> payloads.CarrierView:
    """Stop or start the carrier for an account: while it is stopped, texts are taken and wait."""
    account = await account_for(call, call.body.account)
    (start_carrier if call.body.is_running else stop_carrier)(call.runtime, account.id)
    return payloads.CarrierView(account=account.id, is_running=call.body.is_running)


async def get_magic(call: Call) -> MagicView:
    """Give every number that decides what becomes of a text."""
    return magic_numbers()


_BAD_WISH: Final = DocumentedError(
    status=400,
    when="a member is unknown, or has a value that it cannot have",
    evidence=Evidence.CHOICE,
    example={"error": "times: Expected `int` >= 1", "parameter": "times"},
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="magic.get",
        methods=("GET",),
        path="/_sandbox/magic",
        summary="The numbers that decide what becomes of a text",
        evidence=Evidence.CHOICE,
        resource="Hub",
        result=MagicView,
        handler=get_magic,
        needs_credential=False,
        errors=(FOREIGN_PAGE,),
        notes="A text to any other number is taken and delivered.",
        answer=msgspec.to_builtins(magic_numbers()),
    ),
    Operation(
        name="clock.get",
        methods=("GET",),
        path="/_sandbox/clock",
        summary="The time that the hub has",
        evidence=Evidence.CHOICE,
        resource="Hub",
        result=payloads.ClockView,
        handler=get_clock,
        needs_credential=False,
        errors=(FOREIGN_PAGE,),
        answer=samples.CLOCK,
    ),
    Operation(
        name="clock.advance",
        methods=("POST",),
        path="/_sandbox/clock",
        summary="Set the clock of the hub forward",
        evidence=Evidence.CHOICE,
        resource="Hub",
        body=payloads.ClockBody,
        result=payloads.ClockView,
        handler=advance,
        needs_credential=False,
        errors=(
            DocumentedError(
                status=400,
                when="`advance_s` is no number of seconds",
                evidence=Evidence.CHOICE,
                example={"error": "advance_s: Expected `float` >= 0.001", "parameter": "advance_s"},
            ),
            FOREIGN_PAGE,
            DocumentedError(
                status=409,
                when="the clock would be more than ten years ahead",
                evidence=Evidence.CHOICE,
                example={"error": "The clock can be ten years ahead of the machine's time, no further."},
            ),
        ),
        notes=(
            "Everything that is due by then happens: scheduled texts leave, tries are made again, receipts come. There "
            "is one clock for all accounts, and a reset sets it back."
        ),
        example={"advance_s": 3600},
        answer=samples.CLOCK,
    ),
    Operation(
        name="failures.list",
        methods=("GET",),
        path="/_sandbox/failures",
        summary="Calls that are still to fail",
        evidence=Evidence.CHOICE,
        resource="Hub",
        params=payloads.AccountParams,
        result=list[payloads.FailureView],
        handler=list_failures,
        needs_credential=False,
        errors=(NO_NUMBER, FOREIGN_PAGE, UNKNOWN_ACCOUNT),
        answer=[samples.FAILURE],
    ),
    Operation(
        name="failures.add",
        methods=("POST",),
        path="/_sandbox/failures",
        summary="Let the next calls fail",
        evidence=Evidence.CHOICE,
        resource="Hub",
        body=payloads.FailureBody,
        result=payloads.FailureView,
        handler=add_failure,
        needs_credential=False,
        status=201,
        errors=(
            _BAD_WISH,
            FOREIGN_PAGE,
            UNKNOWN_ACCOUNT,
            DocumentedError(
                status=409,
                when="too many wishes wait already",
                evidence=Evidence.CHOICE,
                example={"error": f"There are {KEPT_MAX} wishes for calls that are to fail already."},
            ),
        ),
        notes=(
            "A refusal has the platform's own form. Wishes count down in the order in which they came, each call takes "
            "one; a call counts once its credential is known to be the account's."
        ),
        example={"dialect": "zipwhip", "path": "/message/send", "status": 429, "times": 2},
        answer=samples.FAILURE,
    ),
    Operation(
        name="failures.forget",
        methods=("DELETE",),
        path="/_sandbox/failures",
        summary="Let calls succeed again",
        evidence=Evidence.CHOICE,
        resource="Hub",
        params=payloads.AccountParams,
        handler=forget_failures,
        needs_credential=False,
        status=204,
        errors=(NO_NUMBER, FOREIGN_PAGE, UNKNOWN_ACCOUNT),
    ),
    Operation(
        name="carrier.get",
        methods=("GET",),
        path="/_sandbox/carrier",
        summary="Whether the carrier runs",
        evidence=Evidence.CHOICE,
        resource="Hub",
        params=payloads.AccountParams,
        result=payloads.CarrierView,
        handler=get_carrier,
        needs_credential=False,
        errors=(NO_NUMBER, FOREIGN_PAGE, UNKNOWN_ACCOUNT),
        answer=samples.CARRIER,
    ),
    Operation(
        name="carrier.set",
        methods=("POST",),
        path="/_sandbox/carrier",
        summary="Stop or start the carrier",
        evidence=Evidence.CHOICE,
        resource="Hub",
        body=payloads.CarrierBody,
        result=payloads.CarrierView,
        handler=set_carrier,
        needs_credential=False,
        errors=(
            DocumentedError(
                status=400,
                when="`is_running` is missing",
                evidence=Evidence.CHOICE,
                example={"error": "The parameter is_running is missing.", "parameter": "is_running"},
            ),
            FOREIGN_PAGE,
            UNKNOWN_ACCOUNT,
        ),
        notes="While it is stopped, texts are taken and wait; they leave when it is started again.",
        example={"is_running": False},
        answer=samples.CARRIER | {"is_running": False},
    ),
)
