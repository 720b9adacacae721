"""The team, its users and its inboxes on `/v1`. A line is an inbox, a user a member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.account import Account, Line, Role, User
from linebook.dialects.heymarket.payloads.wire import Number, Text, given, time_text
from linebook.dialects.kit import InvalidParameter
from linebook.services.users import UpdateUser

LIST_SIZE: Final = 100_000
"""What is told as the most contacts a list may hold; there is no such limit here."""

ADMIN: Final = 1
MEMBER: Final = 4
ROLES: Final[Mapping[int, Role]] = {ADMIN: Role.ADMINISTRATOR, MEMBER: Role.OPERATOR}


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """A user, under `_at` times unlike all other things."""

    id: int
    phone: str
    name: str
    email: str
    role_id: int
    team_id: int
    created_at: str
    updated_at: str
    user_created_at: str
    user_updated_at: str


class MemberView(UserView, frozen=True, kw_only=True):
    """A user as a member of the team."""

    role: str


class TeamView(msgspec.Struct, frozen=True, kw_only=True):
    """The team."""

    id: int
    name: str
    list_size: int
    members: list[MemberView]


class MembershipsView(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to the calls on users."""

    memberships: list[UserView]


class UsersBody(msgspec.Struct, frozen=True, kw_only=True):
    """Which users: by phone, by e-mail address, or all."""

    phone: Annotated[list[str | int] | str | UnsetType | None, Meta(description="Phones of users.")] = UNSET
    email: Annotated[list[str] | str | UnsetType | None, Meta(description="E-mail addresses of users.")] = UNSET


class UserChange(msgspec.Struct, frozen=True, kw_only=True):
    """What changes about a user."""

    id: Annotated[int, Meta(description="The user's id.")]
    first_name: Annotated[Text, Meta(description="First name.")] = UNSET
    last_name: Annotated[Text, Meta(description="Last name.")] = UNSET
    role_id: Annotated[Number, Meta(description="1 for an administrator, 4 for a member.")] = UNSET


class UpdateUsersBody(msgspec.Struct, frozen=True, kw_only=True):
    """Changes of users."""

    users: Annotated[list[UserChange], Meta(description="The changes.")]


class InboxView(msgspec.Struct, frozen=True, kw_only=True):
    """A line as an inbox."""

    id: int
    name: str
    team: int
    members: list[int]
    phone: str
    phones: list[str]
    auto_assignable: bool = True
    forward_number: str | None = None
    widget_code: str = ""
    widget_settings: dict[str, Any] = {}
    allowed_domains: list[str] = []
    invited: bool = True


def user_view(user: User) -> UserView:
    """Give a user as the platform shows it."""
    created, updated = time_text(user.created_ms), time_text(user.updated_ms)
    return UserView(
        id=user.id,
        phone=user.phone.removeprefix("+"),
        name=user.name or user.email,
        email=user.email,
        role_id=MEMBER if user.role is Role.OPERATOR else ADMIN,
        team_id=user.account_id,
        created_at=created,
        updated_at=updated,
        user_created_at=created,
        user_updated_at=updated,
    )


def team_view(account: Account, users: list[User]) -> TeamView:
    """Give the team as the platform shows it."""
    members = [
        MemberView(**msgspec.structs.asdict(user_view(one)), role="member" if one.role is Role.OPERATOR else "admin")
        for one in users
    ]
    return TeamView(id=account.id, name=account.name, list_size=LIST_SIZE, members=members)


def user_change(change: UserChange) -> UpdateUser:
    """Give the request to change a user. Raises `InvalidParameter` for a role that is none."""
    role: Role | UnsetType = UNSET
    role_id = given(change.role_id)
    if role_id is not UNSET:
        if role_id not in ROLES:
            raise InvalidParameter("role_id", "expected 1 (administrator) or 4 (member)")
        role = ROLES[role_id]
    return UpdateUser(id=change.id, first_name=given(change.first_name), last_name=given(change.last_name), role=role)


def inbox_name(line: Line) -> str:
    """Give the name an inbox goes by: its label, or its number."""
    return line.label or line.address.removeprefix("+")


def inbox_view(line: Line, members: list[int]) -> InboxView:
    """Give a line as an inbox; every member of the team is one of every inbox."""
    number = line.address.removeprefix("+")
    return InboxView(
        id=line.id, name=inbox_name(line), team=line.account_id, members=members, phone=number, phones=[number]
    )
