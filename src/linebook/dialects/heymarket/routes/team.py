"""The team, its users and its inboxes on `/v1`."""

from __future__ import annotations

import asyncio
from typing import Final

from linebook.core.account import Role, User
from linebook.dialects.base import Call, Evidence, Level, Operation
from linebook.dialects.heymarket.payloads.team import (
    InboxView,
    MembershipsView,
    TeamView,
    UpdateUsersBody,
    UsersBody,
    inbox_view,
    team_view,
    user_change,
    user_view,
)
from linebook.dialects.heymarket.routes.common import READING, WRITING, bad_data, refused
from linebook.dialects.kit import InvalidParameter, parse_pairs
from linebook.errors import NotFound, NotPermitted
from linebook.services.users import update_users, user_key

USERS_MAX: Final = 1000
"""Most users in one change."""


async def get_team(call: Call) -> TeamView:
    """Give the team and its users."""
    directory = call.runtime.directory
    return team_view(await directory.account(call.account_id), await directory.users(call.account_id))


async def get_users(call: Call) -> MembershipsView:
    """Give the users with these phones or e-mail addresses, or all."""
    body: UsersBody = call.body
    pairs = parse_pairs(call.request.query)
    phones = _texts(body.phone, pairs, "phone")
    emails = _texts(body.email, pairs, "email")
    found = await call.runtime.directory.users(call.account_id)
    if phones or emails:
        wanted_phones = {phone.removeprefix("+") for phone in phones}
        wanted_emails = {user_key(email) for email in emails}
        found = [user for user in found if _is_wanted(user, wanted_phones, wanted_emails)]
    return MembershipsView(memberships=[user_view(user) for user in found])


def _texts(listed: object, pairs: list[tuple[str, str]], name: str) -> list[str]:
    """Give the values of a filter: repeated in the query, where PHP writes `name[]`, or else from the body."""
    in_query = [value for key, value in pairs if key in (name, f"{name}[]") and value]
    if in_query:
        return in_query
    if isinstance(listed, list):
        return [str(one) for one in listed]
    return [listed] if isinstance(listed, str) and listed else []


def _is_wanted(user: User, phones: set[str], emails: set[str]) -> bool:
    phone, email = user.phone.removeprefix("+"), user_key(user.email)
    return (phone != "" and phone in phones) or (email != "" and email in emails)


async def change_users(call: Call) -> MembershipsView:
    """Change names and roles of users; all of them or, when one is unknown, none. Not for operators."""
    body: UpdateUsersBody = call.body
    if call.credential.role is Role.OPERATOR:
        raise NotPermitted
    if len(body.users) > USERS_MAX:
        raise InvalidParameter("users", f"at most {USERS_MAX} users at once")
    changes = [user_change(change) for change in body.users]
    present = {user.id for user in await call.runtime.directory.users(call.account_id)}
    for change in changes:
        if change.id not in present:
            raise NotFound(f"There is no user {change.id}.")
    changed = await asyncio.gather(
        *(call.runtime.store.write(update_users, call.account_id, change) for change in changes)
    )
    return MembershipsView(memberships=[user_view(user) for user in changed])


async def list_inboxes(call: Call) -> list[InboxView]:
    """Give the lines."""
    directory = call.runtime.directory
    members = [user.id for user in await directory.users(call.account_id)]
    return [inbox_view(line, members) for line in await directory.lines(call.account_id)]


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="v1/inboxes",
        methods=("GET",),
        path="/v1/inboxes",
        summary="The inboxes: one for each line",
        evidence=Evidence.DOCUMENTED,
        resource="Team",
        result=list[InboxView],
        handler=list_inboxes,
        level=Level.PARTIAL,
        errors=READING,
        notes="Every user is a member of every inbox. Forwarding and widgets are not kept and show their empty values.",
    ),
    Operation(
        name="v1/team",
        methods=("GET",),
        path="/v1/team",
        summary="The team and its users",
        evidence=Evidence.DOCUMENTED,
        resource="Team",
        result=TeamView,
        handler=get_team,
        errors=READING,
    ),
    Operation(
        name="v1/users/get",
        methods=("GET",),
        path="/v1/users/get",
        summary="Users by phone or e-mail address",
        evidence=Evidence.DOCUMENTED,
        resource="Team",
        body=UsersBody,
        result=MembershipsView,
        handler=get_users,
        errors=READING,
        notes="A GET with a JSON body; repeated query parameters are taken as well. Without either, all users.",
        example={"email": ["ada@example.org"]},
    ),
    Operation(
        name="v1/users/update",
        methods=("POST",),
        path="/v1/users/update",
        summary="Change names and roles of users",
        evidence=Evidence.DOCUMENTED,
        resource="Team",
        body=UpdateUsersBody,
        result=MembershipsView,
        handler=change_users,
        errors=(
            bad_data(
                "`role_id` is neither 1 nor 4",
                Evidence.CHOICE,
                "invalid_field",
                "role_id: expected 1 (administrator) or 4 (member)",
                "role_id",
            ),
            refused(
                404,
                "a user does not exist",
                Evidence.CHOICE,
                error="not_found",
                code="not_found",
                message="There is no user 7.",
            ),
            refused(
                403,
                "the credential is an operator's",
                Evidence.CHOICE,
                error="denied",
                code="not_permitted",
                message="The caller's role does not permit this.",
            ),
            *WRITING,
        ),
        notes="When one of the users does not exist, none is changed.",
        example={"users": [{"id": 10001, "last_name": "Demo", "role_id": 4}]},
    ),
)
