"""Counts what was sent and what came back, judges every answer, and keeps one example of each kind of fault."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from linebook.dialects.base import Call, Operation
from tests.kit.raw_http import Answer
from tests.kit.wire import PRIVATE_LENGTH

NO_ANSWER: Final = 0
"""Counts as the status of a connection that was closed without an answer."""

VALID_SHARE: Final = 0.5
REACHED_SHARE: Final = 0.25
ENOUGH: Final = 50
"""Of that many cases for one operation, some must reach its handler."""


class Fault(msgspec.Struct, frozen=True):
    """Something that must not happen, with the first request that made it happen."""

    part: str
    operation: str
    what: str
    request: str


class Ledger:
    """What one run found out."""

    def __init__(self) -> None:
        self.statuses: Counter[tuple[str, str, int]] = Counter()
        self.shown: Counter[tuple[str, str]] = Counter()
        self.reached: Counter[tuple[str, str]] = Counter()
        self.faults: dict[tuple[str, str, str], Fault] = {}
        self.fault_counts: Counter[tuple[str, str, str]] = Counter()

    def count(self, part: str, operation: str, status: int, *, is_valid: bool) -> None:
        """Count one case; `is_valid`: it showed a valid credential, or none was needed."""
        self.statuses[part, operation, status] += 1
        self.shown[part, operation] += is_valid

    def blame(self, part: str, operation: str, what: str, request: bytes | str, detail: str = "") -> None:
        """Note a fault. Those that differ in their details and requests only count as one."""
        key = (part, operation, what)
        text = request if isinstance(request, str) else repr(request[:2_000])
        self.faults.setdefault(key, Fault(part, operation, f"{what} {detail}".strip(), text))
        self.fault_counts[key] += 1

    def judge_log(self, part: str, operation: str, logged: str, given: Iterable[str], request: bytes | str) -> None:
        """Find what must never be logged."""
        if "Traceback" in logged or "trace=" in logged:
            self.blame(part, operation, "a traceback in the log", request, logged[-1_500:])
        if any(len(text) >= PRIVATE_LENGTH and text in logged for text in given):
            self.blame(part, operation, "a value of the request in the log", request, logged[:500])

    def judge(self, part: str, operation: str, answer: Answer | None, fault: str | None, request: bytes | str) -> None:
        """Note what is wrong with an answer."""
        if answer is None:
            self.blame(part, operation, "no answer", request)
        elif answer.status >= 500:
            self.blame(part, operation, f"status {answer.status}", request, repr(answer.body[:300]))
        elif fault is not None:
            self.blame(part, operation, f"status {answer.status}, {fault}", request, repr(answer.body[:300]))

    @contextmanager
    def counting_handlers(self, part: str, operations: Iterable[Operation]) -> Iterator[None]:
        """Count every call of a handler for a part of the run while the block runs."""
        before = {operation.name: (operation, operation.handler) for operation in operations}

        def counted(name: str, handler: Any) -> Any:
            @functools.wraps(handler)
            async def call(one: Call) -> Any:
                self.reached[part, name] += 1
                return await handler(one)

            return call

        for name, (operation, handler) in before.items():
            if handler is not None:
                msgspec.structs.force_setattr(operation, "handler", counted(name, handler))
        try:
            yield
        finally:
            for operation, handler in before.values():
                msgspec.structs.force_setattr(operation, "handler", handler)

    # -- at the end

    def total(self, part: str, operation: str) -> int:
        """Give how many cases an operation had in a part."""
        return sum(count for (*line, _), count in self.statuses.items() if line == [part, operation])

    def _lines(self) -> list[tuple[str, str]]:
        return sorted({(part, operation) for part, operation, _ in self.statuses}, key=lambda line: line[::-1])

    def check_depth(self, *exempt: str) -> None:
        """Note a fault where too many cases were turned away at the door to say anything, but for these parts."""
        lines = [(part, operation) for part, operation in self._lines() if part not in exempt]
        total = sum(self.total(*line) for line in lines)
        for word, counts, share in (
            ("showed a valid credential", self.shown, VALID_SHARE),
            ("reached a handler", self.reached, REACHED_SHARE),
        ):
            count = sum(counts[line] for line in lines)
            if count < share * total:
                self.blame("all", "all", f"only {count} of {total} cases {word}", "")
        for part, operation in lines:
            if self.total(part, operation) >= ENOUGH and not self.reached[part, operation]:
                self.blame(part, operation, "no case reached the handler", "")

    def table(self) -> str:
        """Give the counts: a line per operation and part, a column per status."""
        statuses = sorted({status for _, _, status in self.statuses})
        rows = [
            ["operation", "part", "cases", "valid", "handled", *(str(one) if one else "closed" for one in statuses)]
        ]
        for part, operation in self._lines():
            counts = (self.total(part, operation), self.shown[part, operation], self.reached[part, operation])
            by_status = (self.statuses[part, operation, one] or "" for one in statuses)
            rows.append([operation, part, *map(str, counts), *map(str, by_status)])
        sums = [sum(counter.values()) for counter in (self.statuses, self.shown, self.reached)]
        of_status = [sum(count for (*_, status), count in self.statuses.items() if status == one) for one in statuses]
        rows.append(["together", "", *map(str, sums), *map(str, of_status)])
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if at < 2 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        )
