"""A contact as a row of a table: which columns there are, and the text of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from linebook.core.consent import Consent
from linebook.files.cells import join_names
from linebook.files.columns import FIELD_PREFIX
from linebook.files.exported import BookNames, ExportedPlain, TimeTexts

COLUMNS: Final = (
    "id",
    "uuid",
    "phone",
    "email",
    "first_name",
    "last_name",
    "display_name",
    "company",
    "notes",
    "avatar",
    "external_id",
    "assignee_email",
    "line_number",
    "confirmation",
    "verified",
    "tags",
    "groups",
    "opted_out_by_person",
    "opted_out_by_team",
    "blocked",
    "created",
    "updated",
)
"""The columns that every export has; behind them comes one for each custom field."""

PHONE_AT: Final = COLUMNS.index("phone")

YES: Final = "yes"
NO: Final = "no"
"""What stands in a cell for something that is so, or not. Consent has no NO: a file must never lift an opt-out."""

_REMEMBERED_MAX: Final = 10_000
_NO_CONSENT: Final = ("", "", "")
_decode_fields: Final = msgspec.json.Decoder(dict[int, str]).decode
_decode_ids: Final = msgspec.json.Decoder(list[int]).decode


def header_of(names: BookNames) -> list[str]:
    """Give the header of an export."""
    return [*COLUMNS, *(f"{FIELD_PREFIX}{label}" for label in names.fields.values())]


def row_maker(names: BookNames) -> Callable[[ExportedPlain], list[str]]:
    """Give what turns a contact into the texts under `header_of(names)`, none of them guarded yet."""
    field_ids = list(names.fields)
    no_fields = [""] * len(field_ids)
    users = names.users
    time_text = TimeTexts()
    tags_text, groups_text = _NamesText(names.tags, "tag"), _NamesText(names.groups, "group")

    def cells(one: ExportedPlain) -> list[str]:
        values, consent = one.values, one.consent
        assignee_id, line_number, confirmation, verified, fields, tags, groups, created_ms, updated_ms = values[11:]
        created = time_text(created_ms)
        made = [
            str(values[0]),
            values[1],
            values[2] or "",
            *values[3:11],
            "" if assignee_id is None else users.get(assignee_id, ""),
            line_number,
            confirmation,
            YES if verified else NO,
            "" if tags == "[]" else tags_text(tags),
            "" if groups == "[]" else groups_text(groups),
            *(_NO_CONSENT if consent is None else _consent_cells(consent)),
            created,
            created if updated_ms == created_ms else time_text(updated_ms),
        ]
        if not field_ids:
            return made
        if fields == "{}":
            return made + no_fields
        given = _decode_fields(fields)
        return made + [given.get(field_id, "") for field_id in field_ids]

    return cells


def _consent_cells(consent: Consent) -> tuple[str, str, str]:
    return (
        YES if consent.by_person else "",
        YES if consent.by_team else "",
        YES if consent.is_blocked else "",
    )


class _NamesText:
    """Writes lists of tags or of groups; remembers them, because many contacts have the same."""

    def __init__(self, names: Mapping[int, str], kind: str) -> None:
        self._names = names
        self._kind = kind
        self._known: dict[str, str] = {}

    def __call__(self, ids: str) -> str:
        text = self._known.get(ids)
        if text is None:
            if len(self._known) > _REMEMBERED_MAX:
                self._known.clear()
            text = join_names(self._names.get(one, f"{self._kind} {one}") for one in _decode_ids(ids))
            self._known[ids] = text
        return text
