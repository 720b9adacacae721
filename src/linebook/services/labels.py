"""Custom fields, tags and groups: their definitions, and finding or making them by name or by a brought id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, TypeVar

import msgspec
from msgspec import UNSET

from linebook.core.account import (
    FIRST_COUNTED_LABEL_ID,
    FIRST_COUNTED_SMALL_ID,
    Field,
    FieldKind,
    Group,
    Tag,
    label_key,
)
from linebook.core.contact import ContactPatch, FieldsChange, Label, SetChange, Unknown, check_text
from linebook.errors import DomainError, IdTaken, InvalidMember
from linebook.services.clocks import take_clock
from linebook.storage import rows
from linebook.storage.base import Tx

T = TypeVar("T", Field, Tag, Group)

FIRST_ID: Final = {"field": FIRST_COUNTED_SMALL_ID, "tag": FIRST_COUNTED_LABEL_ID, "group": FIRST_COUNTED_LABEL_ID}
"""The first id counted out of each kind; lower ones may be chosen."""

NAME_MAX: Final = 255
"""Most characters in the name of a label."""


def list_fields(tx: Tx, account_id: int) -> list[Field]:
    """Give an account's custom fields by rising id."""
    return [rows.field_from_row(row) for row in tx.all("fields", account_id=account_id)]


def list_tags(tx: Tx, account_id: int) -> list[Tag]:
    """Give an account's tags by rising id."""
    return [rows.tag_from_row(row) for row in tx.all("tags", account_id=account_id)]


def list_groups(tx: Tx, account_id: int) -> list[Group]:
    """Give an account's groups by rising id."""
    return [rows.group_from_row(row) for row in tx.all("groups", account_id=account_id)]


class LabelBook:
    """The fields, tags and groups of one account inside a transaction: found by id or name, made when wanted.

    Reads a kind of label only when a patch mentions it.
    """

    def __init__(self, tx: Tx, account_id: int) -> None:
        """Read nothing yet."""
        self._tx = tx
        self._account_id = account_id
        self._kinds: dict[str, _Labels] = {}

    def resolve(self, patch: ContactPatch) -> ContactPatch:
        """Give the patch with every field, tag and group named by id; missing ones are made, dropped or refused.

        Raises `InvalidMember` for one that is refused; then none was made.
        """
        if patch.fields is not UNSET:
            self._labels("field").check(patch.fields.values, patch.fields.unknown)
        if patch.tags is not UNSET:
            self._labels("tag").check(patch.tags.add, patch.tags.unknown)
        if patch.groups is not UNSET:
            self._labels("group").check(patch.groups.add, patch.groups.unknown)
        changes: dict[str, object] = {}
        if patch.fields is not UNSET:
            values = self._labels("field").ids_of(patch.fields.values, patch.fields.unknown)
            changes["fields"] = FieldsChange(
                {values[label]: text for label, text in patch.fields.values.items() if label in values},
                patch.fields.replace,
            )
        if patch.tags is not UNSET:
            changes["tags"] = self._resolve_set("tag", patch.tags)
        if patch.groups is not UNSET:
            changes["groups"] = self._resolve_set("group", patch.groups)
        return msgspec.structs.replace(patch, **changes) if changes else patch

    def _resolve_set(self, kind: str, change: SetChange) -> SetChange:
        labels = self._labels(kind)
        added = labels.ids_of(change.add, change.unknown)
        removed = labels.ids_of(change.remove, Unknown.DROP)
        return SetChange(tuple(added.values()), tuple(removed.values()), change.only, seen=change.seen)

    def _labels(self, kind: str) -> _Labels:
        if kind not in self._kinds:
            self._kinds[kind] = _Labels(self._tx, self._account_id, kind)
        return self._kinds[kind]


class _Labels:
    """All labels of one kind."""

    def __init__(self, tx: Tx, account_id: int, kind: str) -> None:
        self._tx = tx
        self._account_id = account_id
        self._kind = kind
        self._ids: set[int] = set()
        self._by_name: dict[str, int] = {}
        present: Sequence[Field | Tag | Group]
        match kind:
            case "field":
                present = list_fields(tx, account_id)
            case "tag":
                present = list_tags(tx, account_id)
            case _:
                present = list_groups(tx, account_id)
        for one in present:
            self._remember(one.id, one.label if isinstance(one, Field) else one.name)

    def _remember(self, label_id: int, name: str) -> None:
        self._ids.add(label_id)
        self._by_name.setdefault(label_key(name), label_id)

    def check(self, wanted: Iterable[Label], unknown: Unknown) -> None:
        """Raise `InvalidMember` for a missing label that is refused, or that cannot be made."""
        if unknown is Unknown.DROP:
            return
        for label in wanted:
            if self._find(label) is not None:
                continue
            if unknown is Unknown.REFUSE:
                raise InvalidMember(f"{self._kind}s", f"there is no {self._kind} {label}")
            if isinstance(label, str):
                check_name(f"{self._kind}s", label)
            elif not 1 <= label < FIRST_ID[self._kind]:
                raise InvalidMember(f"{self._kind}s", f"{label} is not an id that may be chosen")

    def ids_of(self, wanted: Iterable[Label], unknown: Unknown) -> dict[Label, int]:
        found: dict[Label, int] = {}
        for label in wanted:
            label_id = self._find(label)
            if label_id is None and unknown is Unknown.CREATE:
                label_id = self._make(label)
            if label_id is not None:
                found[label] = label_id
        return found

    def _find(self, label: Label) -> int | None:
        if isinstance(label, int):
            return label if label in self._ids else None
        return self._by_name.get(label_key(label))

    def _make(self, label: Label) -> int:
        if isinstance(label, int):
            label_id, name = label, f"{self._kind.capitalize()} {label}"
            while label_key(name) in self._by_name:
                name += "'"
        else:
            label_id, name = next_id(self._tx, self._account_id, self._kind, FIRST_ID[self._kind]), label.strip()
        match self._kind:
            case "field":
                add_field(self._tx, self._account_id, label_id, name)
            case "tag":
                add_tag(self._tx, self._account_id, label_id, name)
            case _:
                add_group(self._tx, self._account_id, label_id, name)
        self._remember(label_id, name)
        return label_id


def check_name(member: str, name: str) -> None:
    """Refuse a name that a label cannot have. Raises `InvalidMember`."""
    if not name.strip():
        raise InvalidMember(member, "is empty")
    check_text(member, name, NAME_MAX)


def next_id(tx: Tx, account_id: int, name: str, first: int, count: int = 1) -> int:
    """Take `count` ids from a counter of the account and give the last; a new counter begins at `first`."""
    row = tx.one("next_counter", account_id=account_id, name=name, first=first, step=count)
    return first if row is None else int(row[0])


def add_field(tx: Tx, account_id: int, field_id: int, label: str, kind: FieldKind = FieldKind.TEXT) -> None:
    """Define a text field."""
    tx.run(
        "insert_field",
        account_id=account_id,
        id=field_id,
        label=label,
        label_key=label_key(label),
        kind=kind.value,
        created_ms=tx.now_ms,
    )
    tx.bump_directory()


def add_tag(tx: Tx, account_id: int, tag_id: int, name: str, color: str = "") -> None:
    """Make a tag."""
    tx.run(
        "insert_tag",
        account_id=account_id,
        id=tag_id,
        uuid=tx.ids.uuid7(tx.now_ms),
        name=name,
        name_key=label_key(name),
        color=color,
        created_ms=tx.now_ms,
    )
    tx.bump_directory()


def add_group(tx: Tx, account_id: int, group_id: int, name: str) -> None:
    """Make a group."""
    tx.run(
        "insert_group",
        account_id=account_id,
        id=group_id,
        uuid=tx.ids.uuid7(tx.now_ms),
        name=name,
        created_ms=tx.now_ms,
    )
    tx.bump_directory()


class CreateField(msgspec.Struct, frozen=True, kw_only=True):
    """One request to define a custom field; `id` may be chosen below the range we count in."""

    label: str
    kind: FieldKind = FieldKind.TEXT
    id: int | None = None


class CreateTag(msgspec.Struct, frozen=True, kw_only=True):
    """One request to make a tag; `id` may be chosen below the range we count in."""

    name: str
    color: str = ""
    id: int | None = None


class CreateGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One request to make a group; `id` may be chosen below the range we count in."""

    name: str
    id: int | None = None


class Created(msgspec.Struct, Generic[T], frozen=True):
    """The outcome of making a label: the label, and whether it is new or was there before."""

    label: T
    is_new: bool


def create_fields(tx: Tx, account_id: int, requests: Sequence[CreateField]) -> list[Created[Field] | DomainError]:
    """Define custom fields; one whose label exists is given as it is. Domain errors: `InvalidMember`, `IdTaken`."""
    return _create_all(
        tx,
        account_id,
        "field",
        requests,
        wanted_name=lambda one: one.label,
        listing=list_fields,
        name_of=lambda found: found.label,
    )


def create_tags(tx: Tx, account_id: int, requests: Sequence[CreateTag]) -> list[Created[Tag] | DomainError]:
    """Make tags; one whose name exists is given as it is. Domain errors: `InvalidMember`, `IdTaken`."""
    return _create_all(
        tx,
        account_id,
        "tag",
        requests,
        wanted_name=lambda one: one.name,
        listing=list_tags,
        name_of=lambda found: found.name,
    )


def create_groups(tx: Tx, account_id: int, requests: Sequence[CreateGroup]) -> list[Created[Group] | DomainError]:
    """Make groups; one whose name exists is given as it is. Domain errors: `InvalidMember`, `IdTaken`."""
    return _create_all(
        tx,
        account_id,
        "group",
        requests,
        wanted_name=lambda one: one.name,
        listing=list_groups,
        name_of=lambda found: found.name,
    )


R = TypeVar("R", CreateField, CreateTag, CreateGroup)


def _create_all(
    tx: Tx,
    account_id: int,
    kind: str,
    requests: Sequence[R],
    *,
    wanted_name: Callable[[R], str],
    listing: Callable[[Tx, int], list[T]],
    name_of: Callable[[T], str],
) -> list[Created[T] | DomainError]:
    take_clock(tx, account_id)
    outcomes: list[Created[T] | DomainError] = []
    for request in requests:
        name = wanted_name(request).strip()
        try:
            check_name("name", name)
            if isinstance(request, CreateTag):
                check_text("color", request.color)
        except InvalidMember as error:
            outcomes.append(error)
            continue
        present = listing(tx, account_id)
        same = [one for one in present if label_key(name_of(one)) == label_key(name)]
        if same:
            outcomes.append(Created(same[0], False))
        elif request.id is not None and (
            not 1 <= request.id < FIRST_ID[kind] or any(_id_of(one) == request.id for one in present)
        ):
            outcomes.append(IdTaken())
        else:
            label_id = request.id or next_id(tx, account_id, kind, FIRST_ID[kind])
            if isinstance(request, CreateField):
                add_field(tx, account_id, label_id, name, request.kind)
            elif isinstance(request, CreateTag):
                add_tag(tx, account_id, label_id, name, request.color)
            else:
                add_group(tx, account_id, label_id, name)
            made = next(one for one in listing(tx, account_id) if _id_of(one) == label_id)
            outcomes.append(Created(made, True))
    return outcomes


def _id_of(label: object) -> int:
    return int(label.id)  # type: ignore[attr-defined]
