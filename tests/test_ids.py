"""UUIDs of version 7: by their time, and unlike each other."""

from __future__ import annotations

import uuid

from linebook.ids import UUID7_RANDOM_BYTES, Ids


def test_many_at_once_are_what_they_would_be_one_by_one() -> None:
    drawn = bytes(range(3 * UUID7_RANDOM_BYTES))
    ids = Ids(lambda size: drawn[:size])
    times = [1, 1_700_000_000_000, 2**48 - 1]
    parts = [drawn[UUID7_RANDOM_BYTES * place :][:UUID7_RANDOM_BYTES] for place in range(3)]
    assert ids.uuid7s(times) == [ids.uuid7(at_ms, part) for at_ms, part in zip(times, parts, strict=True)]


def test_a_uuid_says_its_time_and_its_version() -> None:
    times = list(range(1_700_000_000_000, 1_700_000_000_064))
    made = [uuid.UUID(one) for one in Ids().uuid7s(times)]
    assert [one.int >> 80 for one in made] == times
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    assert len(set(made)) == 64
    assert [str(one) for one in made] == sorted(map(str, made))
