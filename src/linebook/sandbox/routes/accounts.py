"""The calls about accounts and the book as a whole. What they do stands in `sandbox/accounts.py`."""

from __future__ import annotations

import asyncio
from typing import Final

from msgspec import UNSET

from linebook import demo
from linebook.dialects.base import Call, DocumentedError, Evidence, Operation
from linebook.sandbox import samples
from linebook.sandbox.accounts import (
    CloseAccount,
    OpenAccount,
    ResetBook,
    account_state,
    close_accounts,
    make_secrets,
    open_accounts,
    opened_account,
    reset_book,
)
from linebook.sandbox.controls import forget_account, forget_controls
from linebook.sandbox.payloads import accounts as payloads
from linebook.sandbox.reading import check_id, path_id
from linebook.sandbox.routes.common import FOREIGN_PAGE, NO_NUMBER, UNKNOWN_ACCOUNT
from linebook.services.accounts import DIRECTORY


async def reset(call: Call) -> payloads.AccountView:
    """Make everything as it is after a fresh start; what this process remembers of callers is forgotten too."""
    runtime = call.runtime
    credentials = await asyncio.to_thread(demo.demo_credentials, runtime.store.engine)
    runtime.names.forget()
    account = await runtime.store.write(reset_book, DIRECTORY, ResetBook(credentials))
    forget_controls(runtime)
    await runtime.delivery.keep_lines()
    runtime.names.forget()
    runtime.login_guard.forget()
    runtime.rates.forget()
    return payloads.account_view(await runtime.store.read(lambda tx: opened_account(tx, account.id)))


async def create_account(call: Call) -> payloads.FreshAccount:
    """Open an account with lines, users and secrets of its own."""
    runtime, body = call.runtime, call.body
    url = payloads.base_url(runtime, call.request)
    secrets = make_secrets(runtime.ids, runtime.sealer)
    request = OpenAccount(secrets=secrets, name=body.name, region=body.region)
    opened = await runtime.store.write(open_accounts, DIRECTORY, request)
    # Its lines can send at once, and not when delivery looks for new lines next.
    await runtime.delivery.keep_lines()
    return payloads.fresh_account(opened, secrets, url, runtime.settings.default_region)


async def get_account(call: Call) -> payloads.AccountView:
    """Give an account as it stands, without its secrets: they are kept as digests."""
    account_id = path_id(call.request)
    return payloads.account_view(await call.runtime.store.read(lambda tx: opened_account(tx, account_id)))


async def delete_account(call: Call) -> None:
    """Delete an account with everything in it."""
    account_id = path_id(call.request)
    await call.runtime.store.write(close_accounts, DIRECTORY, CloseAccount(account_id))
    forget_account(call.runtime, account_id)


async def get_state(call: Call) -> payloads.StateView:
    """Count what an account has."""
    given = call.params.account
    account_id = None if given is UNSET else check_id(given)
    return payloads.state_view(await call.runtime.store.read(lambda tx: account_state(tx, account_id)))


_NO_ID: Final = DocumentedError(
    status=400,
    when="`id` is not a number",
    evidence=Evidence.CHOICE,
    example={"error": "id: is not the id of an account", "parameter": "id"},
)
OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="accounts.create",
        methods=("POST",),
        path="/_sandbox/accounts",
        summary="Open a fresh account with credentials for every dialect",
        evidence=Evidence.CHOICE,
        resource="Accounts",
        body=payloads.AccountBody,
        result=payloads.FreshAccount,
        handler=create_account,
        needs_credential=False,
        status=201,
        errors=(
            DocumentedError(
                status=400,
                when="the region is none, or the body names something unknown",
                evidence=Evidence.CHOICE,
                example={
                    "error": "region: There is no numbering plan for the region 'XX'.",
                    "parameter": "region",
                },
            ),
            FOREIGN_PAGE,
            DocumentedError(
                status=409,
                when="another account has the name",
                evidence=Evidence.CHOICE,
                example={"error": "There is an account called Checkout tests already.", "parameter": "name"},
            ),
        ),
        notes="Accounts share nothing: tests with one each can run side by side. The secrets are shown this once.",
        example={"name": "Checkout tests"},
        answer=samples.FRESH,
    ),
    Operation(
        name="accounts.get",
        methods=("GET",),
        path="/_sandbox/accounts/{id}",
        summary="An account with its lines and users",
        evidence=Evidence.CHOICE,
        resource="Accounts",
        result=payloads.AccountView,
        handler=get_account,
        needs_credential=False,
        errors=(_NO_ID, FOREIGN_PAGE, UNKNOWN_ACCOUNT),
        answer=samples.ACCOUNT,
    ),
    Operation(
        name="accounts.delete",
        methods=("DELETE",),
        path="/_sandbox/accounts/{id}",
        summary="Delete an account with everything in it",
        evidence=Evidence.CHOICE,
        resource="Accounts",
        result=None,
        handler=delete_account,
        needs_credential=False,
        status=204,
        errors=(
            _NO_ID,
            DocumentedError(
                status=403,
                when="it is the demo account, or a page of another origin calls",
                evidence=Evidence.CHOICE,
                example={"error": "The demo account is not deleted: reset the sandbox instead."},
            ),
            UNKNOWN_ACCOUNT,
        ),
        notes="Its credentials are dead when this is answered, and its id is not used again.",
    ),
    Operation(
        name="state.get",
        methods=("GET",),
        path="/_sandbox/state",
        summary="How much of everything an account has",
        evidence=Evidence.CHOICE,
        resource="Book",
        params=payloads.StateParams,
        result=payloads.StateView,
        handler=get_state,
        needs_credential=False,
        errors=(
            NO_NUMBER,
            FOREIGN_PAGE,
            UNKNOWN_ACCOUNT,
        ),
        example={"account": "1"},
        answer=samples.STATE,
    ),
    Operation(
        name="reset",
        methods=("POST",),
        path="/_sandbox/reset",
        summary="Make everything as it is after a fresh start",
        evidence=Evidence.CHOICE,
        resource="Book",
        result=payloads.AccountView,
        handler=reset,
        needs_credential=False,
        errors=(FOREIGN_PAGE,),
        notes=(
            "The demo account is empty and has its published credentials, every other account is gone, logins that "
            "failed and calls that were to fail are forgotten, every carrier runs, and the clock shows the machine's "
            "time. Answers with the demo account."
        ),
    ),
)
