"""Groups as the platform takes and shows them: addresses of the line with a number behind."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta

from linebook.core.account import Group, Line
from linebook.dialects.kit import InvalidParameter
from linebook.dialects.zipwhip.payloads.answers import date_text
from linebook.dialects.zipwhip.payloads.messages import read_id
from linebook.dialects.zipwhip.payloads.reading import Text


class GroupDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A group as the platform shows it."""

    address: str
    id: int
    deviceId: int
    displayName: str
    type: str
    linkedDeviceId: int
    uuid: str
    cachedContactsCount: int
    version: int
    dateCreated: str
    lastUpdated: str
    userId: int = 0
    textline: str = ""
    phoneKey: str = ""
    thread: str = ""
    channel: str = ""


class ListedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One item of group/list."""

    device: GroupDevice


class CountedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to group/get."""

    group: GroupDevice
    members: int


class GroupSaveParams(msgspec.Struct, frozen=True, kw_only=True):
    """What group/save takes."""

    type: Annotated[str, Meta(description="`Group`, with or without something behind.")] = "Group"
    name: Annotated[str, Meta(description="The group's name; a group of that name is taken as it is.")] = ""
    member: Annotated[Text, Meta(description="Numbers to put into it: repeated, or separated by commas.")] = UNSET


class GroupParams(msgspec.Struct, frozen=True, kw_only=True):
    """What names one group by `address`."""

    address: Annotated[str, Meta(description="The group's address, `device:/…/…`.")]


class MembersParams(msgspec.Struct, frozen=True, kw_only=True):
    """What names one group by `group`."""

    group: Annotated[str, Meta(description="The group's address, `device:/…/…`.")]


class AddMemberParams(MembersParams, frozen=True, kw_only=True):
    """What group/addMember takes."""

    mobileNumber: Annotated[str, Meta(description="The number.")]
    firstName: Annotated[Text, Meta(description="First name.")] = UNSET
    lastName: Annotated[Text, Meta(description="Last name.")] = UNSET
    notes: Annotated[Text, Meta(description="Notes.")] = UNSET


class RemoveMemberParams(MembersParams, frozen=True, kw_only=True):
    """What group/removeMember takes."""

    member: Annotated[str, Meta(description="The number.")]


def read_group(name: str, address: str) -> int:
    """Read the address of a group; give its id. Raises `InvalidParameter`."""
    kind, _, rest = address.strip().partition(":/")
    group = rest.rstrip("/").rpartition("/")[2] if kind == "device" else ""
    if not group:
        raise InvalidParameter(name, "is not the address of a group")
    return read_id(name, group)


def group_view(group: Group, line: Line) -> GroupDevice:
    """Give a group as the platform shows it."""
    return GroupDevice(
        address=f"device:/{line.address.removeprefix('+1')}/{group.id}",
        id=group.id,
        deviceId=group.id,
        displayName=group.name,
        type="Group",
        linkedDeviceId=line.id,
        uuid=group.uuid,
        cachedContactsCount=group.member_count,
        version=group.rev,
        dateCreated=date_text(group.created_ms),
        lastUpdated=date_text(group.updated_ms),
    )
