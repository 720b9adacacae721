"""What the records of an import ask of the book: one `SaveContact` for each. It reads cells, and stores nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import UNSET, UnsetType

from linebook.core.account import LAST_CHOSEN_CONTACT_ID
from linebook.core.author import Author
from linebook.core.contact import Confirmation, ContactPatch, FieldsChange, Label, SetChange, email_key
from linebook.core.imports import TEXT_MEMBERS, ImportPlan, MatchBy, StagedRecord
from linebook.core.phone import Phone
from linebook.files.cells import split_names
from linebook.services.contacts import BY_PHONE, Match, SaveContact
from linebook.services.import_rows import YES, split_name

BY_EMAIL = Match(by_email=True)
BY_BOTH = Match(by_phone=True, by_email=True)


class SaveBuilder:
    """Builds the saves of one import."""

    def __init__(self, plan: ImportPlan, author: Author) -> None:
        """Look up once where everything stands."""
        self._author = author
        self._options = plan.options
        self._texts = [(place, one.member) for place, one in enumerate(plan.columns) if one.member in TEXT_MEMBERS]
        self._fields = [
            (place, one.field)
            for place, one in enumerate(plan.columns)
            if one.member == "field" and one.field is not None
        ]
        self._phone, self._email, self._id, self._name, self._tags, self._groups, self._opt_out, self._blocked = (
            next(iter(plan.positions(member)), None)
            for member in ("phone", "email", "id", "name", "tags", "groups", "opt_out", "blocked")
        )
        self._assignee, self._confirmation, self._verified = (
            next(iter(plan.positions(member)), None) for member in ("assignee_email", "confirmation", "verified")
        )
        self._tags_for_all: SetChange | UnsetType = SetChange(plan.options.tags) if plan.options.tags else UNSET
        self._groups_for_all: SetChange | UnsetType = SetChange(plan.options.groups) if plan.options.groups else UNSET
        self._has_labels = bool(
            self._tags is not None or self._groups is not None or plan.options.tags or plan.options.groups
        )
        self._match_by = plan.options.match
        self._present = None if plan.options.updates else ContactPatch(groups=self._groups_for_all)

    def ids(self, records: Iterable[StagedRecord]) -> list[int]:
        """Give the contact ids that records without any other key name."""
        if self._id is None:
            return []
        return [int(one.cells[self._id]) for one in records if self._is_known_by_id(one.cells)]

    def save(self, record: StagedRecord, present_ids: Iterable[int]) -> SaveContact:
        """Give what a record asks for. `present_ids`: those of `ids` that contacts have."""
        cells = record.cells
        members: dict[str, object] = {}
        clears = self._options.blank_clears
        phone = cells[self._phone] if self._phone is not None else ""
        email = cells[self._email] if self._email is not None else ""
        if phone:
            members["phone"] = Phone.stored(phone)
        if email or (clears and self._email is not None):
            members["email"] = email
        for place, member in self._texts:
            if cells[place] or clears:
                members[member] = cells[place]
        if self._name is not None and (cells[self._name] or clears):
            first, last = split_name(cells[self._name])
            members.setdefault("first_name", first)
            members.setdefault("last_name", last)
        if self._confirmation is not None and cells[self._confirmation]:
            members["confirmation"] = Confirmation(cells[self._confirmation])
        if self._verified is not None:
            members["verified"] = _flag(self._verified, cells)
        if self._fields:
            values: dict[Label, str] = {label: cells[place] for place, label in self._fields if cells[place] or clears}
            if values:
                members["fields"] = FieldsChange(values)
        if self._has_labels:
            members["tags"] = self._labels(self._tags, cells, self._options.tags, self._tags_for_all)
            members["groups"] = self._labels(self._groups, cells, self._options.groups, self._groups_for_all)
        match, chosen_id = self._match(phone, email), None
        if self._id is not None and cells[self._id]:
            wanted = int(cells[self._id])
            chosen_id = wanted if wanted <= LAST_CHOSEN_CONTACT_ID else None
            if self._is_known_by_id(cells) and wanted in present_ids:
                match = Match(id=wanted)
        return SaveContact(
            patch=ContactPatch(**members),  # type: ignore[arg-type]
            author=self._author,
            match=match,
            patch_if_present=self._present,
            chosen_id=chosen_id,
            team_opt_out=_flag(self._opt_out, cells) if self._opt_out is not None else UNSET,
            block=_flag(self._blocked, cells) if self._blocked is not None else UNSET,
            assignee_email=self._assignee_email(cells) if self._assignee is not None else UNSET,
        )

    def _match(self, phone: str, email: str) -> Match:
        if self._match_by is MatchBy.PHONE:
            return BY_PHONE if phone or not email else BY_EMAIL
        if self._match_by is MatchBy.BOTH:
            return BY_BOTH
        return BY_EMAIL if email_key(email) is not None or not phone else BY_PHONE

    def _is_known_by_id(self, cells: Sequence[str]) -> bool:
        """Whether the record has an id and no key that comes first."""
        return (
            self._id is not None
            and bool(cells[self._id])
            and not (self._phone is not None and cells[self._phone])
            and not (self._email is not None and cells[self._email])
        )

    def _labels(
        self, place: int | None, cells: Sequence[str], for_all: tuple[Label, ...], change_for_all: SetChange | UnsetType
    ) -> SetChange | UnsetType:
        if place is None:
            return change_for_all
        given = split_names(cells[place])
        if not given:
            return SetChange(for_all, only=True) if self._options.blank_clears else change_for_all
        return SetChange((*for_all, *given))

    def _assignee_email(self, cells: Sequence[str]) -> str | UnsetType:
        if self._assignee is None or not (cells[self._assignee] or self._options.blank_clears):
            return UNSET
        return cells[self._assignee]


def _flag(place: int, cells: Sequence[str]) -> bool | UnsetType:
    return cells[place] == YES if cells[place] else UNSET
