"""One contact: create or update, retrieve, update, delete; the consent of a number."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from linebook.core.consent import ConsentAction
from linebook.core.phone import Phone
from linebook.dialects.base import Call, Evidence, Level, Operation, author
from linebook.dialects.kit import InvalidParameter, MissingParameter
from linebook.dialects.sendblue import errors
from linebook.dialects.sendblue.payloads.answers import Done
from linebook.dialects.sendblue.payloads.contact_views import OlderContact, OneContact, OptedOut, older_view
from linebook.dialects.sendblue.payloads.contacts import CreateBody, OptOutBody, UpdateBody, VerifyBody
from linebook.dialects.sendblue.payloads.reading import (
    ContactKey,
    given,
    given_text,
    read_digits,
    read_key,
    read_number,
)
from linebook.dialects.sendblue.routes.views import labels_of, views_of
from linebook.errors import ContactNotFound
from linebook.services.consents import RecordConsent, record_consents
from linebook.services.contact_reads import contacts_by_phone
from linebook.services.contacts import BY_PHONE, DeleteContact, Match, Present, SaveContact, delete_contacts
from linebook.services.contacts_with_consent import Told, find_told, save_and_tell

NAME: Final = "sendblue"


async def create_contact(call: Call) -> OneContact:
    """Create the contact of a number, or update it where the caller says so."""
    told = await _create(call, call.body)
    return OneContact(contact=(await views_of(call, [told]))[0])


async def create_older_contact(call: Call) -> OlderContact:
    """Create the contact of a number, in the older form."""
    told = await _create(call, call.body)
    return OlderContact(contact=older_view(told, await labels_of(call, [told.contact])))


async def _create(call: Call, body: CreateBody) -> Told:
    number = given_text(body.number, body.phone_number, body.phoneNumber)
    if number is None:
        raise MissingParameter("number")
    account = await call.runtime.directory.account(call.account_id)
    save = SaveContact(
        patch=body.patch(read_number("number", number, account)),
        author=author(NAME, call.credential),
        if_present=Present.UPDATE if body.update_if_exists is True else Present.REFUSE,
        assignee_email=body.assignee_email,
    )
    return await call.runtime.store.write(save_and_tell, account.id, save)


async def retrieve_contact(call: Call) -> OneContact:
    """Give the contact of a number."""
    told = await _find(call, await _path_key(call))
    return OneContact(contact=(await views_of(call, [told]))[0])


async def update_contact(call: Call) -> OneContact:
    """Change what the body names of a contact; the rest stays."""
    body: UpdateBody = call.body
    key = await _path_key(call)
    opt_out = given(body.opt_out, body.optOut)
    if opt_out is not UNSET and isinstance(key, str) and (await _find(call, key)).contact.phone is None:
        raise InvalidParameter("opt_out", "the contact has no number")
    save = SaveContact(
        patch=body.patch(key if isinstance(key, Phone) else UNSET),
        author=author(NAME, call.credential),
        match=BY_PHONE if isinstance(key, Phone) else Match(uuid=key),
        creates=False,
        team_opt_out=opt_out,
        assignee_email=body.assignee_email,
    )
    told = await call.runtime.store.write(save_and_tell, call.account_id, save)
    return OneContact(contact=(await views_of(call, [told]))[0])


async def delete_contact(call: Call) -> Done:
    """Delete the contact of a number. The consent of the number stays."""
    key = await _path_key(call)
    await call.runtime.store.write(delete_contacts, call.account_id, deletion(call, key))
    return Done()


async def opt_out_number(call: Call) -> OptedOut:
    """Opt a number out, or in again as far as the team may, whether or not it has a contact."""
    body: OptOutBody = call.body
    phone = await _body_number(call, "number", body.number)
    action = ConsentAction.TEAM_START if body.opted_out is False else ConsentAction.TEAM_STOP
    change = RecordConsent(phone=phone, action=action, author=author(NAME, call.credential))
    consent = await call.runtime.store.write(record_consents, call.account_id, change)
    return OptedOut(number=phone.text, opted_out=consent.is_opted_out)


async def verify_contact(call: Call) -> Done:
    """Say that a verification is on its way; nothing is sent yet."""
    body: VerifyBody = call.body
    await _body_number(call, "number", body.number)
    return Done()


def deletion(call: Call, key: ContactKey) -> DeleteContact:
    """Give the request to delete the contact that a key names."""
    me = author(NAME, call.credential)
    return DeleteContact(author=me, phone=key) if isinstance(key, Phone) else DeleteContact(author=me, uuid=key)


async def _find(call: Call, key: ContactKey) -> Told:
    account_id = call.account_id
    told = await call.runtime.store.read(lambda tx: find_told(tx, account_id, key))
    if told is None:
        raise ContactNotFound
    return told


async def _path_key(call: Call) -> ContactKey:
    """Read what the path names a contact by; what can name nobody is a contact that is not there (NOTES: paths)."""
    account = await call.runtime.directory.account(call.account_id)
    text = call.request.path_values["phone_number"]
    key = read_key(text, account)
    if key is None:
        raise ContactNotFound
    as_shown = read_digits(text)
    if as_shown is None or as_shown == key or not isinstance(key, Phone):
        return key
    # The book may hold a number as bare digits: what an answer showed must name the same contact in a path.
    pair = (key, as_shown)
    owners = await call.runtime.store.read(lambda tx: contacts_by_phone(tx, account.id, pair))
    return as_shown if key not in owners and as_shown in owners else key


async def _body_number(call: Call, name: str, value: object) -> Phone:
    if not isinstance(value, str) or not value.strip():
        raise MissingParameter(name)
    return read_number(name, value, await call.runtime.directory.account(call.account_id))


# -- declarations

_EXAMPLE: Final = {
    "number": "+12065550123",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "tags": ["customer", "vip"],
    "update_if_exists": True,
}
_PATH: Final = "/api/v2/contacts/{phone_number}"
_SPELLINGS: Final = (
    "The preferred spelling of a member wins over the deprecated ones. Null counts as not given, empty text empties."
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="contacts.create",
        methods=("POST",),
        path="/api/v2/contacts",
        summary="Create a contact, or update it if `update_if_exists` is true",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        body=CreateBody,
        result=OneContact,
        handler=create_contact,
        errors=(*errors.WRITING, errors.NO_NUMBER, errors.BAD_NUMBER, errors.EXISTS),
        notes=f"{_SPELLINGS} Tags are replaced as a whole, custom variables are merged.",
        example=_EXAMPLE,
    ),
    Operation(
        name="contacts.retrieve",
        methods=("GET",),
        path=_PATH,
        summary="One contact, by its number",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        result=OneContact,
        handler=retrieve_contact,
        errors=(*errors.READING, errors.UNKNOWN_CONTACT),
        notes="The plus of the number may be encoded or not. A `contact_id` is taken too.",
        example={"phone_number": "+12065550123"},
    ),
    Operation(
        name="contacts.update",
        methods=("PUT",),
        path=_PATH,
        summary="Change a contact",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        body=UpdateBody,
        result=OneContact,
        handler=update_contact,
        errors=(*errors.WRITING, errors.UNKNOWN_CONTACT),
        notes=f"{_SPELLINGS} What is not given stays as it is. An empty body counts as `{{}}`.",
        example={"phone_number": "+12065550123", "company_name": "Analytical Engines", "tags": ["customer"]},
    ),
    Operation(
        name="contacts.delete",
        methods=("DELETE",),
        path=_PATH,
        summary="Delete a contact",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        result=Done,
        handler=delete_contact,
        errors=(*errors.READING, errors.BUSY, errors.UNKNOWN_CONTACT),
        notes="The consent of the number stays.",
        example={"phone_number": "+12065550123"},
    ),
    Operation(
        name="contacts.opt_out",
        methods=("POST",),
        path="/api/v2/contacts/opt-out",
        summary="Opt a number out, or in again",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        body=OptOutBody,
        result=OptedOut,
        handler=opt_out_number,
        errors=(*errors.WRITING, errors.NO_NUMBER, errors.BAD_NUMBER),
        notes=(
            "The number need not have a contact. `opted_out: false` lifts what a call like this one set and never the "
            "STOP of the person; the answer says what is in force."
        ),
        example={"number": "+12065550123", "opted_out": True},
    ),
    Operation(
        name="contacts.verify",
        methods=("POST",),
        path="/api/v2/contacts/verify",
        summary="Send a verification message to a contact",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        body=VerifyBody,
        result=Done,
        handler=verify_contact,
        level=Level.PARTIAL,
        errors=(*errors.WRITING, errors.NO_NUMBER, errors.BAD_NUMBER),
        notes="The number is checked and nothing is sent yet. Lines of one's own need no verification.",
        example={"number": "+12065550123"},
    ),
    Operation(
        name="contacts.create_older",
        methods=("POST",),
        path="/api/contacts",
        summary="Create a contact (older form)",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        body=CreateBody,
        result=OlderContact,
        handler=create_older_contact,
        status=201,
        errors=(*errors.WRITING, errors.NO_NUMBER, errors.BAD_NUMBER, errors.EXISTS),
        notes="Answered with status 201. Takes everything that the newer form takes.",
        example={"number": "+12065550124", "firstName": "Grace", "lastName": "Hopper", "companyName": "Harbour Bikes"},
    ),
)
