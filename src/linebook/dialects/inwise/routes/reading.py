"""Reading contacts: what is new since the last call, the newest, and one by its id."""

from __future__ import annotations

from typing import Final

from linebook.dialects.base import Call, Evidence, Operation
from linebook.dialects.inwise.errors import UnknownId, invalid
from linebook.dialects.inwise.payloads.contacts import ContactView
from linebook.dialects.inwise.payloads.reading import (
    ListParams,
    UnreadParams,
    email_filter,
    mobile_filter,
    read_limit,
    read_offset,
)
from linebook.dialects.inwise.routes.common import BASE, BUSY, EVERYWHERE, account_of, error, path_id, shown
from linebook.dialects.kit import InvalidParameter, WrongMethod
from linebook.services.contact_filters import Filters, newest_contacts
from linebook.services.contact_reads import contacts_by_id
from linebook.services.read_states import ReadUnread, read_unread


async def contacts_unread(call: Call) -> list[ContactView]:
    """Give contacts that this key has not read yet, the newest first, and remember that it has."""
    params: UnreadParams = call.params
    return await _unread(call, params)


async def contacts_list(call: Call) -> list[ContactView]:
    """Give the contacts that were changed last, or those that filters name."""
    params: ListParams = call.params
    if params.reset is not None or params.search_by_updated_or_added_date is not None:
        changed_too = params.search_by_updated_or_added_date
        return await _unread(
            call,
            UnreadParams(
                limit=params.limit,
                reset=bool(params.reset),
                search_by_updated_or_added_date=True if changed_too is None else changed_too,
            ),
        )
    limit, offset, filters = read_limit(params.limit), read_offset(params.offset), _filters(params)
    account = await account_of(call)
    found = await call.runtime.store.read(
        lambda tx: newest_contacts(tx, account.id, filters, offset=offset, limit=limit)
    )
    return shown(account, found)


async def contacts_get(call: Call) -> ContactView:
    """Give one contact."""
    wanted, account = path_id(call), await account_of(call)
    found = await call.runtime.store.read(lambda tx: contacts_by_id(tx, account.id, [wanted]))
    if wanted not in found:
        raise UnknownId("Contact", wanted)
    return shown(account, [found[wanted]])[0]


async def _unread(call: Call, params: UnreadParams) -> list[ContactView]:
    if call.request.method != "GET":
        # What a HEAD marks as read would never be seen.
        raise WrongMethod(("GET",))
    account = await account_of(call)
    request = ReadUnread(
        credential_id=call.credential.id,
        changed_too=params.search_by_updated_or_added_date,
        limit=read_limit(params.limit),
        forget=params.reset,
    )
    return shown(account, await call.runtime.store.write(read_unread, account.id, request))


def _filters(params: ListParams) -> Filters:
    if params.external_id is not None and not params.external_id:
        raise InvalidParameter("external_id", "is empty")
    return Filters(
        email=None if params.email is None else email_filter(params.email),
        phone=None if params.mobile_number is None else mobile_filter(params.mobile_number),
        external_id=params.external_id,
        group_id=params.group_id,
    )


_BAD_LIMIT: Final = error(400, "a parameter cannot be used", invalid("limit"))
_UNREAD_NOTES: Final = (
    "Each call brings what this key has not read yet, the newest first, so calling until an empty list comes reads "
    "every contact once, also with several readers at a time. The two modes are read independently of each other."
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="contacts/recently_updated",
        methods=("GET",),
        path=f"{BASE}/contacts/recently_updated",
        summary="Contacts that are new, or changed, since the last call",
        evidence=Evidence.DOCUMENTED,
        resource="Reading contacts",
        params=UnreadParams,
        result=list[ContactView],
        handler=contacts_unread,
        errors=(*EVERYWHERE, _BAD_LIMIT, BUSY),
        notes=_UNREAD_NOTES,
        example={"search_by_updated_or_added_date": "false", "reset": "false", "limit": "1000"},
    ),
    Operation(
        name="contacts/list",
        methods=("GET",),
        path=f"{BASE}/contacts",
        summary="The newest contacts, or those that filters name",
        evidence=Evidence.CHOICE,
        resource="Reading contacts",
        params=ListParams,
        result=list[ContactView],
        handler=contacts_list,
        errors=(*EVERYWHERE, _BAD_LIMIT, BUSY),
        notes=(
            "By last change; with `external_id` or `group_id` by creation. With `reset` or "
            "`search_by_updated_or_added_date` the call is `recently_updated`."
        ),
        example={"limit": "10"},
    ),
    Operation(
        name="contacts/get",
        methods=("GET",),
        path=f"{BASE}/contacts/{{id}}",
        summary="One contact",
        evidence=Evidence.CLIENT,
        resource="Reading contacts",
        result=ContactView,
        handler=contacts_get,
        errors=(
            *EVERYWHERE,
            error(400, "the id is not a number", invalid("id")),
            error(404, "there is no such contact", f"{invalid('id')} Contact ID #5 was not found."),
            BUSY,
        ),
        example={"id": "1073741825"},
    ),
)
