"""Reads times as people and other programs write them; into milliseconds since 1970, UTC. No clock, no I/O."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_FORMS: Final = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?P<rest>.*)", re.DOTALL),
    re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?P<rest>T.*)?", re.DOTALL),
)
_TIME_OF_DAY: Final = re.compile(
    r"[T ]\s*(\d{1,2}):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?", re.IGNORECASE
)


def read_time(text: str) -> int | None:
    """Give the time that an ISO 8601 text names, or None; the year comes first, midnight and UTC unless it says more.

    A day before a month or a month before a day is not guessed at: `01/02/2026` is none.
    """
    for form in _FORMS:
        found = form.fullmatch(text.strip())
        if found is not None:
            return _milliseconds(found)
    return None


def _milliseconds(found: re.Match[str]) -> int | None:
    hour = minute = second = millisecond = offset_min = 0
    rest = found["rest"] or ""
    if rest.strip():
        clock = _TIME_OF_DAY.fullmatch(rest)
        if clock is None:
            return None
        hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        millisecond = int((clock[4] or "0")[:3].ljust(3, "0"))
        zone = clock[5] or ""
        if zone[:1] in ("+", "-") and zone:
            digits = zone[1:].replace(":", "")
            offset_min = (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if zone[0] == "-" else 1)
    try:
        at = datetime(int(found["year"]), int(found["month"]), int(found["day"]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return (int(at.timestamp()) - offset_min * 60) * 1000 + millisecond
