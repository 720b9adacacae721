"""POST /contacts: create or update one contact."""

from __future__ import annotations

from typing import Final

from linebook.core.author import Author
from linebook.dialects.base import Call, Evidence, Operation
from linebook.dialects.inwise.errors import UnknownId
from linebook.dialects.inwise.payloads.contacts import ContactBody, ContactView, contact_patch, contact_view, match_of
from linebook.dialects.inwise.routes.common import BASE, BUSY, EVERYWHERE, NAME, account_of, error
from linebook.errors import ContactNotFound
from linebook.services.contacts import SaveContact, save_contacts


async def contacts_save(call: Call) -> ContactView:
    """Create a contact, or update the one that id, e-mail address or mobile number name."""
    body: ContactBody = call.params
    account = await account_of(call)
    names_are_fields = account.inwise_name_fields
    patch = contact_patch(
        body, names_are_fields=names_are_fields, strict_groups=call.runtime.settings.inwise_strict_groups
    )
    match = match_of(body.id, patch)
    # Every accepted call counts as a change, also one that changes nothing (NOTES: reading what is new).
    save = SaveContact(
        patch=patch,
        author=Author(NAME, call.credential.id),
        match=match,
        creates=match.id is None,
        touches=True,
    )
    try:
        saved = await call.runtime.store.write(save_contacts, account.id, save)
    except ContactNotFound as missing:
        raise UnknownId("Contact", body.id) from missing
    return contact_view(saved.contact, names_are_fields=names_are_fields)


_CONFLICT: Final = error(
    422,
    "the keys belong to other contacts; only the sentences that apply are there, and nothing is changed",
    "The email exists for contact ID #439130785.The mobile number exists for contact ID #439134049.",
    Evidence.DOCUMENTED,
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="contacts/save",
        methods=("POST",),
        path=f"{BASE}/contacts",
        summary="Create or update a contact",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        body=ContactBody,
        result=ContactView,
        handler=contacts_save,
        errors=(
            *EVERYWHERE,
            error(400, "there is no key", "Parameter 'email' was missing."),
            error(400, "a member cannot be used", "Parameter 'mobile_number' is invalid."),
            error(
                400,
                "the body is not JSON, not even nearly",
                "Parameter 'body' is invalid. A name is expected at line 1, column 2.",
            ),
            error(
                404,
                "the id is unknown; no contact is made under an id that a caller chose",
                "Parameter 'id' is invalid. Contact ID #5 was not found.",
            ),
            _CONFLICT,
            BUSY,
        ),
        notes=(
            "What is not sent stays as it is. The e-mail address and the mobile number are keys: the contact that has "
            "one is updated and takes the other, too. An answer is the whole contact; its documented part is `id`."
        ),
        example={
            "email": "contact1@company.example",
            "mobile_number": "0541111111",
            "trim_mobile_number_leading_zero": True,
            "add_default_country_to_mobile_number_only_if_not_exists": True,
            "mobile_number_default_country_code": "972",
            "fields": [
                {"name": "field1", "content": "Ada"},
                {"name": "field2", "content": "Lovelace"},
                {"name": "field21", "content": "12/06/1980"},
            ],
            "confirmation_status": "confirmed",
            "add_to_groups_ids": [715983],
        },
    ),
)
