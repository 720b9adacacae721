"""Turns the cells of a file into records that can be applied, or into the reason why not. It never sees the book."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Protocol, cast

from linebook.core.account import LAST_CONTACT_ID
from linebook.core.contact import EMAIL_MAX, EXTERNAL_ID_MAX, NOTES_ADDED_MAX, Confirmation, is_storable, new_email_key
from linebook.core.imports import MEMBERS, SEVERAL, TEXT_MEMBERS, ImportPlan, MatchBy, Reject, StagedRecord
from linebook.core.phone import Reading, UnusablePhone, glance_at_phones, national, national_code, parse_phone
from linebook.errors import InvalidMember
from linebook.files.cells import split_names

PHONE_DIGITS_LEAST: Final = 7
"""With fewer digits before it, a dot and zeros are rather a way of writing a number in groups."""

PLAIN_MAX: Final = 1_000
"""A longer text is looked at closely."""

LABEL_MAX: Final = 255
"""Most characters in the name of a tag or a group."""


YES: Final = "1"
NO: Final = "0"

_TRUE: Final = frozenset(["1", "y", "yes", "true", "t", "x", "on", "כן", "oui", "ja", "sí", "si", "sim"])
_FALSE: Final = frozenset(["0", "n", "no", "false", "f", "off", "-", "לא", "non", "nein", "não"])
_POWER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?[eE][+-]?[0-9]+")
_DECIMAL: Final = re.compile(r"(\+?[0-9]{1,15})[.,]0{1,2}")
"""A spreadsheet's number that was written with decimals; it has all its digits still."""

Check = Callable[[str], str]

Glance = Callable[[Sequence[str]], Sequence[str | None]]
"""Gives what a check leaves of the cells of a column; None for those that only the check itself can tell."""


class FileRow(Protocol):
    """A row as the readers of files give it. `problem`: what keeps it from being read."""

    number: int
    cells: list[str]
    problem: str


class _Bad(ValueError):
    """The cell cannot be used; the text says why."""


def reading_of(plan: ImportPlan) -> Reading:
    """Give how the plan reads numbers. Raises `ValueError` for a region or a country code that there is not."""
    options = plan.options
    if options.country_code is not None or options.trims_zero:
        return national_code(options.country_code, trim=options.trims_zero, add=None)
    return national(options.region)


def check_plan(plan: ImportPlan) -> None:
    """Refuse a plan that no record could be read by. Raises `InvalidMember`."""
    if len(plan.columns) != len(plan.header):
        raise InvalidMember("columns", "are not as many as the header has")
    members = [column.member for column in plan.columns]
    for member in sorted(set(members) - SEVERAL):
        if member not in MEMBERS:
            raise InvalidMember("columns", f"{member} is no member of a contact")
        if members.count(member) > 1:
            raise InvalidMember("columns", f"{member} is given by two columns")
    for column in plan.columns:
        if column.member == "field" and column.field is None:
            raise InvalidMember("columns", "a column is a field, and it is not said which")
    if not {"phone", "email", "id"} & set(members):
        raise InvalidMember("columns", "none is a phone number, an e-mail address or an id: whom do the records mean?")
    try:
        reading_of(plan)
    except ValueError as error:
        raise InvalidMember("region", str(error)) from error


class RecordReader:
    """Reads the records of one file, one after the other."""

    def __init__(self, plan: ImportPlan) -> None:
        """Make ready. Raises `ValueError` for a region or a country code that there is not."""
        self._reading = reading_of(plan)
        self._width = len(plan.header)
        self._match = plan.options.match
        self._adds_keyless = plan.options.adds_keyless
        self._phone, self._email, self._id = (next(iter(plan.positions(one)), None) for one in ("phone", "email", "id"))
        self._keys = [place for place in (self._phone, self._email, self._id) if place is not None]
        self._glances: list[tuple[int, Glance]] = []
        self._checks: list[tuple[int, str, Check]] = []
        for place, column in enumerate(plan.columns):
            check = self._check_of(column.member)
            if check is not None:
                name = plan.header[place].strip() or column.member
                self._checks.append((place, name, check))
                self._glances.append((place, self._glance_of(column.member, check)))

    def read_all(self, rows: Sequence[FileRow]) -> list[StagedRecord | Reject]:
        """Read rows like `read`, but most of them column by column, which takes a third of the time."""
        width = self._width
        plain = [row for row in rows if len(row.cells) == width and not row.problem]
        read = iter(self._read_plain(plain) if plain else ())
        if len(plain) == len(rows):
            return list(read)
        return [
            next(read) if len(row.cells) == width and not row.problem else self.read(row.number, row.cells, row.problem)
            for row in rows
        ]

    def _read_plain(self, rows: Sequence[FileRow]) -> list[StagedRecord | Reject]:
        columns: list[Sequence[str]] = list(zip(*[row.cells for row in rows], strict=True))
        closely: set[int] = set()
        originals: list[dict[int, str]] = [{} for _ in rows]
        for place, glance in self._glances:
            column, fresh = columns[place], glance(columns[place])
            for at, (cell, text) in enumerate(zip(column, fresh, strict=True)):
                if cell != text:
                    if text is None:
                        closely.add(at)
                    originals[at][place] = cell
            columns[place] = cast(Sequence[str], fresh)
        if not self._adds_keyless:
            named = map(any, zip(*[columns[place] for place in self._keys], strict=True))
            closely.update([at for at, is_named in enumerate(named) if not is_named])
        found: list[StagedRecord | Reject] = [
            StagedRecord(row.number, list(cells), differing)
            for row, cells, differing in zip(rows, zip(*columns, strict=True), originals, strict=True)
        ]
        for at in closely:
            found[at] = self.read(rows[at].number, rows[at].cells)
        return found

    def read(self, number: int, cells: Sequence[str], problem: str = "") -> StagedRecord | Reject:
        """Give the record in canonical form, or why it cannot be used. `problem`: what the file's reader said of it."""
        if problem:
            return _reject(number, problem, cells)
        if len(cells) > self._width:
            return _reject(number, f"has {len(cells)} cells, the header has {self._width}", cells)
        canonical = [*cells, *[""] * (self._width - len(cells))]
        originals: dict[int, str] = {}
        for place, name, check in self._checks:
            cell = canonical[place]
            if not cell:
                continue
            try:
                fresh = check(cell)
            except _Bad as bad:
                return _reject(number, f"{name}: {bad}", cells)
            if fresh != cell:
                canonical[place] = fresh
                originals[place] = cell
        if not self._names_somebody(canonical):
            return _reject(number, "names nobody: there is neither a number nor an e-mail address", cells)
        return StagedRecord(number, canonical, originals)

    def keys(self, record: StagedRecord) -> list[str]:
        """Give what tells whom a record means: two records with one key are about one person."""
        phone = record.cells[self._phone] if self._phone is not None else ""
        if phone and self._match is MatchBy.PHONE:
            return [phone]
        email = record.cells[self._email].casefold() if self._email is not None else ""
        if self._match is MatchBy.BOTH:
            return [key for key in (phone, email) if key]
        first, second = (phone, email) if self._match is MatchBy.PHONE else (email, phone)
        return [first or second] if first or second else []

    def _names_somebody(self, cells: list[str]) -> bool:
        return self._adds_keyless or any([cells[place] for place in self._keys])

    def _check_of(self, member: str) -> Check | None:
        match member:
            case "ignore":
                return None
            case "phone":
                return self._check_phone
            case "email":
                return _check_email
            case "id":
                return _check_id
            case "opt_out" | "blocked" | "verified":
                return _check_flag
            case "confirmation":
                return _check_confirmation
            case "tags" | "groups":
                return _check_labels
            case "external_id":
                return lambda cell: _check_text(cell, EXTERNAL_ID_MAX)
            case _:
                assert member in TEXT_MEMBERS or member in ("name", "assignee_email", "field")
                return _check_text

    def _glance_of(self, member: str, check: Check) -> Glance:
        if member == "phone":
            return self._glance_at_phones
        if member == "email":
            return _glance_at_emails
        closely = _by_cell(check)
        return (lambda column: _glance_at_texts(column, closely)) if check is _check_text else closely

    def _glance_at_phones(self, column: Sequence[str]) -> list[str | None]:
        told = glance_at_phones(column, self._reading)
        # Zeros behind a dot may be decimals, and a blank cell is fine.
        return [
            ("" if not cell else None) if text is None or (cell[-1] == "0" and "." in cell) else text
            for cell, text in zip(column, told, strict=True)
        ]

    def _check_phone(self, cell: str) -> str:
        text = cell.strip().lstrip("'")
        if not text:
            return ""
        if ("E" in text or "e" in text) and _POWER.fullmatch(text):
            raise _Bad(f"a spreadsheet turned the number into {text}, and its last digits are lost")
        if text.endswith("0") and (whole := _DECIMAL.fullmatch(text)) and len(whole[1]) >= PHONE_DIGITS_LEAST:
            text = whole[1]
        try:
            return parse_phone(text, self._reading).text
        except UnusablePhone:
            raise _Bad("is no phone number") from None


def storable(text: str) -> str:
    """Give a text as it can be kept: what no database takes becomes a question mark or a replacement sign."""
    return text if is_storable(text) else text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def split_name(name: str) -> tuple[str, str]:
    """Give first and last name of a whole one: the last word is the last name, where there are several."""
    first, _, last = name.strip().rpartition(" ")
    return (first.rstrip(), last) if first else (last, "")


def _reject(number: int, reason: str, cells: Sequence[str]) -> Reject:
    return Reject(number, storable(reason), [storable(cell) for cell in cells])


def _check_text(cell: str, longest: int = NOTES_ADDED_MAX) -> str:
    text = cell.strip()
    if not is_storable(text):
        raise _Bad("has a character that cannot be stored")
    if len(text) > longest:
        raise _Bad(f"has more than {longest} characters")
    return text


def _check_email(cell: str) -> str:
    text = cell.strip()
    if text and new_email_key(text) is None:
        raise _Bad("is no e-mail address" if len(text) <= EMAIL_MAX else f"has more than {EMAIL_MAX} characters")
    return text


def _glance_at_texts(column: Sequence[str], closely: Glance) -> Sequence[str | None]:
    whole = "".join(column)
    if whole.isascii() and whole.isprintable() and max(map(len, column)) < PLAIN_MAX:
        return list(map(str.strip, column))
    return closely(column)


def _glance_at_emails(column: Sequence[str]) -> list[str | None]:
    stripped = map(str.strip, column)
    return [cell if not cell or new_email_key(cell) is not None else None for cell in stripped]


def _by_cell(check: Check) -> Glance:
    def told(cell: str) -> str | None:
        try:
            return check(cell) if cell else ""
        except _Bad:
            return None

    return lambda column: list(map(told, column))


def _check_id(cell: str) -> str:
    text = cell.strip()
    if not text:
        return ""
    whole = _DECIMAL.fullmatch(text)
    text = whole[1] if whole else text
    if not (text.isascii() and text.isdecimal() and len(text) <= 18 and 1 <= int(text) <= LAST_CONTACT_ID):
        raise _Bad("is no id")
    return str(int(text))


def _check_flag(cell: str) -> str:
    word = cell.strip().casefold()
    if not word:
        return ""
    if word in _TRUE:
        return YES
    if word in _FALSE:
        return NO
    raise _Bad("is neither yes nor no")


def _check_confirmation(cell: str) -> str:
    word = cell.strip().casefold()
    if word and word not in list(Confirmation):
        raise _Bad(f"is none of {', '.join(Confirmation)}")
    return word


def _check_labels(cell: str) -> str:
    text = _check_text(cell)
    if any(len(name) > LABEL_MAX for name in split_names(text)):
        raise _Bad(f"has a name of more than {LABEL_MAX} characters")
    return text
