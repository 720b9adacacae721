"""The n8n surface: what its node asks before a message is sent, and its contact call."""

from __future__ import annotations

from typing import Final

import msgspec

from linebook.core.contact import check_patch
from linebook.dialects.base import Call, Evidence, Level, Operation, Security
from linebook.dialects.heymarket.payloads.n8n import ContactBody, NamedView, SavedView, TestAuthView, contact_patch
from linebook.dialects.heymarket.payloads.team import inbox_name
from linebook.dialects.heymarket.payloads.wire import read_phone
from linebook.dialects.heymarket.routes.common import BUSY, READING, bad_data, me
from linebook.services.contact_reads import contacts_by_phone
from linebook.services.contacts import SaveContact, SaveKind, save_contacts


async def test_auth(call: Call) -> TestAuthView:
    """Tell whose key it is."""
    account = await call.runtime.directory.account(call.account_id)
    return TestAuthView(account.id, account.name)


async def list_inboxes(call: Call) -> list[NamedView]:
    """Give the lines to choose from."""
    return [NamedView(line.id, inbox_name(line)) for line in await call.runtime.directory.lines(call.account_id)]


async def list_lists(call: Call) -> list[NamedView]:
    """Give the groups to choose from."""
    names = await call.runtime.directory.group_names(call.account_id)
    return [NamedView(group_id, name) for group_id, name in names.items()]


async def list_templates(_call: Call) -> list[NamedView]:
    """Give the templates to choose from: none, as long as there are no templates."""
    return []


async def list_fields(call: Call) -> list[NamedView]:
    """Give the custom fields to choose from."""
    return [NamedView(field.id, field.label) for field in await call.runtime.directory.fields(call.account_id)]


async def save_contact(call: Call) -> SavedView:
    """Create or update the contact of a phone. A dry run checks everything and does nothing."""
    body: ContactBody = call.body
    phone = read_phone(body.phone_number, "phone_number")
    save = SaveContact(patch=contact_patch(body, phone), author=me(call), touches=True)
    if call.request.header(b"x-heymarket-dry-run").strip().lower() == "true":
        check_patch(save.patch)
        found = await call.runtime.store.read(lambda tx: contacts_by_phone(tx, call.account_id, [phone]))
        present = found.get(phone)
        return SavedView(id=present.id if present else 0, created=present is None, dry_run=True)
    saved = await call.runtime.store.write(save_contacts, call.account_id, save)
    return SavedView(id=saved.contact.id, created=saved.kind is SaveKind.CREATED)


def _choices(name: str, summary: str, notes: str = "") -> Operation:
    return Operation(
        name=f"n8n/{name}",
        methods=("GET",),
        path=f"/n8n/v1/{name}",
        summary=summary,
        evidence=Evidence.CLIENT,
        resource="n8n",
        result=list[NamedView],
        errors=READING,
        notes=notes,
    )


_replace = msgspec.structs.replace
_KEY: Final = Security(
    id="n8nKey",
    place="header",
    name="X-Heymarket-API-Key",
    description="The key of the n8n surface, which is valid for `/n8n/v1` and nowhere else.",
    demo="demo-n8n-key",
)
_OPERATIONS: Final = (
    Operation(
        name="n8n/test_auth",
        methods=("GET",),
        path="/n8n/v1/test_auth",
        summary="Whose key it is",
        evidence=Evidence.CLIENT,
        resource="n8n",
        result=TestAuthView,
        handler=test_auth,
        errors=READING,
        notes="The key of this surface stands in `X-Heymarket-API-Key`; it is valid nowhere else.",
    ),
    _replace(_choices("inboxes", "The inboxes to choose from"), handler=list_inboxes),
    _replace(_choices("lists", "The lists to choose from"), handler=list_lists),
    _replace(
        _choices("templates", "The templates to choose from", "None, as long as templates are not served."),
        handler=list_templates,
        level=Level.PARTIAL,
    ),
    _replace(_choices("contact_fields", "The custom fields to choose from"), handler=list_fields),
    Operation(
        name="n8n/contacts",
        methods=("POST",),
        path="/n8n/v1/contacts",
        summary="Create or update the contact of a phone",
        evidence=Evidence.CLIENT,
        resource="n8n",
        body=ContactBody,
        result=SavedView,
        handler=save_contact,
        errors=(
            bad_data(
                "`phone_number` is not a number",
                Evidence.CLIENT,
                "invalid_phone_number",
                "phone_number: expected 8 to 15 digits in E.164 form without a leading plus",
                "phone_number",
            ),
            *READING,
            BUSY,
        ),
        notes="With the header `X-Heymarket-Dry-Run: true` nothing is done. Absent and empty members clear nothing.",
        example={"phone_number": "+15105553344", "first_name": "Sample", "note": "Called on Monday"},
    ),
)

OPERATIONS: Final[tuple[Operation, ...]] = tuple(_replace(one, security=((_KEY,),)) for one in _OPERATIONS)
