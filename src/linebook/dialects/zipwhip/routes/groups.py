"""Groups: make, list, get, members in and out, delete."""

from __future__ import annotations

from typing import Final

import msgspec

from linebook.core.account import Group
from linebook.core.contact import NOTES_MAX, ContactPatch, SetChange
from linebook.dialects.base import Call, DocumentedError, Evidence, Operation
from linebook.dialects.kit import InvalidParameter
from linebook.dialects.zipwhip import samples
from linebook.dialects.zipwhip.errors import TooLong
from linebook.dialects.zipwhip.payloads import groups as payloads
from linebook.dialects.zipwhip.payloads.contacts import ContactView
from linebook.dialects.zipwhip.payloads.reading import read_phone
from linebook.dialects.zipwhip.routes.common import BAD_NUMBER, BAD_SESSION, BOTH, BUSY, MISSING, me
from linebook.dialects.zipwhip.routes.contacts import shown_contacts
from linebook.dialects.zipwhip.routes.messages import line_of
from linebook.errors import ContactNotFound, InvalidMember
from linebook.services.contact_lists import members_of_group
from linebook.services.contacts import Match, SaveContact, SaveKind, save_contacts
from linebook.services.groups import MakeGroup, RemoveGroup, find_group, make_groups, remove_groups
from linebook.services.labels import list_groups

MEMBERS_MAX: Final = 1000
"""Most members in one answer or request; programs reckon with 100 (NOTES: groups)."""


async def group_save(call: Call) -> payloads.GroupDevice:
    """Make a group, or take the one of that name, and put numbers into it."""
    params: payloads.GroupSaveParams = call.params
    if not params.type.startswith("Group"):
        raise InvalidParameter("type", "is not a kind of group")
    account = await call.runtime.directory.account(call.account_id)
    given = [value for name, value in call.flat.pairs if name == "member"]
    texts = [part for value in given for part in value.split(",") if part.strip()]
    if len(texts) > MEMBERS_MAX:
        raise InvalidParameter("member", f"at most {MEMBERS_MAX} at once")
    members = tuple(read_phone("member", one, account) for one in texts)
    request = MakeGroup(name=params.name, members=members, author=me(call))
    try:
        group = await call.runtime.store.write(make_groups, account.id, request)
    except InvalidMember as error:
        raise InvalidParameter("name", error.reason) from error
    return payloads.group_view(group, await line_of(call))


async def group_list(call: Call) -> list[payloads.ListedGroup]:
    """Give the account's groups."""
    account_id, line = call.account_id, await line_of(call)
    found = await call.runtime.store.read(lambda tx: list_groups(tx, account_id))
    return [payloads.ListedGroup(device=payloads.group_view(one, line)) for one in found]


async def group_get(call: Call) -> payloads.CountedGroup:
    """Give one group, and how many members it has."""
    params: payloads.GroupParams = call.params
    group = await _group(call, payloads.read_group("address", params.address))
    return payloads.CountedGroup(group=payloads.group_view(group, await line_of(call)), members=group.member_count)


async def group_members(call: Call) -> list[ContactView]:
    """Give the contacts in a group."""
    params: payloads.MembersParams = call.params
    group = await _group(call, payloads.read_group("group", params.group))
    account_id = call.account_id
    found = await call.runtime.store.read(lambda tx: members_of_group(tx, account_id, group.id, 0, MEMBERS_MAX))
    return await shown_contacts(call, found)


async def group_add_member(call: Call) -> ContactView:
    """Put a number into a group."""
    params: payloads.AddMemberParams = call.params
    account = await call.runtime.directory.account(call.account_id)
    phone = read_phone("mobileNumber", params.mobileNumber, account)
    if isinstance(params.notes, str) and len(params.notes) > NOTES_MAX:
        raise TooLong("notes", NOTES_MAX)
    group = await _group(call, payloads.read_group("group", params.group))
    patch = ContactPatch(
        phone=phone,
        first_name=params.firstName,
        last_name=params.lastName,
        notes=params.notes,
        groups=SetChange((group.id,)),
    )
    saved = await call.runtime.store.write(save_contacts, account.id, SaveContact(patch=patch, author=me(call)))
    return (await shown_contacts(call, [saved.contact]))[0]


async def group_remove_member(call: Call) -> bool:
    """Take a number out of a group; true when it was in it."""
    params: payloads.RemoveMemberParams = call.params
    account = await call.runtime.directory.account(call.account_id)
    phone = read_phone("member", params.member, account)
    group = await _group(call, payloads.read_group("group", params.group))
    patch = ContactPatch(phone=phone, groups=SetChange(remove=(group.id,)))
    save = SaveContact(patch=patch, match=Match(by_phone=True), creates=False, author=me(call))
    try:
        saved = await call.runtime.store.write(save_contacts, account.id, save)
    except ContactNotFound:
        return False
    return saved.kind is SaveKind.UPDATED


async def group_delete(call: Call) -> bool:
    """Delete a group; its members stay in the book."""
    params: payloads.GroupParams = call.params
    group = await _group(call, payloads.read_group("address", params.address))
    request = RemoveGroup(group_id=group.id, author=me(call))
    while not await call.runtime.store.write(remove_groups, call.account_id, request):
        pass
    return True


async def _group(call: Call, group_id: int) -> Group:
    account_id = call.account_id
    return await call.runtime.store.read(lambda tx: find_group(tx, account_id, group_id))


# -- declarations

_UNKNOWN: Final = DocumentedError(
    status=400,
    when="there is no such group",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": "Group not found"},
)
_OF_ONE: Final = (BAD_SESSION, MISSING, BAD_NUMBER, _UNKNOWN)


def _operation(name: str, summary: str, notes: str = "") -> Operation:
    """Give what all of them have in common."""
    return Operation(
        name=name,
        methods=BOTH,
        path=f"/{name}",
        summary=summary,
        notes=notes,
        evidence=Evidence.CLIENT,
        resource="Groups",
    )


_replace = msgspec.structs.replace

OPERATIONS: Final[tuple[Operation, ...]] = (
    _replace(
        _operation("group/save", "Make a group, or put numbers into one", "A group of that name is taken as it is."),
        params=payloads.GroupSaveParams,
        result=payloads.GroupDevice,
        handler=group_save,
        errors=(BAD_SESSION, BAD_NUMBER, BUSY),
        example={"type": "Group", "name": "Regulars", "member": "2065550101"},
        answer=samples.GROUP,
    ),
    _replace(
        _operation("group/list", "The groups"),
        result=list[payloads.ListedGroup],
        handler=group_list,
        errors=(BAD_SESSION,),
        answer=samples.GROUPS,
    ),
    _replace(
        _operation("group/get", "One group, and how many members it has"),
        params=payloads.GroupParams,
        result=payloads.CountedGroup,
        handler=group_get,
        errors=_OF_ONE,
        example={"address": samples.GROUP_ADDRESS},
        is_example_made_up=True,
        answer=samples.COUNTED_GROUP,
    ),
    _replace(
        _operation("group/members", "The contacts in a group", "At most 1000, by rising id."),
        params=payloads.MembersParams,
        result=list[ContactView],
        handler=group_members,
        errors=_OF_ONE,
        example={"group": samples.GROUP_ADDRESS},
        is_example_made_up=True,
        answer=samples.MEMBERS,
    ),
    _replace(
        _operation("group/addMember", "Put a number into a group"),
        params=payloads.AddMemberParams,
        result=ContactView,
        handler=group_add_member,
        errors=(*_OF_ONE, BUSY),
        example={"group": samples.GROUP_ADDRESS, "mobileNumber": "2065551234"},
        is_example_made_up=True,
        answer=samples.FOUND,
    ),
    _replace(
        _operation("group/removeMember", "Take a number out of a group", "`response` is false when it was not in it."),
        params=payloads.RemoveMemberParams,
        result=bool,
        handler=group_remove_member,
        errors=(*_OF_ONE, BUSY),
        example={"group": samples.GROUP_ADDRESS, "member": "2065551234"},
        is_example_made_up=True,
        answer=samples.TRUE,
    ),
    _replace(
        _operation("group/delete", "Delete a group", "Its members stay in the book."),
        params=payloads.GroupParams,
        result=bool,
        handler=group_delete,
        errors=(*_OF_ONE, BUSY),
        example={"address": samples.GROUP_ADDRESS},
        is_example_made_up=True,
        answer=samples.TRUE,
    ),
)
