"""Reading times that people and other programs wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linebook.core.times import read_time

DAY_MS = 1_769_817_600_000
"""The beginning of 31 January 2026, UTC."""


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2026-01-31", DAY_MS),
        (" 2026/1/31 ", DAY_MS),
        ("2026.01.31", DAY_MS),
        ("20260131", DAY_MS),
        ("2026-01-31T08:05:06Z", DAY_MS + 29_106_000),
        ("2026-01-31 08:05", DAY_MS + 29_100_000),
        ("2026-01-31t08:05:06.789123Z", DAY_MS + 29_106_789),
        ("2026-01-31T08:05:06,5", DAY_MS + 29_106_500),
        ("2026-01-31 08:05:06 UTC", DAY_MS + 29_106_000),
        ("2026-01-31T08:05:06+02:00", DAY_MS + 21_906_000),
        ("2026-01-31T08:05:06-0330", DAY_MS + 41_706_000),
        ("20260131T080506Z", DAY_MS + 29_106_000),
        ("1969-12-31T23:59:59Z", -1000),
    ],
)
def test_the_year_comes_first_and_utc_is_meant(text: str, at_ms: int) -> None:
    assert read_time(text) == at_ms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "01/02/2026",
        "31.01.2026",
        "2026-02-30",
        "2026-13-01",
        "2026-01-31T25:00",
        "2026-01-31T08:05:60Z",
        "2026-01-31 noon",
        "2026-01-31T08:05 CET",
        "202601311",
        "0000-01-01",
        "٢٠٢٦-٠١-٣٢",
    ],
)
def test_what_could_be_two_days_or_is_none_is_not_guessed_at(text: str) -> None:
    assert read_time(text) is None


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_what_iso_8601_says_is_read(at: datetime, zone: timezone) -> None:
    moment = at.replace(tzinfo=zone)
    text = moment.isoformat(timespec="milliseconds")
    whole = int(moment.astimezone(UTC).replace(microsecond=0).timestamp()) * 1000
    assert read_time(text) == whole + moment.microsecond // 1000
