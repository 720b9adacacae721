"""Custom fields and tags: their definitions on `/v1`."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta

from linebook.core.account import Field, Tag
from linebook.dialects.heymarket.payloads.wire import Text, time_text


class FieldView(msgspec.Struct, frozen=True):
    """A custom field; both names say the same."""

    id: int
    title: str
    name: str


class FieldBody(msgspec.Struct, frozen=True):
    """A custom field to be made."""

    title: Annotated[str, Meta(description="Its name.")]


class MadeFieldView(msgspec.Struct, frozen=True):
    """A custom field that was asked for; `duplicate` says that it was there before."""

    id: int
    title: str
    duplicate: bool


class TagBody(msgspec.Struct, frozen=True, kw_only=True):
    """A tag to be made."""

    tag: Annotated[str, Meta(description="The text of the label.")]
    color: Annotated[Text, Meta(description="Its colour, `#RRGGBB`.")] = UNSET


class TagDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A tag as it is shown."""

    id: int
    tag: str
    color: str
    team_id: int
    created: str
    updated: str
    rev: int


def field_view(field: Field) -> FieldView:
    """Give a custom field as the platform shows it."""
    return FieldView(field.id, field.label, field.label)


def tag_definition(tag: Tag, account_id: int) -> TagDefinition:
    """Give a tag as the platform shows it."""
    return TagDefinition(
        id=tag.id,
        tag=tag.name,
        color=tag.color,
        team_id=account_id,
        created=time_text(tag.created_ms),
        updated=time_text(tag.updated_ms),
        rev=tag.rev,
    )


def tags_page(tags: list[Tag], before_ms: int | None, limit: int) -> list[Tag]:
    """Give the latest tags, those from strictly before a time where one is given; a page ends with its millisecond."""
    falling = sorted(
        (tag for tag in tags if before_ms is None or tag.updated_ms < before_ms),
        key=lambda tag: (tag.updated_ms, tag.id),
        reverse=True,
    )
    page = falling[:limit]
    if page:
        page += [tag for tag in falling[limit:] if tag.updated_ms == page[-1].updated_ms]
    return page
