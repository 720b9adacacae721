"""Custom fields of `/v1`: their list, and making some."""

from __future__ import annotations

import asyncio
from typing import Final

from linebook.dialects.base import Call, Evidence, Operation
from linebook.dialects.heymarket.payloads.labels import FieldBody, FieldView, MadeFieldView, field_view
from linebook.dialects.heymarket.payloads.wire import NoBody
from linebook.dialects.heymarket.routes.common import READING, WRITING, bad_data
from linebook.dialects.kit import InvalidParameter
from linebook.errors import InvalidMember
from linebook.services.labels import CreateField, check_name, create_fields

FIELDS_MAX: Final = 200
"""Most custom fields in one call."""


async def list_fields(call: Call) -> list[FieldView]:
    """Give the custom fields by id."""
    return [field_view(field) for field in await call.runtime.directory.fields(call.account_id)]


async def make_fields(call: Call) -> list[MadeFieldView]:
    """Make custom fields; those that exist are given as they are."""
    body: list[FieldBody] = call.body
    if len(body) > FIELDS_MAX:
        raise InvalidParameter("title", f"at most {FIELDS_MAX} fields at once")
    for one in body:
        try:
            check_name("title", one.title)
        except InvalidMember as error:
            raise InvalidParameter("title", error.reason) from error
    # Handed in together, they are one transaction.
    made = await asyncio.gather(
        *(call.runtime.store.write(create_fields, call.account_id, CreateField(label=one.title)) for one in body)
    )
    return [MadeFieldView(one.label.id, one.label.label, not one.is_new) for one in made]


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="v1/fields/list",
        methods=("POST",),
        path="/v1/contact-fields",
        summary="The custom fields",
        evidence=Evidence.DOCUMENTED,
        resource="Custom fields",
        body=NoBody,
        result=list[FieldView],
        handler=list_fields,
        errors=READING,
        notes="A POST, though it only reads. The shape of the answer is our choice: no source shows it.",
    ),
    Operation(
        name="v1/fields/create",
        methods=("POST",),
        path="/v1/contacts/fields",
        summary="Make custom fields",
        evidence=Evidence.DOCUMENTED,
        resource="Custom fields",
        body=list[FieldBody],
        result=list[MadeFieldView],
        handler=make_fields,
        errors=(
            bad_data("a title is missing or empty", Evidence.CHOICE, "invalid_field", "title: is empty", "title"),
            *WRITING,
        ),
        example={"body": [{"title": "Membership"}, {"title": "Renewal"}]},
    ),
)
