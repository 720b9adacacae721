"""What clients ask first: lines, the account, and the command line's own view of contacts."""

from __future__ import annotations

from typing import Final

from linebook.core.contact import ContactPatch
from linebook.dialects.base import Call, Evidence, Level, Operation, author
from linebook.dialects.kit import MissingParameter
from linebook.dialects.sendblue import errors
from linebook.dialects.sendblue.auth import scope_of
from linebook.dialects.sendblue.payloads.accounts import (
    AccountView,
    LineNumbers,
    LineStates,
    ShareBody,
    SharedContacts,
    SharedRoute,
    account_view,
    line_state,
    shared_contact,
    texting_lines,
)
from linebook.dialects.sendblue.payloads.answers import time_text
from linebook.dialects.sendblue.payloads.reading import given_text, read_number
from linebook.dialects.sendblue.routes.contacts import NAME
from linebook.services.contact_lists import Order, page_by_number
from linebook.services.contacts import SaveContact, save_contacts

SHARED_MAX: Final = 1_000
"""How many contacts the command line is shown: it prints them all."""


async def list_lines(call: Call) -> LineNumbers:
    """Give the numbers of the account's lines."""
    lines = await call.runtime.directory.lines(call.account_id)
    return LineNumbers(numbers=[line.address for line in texting_lines(lines, scope_of(call.credential))])


async def line_states(call: Call) -> LineStates:
    """Give how all lines are."""
    lines = await call.runtime.directory.lines(call.account_id)
    data = [line_state(line) for line in texting_lines(lines, scope_of(call.credential))]
    return LineStates(snapshot_at=time_text(call.runtime.clock()), data=data)


async def get_account(call: Call) -> AccountView:
    """Give the account."""
    return account_view(await call.runtime.directory.account(call.account_id))


async def list_shared_contacts(call: Call) -> SharedContacts:
    """Give the newest contacts that have a number."""
    account_id = call.account_id
    lines = texting_lines(await call.runtime.directory.lines(account_id), scope_of(call.credential))
    newest = await call.runtime.store.read(
        lambda tx: page_by_number(tx, account_id, Order.CREATION, falling=True, limit=SHARED_MAX)
    )
    return SharedContacts(
        sharedNumber=lines[0].address if lines else None,
        contacts=[shared_contact(one) for one in newest if one.phone is not None],
    )


async def add_shared_contact(call: Call) -> SharedRoute:
    """Add the contact of a number, or give the one that is there."""
    body: ShareBody = call.body
    number = given_text(body.recipient)
    if number is None:
        raise MissingParameter("recipient")
    account = await call.runtime.directory.account(call.account_id)
    phone = read_number("recipient", number, account)
    save = SaveContact(patch=ContactPatch(phone=phone), author=author(NAME, call.credential))
    saved = await call.runtime.store.write(save_contacts, account.id, save)
    return SharedRoute(route=shared_contact(saved.contact))


# -- declarations

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="lines.list",
        methods=("GET",),
        path="/api/lines",
        summary="The numbers of the account's lines",
        evidence=Evidence.CLIENT,
        resource="Lines",
        result=LineNumbers,
        handler=list_lines,
        errors=errors.READING,
        notes="Alphanumeric senders are no numbers and not among them.",
    ),
    Operation(
        name="lines.get_state",
        methods=("GET",),
        path="/api/v2/lines/state",
        summary="How the lines are",
        evidence=Evidence.CLIENT,
        resource="Lines",
        result=LineStates,
        handler=line_states,
        level=Level.PARTIAL,
        errors=errors.READING,
        notes="Every line is `assigned` and `ONLINE`: the state of the link to a carrier is not shown yet.",
    ),
    Operation(
        name="account.get",
        methods=("GET",),
        path="/account",
        summary="The account",
        evidence=Evidence.CLIENT,
        resource="Account",
        result=AccountView,
        handler=get_account,
        errors=errors.READING,
    ),
    Operation(
        name="account.shared_contacts",
        methods=("GET",),
        path="/accounts/shared-contacts",
        summary="The contacts, as the command line shows them",
        evidence=Evidence.CLIENT,
        resource="Account",
        result=SharedContacts,
        handler=list_shared_contacts,
        level=Level.PARTIAL,
        errors=errors.READING,
        notes=f"The newest {SHARED_MAX}, without those that have no number. The same book as everywhere else.",
    ),
    Operation(
        name="account.verify_contact",
        methods=("POST",),
        path="/accounts/verify-contact-on-shared-account",
        summary="Add a contact, as the command line does",
        evidence=Evidence.CLIENT,
        resource="Account",
        body=ShareBody,
        result=SharedRoute,
        handler=add_shared_contact,
        level=Level.PARTIAL,
        errors=(*errors.WRITING, errors.NO_NUMBER, errors.BAD_NUMBER),
        notes="A number that has a contact is answered with it. No verification message is sent yet.",
        example={"recipient": "+12065550127"},
    ),
)
