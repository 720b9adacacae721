"""A platform that does not exist: JSON bodies, values in the path, two keys in headers, hostile words everywhere."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.dialects.base import Call, DocumentedError, Evidence, Operation, Request, Response, Security
from linebook.runtime import Runtime

HOSTILE = "</code><script>alert(1)</script>"


class Colour(msgspec.Struct, frozen=True):
    """A colour of a tag."""

    name: str


class NewTag(msgspec.Struct, frozen=True):
    """What a tag is made of."""

    title: Annotated[str, Meta(description=f"The title; never `{HOSTILE}`.")]
    kind: Literal["plain", "loud"] = "plain"
    colours: list[Colour] = []
    note: Annotated[str | UnsetType, Meta(description="A note.")] = UNSET


class TagParams(msgspec.Struct, frozen=True):
    """Where a tag is, and how it is shown."""

    tag_id: Annotated[int, Meta(description="The tag's id.")]
    verbose: Annotated[bool, Meta(description="Say more.")] = False


class TagView(msgspec.Struct, frozen=True):
    """A tag."""

    id: int
    title: str
    parent: TagView | None
    anything: object


class Refusal(msgspec.Struct, frozen=True):
    """Why not."""

    error: str


async def answer(call: Call) -> TagView:
    """Is never called."""
    raise NotImplementedError


class InventedDialect:
    """Serves two calls and knows a third."""

    name = "invented"
    title = "Invented API"
    form_types: tuple[str, ...] = ()
    failure: Any = Refusal
    security: tuple[tuple[Security, ...], ...] = (
        (
            Security(id="keyId", place="header", name="x-key-id", description="The id.", demo="demo-key"),
            Security(id="keySecret", place="header", name="x-key-secret", description="The secret.", demo="it's"),
        ),
        (Security(id="token", place="header", name="Authorization", description="A token.", scheme="bearer"),),
    )
    operations: tuple[Operation, ...] = (
        Operation(
            name="POST /tags",
            methods=("POST",),
            path="/tags",
            summary="Make a tag",
            evidence=Evidence.INFERRED,
            resource="Tags",
            body=NewTag,
            result=TagView,
            handler=answer,
            notes=HOSTILE,
            errors=(
                DocumentedError(status=409, when="it exists", evidence=Evidence.CLIENT, example={"error": HOSTILE}),
                DocumentedError(status=409, when="it existed", evidence=Evidence.CHOICE),
            ),
            example={"title": "It's urgent"},
        ),
        Operation(
            name="PUT /tags/{tag_id}",
            methods=("PUT",),
            path="/tags/{tag_id}",
            summary="Change a tag",
            evidence=Evidence.DOCUMENTED,
            resource="Tags",
            params=TagParams,
            body=list[NewTag],
            result=TagView,
            handler=answer,
            example={"tag_id": 7, "verbose": "true", "body": [{"title": "Calm"}]},
        ),
        Operation(
            name="DELETE /tags/{tag_id}",
            methods=("DELETE",),
            path="/tags/{tag_id}",
            summary="Delete a tag",
            evidence=Evidence.DOCUMENTED,
            resource="Tags",
        ),
    )

    def answer_shape(self, operation: Operation) -> Any:
        """See `Dialect`."""
        return operation.result

    def normal_path(self, path: str) -> str | None:
        """See `Dialect`."""
        return path

    async def serve(self, runtime: Runtime, operation: Operation, request: Request) -> Response:
        """See `Dialect`."""
        raise NotImplementedError

    def refuse(self, request: Request, error: Exception) -> Response:
        """See `Dialect`."""
        raise NotImplementedError

    def preflight(self, request: Request) -> Response | None:
        """See `Dialect`."""
        return None


INVENTED = InventedDialect()
