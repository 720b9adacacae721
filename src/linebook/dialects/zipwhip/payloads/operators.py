"""Operators and their roles as the platform takes and shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.account import Line, Role
from linebook.core.phone import UnusablePhone, national, parse_phone
from linebook.dialects.kit import InvalidParameter
from linebook.dialects.zipwhip.payloads.answers import date_text
from linebook.dialects.zipwhip.payloads.reading import Text
from linebook.services.operators import Operator

_TRUE: Final = frozenset({"true", "1"})
_FALSE: Final = frozenset({"false", "0"})


class OperatorSaveParams(msgspec.Struct, frozen=True, kw_only=True):
    """What operator/save takes. Without `operatorId` somebody is added, and needs a `username`."""

    operatorId: Annotated[int | UnsetType, Meta(description="Whom to change.")] = UNSET
    username: Annotated[Text, Meta(description="The part before the @ at login, or all of `prefix@number`.")] = UNSET
    firstName: Annotated[Text, Meta(description="First name.")] = UNSET
    lastName: Annotated[Text, Meta(description="Last name.")] = UNSET
    email: Annotated[Text, Meta(description="E-mail address; two users cannot have the same.")] = UNSET
    active: Annotated[Text, Meta(description="true or false; who is not active is logged out and cannot log in.")] = (
        UNSET
    )
    roleId: Annotated[int | UnsetType, Meta(description="A role of role/list.")] = UNSET
    password: Annotated[Text, Meta(description="What to log in with; without one, nobody can yet.")] = UNSET


class OperatorParams(msgspec.Struct, frozen=True, kw_only=True):
    """What names one operator."""

    operatorId: Annotated[int | UnsetType, Meta(description="Which operator. Required.")] = UNSET


class PermissionView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a role permits."""

    activityKey: str
    displayName: str
    description: str


class RoleView(msgspec.Struct, frozen=True, kw_only=True):
    """A role as the platform shows it."""

    roleId: int
    name: str
    description: str
    privilegeLevel: int
    permissions: list[PermissionView]
    mutable: bool = False


class OperatorView(msgspec.Struct, frozen=True, kw_only=True):
    """An operator as the platform shows one. Whoever has never sent or come in has null for its time."""

    operatorId: int
    username: str
    firstName: str
    lastName: str
    displayName: str
    initials: str
    email: str
    phoneNumber: str
    active: bool
    role: RoleView
    color: str = ""
    hasImage: bool = False
    version: int = 1
    owner: bool = False
    lastMessageSent: str | None = None
    lastPunchedIn: str | None = None


_TEXTING: Final = PermissionView(
    activityKey="messaging", displayName="Messaging", description="Send, receive, read and delete texts and contacts"
)
_MANAGING: Final = PermissionView(
    activityKey="administration", displayName="Administration", description="Change operators, webhooks and the line"
)

ROLES: Final[Mapping[Role, RoleView]] = {
    Role.OPERATOR: RoleView(
        roleId=1, name="Operator", description="Texts with people", privilegeLevel=5, permissions=[_TEXTING]
    ),
    Role.ADMINISTRATOR: RoleView(
        roleId=2,
        name="Admin",
        description="Texts with people and manages the line",
        privilegeLevel=15,
        permissions=[_TEXTING, _MANAGING],
    ),
    Role.SYSTEM: RoleView(
        roleId=501,
        name="Account Admin",
        description="May do everything on the account",
        privilegeLevel=20,
        permissions=[_TEXTING, _MANAGING],
    ),
}
"""Every role, by rising privilege (NOTES: operators)."""


def operator_view(operator: Operator) -> OperatorView:
    """Give an operator in the platform's form."""
    user = operator.user
    return OperatorView(
        operatorId=user.id,
        username=operator.prefix,
        firstName=user.first_name,
        lastName=user.last_name,
        displayName=user.name or operator.prefix,
        initials="".join(name[0].upper() for name in (user.first_name, user.last_name) if name),
        email=user.email,
        phoneNumber=user.phone,
        active=user.is_active,
        role=ROLES[operator.role],
        owner=operator.role is Role.SYSTEM,
        lastMessageSent=_date(operator.last_sent_ms),
        lastPunchedIn=_date(operator.last_session_ms),
    )


def _date(at_ms: int | None) -> str | None:
    return None if at_ms is None else date_text(at_ms)


def read_role(role_id: int | UnsetType) -> Role | UnsetType:
    """Read the id of a role. Raises `InvalidParameter`."""
    if role_id is UNSET:
        return UNSET
    for role, view in ROLES.items():
        if view.roleId == role_id:
            return role
    raise InvalidParameter("roleId", "is not the id of a role")


def read_active(text: Text) -> bool | UnsetType:
    """Read whether somebody is active; empty says nothing. Raises `InvalidParameter`."""
    if text is UNSET or not text.strip():
        return UNSET
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise InvalidParameter("active", "must be true or false")
    return word in _TRUE


def read_prefix(text: Text, line: Line, region: str) -> Text:
    """Read a user name: the part before the @, with or without the line behind. Raises `InvalidParameter`."""
    if text is UNSET:
        return UNSET
    prefix, at, number = text.rpartition("@")
    if not at:
        return text
    try:
        address = parse_phone(number, national(region), leading_blank_is_plus=True).text
    except UnusablePhone:
        address = ""
    if address != line.address:
        raise InvalidParameter("username", "ends in another line's number")
    return prefix
