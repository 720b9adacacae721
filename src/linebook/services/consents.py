"""Consent of numbers: the ledger and its current view. Kept by number, so it outlives contacts and covers strangers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from linebook.core.author import Author
from linebook.core.consent import EVERY_LINE, Consent, ConsentAction, apply, effective
from linebook.core.contact import check_text
from linebook.core.phone import Phone
from linebook.errors import DomainError
from linebook.services.book import Book, Keys
from linebook.services.labels import next_id
from linebook.storage import rows
from linebook.storage.base import Row, Tx

COUNTER = "consent_entry"


class RecordConsent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a number's consent: the action, the word that was texted, evidence in free text.

    `at_ms` is when it happened, for what happened before it was recorded here; now if it is not given.
    """

    phone: Phone
    action: ConsentAction
    author: Author
    line_id: int = EVERY_LINE
    word: str = ""
    evidence: str = ""
    at_ms: int | None = None


class ConsentEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the ledger."""

    id: int
    phone: Phone
    line_id: int
    action: ConsentAction
    word: str
    evidence: str
    at_ms: int
    door: str
    credential_id: int | None


class ConsentCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many numbers an account knows the consent of, and of how many of them each thing is true on some line."""

    numbers: int
    by_person: int
    by_team: int
    blocked: int


class ConsentLedger:
    """The consent of the numbers that one transaction touches. The transaction holds the account's book clock."""

    def __init__(self, tx: Tx, account_id: int) -> None:
        """Read nothing yet."""
        self._tx = tx
        self._account_id = account_id
        self._loaded: set[str] = set()
        self._states: dict[tuple[str, int], Consent] = {}
        self._dirty: dict[tuple[str, int], None] = {}
        self._entries: list[dict[str, object]] = []

    def load(self, phones: Iterable[Phone]) -> None:
        """Read the states of these numbers, unless they were read before."""
        keys = sorted({phone.text for phone in phones} - self._loaded)
        self._loaded.update(keys)
        if keys:
            for row in self._tx.all("consents_by_phone", account_id=self._account_id, keys=keys):
                state = rows.consent_from_row(row)
                self._states[state.phone.text, state.line_id] = state

    def state(self, phone: Phone, line_id: int = EVERY_LINE) -> Consent:
        """Give the number's own state on that line id, not combined with any other."""
        return self._states.get((phone.text, line_id)) or Consent(phone=phone, line_id=line_id)

    def record(self, change: RecordConsent) -> dict[str, object]:
        """Fold one action; give the old values of what it changed. An action that changes nothing leaves no entry."""
        self.load((change.phone,))  # a state that was never read would be overwritten, a person's STOP with it
        before = self.state(change.phone, change.line_id)
        at_ms = self._tx.now_ms if change.at_ms is None else change.at_ms
        after = apply(before, change.action, at_ms)
        if after is before:
            return {}
        key = (change.phone.text, change.line_id)
        self._states[key] = after
        self._dirty[key] = None
        self._entries.append(
            {
                "account_id": self._account_id,
                "phone": change.phone.text,
                "line_id": change.line_id,
                "action": change.action.value,
                "word": change.word,
                "evidence": change.evidence,
                "at_ms": at_ms,
                "door": change.author.door,
                "credential_id": change.author.credential_id,
            }
        )
        members = ("by_person", "by_team", "is_blocked")
        return {one: getattr(before, one) for one in members if getattr(before, one) != getattr(after, one)}

    def write(self) -> None:
        """Write the states that changed and append to the ledger."""
        if not self._dirty:
            return
        first = next_id(self._tx, self._account_id, COUNTER, 1, len(self._entries)) - len(self._entries) + 1
        for number, entry in enumerate(self._entries):
            entry["id"] = first + number
        changed = [rows.consent_to_row(self._account_id, self._states[key]) for key in self._dirty]
        self._tx.run_many("save_consents", changed)
        self._tx.run_many("insert_consent_entries", self._entries)


class Recorded(msgspec.Struct, frozen=True):
    """The outcome of recording something: the number's state after it, and whether that is another one than before."""

    consent: Consent
    is_change: bool


def record_consents(tx: Tx, account_id: int, changes: Sequence[RecordConsent]) -> list[Consent | DomainError]:
    """Record what happened to numbers' consent, in order; give each number's state after its change.

    A number that has a contact: the contact counts as changed, and its history says what the consent was. Domain error:
    `InvalidMember` (a word or an evidence that cannot be stored).
    """
    outcomes = tell_consents(tx, account_id, changes)
    return [one.consent if isinstance(one, Recorded) else one for one in outcomes]


def tell_consents(tx: Tx, account_id: int, changes: Sequence[RecordConsent]) -> list[Recorded | DomainError]:
    """Record like `record_consents`, and tell of each whether it changed anything."""
    book = Book(tx, account_id, len(changes), Keys(phones=[change.phone.text for change in changes]))
    ledger = ConsentLedger(tx, account_id)
    ledger.load([change.phone for change in changes])
    outcomes: list[Recorded | DomainError] = []
    for change in changes:
        try:
            check_text("word", change.word)
            check_text("evidence", change.evidence)
        except DomainError as error:
            outcomes.append(error)
            continue
        old = ledger.record(change)
        contact = book.by_phone(change.phone)
        if old and contact is not None:
            book.update(contact, {}, change.author, old)
        outcomes.append(Recorded(ledger.state(change.phone, change.line_id), bool(old)))
    ledger.write()
    book.write()
    return outcomes


def consents_of(tx: Tx, account_id: int, phones: Sequence[Phone], line_id: int = EVERY_LINE) -> dict[Phone, Consent]:
    """Give the consent that counts for each of these numbers on a line, or on every line."""
    keys = [phone.text for phone in phones]
    states: dict[Phone, list[Consent]] = {}
    for row in tx.all("consents_by_phone", account_id=account_id, keys=keys):
        state = rows.consent_from_row(row)
        states.setdefault(state.phone, []).append(state)
    return {phone: effective(phone, states.get(phone, ()), line_id) for phone in phones}


def may_be_texted(tx: Tx, account_id: int, phone: Phone, line_ids: Iterable[int]) -> bool:
    """Whether consent lets at least one of these lines text a number."""
    found = tx.all("consents_by_phone", account_id=account_id, keys=[phone.text])
    states = [rows.consent_from_row(row) for row in found]
    return any(effective(phone, states, line_id).may_text for line_id in line_ids)


def count_consents(tx: Tx, account_id: int) -> ConsentCounts:
    """Count an account's consents by walking all of them: for tests and reports, not for requests."""
    row = tx.one("consent_counts", account_id=account_id)
    numbers, by_person, by_team, blocked = row or (0, 0, 0, 0)
    return ConsentCounts(numbers=numbers, by_person=by_person, by_team=by_team, blocked=blocked)


def consent_ledger(tx: Tx, account_id: int, phone: Phone, limit: int = 100) -> list[ConsentEntry]:
    """Give the ledger of one number, newest first."""
    found = tx.all("consent_entries_of_phone", account_id=account_id, phone=phone.text, limit=limit)
    return [entry_from_row(row) for row in found]


def entry_from_row(row: Row) -> ConsentEntry:
    """Give the entry that a row of `consent_entry` holds."""
    return ConsentEntry(
        id=row[1],
        phone=Phone.stored(row[2]),
        line_id=row[3],
        action=ConsentAction(row[4]),
        word=row[5],
        evidence=row[6],
        at_ms=row[7],
        door=row[8],
        credential_id=row[9],
    )
