"""A contact as a JSON object: ids and names of everything, made from the row as it is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from linebook.files.exported import BookNames, ExportedPlain, TimeTexts

NOTHING: Final = msgspec.Raw(b"[]")

_REMEMBERED_MAX: Final = 10_000
_NO_CONSENT: Final = (False, False, False)
_decode_fields: Final = msgspec.json.Decoder(dict[int, str]).decode
_decode_ids: Final = msgspec.json.Decoder(list[int]).decode
_encode: Final = msgspec.json.Encoder().encode


class ContactRecord(msgspec.Struct, frozen=True, gc=False):
    """One line of an export, its members in this order."""

    id: int
    uuid: str
    phone: str | None
    email: str
    first_name: str
    last_name: str
    display_name: str
    company: str
    notes: str
    avatar: str
    external_id: str
    assignee_id: int | None
    assignee_email: str
    line_number: str
    confirmation: str
    verified: bool
    fields: msgspec.Raw
    tags: msgspec.Raw
    groups: msgspec.Raw
    opted_out_by_person: bool
    opted_out_by_team: bool
    blocked: bool
    created: str
    updated: str


def record_maker(names: BookNames) -> Callable[[ExportedPlain], ContactRecord]:
    """Give what turns a contact into its record."""
    users, labels = names.users, names.fields
    time_text = TimeTexts()
    tags_of, groups_of = _Labels(names.tags, "tag"), _Labels(names.groups, "group")

    def record(one: ExportedPlain) -> ContactRecord:
        values, consent = one.values, one.consent
        assignee_id, line_number, confirmation, verified, fields, tags, groups, created_ms, updated_ms = values[11:]
        created = time_text(created_ms)
        told = _NO_CONSENT if consent is None else (consent.by_person, consent.by_team, consent.is_blocked)
        members: tuple[Any, ...] = (
            *values[:12],
            "" if assignee_id is None else users.get(assignee_id, ""),
            line_number,
            confirmation,
            bool(verified),
            NOTHING if fields == "{}" else _fields(fields, labels),
            NOTHING if tags == "[]" else tags_of(tags),
            NOTHING if groups == "[]" else groups_of(groups),
            *told,
            created,
            created if updated_ms == created_ms else time_text(updated_ms),
        )
        return ContactRecord(*members)

    return record


def _fields(stored: str, labels: Mapping[int, str]) -> msgspec.Raw:
    told = [
        {"id": field_id, "label": labels.get(field_id, ""), "value": text}
        for field_id, text in _decode_fields(stored).items()
    ]
    return msgspec.Raw(_encode(told))


class _Labels:
    """Lists of tags or of groups, by id and name; remembered, because many contacts have the same."""

    def __init__(self, names: Mapping[int, str], kind: str) -> None:
        self._names = names
        self._kind = kind
        self._known: dict[str, msgspec.Raw] = {}

    def __call__(self, ids: str) -> msgspec.Raw:
        known = self._known.get(ids)
        if known is None:
            if len(self._known) > _REMEMBERED_MAX:
                self._known.clear()
            told = [{"id": one, "name": self._names.get(one, f"{self._kind} {one}")} for one in _decode_ids(ids)]
            known = self._known[ids] = msgspec.Raw(_encode(told))
        return known
