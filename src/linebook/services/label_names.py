"""Names for groups and fields whose ids programs bring along: the id is made if it is new, and renamed if it is not.

An id that a program used before anybody named it exists already, under a name that says nothing (`Group 5001`).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from linebook.core.account import Field, FieldKind, Group, label_key
from linebook.errors import DomainError, IdTaken, NameTaken
from linebook.services.clocks import take_clock
from linebook.services.labels import FIRST_ID, add_field, add_group, check_name, list_fields, list_groups
from linebook.storage.base import Tx


class NameGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One request to give the group of an id its name. Two groups may have one name."""

    id: int
    name: str


class NameField(msgspec.Struct, frozen=True, kw_only=True):
    """One request to give the field of an id its label; without a kind it keeps its own, text if it is new."""

    id: int
    label: str
    kind: FieldKind | None = None


def name_groups(tx: Tx, account_id: int, requests: Sequence[NameGroup]) -> list[Group | DomainError]:
    """Make or rename groups. Domain errors: `InvalidMember`, and `IdTaken` for an id that may not be chosen."""
    take_clock(tx, account_id)
    outcomes: list[Group | DomainError] = []
    for request in requests:
        try:
            outcomes.append(_name_group(tx, account_id, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def name_fields(tx: Tx, account_id: int, requests: Sequence[NameField]) -> list[Field | DomainError]:
    """Make or rename fields. Domain errors: `InvalidMember`, `NameTaken`, and `IdTaken` like `name_groups`."""
    take_clock(tx, account_id)
    outcomes: list[Field | DomainError] = []
    for request in requests:
        try:
            outcomes.append(_name_field(tx, account_id, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def _name_group(tx: Tx, account_id: int, request: NameGroup) -> Group:
    name = request.name.strip()
    check_name("name", name)
    present = {group.id: group for group in list_groups(tx, account_id)}.get(request.id)
    if present is None:
        _check_choice("group", request.id)
        add_group(tx, account_id, request.id, name)
    elif present.name != name:
        tx.run("rename_group", account_id=account_id, id=request.id, name=name, updated_ms=tx.now_ms)
        tx.bump_directory()
    return next(group for group in list_groups(tx, account_id) if group.id == request.id)


def _name_field(tx: Tx, account_id: int, request: NameField) -> Field:
    label = request.label.strip()
    check_name("label", label)
    fields = list_fields(tx, account_id)
    if any(field.id != request.id and label_key(field.label) == label_key(label) for field in fields):
        raise NameTaken(f"There is a field called {label} already.")
    present = {field.id: field for field in fields}.get(request.id)
    if present is None:
        _check_choice("field", request.id)
        add_field(tx, account_id, request.id, label, request.kind or FieldKind.TEXT)
    else:
        kind = request.kind or present.kind
        tx.run(
            "rename_field",
            account_id=account_id,
            id=request.id,
            label=label,
            label_key=label_key(label),
            kind=kind.value,
        )
        tx.bump_directory()
    return next(field for field in list_fields(tx, account_id) if field.id == request.id)


def _check_choice(kind: str, label_id: int) -> None:
    if not 1 <= label_id < FIRST_ID[kind]:
        raise IdTaken
