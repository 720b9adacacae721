"""Groups and personal fields: what is said about them, and how they are shown."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linebook.core.account import Field, FieldKind, Group
from linebook.dialects.inwise.payloads.contacts import FIRST_NAME, LAST_NAME
from linebook.dialects.kit import InvalidParameter

NAME_FIELDS: Final = {FIRST_NAME: "First name", LAST_NAME: "Last name"}
"""The personal fields that are members of every contact, where the account says so."""

_KINDS: Final = {str(kind): kind for kind in FieldKind} | {"string": FieldKind.TEXT}


class GroupBody(msgspec.Struct, frozen=True, kw_only=True):
    """What POST /groups takes."""

    id: Annotated[int | None, Meta(description="The group's id in the account that is moved; 0 is none.")] = None
    name: Annotated[str | None, Meta(description="The group's name. Required.")] = None


class GroupView(msgspec.Struct, frozen=True):
    """A group."""

    id: int
    name: str
    contacts_count: int


class FieldDefinitionBody(msgspec.Struct, frozen=True, kw_only=True):
    """What POST /fields takes."""

    id: Annotated[int | None, Meta(description="The field's number in the account that is moved; 0 is none.")] = None
    title: Annotated[str | None, Meta(description="The field's title. Required.")] = None
    type: Annotated[str | None, Meta(description="`text`, `date` or `number`; text if not given.")] = None


class FieldDefinitionView(msgspec.Struct, frozen=True):
    """The definition of a personal field. `name` is what calls about contacts name it."""

    id: int
    name: str
    title: str
    type: str


def read_kind(given: str | None) -> FieldKind:
    """Give the kind of field of a word in any letter case. Raises `InvalidParameter`."""
    word = (given or "").strip().lower()
    if not word:
        return FieldKind.TEXT
    if word not in _KINDS:
        raise InvalidParameter("type", "is no kind of field")
    return _KINDS[word]


def group_view(group: Group) -> GroupView:
    """Give a group as it is shown."""
    return GroupView(group.id, group.name, group.member_count)


def field_view(field: Field) -> FieldDefinitionView:
    """Give a definition as it is shown."""
    return FieldDefinitionView(field.id, f"field{field.id}", field.label, field.kind.value)


def field_views(fields: list[Field], *, names_are_fields: bool) -> list[FieldDefinitionView]:
    """Give every definition by rising number, those of first and last name too, where they are fields."""
    if not names_are_fields:
        return [field_view(field) for field in fields]
    names = [FieldDefinitionView(one, f"field{one}", title, FieldKind.TEXT.value) for one, title in NAME_FIELDS.items()]
    return [*names, *(field_view(field) for field in fields if field.id not in NAME_FIELDS)]
