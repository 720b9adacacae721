"""What must hold of an account's book at every moment, checked on the tables themselves, whatever was done before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from linebook.core.account import LAST_CHOSEN_CONTACT_ID, LAST_CONTACT_ID
from linebook.core.consent import Consent, ConsentAction, apply
from linebook.core.contact import email_key
from linebook.core.phone import Phone
from linebook.services import contact_buckets
from linebook.storage.base import Engine
from tests.kit.raw import Query, snapshot


class _Clock(NamedTuple):
    change_no: int
    last_ms: int
    last_id: int
    row_count: int


class _Contact(NamedTuple):
    id: int
    uuid: str
    phone: str | None
    email: str
    email_key: str | None
    fields: str
    tags: str
    contact_groups: str
    rev: int
    change_no: int
    created_no: int
    created_ms: int
    updated_ms: int


class _History(NamedTuple):
    change_no: int
    supersedes_no: int
    contact_id: int
    action: str
    at_ms: int
    old: str


def check_book(engine: Engine, account_id: int) -> None:
    """Raise AssertionError with everything that is wrong with the account's book, on one snapshot of it."""
    with snapshot(engine) as query:
        wrong = [*_wrong_contacts(query, account_id), *_wrong_consents(query, account_id)]
    assert not wrong, f"the book of account {account_id} is broken:\n" + "\n".join(wrong)


def _wrong_contacts(query: Query, account_id: int) -> list[str]:
    def rows(columns: Sequence[str], table: str, rest: str = "") -> list[tuple[Any, ...]]:
        return query(f"SELECT {', '.join(columns)} FROM {table} WHERE account_id = {account_id} {rest}")

    clocks = [_Clock(*row) for row in rows(_Clock._fields, "account_clock", "AND name = 'book'")]
    if len(clocks) != 1:
        return [f"{len(clocks)} book clocks"]
    clock = clocks[0]
    contacts = [_Contact(*row) for row in rows(_Contact._fields, "contact")]
    history = [_History(*row) for row in rows(_History._fields, "history")]
    known = {
        "tags": {one for (one,) in rows(["id"], "tag")},
        "contact_groups": {one for (one,) in rows(["id"], "contact_group")},
        "fields": {one for (one,) in rows(["id"], "field")},
    }
    links = {
        "tags": rows(["contact_id", "tag_id"], "contact_tag"),
        "contact_groups": rows(["contact_id", "group_id"], "group_member"),
    }
    counts = rows(["id", "member_count"], "contact_group")
    members = Counter(group_id for _, group_id in links["contact_groups"])
    buckets = rows(["bucket", "surplus"], "contact_bucket")
    return [
        *(f"group {one} counts {told} of {members[one]} contacts" for one, told in counts if told != members[one]),
        *_wrong_buckets(clock, contacts, dict(buckets)),
        *_wrong_numbers(clock, contacts, history),
        *_wrong_keys(clock, contacts),
        *_wrong_labels(contacts, known, links),
        *_wrong_counts(contacts, rows(["id", "member_count"], "contact_group")),
        *_wrong_chains(contacts, history),
        *_wrong_times(clock, contacts, history),
    ]


def _wrong_buckets(clock: _Clock, contacts: Sequence[_Contact], surplus: dict[int, int]) -> list[str]:
    size = contact_buckets.BUCKET
    present = Counter(contact_buckets.bucket_of(one.id) for one in contacts)
    counted = range(LAST_CHOSEN_CONTACT_ID // size, (clock.last_id - 1) // size + 1)
    expected = Counter({one: min(size, clock.last_id - one * size) for one in counted})
    return [
        f"bucket {one} holds {present[one]} contacts, not {expected[one]} and {surplus.get(one, 0)}"
        for one in sorted({*present, *expected, *surplus})
        if present[one] != expected[one] + surplus.get(one, 0)
    ]


def _wrong_numbers(clock: _Clock, contacts: list[_Contact], history: list[_History]) -> list[str]:
    wrong = []
    numbers = sorted(
        [one.change_no for one in contacts]
        + [one.supersedes_no for one in history]
        + [one.change_no for one in history if one.action == "delete"]
    )
    if numbers != list(range(1, clock.change_no + 1)):
        missing = sorted(set(range(1, clock.change_no + 1)) - set(numbers))[:10]
        twice = sorted({one for one in numbers if numbers.count(one) > 1})[:10] if len(numbers) < 10_000 else "?"
        wrong.append(f"change numbers up to {clock.change_no}: missing {missing}, twice {twice}, {len(numbers)} in all")
    if clock.row_count != len(contacts):
        wrong.append(f"the clock counts {clock.row_count} contacts, there are {len(contacts)}")
    return wrong


def _wrong_keys(clock: _Clock, contacts: list[_Contact]) -> list[str]:
    wrong = []
    for one in contacts:
        if one.email_key not in (None, email_key(one.email)):
            wrong.append(f"contact {one.id} claims {one.email_key} and has {one.email}")
        if not (1 <= one.id <= LAST_CHOSEN_CONTACT_ID or LAST_CHOSEN_CONTACT_ID < one.id <= clock.last_id):
            wrong.append(f"contact {one.id} has an id that was neither chosen nor counted out")
    if clock.last_id > LAST_CONTACT_ID:
        wrong.append(f"the id {clock.last_id} was counted out")
    for name in ("id", "uuid", "phone", "email_key", "change_no", "created_no"):
        values = [value for one in contacts if (value := getattr(one, name)) is not None]
        if len(values) != len(set(values)):
            wrong.append(f"two contacts have the same {name}")
    return wrong


def _wrong_counts(contacts: list[_Contact], told: list[tuple[Any, ...]]) -> list[str]:
    """Compare how many contacts the groups say they have with the contacts."""
    counted = Counter(group for one in contacts for group in json.loads(one.contact_groups))
    return [
        f"group {group} says it has {count} contacts, it has {counted[group]}"
        for group, count in told
        if count != counted[group]
    ]


def _wrong_labels(
    contacts: list[_Contact], known: dict[str, set[Any]], links: dict[str, list[tuple[Any, ...]]]
) -> list[str]:
    wrong = []
    for member in ("tags", "contact_groups"):
        told: set[tuple[Any, ...]] = set()
        for one in contacts:
            labels = json.loads(getattr(one, member))
            if labels != sorted(set(labels)):
                wrong.append(f"contact {one.id} has {member} {labels}: they do not rise")
            told |= {(one.id, label) for label in labels}
        if sorted(told) != sorted(links[member]):
            difference = sorted(told.symmetric_difference(links[member]))[:10]
            wrong.append(f"the index of {member} and the contacts differ: {difference}")
        if unknown := {label for _, label in told} - known[member]:
            wrong.append(f"contacts have {member} that do not exist: {sorted(unknown)[:10]}")
    for one in contacts:
        values = json.loads(one.fields)
        if unknown := {int(field) for field in values} - known["fields"]:
            wrong.append(f"contact {one.id} has values of fields that do not exist: {sorted(unknown)[:10]}")
        if not all(values.values()):
            wrong.append(f"contact {one.id} keeps empty values")
    return wrong


def _wrong_chains(contacts: list[_Contact], history: list[_History]) -> list[str]:
    wrong = []
    changes = {one.change_no: one for one in history}
    reached: list[int] = []
    for living in contacts:
        chain, first_no, problem = _chain(changes, living.id, living.change_no)
        reached += [one.change_no for one in chain]
        if problem or living.rev != len(chain) + 1 or living.created_no != first_no:
            wrong.append(f"contact {living.id}, rev {living.rev}: {problem or 'its history has another length'}")
        if any(one.action != "update" for one in chain):
            wrong.append(f"contact {living.id} lives and was deleted")
    for dead in history:
        if dead.action != "delete":
            continue
        chain, first_no, problem = _chain(changes, dead.contact_id, dead.change_no)
        reached += [one.change_no for one in chain]
        whole = json.loads(dead.old)
        if problem or whole["rev"] != len(chain) or whole["created_no"] != first_no or whole["id"] != dead.contact_id:
            wrong.append(f"deleted contact {dead.contact_id}: {problem or 'its history does not fit what it was'}")
        if [one.action for one in chain] != ["delete", *["update"] * (len(chain) - 1)]:
            wrong.append(f"deleted contact {dead.contact_id} has other actions in its history")
    if lost := sorted(set(changes) - set(reached)):
        wrong.append(f"no contact's history has the changes {lost[:10]}")
    if len(reached) != len(set(reached)):
        wrong.append("two contacts share a change")
    for one in history:
        if not isinstance(json.loads(one.old), dict):
            wrong.append(f"the history of change {one.change_no} holds {one.old}")
    return wrong


def _chain(changes: dict[int, _History], contact_id: int, change_no: int) -> tuple[list[_History], int, str]:
    """Follow a contact's changes backwards; give them, the number it was created by, and what is wrong with them."""
    chain: list[_History] = []
    while (link := changes.get(change_no)) is not None:
        if link.contact_id != contact_id or link.supersedes_no >= change_no:
            return chain, change_no, f"change {change_no} is {link}"
        chain.append(link)
        change_no = link.supersedes_no
    return chain, change_no, ""


def _wrong_times(clock: _Clock, contacts: list[_Contact], history: list[_History]) -> list[str]:
    wrong = []
    times: dict[int, int] = {}
    told = [(one.change_no, one.at_ms) for one in history]
    told += [(one.created_no, one.created_ms) for one in contacts]
    told += [(one.change_no, one.updated_ms) for one in contacts]
    told += [(whole["created_no"], whole["created_ms"]) for whole in _deleted(history)]
    for number, at_ms in told:
        if times.setdefault(number, at_ms) != at_ms:
            wrong.append(f"change {number} happened at {at_ms} and at {times[number]}")
    in_order = [times[number] for number in sorted(times)]
    if in_order != sorted(in_order):
        wrong.append("the times of the changes do not rise with their numbers")
    if in_order and in_order[-1] > clock.last_ms:
        wrong.append(f"the clock stands at {clock.last_ms}, the last change at {in_order[-1]}")
    return wrong


def _deleted(history: list[_History]) -> list[dict[str, Any]]:
    """Give what deleted contacts were."""
    return [json.loads(one.old) for one in history if one.action == "delete"]


def _wrong_consents(query: Query, account_id: int) -> list[str]:
    entries = query(
        "SELECT id, phone, line_id, action, at_ms FROM consent_entry "
        f"WHERE account_id = {account_id} ORDER BY account_id, id"
    )
    told = query(
        "SELECT phone, line_id, by_person, by_team, is_blocked, changed_ms FROM consent "
        f"WHERE account_id = {account_id}"
    )
    counted = query(f"SELECT value FROM account_counter WHERE account_id = {account_id} AND name = 'consent_entry'")
    wrong = []
    if [entry[0] for entry in entries] != list(range(1, len(entries) + 1)):
        wrong.append(f"the ledger of consent has gaps: {[entry[0] for entry in entries][:10]}")
    if [(len(entries),)] != (counted or [(0,)]):
        wrong.append(f"{len(entries)} entries of consent, {counted} were counted out")
    states: dict[tuple[str, int], Consent] = {}
    for _, number, line_id, action, at_ms in entries:
        before = states.get((number, line_id)) or Consent(phone=Phone.stored(number), line_id=line_id)
        after = apply(before, ConsentAction(action), at_ms)
        if after is before:
            wrong.append(f"an entry of consent, {action}, changed nothing")
        states[number, line_id] = after
    for number, line_id, by_person, by_team, is_blocked, changed_ms in told:
        state = states.pop((number, line_id), None)
        if state is None or (state.by_person, state.by_team, state.is_blocked, state.changed_ms) != (
            bool(by_person),
            bool(by_team),
            bool(is_blocked),
            changed_ms,
        ):
            wrong.append(f"a consent on line {line_id} does not follow from its ledger: {state}")
    if states:
        wrong.append(f"{len(states)} consents are in the ledger only")
    return wrong
