"""Tags of `/v1`."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from linebook.core.account import Tag
from linebook.dialects.base import Call, Evidence, Operation
from linebook.dialects.heymarket.payloads.labels import TagBody, TagDefinition, tag_definition, tags_page
from linebook.dialects.heymarket.payloads.lists import PAGE_USUAL, DateBody
from linebook.dialects.heymarket.payloads.wire import IdPath, Stub, given, read_time
from linebook.dialects.heymarket.routes.common import BAD_DATE, NO_TEAM_TAG, READING, WRITING, bad_data, me
from linebook.dialects.kit import InvalidParameter
from linebook.errors import InvalidMember, NotFound
from linebook.services.labels import CreateTag, check_name, create_tags
from linebook.services.tags import RemoveTag, remove_tags


async def create_tag(call: Call) -> Stub:
    """Make a tag; one that exists is given as it is."""
    body: TagBody = call.body
    try:
        check_name("tag", body.tag)
    except InvalidMember as error:
        raise InvalidParameter("tag", error.reason) from error
    color = given(body.color)
    request = CreateTag(name=body.tag, color="" if color is UNSET else color)
    made = await call.runtime.store.write(create_tags, call.account_id, request)
    return Stub(made.label.id, made.label.rev, made.label.uuid)


async def get_tag(call: Call) -> TagDefinition:
    """Give a tag."""
    params: IdPath = call.params
    return tag_definition(await _tag(call, params.id), call.account_id)


async def _tag(call: Call, tag_id: int) -> Tag:
    for tag in await call.runtime.directory.tags(call.account_id):
        if tag.id == tag_id:
            return tag
    raise NotFound(f"There is no tag {tag_id}.")


async def delete_tag(call: Call) -> str:
    """Take a tag off all contacts, some at a time, and delete it."""
    params: IdPath = call.params
    request = RemoveTag(tag_id=params.id, author=me(call))
    while not await call.runtime.store.write(remove_tags, call.account_id, request):
        pass
    return "ok"


async def list_tags(call: Call) -> list[TagDefinition]:
    """Give a page of tags, the latest first."""
    body: DateBody = call.body
    date = body.date.strip() if isinstance(body.date, str) else ""
    tags = await call.runtime.directory.tags(call.account_id)
    page = tags_page(tags, read_time(date) if date else None, PAGE_USUAL)
    return [tag_definition(tag, call.account_id) for tag in page]


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="v1/tag/create",
        methods=("POST",),
        path="/v1/tag",
        summary="Make a tag",
        evidence=Evidence.DOCUMENTED,
        resource="Tags",
        body=TagBody,
        result=Stub,
        handler=create_tag,
        errors=(
            bad_data("`tag` is missing or empty", Evidence.CHOICE, "invalid_field", "tag: is empty", "tag"),
            *WRITING,
        ),
        notes="A label that exists is given as it is.",
        example={"tag": "Member", "color": "#3366FF"},
    ),
    Operation(
        name="v1/tag/read",
        methods=("GET",),
        path="/v1/tag/{id}",
        summary="One tag",
        evidence=Evidence.DOCUMENTED,
        resource="Tags",
        params=IdPath,
        result=TagDefinition,
        handler=get_tag,
        errors=(NO_TEAM_TAG, *READING),
        example={"id": 1000000001},
    ),
    Operation(
        name="v1/tags/list",
        methods=("POST",),
        path="/v1/tags",
        summary="A page of tags, the latest first",
        evidence=Evidence.DOCUMENTED,
        resource="Tags",
        body=DateBody,
        result=list[TagDefinition],
        handler=list_tags,
        errors=(BAD_DATE, *READING),
    ),
    Operation(
        name="v1/tag/delete",
        methods=("DELETE",),
        path="/v1/tag/{id}",
        summary="Delete a tag, and take it off all contacts",
        evidence=Evidence.DOCUMENTED,
        resource="Tags",
        params=IdPath,
        result=str,
        handler=delete_tag,
        errors=(NO_TEAM_TAG, *WRITING),
        example={"id": 1000000001},
        answer="ok",
    ),
)
