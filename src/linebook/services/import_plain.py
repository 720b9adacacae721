"""The short way for most records of most files: people nobody knows yet, and people of whom nothing new is said.

It decides nothing otherwise than `save_contacts` does, which a test compares record by record; whatever is not plain is
left to that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from linebook.core.account import LAST_CONTACT_ID
from linebook.core.contact import new_email_key
from linebook.core.imports import TEXT_MEMBERS, ImportPlan, MatchBy, Outcome, RecordKind, StagedRecord
from linebook.services.clocks import Clock
from linebook.services.kept_imports import Import
from linebook.storage.base import Ask, Row, Tx

PLAIN_MEMBERS: Final = frozenset({"phone", "email", "ignore", *TEXT_MEMBERS})
"""What the columns of a file may mean whose records can be plain."""

TOGETHER: Final = 500
"""So many contacts are sent to the database at once; it can add them while the next are made ready."""

_COLUMNS: Final = {"email": 2} | {member: place for place, member in enumerate(TEXT_MEMBERS, 3)}
"""Where a row of `plain_contacts_by_phone` has these; number and id come first."""


class PlainRecords:
    """The plain ones among the next records of an import. The transaction holds the account's clock."""

    def __init__(self, tx: Tx, account_id: int, one: Import, clock: Clock) -> None:
        """Look at the plan."""
        self._tx = tx
        self._account_id = account_id
        self._clock = clock
        self._author = one.author
        self._updates = one.plan.options.updates
        self._clears = one.plan.options.blank_clears
        members = {column.member: place for place, column in enumerate(one.plan.columns) if column.member != "ignore"}
        self._is_possible = _is_plain(one.plan, members)
        self._phone_at = members.get("phone", 0)
        self._email_at = members.get("email")
        self._texts = [(place, member) for member, place in members.items() if member in TEXT_MEMBERS]
        self._compared = [(place, _COLUMNS[member]) for member, place in members.items() if member in _COLUMNS]

    def save(self, records: Sequence[StagedRecord]) -> list[Outcome | None]:
        """Save those that are plain; give an outcome for each of them, and None for every other record."""
        outcomes: list[Outcome | None] = [None] * len(records)
        if not self._is_possible:
            return outcomes
        phones = [record.cells[self._phone_at] for record in records]
        emails = [self._email_key(record) for record in records]
        present, elsewhere = self._look_up(phones, emails)
        # A key that two records of the step share is for somebody who takes them in order.
        several = {one for one, count in Counter(phones).items() if count > 1 or not one}
        several_emails = {one for one, count in Counter(emails).items() if count > 1 and one is not None}
        fresh: list[int] = []
        for place, (record, phone, email) in enumerate(zip(records, phones, emails, strict=True)):
            if phone in several or email in several_emails:
                continue
            row = present.get(phone)
            if row is None:
                fresh.append(place)
            elif row[1] not in elsewhere and self._says_nothing_new(record.cells, row):
                kind = RecordKind.UNCHANGED if self._updates else RecordKind.SKIPPED
                outcomes[place] = Outcome(record.number, kind, row[1])
        if fresh:
            self._create(records, emails, fresh, outcomes)
        return outcomes

    def _email_key(self, record: StagedRecord) -> str | None:
        cell = record.cells[self._email_at] if self._email_at is not None else ""
        return new_email_key(cell) if cell else None

    def _look_up(self, phones: Sequence[str], emails: Sequence[str | None]) -> tuple[dict[str, Row], set[int]]:
        """Give who has these numbers, and the contacts that records without a number mean by their addresses."""
        keys = sorted({phone for phone in phones if phone})
        alone = sorted({email for phone, email in zip(phones, emails, strict=True) if not phone and email is not None})
        asks: list[Ask] = [("plain_contacts_by_phone", {"account_id": self._account_id, "keys": keys})]
        if alone:
            asks.append(("owners_of_emails", {"account_id": self._account_id, "keys": alone}))
        by_phone, *by_email = self._tx.all_of(asks)
        return {row[0]: row for row in by_phone}, {row[1] for found in by_email for row in found}

    def _says_nothing_new(self, cells: Sequence[str], row: Row) -> bool:
        if not self._updates:
            return True
        for place, column in self._compared:
            cell = cells[place]
            if cell != row[column] and (cell or self._clears):
                return False
        return True

    def _create(
        self,
        records: Sequence[StagedRecord],
        emails: Sequence[str | None],
        fresh: list[int],
        outcomes: list[Outcome | None],
    ) -> None:
        """Add those of `fresh` whose address nobody has claimed."""
        clock = self._clock
        wanted = sorted({email for place in fresh if (email := emails[place]) is not None})
        found = self._tx.all("owners_of_emails", account_id=self._account_id, keys=wanted) if wanted else ()
        taken = {row[0] for row in found}
        if taken:
            fresh = [place for place in fresh if emails[place] not in taken]
        if not fresh or clock.last_id + len(fresh) > LAST_CONTACT_ID:
            return
        times = clock.times(len(fresh))
        blank: dict[str, object] = {
            "account_id": self._account_id,
            "email": "",
            **dict.fromkeys(TEXT_MEMBERS, ""),
            "door": self._author.door,
            "credential_id": self._author.credential_id,
        }
        rows: list[dict[str, object]] = []
        sent = 0
        for place, at_ms, uuid in zip(fresh, times, self._tx.ids.uuid7s(times), strict=True):
            record = records[place]
            cells = record.cells
            row = blank.copy()
            row["id"] = contact_id = clock.next_id()
            row["uuid"] = uuid
            row["phone"] = cells[self._phone_at]
            row["email_key"] = emails[place]
            if self._email_at is not None:
                row["email"] = cells[self._email_at]
            for at, member in self._texts:
                row[member] = cells[at]
            row["change_no"] = change_no = clock.next_no()
            row["at_ms"] = at_ms
            rows.append(row)
            outcomes[place] = Outcome(record.number, RecordKind.CREATED, contact_id, change_no)
            if len(rows) - sent == TOGETHER:
                self._tx.run_many("insert_plain_contacts", rows[sent:])
                sent = len(rows)
        self._tx.run_many("insert_plain_contacts", rows[sent:])
        clock.row_count += len(rows)
        clock.put(times[-1])


def _is_plain(plan: ImportPlan, members: dict[str, int]) -> bool:
    options = plan.options
    return (
        options.match is MatchBy.PHONE
        and "phone" in members
        and members.keys() <= PLAIN_MEMBERS
        and not options.tags
        and not options.groups
    )
