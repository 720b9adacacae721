"""How commands find contacts and print them; shared by `contacts.py` and `saving.py`. It changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linebook.cli.output import time_text
from linebook.cli.shell import is_id

if TYPE_CHECKING:
    from linebook.core.account import Account
    from linebook.core.contact import Contact
    from linebook.core.phone import Phone
    from linebook.storage.base import Tx

ID_PREFIX: Final = "id:"
"""Written before an id that could be taken for something else: `id:7`."""

KEY_HELP: Final = "Whom: an id (id:7 or 7) or a number."

TEXTS: Final = (
    "email",
    "first_name",
    "last_name",
    "display_name",
    "company",
    "notes",
    "avatar",
    "external_id",
)
"""The members that are free text, in the order in which they are shown."""


class LabelNames:
    """The names of an account's fields, tags and groups."""

    def __init__(self, tx: Tx, account_id: int) -> None:
        """Read them."""
        from linebook.services.labels import list_fields, list_groups, list_tags

        self.fields = {one.id: one.label for one in list_fields(tx, account_id)}
        self.tags = {one.id: one.name for one in list_tags(tx, account_id)}
        self.groups = {one.id: one.name for one in list_groups(tx, account_id)}


def read_number(text: str, account: Account, member: str = "phone") -> Phone:
    """Read a number as people of the account's region write it. Raises `InvalidMember`."""
    from linebook.core.phone import UnusablePhone, national, parse_phone
    from linebook.errors import InvalidMember

    try:
        return parse_phone(text, national(account.region))
    except UnusablePhone as error:
        raise InvalidMember(member, f"{text!r} is not a phone number") from error


def find_contact(tx: Tx, account: Account, key: str) -> Contact | None:
    """Give the contact that an id or a number names, or None.

    Raises `InvalidMember` for text that is neither, and for digits that are the id of one and the number of another.
    """
    from linebook.errors import InvalidMember
    from linebook.services.contact_reads import contacts_by_id, contacts_by_phone

    digits = key.strip().removeprefix(ID_PREFIX)
    by_id = None
    if is_id(digits):
        by_id = contacts_by_id(tx, account.id, [int(digits)]).get(int(digits))
    if key.strip().startswith(ID_PREFIX):
        if not is_id(digits):
            raise InvalidMember("id", f"{digits!r} is not an id")
        return by_id
    try:
        phone = read_number(key, account)
    except InvalidMember:
        if is_id(digits):
            return by_id
        raise
    by_phone = contacts_by_phone(tx, account.id, [phone]).get(phone)
    if by_id is not None and by_phone is not None and by_id.id != by_phone.id:
        raise InvalidMember(
            "contact",
            f"{digits} is the id of one contact and the number of another: write id:{digits} or id:{by_phone.id}",
        )
    return by_id or by_phone


def get_contact(tx: Tx, account: Account, key: str) -> Contact:
    """Give the contact that an id or a number names. Raises `ContactNotFound` and `InvalidMember`."""
    from linebook.errors import ContactNotFound

    contact = find_contact(tx, account, key)
    if contact is None:
        raise ContactNotFound(f"There is no contact {key} in the account {account.name}.")
    return contact


def contact_record(contact: Contact, names: LabelNames) -> dict[str, Any]:
    """Give a contact as programs get it."""
    return {
        "id": contact.id,
        "uuid": contact.uuid,
        "phone": contact.phone.text if contact.phone else None,
        **{member: getattr(contact, member) for member in TEXTS},
        "assignee_id": contact.assignee_id,
        "line_number": contact.line_number,
        "confirmation": contact.confirmation.value,
        "verified": contact.verified,
        "fields": [
            {"id": field_id, "label": names.fields.get(field_id, ""), "value": value}
            for field_id, value in contact.fields.items()
        ],
        "tags": [{"id": tag_id, "name": names.tags.get(tag_id, "")} for tag_id in contact.tags],
        "groups": [{"id": group_id, "name": names.groups.get(group_id, "")} for group_id in contact.groups],
        "rev": contact.rev,
        "change_no": contact.change_no,
        "created": time_text(contact.created_ms),
        "updated": time_text(contact.updated_ms),
        "origin_door": contact.origin_door,
        "origin_credential_id": contact.origin_credential_id,
    }


def readable(record: dict[str, Any]) -> dict[str, Any]:
    """Give a contact's record as people read it: names instead of ids, and one name to begin with."""
    flat = dict(record)
    flat["fields"] = {one["label"] or one["id"]: one["value"] for one in record["fields"]}
    flat["tags"] = [one["name"] or one["id"] for one in record["tags"]]
    flat["groups"] = [one["name"] or one["id"] for one in record["groups"]]
    name = record["display_name"] or f"{record['first_name']} {record['last_name']}".strip()
    return {"id": flat.pop("id"), "name": name, **flat}
