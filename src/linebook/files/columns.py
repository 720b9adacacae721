"""Which column of a file is what, guessed from its header in the languages that people's exports are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from linebook.files.header_words import HEADER_WORDS, simplified

FIELD_PREFIX: Final = "field:"
"""What our own export puts before the label of a custom field."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """What a column is: a member of a contact by name, `field` (a custom field, by id or label), or `ignore`."""

    member: str
    field: int | str | None = None


IGNORED: Final = Column(member="ignore")


def guess_columns(header: Sequence[str], labels: Mapping[str, int], *, unknown_as_fields: bool) -> list[Column]:
    """Give what each column is. `labels` are the account's custom fields by label, in any case.

    A name that says nothing is ignored, or with `unknown_as_fields` becomes a custom field of that label. What is
    named twice is read where it stands first.
    """
    ids = {simplified(label): field_id for label, field_id in labels.items()}
    found: list[Column] = []
    for name in header:
        column = _guess(name.strip(), ids, unknown_as_fields=unknown_as_fields)
        found.append(IGNORED if column in found else column)
    return _with_halves_of_names(found)


def _with_halves_of_names(columns: list[Column]) -> list[Column]:
    """Give the columns with `name` as the half of a name whose other half has a column: Nom beside Prénom is a last
    name, Nombre beside Apellidos a first one.
    """
    has_first, has_last = (Column(member=one) in columns for one in ("first_name", "last_name"))
    if has_first == has_last:
        return columns
    half = Column(member="last_name" if has_first else "first_name")
    return [half if one.member == "name" else one for one in columns]


def _guess(name: str, ids: Mapping[str, int], *, unknown_as_fields: bool) -> Column:
    key = simplified(name)
    if not key:
        return IGNORED
    if name[: len(FIELD_PREFIX)].lower() == FIELD_PREFIX:
        label = name[len(FIELD_PREFIX) :].strip()
        field_id = ids.get(simplified(label))
        return Column(member="field", field=label if field_id is None else field_id) if label else IGNORED
    if key in ids:
        return Column(member="field", field=ids[key])
    if key in HEADER_WORDS:
        return Column(member=HEADER_WORDS[key])
    digits = key.removeprefix("field").removeprefix("custom")
    if digits != key and digits.isascii() and digits.isdecimal() and 0 < int(digits) < 2**31 and len(digits) < 10:
        return Column(member="field", field=int(digits))
    return Column(member="field", field=name) if unknown_as_fields else IGNORED
