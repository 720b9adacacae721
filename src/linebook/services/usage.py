"""What lines sent and received by month: SMS, MMS and parts, kept and not counted, because carriers bill them apart."""

from __future__ import annotations

import datetime
from collections import Counter

from linebook.core.message import LineUsage
from linebook.storage import texting_rows
from linebook.storage.base import Tx

_COLUMNS = ("sent_sms", "sent_mms", "sent_parts", "received_sms", "received_mms", "received_parts")


class UsageCount:
    """What one transaction adds to the usage of an account's lines."""

    def __init__(self, tx: Tx, account_id: int) -> None:
        """Count nothing yet."""
        self._tx = tx
        self._account_id = account_id
        self._month = month_of(tx.now_ms)
        self._counts: Counter[tuple[int, str]] = Counter()

    def add(self, way: str, line_id: int, *, is_mms: bool, part_count: int) -> None:
        """Count a message that was `sent` or `received`."""
        self._counts[line_id, f"{way}_{'mms' if is_mms else 'sms'}"] += 1
        self._counts[line_id, f"{way}_parts"] += part_count

    def write(self) -> None:
        """Add the counts to those that are kept."""
        rows: dict[int, dict[str, object]] = {}
        for (line_id, column), count in self._counts.items():
            blank: dict[str, object] = {"account_id": self._account_id, "line_id": line_id, "month": self._month}
            rows.setdefault(line_id, blank | dict.fromkeys(_COLUMNS, 0))[column] = count
        self._tx.run_many("add_line_usage", list(rows.values()))


def month_of(at_ms: int) -> int:
    """Give the month of a time as a number, such as 202611 (UTC)."""
    at = datetime.datetime.fromtimestamp(at_ms / 1000, datetime.UTC)
    return at.year * 100 + at.month


def line_usages(tx: Tx, account_id: int) -> list[LineUsage]:
    """Give what every line of an account sent and received, by line and month."""
    return [texting_rows.usage_from_row(row) for row in tx.all("line_usages", account_id=account_id)]
