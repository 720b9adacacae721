"""What the handlers of all resources share: who writes, how contacts are shown, and the declared refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from linebook.core.account import Tag
from linebook.core.author import Author
from linebook.dialects.base import Call, DocumentedError, Evidence, author
from linebook.dialects.heymarket.payloads.contact_views import (
    ContactView,
    Surroundings,
    contact_view,
    team_owner,
)
from linebook.errors import ContactNotFound
from linebook.services.contacts_with_consent import Told
from linebook.services.labels import list_tags

NAME: Final = "heymarket"


def me(call: Call) -> Author:
    """Give who is recorded as the author of a change."""
    return author(NAME, call.credential)


async def views(call: Call, found: Sequence[Told], *, with_channels: bool = False) -> list[ContactView]:
    """Give contacts with the consent of their numbers as the platform shows them."""
    around = Surroundings(
        account_id=call.account_id,
        owner=team_owner(await call.runtime.directory.users(call.account_id)),
        tags=await _tags(call, found),
    )
    return [contact_view(told, around, with_channels=with_channels) for told in found]


async def _tags(call: Call, found: Sequence[Told]) -> dict[int, Tag]:
    """Give the tags that these contacts have, and more."""
    wanted = {tag_id for told in found for tag_id in told.contact.tags}
    if not wanted:
        return {}
    account_id = call.account_id
    tags = {tag.id: tag for tag in await call.runtime.directory.tags(account_id)}
    if not wanted <= tags.keys():
        # Made by another process within the last second: what is kept in memory does not have it yet.
        tags = {tag.id: tag for tag in await call.runtime.store.read(lambda tx: list_tags(tx, account_id))}
    return tags


async def only_view(call: Call, found: Sequence[Told], *, with_channels: bool = False) -> ContactView:
    """Give the one contact that was looked for. Raises `ContactNotFound`."""
    if not found:
        raise ContactNotFound
    return (await views(call, found, with_channels=with_channels))[0]


# -- declared refusals

_REQUEST_ID: Final = "5c0f3f7e-6a53-4bb1-9a3e-0f3f1d9d2a10"


def refused(
    status: int, when: str, evidence: Evidence, *, error: str, code: str, message: str, field: str = ""
) -> DocumentedError:
    """Declare a refusal with its body."""
    body: dict[str, Any] = {"error": error, "error_code": code, "message": message}
    if field:
        body["field"] = field
    return DocumentedError(status=status, when=when, evidence=evidence, example=body | {"request_id": _REQUEST_ID})


def bad_data(when: str, evidence: Evidence, code: str, message: str, field: str) -> DocumentedError:
    """Declare a refusal that one field is to blame for."""
    return refused(400, when, evidence, error="bad_data", code=code, message=message, field=field)


UNAUTHORIZED: Final = refused(
    401,
    "the credential is missing, unknown or expired",
    Evidence.DOCUMENTED,
    error="unauthorized",
    code="invalid_api_key",
    message="The API key is not valid.",
)
TOO_OFTEN: Final = refused(
    429,
    "the credential called more than 500 times in a minute, if the server has the limit switched on",
    Evidence.DOCUMENTED,
    error="rate_limited",
    code="rate_limited",
    message="Too many calls in a minute.",
)
BUSY: Final = refused(
    503,
    "too much waits, or the database is away; `Retry-After` says when to try again",
    Evidence.CHOICE,
    error="server_error",
    code="internal_error",
    message="Temporarily unavailable, try again.",
)
NO_CONTACT: Final = refused(
    404,
    "there is no such contact in the team",
    Evidence.CHOICE,
    error="not_found",
    code="contact_not_found",
    message="There is no such contact in this account.",
)
NO_PHONE: Final = bad_data("`phone` is missing", Evidence.DOCUMENTED, "missing_field", "phone: is required", "phone")
BAD_PHONE: Final = bad_data(
    "`phone` has something other than 8 to 15 digits",
    Evidence.CHOICE,
    "invalid_phone_number",
    "phone: expected 8 to 15 digits in E.164 form without a leading plus",
    "phone",
)
TOO_MANY_TAGS: Final = bad_data(
    "there are more than 5 tags", Evidence.DOCUMENTED, "invalid_field", "tags: at most 5 tags", "tags"
)
NO_TAG: Final = bad_data("a tag does not exist", Evidence.CHOICE, "invalid_field", "tags: there is no tag 7", "tags")
NO_USER: Final = bad_data(
    "the assignee does not exist",
    Evidence.CHOICE,
    "invalid_field",
    "assignee_id: there is no user 7",
    "assignee_id",
)
BAD_DATE: Final = bad_data(
    "`date` is not a time",
    Evidence.CHOICE,
    "invalid_field",
    "date: expected a time like 2026-03-02T09:15:00.000Z",
    "date",
)
PHONE_IN_USE: Final = bad_data(
    "another contact of the team has the phone",
    Evidence.CHOICE,
    "phone_in_use",
    "phone: belongs to another contact",
    "phone",
)
NO_TEAM_TAG: Final = refused(
    404,
    "there is no such tag in the team",
    Evidence.CHOICE,
    error="not_found",
    code="not_found",
    message="There is no tag 7.",
)

READING: Final = (UNAUTHORIZED, TOO_OFTEN)
"""What any call may be refused for."""

WRITING: Final = (*READING, BUSY)
"""What any write may be refused for."""

SAVING: Final = (NO_PHONE, BAD_PHONE, TOO_MANY_TAGS, NO_TAG, NO_USER)
"""What a contact may be refused for."""
