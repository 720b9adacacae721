"""Finds what the ids in contacts are called, and shows contacts by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from linebook.core.contact import Contact
from linebook.dialects.base import Call
from linebook.dialects.sendblue.payloads.contact_views import ContactView, Labels, contact_view
from linebook.errors import NotFound
from linebook.services.contacts_with_consent import Told
from linebook.services.labels import list_fields, list_tags


async def views_of(call: Call, told: Sequence[Told]) -> list[ContactView]:
    """Give contacts as the platform shows them."""
    labels = await labels_of(call, [one.contact for one in told])
    return [contact_view(one, labels) for one in told]


async def labels_of(call: Call, contacts: Iterable[Contact]) -> Labels:
    """Give what the tags, fields and assignees of these contacts are called."""
    tag_ids: set[int] = set()
    field_ids: set[int] = set()
    user_ids: set[int] = set()
    for contact in contacts:
        if contact.tags:
            tag_ids.update(contact.tags)
        if contact.fields:
            field_ids.update(contact.fields)
        if contact.assignee_id is not None:
            user_ids.add(contact.assignee_id)
    return Labels(
        tags=await _tags(call, tag_ids) if tag_ids else {},
        fields=await _fields(call, field_ids) if field_ids else {},
        users={one: await _email(call, one) for one in user_ids},
    )


async def _tags(call: Call, wanted: set[int]) -> Mapping[int, str]:
    account_id = call.account_id
    names = {one.id: one.name for one in await call.runtime.directory.tags(account_id)}
    if not wanted <= names.keys():
        # Made by another process within the last second: what is kept in memory does not have it yet.
        names = {one.id: one.name for one in await call.runtime.store.read(lambda tx: list_tags(tx, account_id))}
    return names


async def _fields(call: Call, wanted: set[int]) -> Mapping[int, str]:
    account_id = call.account_id
    labels = {one.id: one.label for one in await call.runtime.directory.fields(account_id)}
    if not wanted <= labels.keys():
        labels = {one.id: one.label for one in await call.runtime.store.read(lambda tx: list_fields(tx, account_id))}
    return labels


async def _email(call: Call, user_id: int) -> str:
    try:
        return (await call.runtime.directory.user(call.account_id, user_id)).email
    except NotFound:
        return ""
