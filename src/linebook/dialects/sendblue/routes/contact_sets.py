"""Many contacts in one request: created or updated together, deleted together."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from linebook.core.account import Account
from linebook.core.contact import check_patch
from linebook.dialects.base import Call, DocumentedError, Evidence, Operation, author
from linebook.dialects.kit import InvalidParameter, MissingParameter
from linebook.dialects.sendblue import errors
from linebook.dialects.sendblue.errors import InvalidNumber
from linebook.dialects.sendblue.payloads.contact_views import Deleted, ManyContacts
from linebook.dialects.sendblue.payloads.contacts import DELETE_MAX, SET_MAX, DeleteBody, SetBody, SetMember
from linebook.dialects.sendblue.payloads.reading import given_text, read_key, read_number
from linebook.dialects.sendblue.routes.contacts import NAME, deletion
from linebook.dialects.sendblue.routes.views import views_of
from linebook.errors import DomainError, SetRefused
from linebook.services.contacts import SaveContact
from linebook.services.contacts_with_consent import delete_contact_sets, save_whole_sets


async def create_contacts(call: Call) -> ManyContacts:
    """Create contacts, and update those that are there; all of them, or none if one cannot be used."""
    body: SetBody = call.body
    members = body.contacts
    if members is UNSET or members is None:
        raise MissingParameter("contacts")
    if len(members) > SET_MAX:
        raise InvalidParameter("contacts", f"at most {SET_MAX} at once")
    account = await call.runtime.directory.account(call.account_id)
    saves = [_save(call, account, index, one) for index, one in enumerate(members)]
    told = await call.runtime.store.write(save_whole_sets, account.id, saves) if saves else []
    return ManyContacts(contacts=await views_of(call, told))


def _save(call: Call, account: Account, index: int, member: SetMember) -> SaveContact:
    """Check one of the contacts and give the request to save it, before anything is written."""
    name = f"contacts[{index}].phone"
    number = given_text(member.phone, member.number, member.phone_number, member.phoneNumber)
    if number is None:
        raise InvalidNumber(name)
    phone = read_number(name, number, account)
    try:
        patch = member.patch(phone)
        check_patch(patch)
    except InvalidParameter as error:
        raise InvalidParameter(f"contacts[{index}].{error.name}", error.reason) from error
    except DomainError as error:
        raise SetRefused(index, error) from error
    return SaveContact(patch=patch, author=author(NAME, call.credential), assignee_email=member.assignee_email)


async def delete_contacts(call: Call) -> Deleted:
    """Delete the contacts of numbers; what names nobody is skipped."""
    body: DeleteBody = call.body
    wanted = body.contact_ids
    if wanted is UNSET or wanted is None:
        raise MissingParameter("contact_ids")
    if len(wanted) > DELETE_MAX:
        raise InvalidParameter("contact_ids", f"at most {DELETE_MAX} at once")
    account = await call.runtime.directory.account(call.account_id)
    keys = {key for one in wanted if (key := read_key(one, account)) is not None}
    if not keys:
        return Deleted(amount=0)
    deletions = [deletion(call, key) for key in sorted(keys, key=str)]
    return Deleted(amount=await call.runtime.store.write(delete_contact_sets, account.id, deletions))


# -- declarations

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="contacts.bulk.create",
        methods=("POST",),
        path="/api/v2/contacts/bulk",
        summary="Create or update many contacts",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        body=SetBody,
        result=ManyContacts,
        handler=create_contacts,
        errors=(
            *errors.WRITING,
            DocumentedError(
                status=400,
                when="`contacts` is missing",
                evidence=Evidence.INFERRED,
                example={"status": "ERROR", "message": "Missing fields", "parameter": "contacts"},
            ),
            DocumentedError(
                status=400,
                when="the number of a contact is missing or cannot be used; nothing is stored",
                evidence=Evidence.INFERRED,
                example={"status": "ERROR", "message": "Invalid phone number", "parameter": "contacts[0].phone"},
            ),
        ),
        notes=(
            "Numbers that have a contact update it. The answer has them in the order of the request. All are stored, "
            f"or none if one cannot be; at most {SET_MAX} at once."
        ),
        example={
            "contacts": [
                {"phone": "+12065550125", "first_name": "Alan"},
                {"phone": "+12065550126", "custom_variables": {"Frame size": "54"}},
            ]
        },
    ),
    Operation(
        name="contacts.bulk.delete",
        methods=("DELETE",),
        path="/api/v2/contacts",
        summary="Delete many contacts",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        body=DeleteBody,
        result=Deleted,
        handler=delete_contacts,
        errors=(
            *errors.WRITING,
            DocumentedError(
                status=400,
                when="`contact_ids` is missing",
                evidence=Evidence.INFERRED,
                example={"status": "ERROR", "message": "Missing fields", "parameter": "contact_ids"},
            ),
        ),
        notes=(
            "The values are numbers, despite their name; a `contact_id` is taken too. What names no contact is "
            "skipped; `amount` is how many were really deleted. The consent of the numbers stays."
        ),
        example={"contact_ids": ["+12065550125", "+12065550126"]},
    ),
)
