"""Contacts of `/v1`, many at a time: the list with its date cursor, the count, the batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from linebook.dialects.base import Call, Evidence, Operation
from linebook.dialects.heymarket.errors import reason_of
from linebook.dialects.heymarket.payloads.contact_views import ContactView
from linebook.dialects.heymarket.payloads.contacts import (
    BatchQuery,
    ContactBody,
    RawContactsBody,
    contact_patch,
    save_request,
)
from linebook.dialects.heymarket.payloads.lists import ListBody, read_list
from linebook.dialects.heymarket.payloads.wire import Count, decode_body, is_true, read_phone
from linebook.dialects.heymarket.routes.common import BAD_DATE, READING, WRITING, bad_data, me, views
from linebook.dialects.kit import InvalidParameter
from linebook.errors import ContactExists, DomainError
from linebook.services.contact_time_pages import count_in_pages, read_time_page
from linebook.services.contacts import Present, SaveBatch, SaveContact, save_contact_batch

BATCH_MAX: Final = 1000

_element: Final = msgspec.json.Decoder(ContactBody, strict=False)


async def list_contacts(call: Call) -> list[ContactView]:
    """Give a page of contacts, the latest change first."""
    page, account_id = read_list(call.body, first_page=1), call.account_id
    found = await call.runtime.store.read(lambda tx: read_time_page(tx, account_id, page))
    return await views(call, found)


async def count_contacts(call: Call) -> Count:
    """Give how many contacts a list has in all."""
    page, account_id = read_list(call.body, first_page=1), call.account_id
    return Count(await call.runtime.store.read(lambda tx: count_in_pages(tx, account_id, page)))


async def save_batch(call: Call) -> str | list[dict[str, Any]]:
    """Save many contacts as one write; give those that failed, as they were sent."""
    params: BatchQuery = call.params
    overwrites = is_true(params.overwrite)
    elements = raw_elements(call.body)
    saves: dict[int, SaveContact] = {}
    failed: dict[int, Exception] = {}
    for number, raw in enumerate(elements):
        try:
            body = decode_body(_element, bytes(raw))
            patch = contact_patch(body, read_phone(body.phone), replaces_fields=overwrites)
        except DomainError as error:
            failed[number] = error
            continue
        present = Present.UPDATE if overwrites else Present.REFUSE
        saves[number] = save_request(body, patch, me(call), if_present=present)
    outcomes = await save_set(call, list(saves.values()))
    for number, outcome in zip(saves, outcomes, strict=True):
        # A contact that is known and was not to be overwritten is left alone, which is no failure.
        if isinstance(outcome, DomainError) and not isinstance(outcome, ContactExists):
            failed[number] = outcome
    if not failed:
        return "ok"
    return [failed_element(elements[number], failed[number]) for number in sorted(failed)]


def raw_elements(body: list[msgspec.Raw] | RawContactsBody) -> list[msgspec.Raw]:
    """Give the contacts of a batch, each to be read by itself. Raises `InvalidParameter` for too many."""
    elements = body if isinstance(body, list) else body.contacts
    if len(elements) > BATCH_MAX:
        raise InvalidParameter("contacts", f"at most {BATCH_MAX} contacts at once")
    return elements


async def save_set(call: Call, saves: Sequence[SaveContact]) -> Sequence[object]:
    """Save contacts as one write; give the outcome or the domain error of each."""
    return await call.runtime.store.write(save_contact_batch, call.account_id, SaveBatch(saves)) if saves else []


def failed_element(raw: msgspec.Raw, error: Exception, *, inside: str = "") -> dict[str, Any]:
    """Give an element as it was sent, with what is wrong with it; `inside` names the member to put it in."""
    sent = _as_sent(raw)
    reason = reason_of(error)
    wrong = {"error": reason.message, "error_code": reason.code}
    if inside or not isinstance(sent, dict):
        return {inside or "contact": sent, **wrong}
    return {**sent, **wrong}


def _as_sent(raw: msgspec.Raw) -> Any:
    """Give what was sent; of what is no JSON after all the text, as far as it is text."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return bytes(raw).decode(errors="replace")


# -- declarations

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="v1/contacts/list",
        methods=("POST", "GET"),
        path="/v1/contacts",
        summary="A page of contacts, the latest change first",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        body=ListBody,
        result=list[ContactView],
        handler=list_contacts,
        errors=(
            BAD_DATE,
            bad_data("`limit` is below 1", Evidence.CHOICE, "invalid_field", "limit: must be at least 1", "limit"),
            *READING,
        ),
        notes=(
            "The next page: `date` is `updated` of the last contact; the end is an empty list. A page may be longer "
            "than its limit where contacts share a millisecond, so that the walk misses none. By GET, which one sample "
            "of the documentation uses, the parameters stand in the query or in the body."
        ),
        example={"limit": 30},
    ),
    Operation(
        name="v1/contacts/count",
        methods=("POST",),
        path="/v1/contacts/count",
        summary="How many contacts there are",
        evidence=Evidence.INFERRED,
        resource="Contacts",
        body=ListBody,
        result=Count,
        handler=count_contacts,
        errors=(BAD_DATE, *READING),
        notes="The platform names this call without describing it.",
    ),
    Operation(
        name="v1/contacts/batch",
        methods=("POST",),
        path="/v1/batch/contacts",
        summary="Save many contacts at once",
        evidence=Evidence.DOCUMENTED,
        resource="Contacts",
        params=BatchQuery,
        body=list[ContactBody],
        result=str | list[dict[str, Any]],
        handler=save_batch,
        errors=(
            bad_data(
                "there are more than 1000 contacts",
                Evidence.CHOICE,
                "invalid_field",
                "contacts: at most 1000 contacts at once",
                "contacts",
            ),
            *WRITING,
        ),
        notes=(
            "Known contacts are skipped, unless `overwrite` is true. The answer is `ok`, or the contacts that failed, "
            "as they were sent, with `error`. An object with `contacts` in it is taken as well."
        ),
        example={"body": [{"phone": "15105553345", "first": "Second"}, {"phone": "15105553346", "first": "Third"}]},
        answer="ok",
    ),
)
