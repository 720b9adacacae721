"""Zipwhip's calls: each one declared with its evidence, and the handler that answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from linebook.core.author import Author
from linebook.core.contact import NOTES_MAX, Contact
from linebook.dialects.base import Call, DocumentedError, Evidence, Level, Operation
from linebook.dialects.kit import InvalidParameter, MissingParameter
from linebook.dialects.zipwhip import payloads
from linebook.dialects.zipwhip.auth import log_in
from linebook.dialects.zipwhip.errors import TooLong
from linebook.errors import ContactNotFound, DomainError, LoginRefused, NotAuthenticated, NotFound
from linebook.services import contacts
from linebook.services.contacts import DeleteContact, SaveContact, delete_contacts, save_contacts
from linebook.services.credentials import RevokeCredential, revoke_credentials
from linebook.services.labels import list_fields

PAGE_MAX: Final = 1000
"""Most contacts in one answer, and how many come when the caller does not say (NOTES: contact/list)."""

OFFSET_MAX: Final = 2**53
DELETE_MAX: Final = 1000


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
    directory, caller = call.runtime.directory, call.credential
    line = await directory.line(caller.account_id, caller.line_id) if caller.line_id is not None else None
    user = await directory.user(caller.account_id, caller.user_id) if caller.user_id is not None else None
    return payloads.user_view(line, user)


async def contact_save(call: Call) -> payloads.SavedEnvelope:
    """Create or update the contact of a number."""
    params: payloads.SaveParams = call.params
    account = await call.runtime.directory.account(call.account_id)
    phone = payloads.shown_phone(params.mobileNumber, params.address, account)
    if phone is None:
        raise MissingParameter("mobileNumber")
    if params.notes is not UNSET and len(params.notes) > NOTES_MAX:
        raise TooLong("notes", NOTES_MAX)
    caller = call.credential
    save = SaveContact(patch=payloads.contact_patch(params, phone), author=Author("zipwhip", caller.id))
    saved = await call.runtime.store.write(save_contacts, caller.account_id, save)
    return payloads.SavedEnvelope(response=await _view(call, saved.contact))


async def contact_get(call: Call) -> payloads.ContactView:
    """Give one contact."""
    params: payloads.GetParams = call.params
    account = await call.runtime.directory.account(call.account_id)
    contact: Contact | None
    if params.id is not UNSET:
        key = params.id
        found = await call.runtime.store.read(lambda tx: contacts.contacts_by_id(tx, account.id, [key]))
        contact = found.get(key)
    elif (phone := payloads.shown_phone(params.mobileNumber, params.address, account)) is not None:
        owners = await call.runtime.store.read(lambda tx: contacts.contacts_by_phone(tx, account.id, [phone]))
        contact = owners.get(phone)
    else:
        raise MissingParameter("id", "Long")
    if contact is None:
        raise ContactNotFound
    return await _view(call, contact)


async def contact_list(call: Call) -> payloads.ListEnvelope:
    """Give a page of contacts by rising id."""
    params: payloads.ListParams = call.params
    account_id = call.account_id
    if params.start is not UNSET or params.limit is not UNSET:
        size = _page_size("limit", params.limit)
        offset = _count("start", params.start, 0)
        page = offset // size + 1
    else:
        size = _page_size("pageSize", params.pageSize)
        page = max(_count("page", params.page, 1), 1)
        offset = (page - 1) * size
    offset = min(offset, OFFSET_MAX)
    found, count = await call.runtime.store.read(lambda tx: contacts.contacts_at(tx, account_id, offset, size))
    extra = await _extra_names(call, found)
    line_id = call.credential.line_id or 0
    return payloads.ListEnvelope(
        total=len(found),
        response=[payloads.contact_view(contact, line_id, extra) for contact in found],
        page=page,
        pages=-(-count // size),
    )


def _count(name: str, given: int | UnsetType, otherwise: int) -> int:
    if given is UNSET:
        return otherwise
    if not 0 <= given <= OFFSET_MAX:
        raise InvalidParameter(name, "must not be negative" if given < 0 else "is too large a number")
    return given


def _page_size(name: str, given: int | UnsetType) -> int:
    if given is UNSET:
        return PAGE_MAX
    if given < 1:
        raise InvalidParameter(name, "must be at least 1")
    return min(given, PAGE_MAX)


async def contact_delete(call: Call) -> bool:
    """Delete contacts by id or address, all in one transaction; true when there was at least one of them."""
    account = await call.runtime.directory.account(call.account_id)
    wanted = call.flat.every("contact")
    if not wanted:
        raise MissingParameter("contact")
    if len(wanted) > DELETE_MAX:
        raise InvalidParameter("contact", f"at most {DELETE_MAX} at once")
    me = Author("zipwhip", call.credential.id)
    deletes: list[DeleteContact] = []
    for one in wanted:
        if one.startswith("ptn:/"):
            deletes.append(DeleteContact(author=me, phone=payloads.read_phone("contact", one, account)))
        else:
            deletes.append(DeleteContact(author=me, id=_contact_id(one)))
    outcomes = await call.runtime.store.write(_delete_together, account.id, deletes)
    return any(isinstance(one, Contact) for one in outcomes)


def _delete_together(
    tx: Any, account_id: int, requests: Sequence[list[DeleteContact]]
) -> list[list[Contact | DomainError]]:
    """Delete the contacts of each request: a writing service whose requests are lists, each done whole or not."""
    return [delete_contacts(tx, account_id, deletes) for deletes in requests]


def _contact_id(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(OFFSET_MAX))):
        raise InvalidParameter("contact", "is neither a contact id nor an address")
    return int(text)


async def _view(call: Call, contact: Contact) -> payloads.ContactView:
    return payloads.contact_view(contact, call.credential.line_id or 0, await _extra_names(call, [contact]))


async def _extra_names(call: Call, found: Sequence[Contact]) -> Mapping[int, str]:
    """Give which further text field each custom field of these contacts is."""
    wanted = {field_id for contact in found for field_id in contact.fields}
    if not wanted:
        return {}
    account_id = call.account_id
    fields = await call.runtime.directory.fields(account_id)
    if not wanted <= {field.id for field in fields}:
        # Made by another process within the last second: what is kept in memory does not have it yet.
        fields = await call.runtime.store.read(lambda tx: list_fields(tx, account_id))
    return payloads.extra_names(fields)


# -- declarations

_BAD_SESSION: Final = DocumentedError(
    status=403,
    when="the session is missing, unknown or logged out",
    evidence=Evidence.CLIENT,
    example={"success": False, "response": "Invalid session"},
)
_MISSING: Final = DocumentedError(
    status=400,
    when="a required parameter is missing",
    evidence=Evidence.DOCUMENTED,
    example={"success": False, "response": "Required String parameter 'mobileNumber' is not present"},
)
_BAD_NUMBER: Final = DocumentedError(
    status=400,
    when="a parameter cannot be used, a number for example",
    evidence=Evidence.CLIENT,
    example={
        "success": False,
        "response": {"desc": "Wrong arguments: mobileNumber is not a usable number", "code": -703},
    },
)
_UNKNOWN_CONTACT: Final = DocumentedError(
    status=400,
    when="there is no such contact",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": "Contact not found"},
)
_BUSY: Final = DocumentedError(
    status=503,
    when="too much waits, or the database is away; `Retry-After` says when to try again",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": {"desc": "Temporarily unavailable, try again", "code": -855}},
)
_BOTH: Final = ("POST", "GET")
_CONTACT_EXAMPLE: Final = {
    "mobileNumber": "2065551234",
    "firstName": "Ada",
    "lastName": "Lovelace",
    "email": "ada@example.org",
    "notes": "Prefers texts",
}

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="user/login",
        methods=_BOTH,
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
            _BUSY,
        ),
        notes="The answer is the session key. It never expires; several may be valid at once.",
        example={"username": "5556661234", "password": "mypassword"},
    ),
    Operation(
        name="user/logout",
        methods=_BOTH,
        path="/user/logout",
        summary="End a session",
        evidence=Evidence.DOCUMENTED,
        resource="Sessions",
        params=msgspec.defstruct("NoParams", []),
        handler=user_logout,
        errors=(_BAD_SESSION, _BUSY),
    ),
    Operation(
        name="user/get",
        methods=_BOTH,
        path="/user/get",
        summary="The user and line of the session",
        evidence=Evidence.DOCUMENTED,
        resource="Sessions",
        handler=user_get,
        errors=(_BAD_SESSION,),
        notes="`settings` and `groups` are empty as long as the calls that fill them are not served.",
        level=Level.PARTIAL,
    ),
    Operation(
        name="contact/save",
        methods=_BOTH,
        path="/contact/save",
        summary="Create or update the contact of a number",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        params=payloads.SaveParams,
        result=payloads.ContactView,
        handler=contact_save,
        errors=(
            _BAD_SESSION,
            _MISSING,
            _BAD_NUMBER,
            DocumentedError(
                status=400,
                when="the notes are longer than 1000 characters",
                evidence=Evidence.INFERRED,
                example={
                    "success": False,
                    "response": {"desc": "Invalid parameter length: notes has more than 1000 characters", "code": -394},
                },
            ),
            _BUSY,
        ),
        notes="What is not sent stays as it is; an empty value empties.",
        example=_CONTACT_EXAMPLE,
    ),
    Operation(
        name="contact/get",
        methods=_BOTH,
        path="/contact/get",
        summary="One contact, by id, number or address",
        evidence=Evidence.CLIENT,
        resource="Contacts",
        params=payloads.GetParams,
        result=payloads.ContactView,
        handler=contact_get,
        errors=(_BAD_SESSION, _MISSING, _BAD_NUMBER, _UNKNOWN_CONTACT),
        example={"mobileNumber": "2065551234"},
    ),
    Operation(
        name="contact/list",
        methods=_BOTH,
        path="/contact/list",
        summary="A page of contacts",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        params=payloads.ListParams,
        result=list[payloads.ContactView],
        handler=contact_list,
        errors=(_BAD_SESSION, _BAD_NUMBER),
        notes="`total` counts the contacts of this answer, `pages` all pages. At most 1000 a page, by rising id.",
        example={"page": "1", "pageSize": "50"},
    ),
    Operation(
        name="contact/delete",
        methods=_BOTH,
        path="/contact/delete",
        summary="Delete contacts",
        evidence=Evidence.CLIENT,
        resource="Contacts",
        params=payloads.DeleteParams,
        result=bool,
        handler=contact_delete,
        errors=(_BAD_SESSION, _MISSING, _BAD_NUMBER, _BUSY),
        notes="`response` is false when none of them existed. The consent of their numbers stays.",
        example={"contact": "1073741825"},
    ),
)
