"""Turns rows into the domain's types and back. The one place that knows the order of columns."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from linebook.core.account import (
    Account,
    Credential,
    CredentialKind,
    Field,
    FieldKind,
    Group,
    Line,
    OnDoubt,
    Role,
    Tag,
    User,
)
from linebook.core.consent import Consent, StopScope
from linebook.core.contact import Confirmation, Contact
from linebook.core.phone import Phone
from linebook.storage.base import Row

CONTACT_COLUMNS: Final = (
    "account_id",
    "id",
    "uuid",
    "phone",
    "email",
    "email_key",
    "first_name",
    "last_name",
    "display_name",
    "company",
    "notes",
    "avatar",
    "external_id",
    "assignee_id",
    "line_number",
    "confirmation",
    "verified",
    "fields",
    "tags",
    "contact_groups",
    "rev",
    "change_no",
    "created_no",
    "created_ms",
    "updated_ms",
    "origin_door",
    "origin_credential_id",
)
"""The columns of `contact` in the order of `SELECT *`; a test compares them with the live schema."""

_CONFIRMATION: Final = {str(one): one for one in Confirmation}
_decode_fields: Final = msgspec.json.Decoder(dict[int, str]).decode
_decode_ids: Final = msgspec.json.Decoder(tuple[int, ...]).decode
_encode: Final = msgspec.json.Encoder().encode


def contact_from_row(row: Row) -> Contact:
    """Give the contact that a row of `contact` holds."""
    fields, tags, groups = row[17], row[18], row[19]
    return Contact(
        id=row[1],
        uuid=row[2],
        phone=None if row[3] is None else Phone.stored(row[3]),
        email=row[4],
        email_key=row[5],
        first_name=row[6],
        last_name=row[7],
        display_name=row[8],
        company=row[9],
        notes=row[10],
        avatar=row[11],
        external_id=row[12],
        assignee_id=row[13],
        line_number=row[14],
        confirmation=_CONFIRMATION[row[15]],
        verified=bool(row[16]),
        fields={} if fields == "{}" else _decode_fields(fields),
        tags=() if tags == "[]" else _decode_ids(tags),
        groups=() if groups == "[]" else _decode_ids(groups),
        rev=row[20],
        change_no=row[21],
        created_no=row[22],
        created_ms=row[23],
        updated_ms=row[24],
        origin_door=row[25],
        origin_credential_id=row[26],
    )


def contact_to_row(account_id: int, contact: Contact) -> dict[str, object]:
    """Give the row that keeps a contact, by column."""
    return {
        "account_id": account_id,
        "id": contact.id,
        "uuid": contact.uuid,
        "phone": None if contact.phone is None else contact.phone.text,
        "email": contact.email,
        "email_key": contact.email_key,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "display_name": contact.display_name,
        "company": contact.company,
        "notes": contact.notes,
        "avatar": contact.avatar,
        "external_id": contact.external_id,
        "assignee_id": contact.assignee_id,
        "line_number": contact.line_number,
        "confirmation": contact.confirmation.value,
        "verified": contact.verified,
        "fields": to_json(contact.fields) if contact.fields else "{}",
        "tags": to_json(contact.tags) if contact.tags else "[]",
        "contact_groups": to_json(contact.groups) if contact.groups else "[]",
        "rev": contact.rev,
        "change_no": contact.change_no,
        "created_no": contact.created_no,
        "created_ms": contact.created_ms,
        "updated_ms": contact.updated_ms,
        "origin_door": contact.origin_door,
        "origin_credential_id": contact.origin_credential_id,
    }


def consent_from_row(row: Row) -> Consent:
    """Give the consent that a row of `consent` holds."""
    return Consent(
        phone=Phone.stored(row[1]),
        line_id=row[2],
        by_person=bool(row[3]),
        by_team=bool(row[4]),
        is_blocked=bool(row[5]),
        changed_ms=row[6],
    )


def consent_to_row(account_id: int, consent: Consent) -> dict[str, object]:
    """Give the row that keeps a consent, by column."""
    return {
        "account_id": account_id,
        "phone": consent.phone.text,
        "line_id": consent.line_id,
        "by_person": consent.by_person,
        "by_team": consent.by_team,
        "is_blocked": consent.is_blocked,
        "changed_ms": consent.changed_ms,
    }


def to_json(value: Any) -> str:
    """Give a value as compact JSON text, for a column that holds JSON."""
    return _encode(value).decode()


def account_from_row(row: Row) -> Account:
    """Give the account that a row of `account` holds."""
    return Account(
        id=row[0],
        name=row[1],
        region=row[2],
        stop_scope=StopScope(row[3]),
        inwise_name_fields=bool(row[4]),
        created_ms=row[5],
    )


def line_from_row(row: Row) -> Line:
    """Give the line that a row of `line` holds."""
    return Line(
        account_id=row[0],
        id=row[1],
        address=row[2],
        label=row[3],
        carrier=row[4],
        window_size=row[5],
        rate_per_s=row[6],
        is_toll_free=bool(row[7]),
        is_multi_user=bool(row[8]),
        created_ms=row[9],
        updated_ms=row[10],
        on_doubt=OnDoubt(row[11]),
    )


def user_from_row(row: Row) -> User:
    """Give the user that a row of `app_user` holds."""
    return User(
        account_id=row[0],
        id=row[1],
        email=row[2],
        first_name=row[4],
        last_name=row[5],
        phone=row[6] or "",
        role=Role(row[7]),
        is_active=bool(row[8]),
        created_ms=row[9],
        updated_ms=row[10],
    )


def credential_from_row(row: Row) -> Credential:
    """Give the credential that a row of `credential` holds, without its digest."""
    return Credential(
        kind=CredentialKind(row[0]),
        account_id=row[2],
        id=row[3],
        line_id=row[4],
        user_id=row[5],
        role=Role(row[6]),
        label=row[7],
        sealed=row[8],
        created_ms=row[9],
        expires_ms=row[10],
        revoked_ms=row[11],
    )


def field_from_row(row: Row) -> Field:
    """Give the field that a row of the query `fields` holds."""
    return Field(id=row[0], label=row[1], kind=FieldKind(row[3]), created_ms=row[4])


def tag_from_row(row: Row) -> Tag:
    """Give the tag that a row of the query `tags` holds."""
    return Tag(id=row[0], uuid=row[1], name=row[2], color=row[4], rev=row[5], created_ms=row[6], updated_ms=row[7])


def group_from_row(row: Row) -> Group:
    """Give the group that a row of the query `groups` holds."""
    return Group(
        id=row[0], uuid=row[1], name=row[2], rev=row[3], created_ms=row[4], updated_ms=row[5], member_count=row[6]
    )
