"""Lists of contacts: filters, orders and pages; how many there are."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from linebook.core.phone import Phone
from linebook.dialects.base import Call, DocumentedError, Evidence, Operation
from linebook.dialects.kit import InvalidParameter
from linebook.dialects.sendblue import errors
from linebook.dialects.sendblue.payloads.contact_views import ContactView, Counted
from linebook.dialects.sendblue.payloads.contacts import ListQuery
from linebook.dialects.sendblue.payloads.reading import ContactKey, read_key, read_time
from linebook.dialects.sendblue.routes.views import views_of
from linebook.services.contact_pages import Listing, read_page
from linebook.services.contact_reads import count_contacts
from linebook.services.contact_walks import Sorting
from linebook.services.contacts_with_consent import Told, find_told

LIMIT_MAX: Final = 1_000
OFFSET_MAX: Final = 10_000

_SORTINGS: Final = {
    "firstname": Sorting.FIRST_NAME,
    "lastname": Sorting.LAST_NAME,
    "phone": Sorting.PHONE,
}
"""What a list can be ordered by, in small letters without underscores; anything else is the time of creation."""


async def list_contacts(call: Call) -> list[ContactView]:
    """Give a page of contacts, a bare array."""
    query: ListQuery = call.params
    if query.limit < 1:
        raise InvalidParameter("limit", "must be at least 1")
    if query.offset < 0:
        raise InvalidParameter("offset", "must not be negative")
    since_ms = None if query.created_at_gte is UNSET else read_time("created_at_gte", query.created_at_gte)
    if query.phone_number is UNSET and query.cid is UNSET:
        return await views_of(call, await _page(call, query, since_ms))
    found = await _one(call, query)
    if found is None or query.offset or (since_ms is not None and found.contact.created_ms < since_ms):
        return []
    return await views_of(call, [found])


async def count_all(call: Call) -> Counted:
    """Give how many contacts there are."""
    account_id = call.account_id
    return Counted(count=await call.runtime.store.read(lambda tx: count_contacts(tx, account_id)))


async def _one(call: Call, query: ListQuery) -> Told | None:
    """Give the contact that the given keys name, all of them, if there is one."""
    account = await call.runtime.directory.account(call.account_id)
    keys: list[ContactKey] = []
    for text, kind in ((query.phone_number, Phone), (query.cid, str)):
        if text is not UNSET:
            key = read_key(text, account)
            if not isinstance(key, kind):
                return None
            keys.append(key)
    found = [await call.runtime.store.read(lambda tx, key=key: find_told(tx, account.id, key)) for key in keys]  # type: ignore[misc]
    first = found[0]
    return first if first is not None and all(one is not None and one == first for one in found) else None


async def _page(call: Call, query: ListQuery, since_ms: int | None) -> list[Told]:
    account_id = call.account_id
    sorting = _SORTINGS.get(query.order_by.replace("_", "").lower())
    walks = False
    if sorting in (Sorting.FIRST_NAME, Sorting.LAST_NAME) and since_ms is None:
        walks = not await call.runtime.names.catch_up(account_id)
    listing = Listing(
        sorting=sorting,
        falling=query.order_direction.lower() != "asc",
        since_ms=since_ms,
        offset=min(query.offset, OFFSET_MAX),
        limit=min(query.limit, LIMIT_MAX),
        walks=walks,
    )
    return await call.runtime.store.read(lambda tx: read_page(tx, account_id, listing))


# -- declarations

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="contacts.list",
        methods=("GET",),
        path="/api/v2/contacts",
        summary="A page of contacts",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        params=ListQuery,
        result=list[ContactView],
        handler=list_contacts,
        errors=(
            *errors.READING,
            DocumentedError(
                status=400,
                when="a number or a time cannot be read",
                evidence=Evidence.INFERRED,
                example={
                    "status": "ERROR",
                    "message": "created_at_gte: is not a time in ISO 8601",
                    "parameter": "created_at_gte",
                },
            ),
        ),
        notes=(
            "A bare array without a total: the last page is the one that is shorter than `limit`. Contacts without a "
            "number are in it, with a null `phone`; only ordered by `phone` they are left out."
        ),
        example={"limit": 50, "order_by": "created_at", "order_direction": "desc"},
    ),
    Operation(
        name="contacts.count",
        methods=("GET",),
        path="/api/v2/contacts/count",
        summary="How many contacts there are",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        result=Counted,
        handler=count_all,
        errors=errors.READING,
    ),
)
