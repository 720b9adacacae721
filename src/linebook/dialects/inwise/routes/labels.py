"""Groups and personal fields: listing them, and giving those of an account that is moved their ids and names."""

from __future__ import annotations

from typing import Final

from linebook.core.account import Group
from linebook.dialects.base import Call, Evidence, Operation
from linebook.dialects.inwise.errors import UnknownId, invalid
from linebook.dialects.inwise.payloads.labels import (
    NAME_FIELDS,
    FieldDefinitionBody,
    FieldDefinitionView,
    GroupBody,
    GroupView,
    field_view,
    field_views,
    group_view,
    read_kind,
)
from linebook.dialects.inwise.routes.common import BASE, BUSY, EVERYWHERE, account_of, error, path_id
from linebook.dialects.kit import InvalidParameter, MissingParameter
from linebook.errors import IdTaken, InvalidMember, NameTaken
from linebook.services.label_names import NameField, NameGroup, name_fields, name_groups
from linebook.services.labels import CreateField, CreateGroup, create_fields, create_groups, list_fields, list_groups


async def groups_list(call: Call) -> list[GroupView]:
    """Give all groups by rising id."""
    return [group_view(group) for group in await _groups(call)]


async def groups_get(call: Call) -> GroupView:
    """Give one group."""
    wanted = path_id(call)
    for group in await _groups(call):
        if group.id == wanted:
            return group_view(group)
    raise UnknownId("Group", wanted)


async def groups_save(call: Call) -> GroupView:
    """Make a group, or give the group of an id its name."""
    body: GroupBody = call.params
    name, store = _required("name", body.name), call.runtime.store
    try:
        if body.id:
            return group_view(await store.write(name_groups, call.account_id, NameGroup(id=body.id, name=name)))
        return group_view((await store.write(create_groups, call.account_id, CreateGroup(name=name))).label)
    except IdTaken as taken:
        raise InvalidParameter("id", "may not be chosen") from taken


async def fields_list(call: Call) -> list[FieldDefinitionView]:
    """Give all definitions by rising number."""
    account = await account_of(call)
    fields = await call.runtime.store.read(lambda tx: list_fields(tx, account.id))
    return field_views(fields, names_are_fields=account.inwise_name_fields)


async def fields_save(call: Call) -> FieldDefinitionView:
    """Define a personal field, or give the field of a number its title."""
    body: FieldDefinitionBody = call.params
    title, account, store = _required("title", body.title), await account_of(call), call.runtime.store
    kind = read_kind(body.type)
    if account.inwise_name_fields and body.id in NAME_FIELDS:
        # They are what they are, so that a program that sets up all its fields need not leave these out.
        return next(view for view in field_views([], names_are_fields=True) if view.id == body.id)
    try:
        if body.id:
            naming = NameField(id=body.id, label=title, kind=kind if body.type else None)
            return field_view(await store.write(name_fields, account.id, naming))
        return field_view((await store.write(create_fields, account.id, CreateField(label=title, kind=kind))).label)
    except IdTaken as taken:
        raise InvalidParameter("id", "may not be chosen") from taken
    except (NameTaken, InvalidMember) as refused:
        raise InvalidParameter("title", "cannot be used") from refused


async def _groups(call: Call) -> list[Group]:
    # Counts are true only when they are read anew, never from the directory's memory.
    return await call.runtime.store.read(lambda tx: list_groups(tx, call.account_id))


def _required(name: str, given: str | None) -> str:
    if given is None or not given.strip():
        raise MissingParameter(name)
    return given


_BAD_ID: Final = error(400, "the id may not be chosen", invalid("id"))
_CHOSEN_NOTES: Final = (
    "With an `id` of the account that is moved, the {0} gets that id, or its {1} if it is there already, as it is "
    "when a contact mentioned it before."
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="groups/list",
        methods=("GET",),
        path=f"{BASE}/groups",
        summary="All groups, and how many contacts they have",
        evidence=Evidence.CHOICE,
        resource="Groups",
        result=list[GroupView],
        handler=groups_list,
        errors=(*EVERYWHERE, BUSY),
    ),
    Operation(
        name="groups/save",
        methods=("POST",),
        path=f"{BASE}/groups",
        summary="Make a group, or name the group of an id",
        evidence=Evidence.CHOICE,
        resource="Groups",
        body=GroupBody,
        result=GroupView,
        handler=groups_save,
        errors=(*EVERYWHERE, error(400, "there is no name", "Parameter 'name' was missing."), _BAD_ID, BUSY),
        notes=_CHOSEN_NOTES.format("group", "name"),
        example={"id": 715983, "name": "Customers"},
    ),
    Operation(
        name="groups/get",
        methods=("GET",),
        path=f"{BASE}/groups/{{id}}",
        summary="One group",
        evidence=Evidence.CHOICE,
        resource="Groups",
        result=GroupView,
        handler=groups_get,
        errors=(
            *EVERYWHERE,
            error(404, "there is no such group", f"{invalid('id')} Group ID #5 was not found."),
            BUSY,
        ),
        example={"id": "715983"},
    ),
    Operation(
        name="fields/list",
        methods=("GET",),
        path=f"{BASE}/fields",
        summary="All personal fields",
        evidence=Evidence.CHOICE,
        resource="Personal fields",
        result=list[FieldDefinitionView],
        handler=fields_list,
        errors=(*EVERYWHERE, BUSY),
    ),
    Operation(
        name="fields/save",
        methods=("POST",),
        path=f"{BASE}/fields",
        summary="Define a personal field, or name the field of a number",
        evidence=Evidence.CHOICE,
        resource="Personal fields",
        body=FieldDefinitionBody,
        result=FieldDefinitionView,
        handler=fields_save,
        errors=(
            *EVERYWHERE,
            error(400, "there is no title", "Parameter 'title' was missing."),
            error(400, "another field has the title", invalid("title")),
            _BAD_ID,
            BUSY,
        ),
        notes=_CHOSEN_NOTES.format("field", "title"),
        example={"id": 21, "title": "Birthday", "type": "date"},
    ),
)
