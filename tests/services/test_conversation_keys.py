"""The 32-bit numbers of conversations: stable, blind to order, and unique even where two sets hash to the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from linebook.core.account import Account
from linebook.core.message import conversation_digest, fingerprints_of, message_time_ms, next_message_id
from linebook.services.clocks import TEXTING, Clock
from linebook.services.conversation_keys import ConversationKeys, find_fingerprint
from linebook.storage.base import Engine, Tx

ADA, GRACE, JOAN = "+12065550101", "+12065550102", "+12065550103"


def numbers(engine: Engine, account: Account, *sets: tuple[str, ...]) -> list[int]:
    def work(tx: Tx) -> list[int]:
        Clock(tx, account.id, TEXTING)
        keys = ConversationKeys(tx, account.id)
        keys.load(sets)
        keys.write()
        return [keys.of(one) for one in sets]

    return engine.write(work)


def test_a_set_of_addresses_has_one_number_however_it_is_written(engine: Engine, account: Account) -> None:
    both, turned, twice = numbers(engine, account, (ADA, GRACE), (GRACE, ADA), (ADA, GRACE, ADA))
    assert both == turned == twice
    assert numbers(engine, account, (ADA,), (ADA, GRACE))[1] == both
    assert 0 < both < 2**32
    assert engine.read(lambda tx: find_fingerprint(tx, account.id, (GRACE, ADA))) == both
    assert engine.read(lambda tx: find_fingerprint(tx, account.id, (JOAN,))) is None


def test_every_account_has_the_same_number_for_an_address(engine: Engine, account: Account, other: Account) -> None:
    assert numbers(engine, account, (ADA,)) == numbers(engine, other, (ADA,))
    assert engine.read(lambda tx: find_fingerprint(tx, other.id, (GRACE,))) is None


def test_sets_that_hash_to_the_same_get_numbers_of_their_own(
    engine: Engine, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crowded(_digest: str) -> Iterator[int]:
        yield from range(1, 10)

    monkeypatch.setattr("linebook.services.conversation_keys.fingerprints_of", crowded)
    assert sorted(numbers(engine, account, (ADA,), (GRACE,))) == [1, 2]
    assert numbers(engine, account, (JOAN,)) == [3]
    assert numbers(engine, account, (JOAN,)) == [3]


def test_a_number_is_never_0_and_the_next_candidate_is_another_one() -> None:
    candidates = fingerprints_of(conversation_digest([ADA]))
    found = [next(candidates) for _ in range(5)]
    assert len(set(found)) == 5 and all(0 < one < 2**32 for one in found)


@pytest.mark.parametrize("account_id", [1, 1023, 1024, 70_000])
def test_an_id_holds_its_time_and_rises_whatever_the_clock_says(account_id: int) -> None:
    first = next_message_id(0, 1_790_000_000_000, account_id)
    assert message_time_ms(first) == 1_790_000_000_000 and 0 < first < 2**63
    last = first
    for at_ms in (1_790_000_000_000, 1_789_999_000_000, 0):
        following = next_message_id(last, at_ms, account_id)
        assert following > last
        last = following
    assert message_time_ms(next_message_id(last, 1_790_000_000_001, account_id)) == 1_790_000_000_001


def test_a_full_millisecond_runs_over_into_the_next() -> None:
    last = 0
    for _ in range(4097):
        last = next_message_id(last, 1_790_000_000_000, 7)
    assert message_time_ms(last) == 1_790_000_000_001
