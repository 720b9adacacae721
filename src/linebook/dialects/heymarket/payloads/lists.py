"""Lists of contacts and tags: the parameters of a page, and which contacts are wanted."""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import UNSET, Meta

from linebook.dialects.heymarket.payloads.wire import Flag, Number, Text, read_time
from linebook.dialects.kit import InvalidParameter
from linebook.services.contact_lists import Order, Wanted
from linebook.services.contact_time_pages import TimePage

PAGE_USUAL: Final = 30
PAGE_MAX: Final = 200
FILTER_MAX: Final = 200
"""Most characters in a filter."""

_ORDERS: Final = {
    "": Order.CHANGE,
    "updated": Order.CHANGE,
    "updated_at": Order.CHANGE,
    "created": Order.CREATION,
    "created_at": Order.CREATION,
}
_FAR: Final = 2**53
T = TypeVar("T")


class DateBody(msgspec.Struct, frozen=True, kw_only=True):
    """The cursor of a list of tags."""

    date: Annotated[Text, Meta(description="Only what was updated before: `updated` of the last item.")] = UNSET


class PageBody(DateBody, frozen=True, kw_only=True):
    """A page of a list."""

    limit: Annotated[Number, Meta(description="Items a page: 30, at most 200.")] = UNSET
    page: Annotated[Number, Meta(description="The page, instead of a cursor: from 1, on `/v2` from 0.")] = UNSET
    ascending: Annotated[Flag, Meta(description="Oldest first; `date` then means at or after.")] = UNSET


class ListBody(PageBody, frozen=True, kw_only=True):
    """A page of contacts, and which ones."""

    order: Annotated[Text, Meta(description="`updated` or `created`, also with `_at`.")] = UNSET
    assigned: Annotated[Number, Meta(description="Only the contacts of this user.")] = UNSET
    filter: Annotated[Text, Meta(description="Only contacts with this text in name, e-mail address or phone.")] = UNSET
    archived: Annotated[Flag, Meta(description="Taken, without effect: nothing is ever archived.")] = UNSET
    id: Annotated[Number, Meta(description="Taken, without effect.")] = UNSET
    parent_id: Annotated[Number, Meta(description="Taken, without effect.")] = UNSET


def read_list(body: PageBody, *, first_page: int) -> TimePage:
    """Give what a list was asked for; `first_page` is the number of the first page. Raises `InvalidParameter`."""
    limit = _or_else(body.limit, PAGE_USUAL)
    if limit < 1:
        raise InvalidParameter("limit", "must be at least 1")
    limit = min(limit, PAGE_MAX)
    offset = None
    if isinstance(body.page, int):
        if body.page < 0:
            raise InvalidParameter("page", "must not be negative")
        offset = min((max(body.page, first_page) - first_page) * limit, _FAR)
    date = _or_else(body.date, "").strip()
    order = Order.CHANGE
    wanted = None
    if isinstance(body, ListBody):
        word = _or_else(body.order, "").strip()
        if word not in _ORDERS:
            raise InvalidParameter("order", "expected created, created_at, updated or updated_at")
        order = _ORDERS[word]
        wanted = _wanted(body)
    return TimePage(
        order=order,
        falling=body.ascending is not True,
        at_ms=read_time(date) if date else None,
        limit=limit,
        offset=offset,
        wanted=wanted,
    )


def _wanted(body: ListBody) -> Wanted | None:
    text = _or_else(body.filter, "").strip()
    if len(text) > FILTER_MAX or "\0" in text:
        raise InvalidParameter("filter", f"has more than {FILTER_MAX} characters, or one that no text holds")
    # Programs with typed bodies send 0 for what they do not mean.
    assignee_id = _or_else(body.assigned, 0) or None
    if assignee_id is not None and not 0 < assignee_id <= _FAR:
        raise InvalidParameter("assigned", "is not a user's id")
    if not text and assignee_id is None:
        return None
    return Wanted(assignee_id=assignee_id, text=text or None)


def _or_else(value: T | msgspec.UnsetType | None, usual: T) -> T:
    return usual if value is None or value is UNSET else value
