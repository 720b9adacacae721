"""The tables of states are whole, and a state never moves back."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linebook.core.delivery_status import (
    ACCEPTED,
    MESSAGE_STATUSES,
    QUEUED,
    SENT,
    DeliveryState,
    ReceiptKind,
    StatusCode,
    combined,
    state_of,
    state_of_receipt,
    state_of_smpp,
)

STATES = [state_of(number) for number in MESSAGE_STATUSES]
FAILED = DeliveryState(StatusCode.FAILED, 1007)
DELIVERED = DeliveryState(StatusCode.DELIVERED, 1004)
UNDELIVERED = DeliveryState(StatusCode.UNDELIVERED, 1007)


def test_every_row_of_the_table_is_there_under_its_status_code() -> None:
    expected = {998: 7, 999: 1, 1001: 2, 1002: 0, 1003: 4, 1004: 6, 3120: 5}
    expected |= dict.fromkeys([*range(1005, 1009), *range(1100, 1113), 1115, 1116, 1150, 1152], 5)
    expected |= dict.fromkeys([*range(1200, 1203), *range(1204, 1244)], 5)
    assert {number: int(row.status_code) for number, row in MESSAGE_STATUSES.items()} == expected


def test_every_row_says_something_of_its_own() -> None:
    assert len({row.text for row in MESSAGE_STATUSES.values()}) == len(MESSAGE_STATUSES)


def test_smpp_errors_stand_in_the_order_of_their_values() -> None:
    numbers = [number for number in MESSAGE_STATUSES if 1200 < number < 1300]
    values = [MESSAGE_STATUSES[number].smpp_status for number in numbers]
    known = [value for value in values if value is not None]
    assert known == sorted(set(known))
    assert numbers[len(known) :] == [1243]


@pytest.mark.parametrize(
    ("command_status", "message_status"),
    [(0x00, 1003), (0x01, 1201), (0x07, 3120), (0x58, 1225), (0xFF, 1200), (0x106, 1242), (0x53, 1200), (0x401, 1200)],
)
def test_an_smpp_answer_has_its_state(command_status: int, message_status: int) -> None:
    assert state_of_smpp(command_status) == state_of(message_status)


def test_a_carriers_own_error_may_mean_an_empty_purse_where_carriers_keep_their_own() -> None:
    credit = frozenset({0x401, 0x08})
    assert state_of_smpp(0x401, credit=credit).message_status == 1243
    assert state_of_smpp(0x08, credit=credit).message_status == 1204


@pytest.mark.parametrize(("given_number", "number"), [(1203, 3120), (7, 1200), (1110, 1110), (1244, 1200)])
def test_an_unknown_or_misspelt_message_status_is_read_as_one_of_the_table(given_number: int, number: int) -> None:
    assert state_of(given_number).message_status == number


def test_only_a_higher_rank_is_taken() -> None:
    ranks = [{2, 3}, {1}, {0, 4}, {5, 6, 7}]
    rank = {code: number for number, codes in enumerate(ranks) for code in codes}
    for now, later in product(STATES, STATES):
        assert now.moved_to(later) == (later if rank[later.status_code] > rank[now.status_code] else now)


@given(st.lists(st.sampled_from(STATES), min_size=1, max_size=8))
def test_news_in_any_order_never_moves_a_state_back(news: list[DeliveryState]) -> None:
    state = QUEUED
    ranks = []
    for one in news:
        state = state.moved_to(one)
        ranks.append(state.status_code.rank)
    assert ranks == sorted(ranks)
    finals = [one for one in news if one.status_code.is_final]
    if finals:
        assert state == finals[0]


@pytest.mark.parametrize(
    ("kind", "local", "toll_free"),
    [
        (ReceiptKind.ACCEPTED, (4, 1003), (4, 1003)),
        (ReceiptKind.DELIVERED, (4, 1003), (6, 1004)),
        (ReceiptKind.EXPIRED, (5, 1006), (5, 1006)),
        (ReceiptKind.REJECTED, (5, 1005), (5, 1005)),
        (ReceiptKind.UNDELIVERED, (5, 1007), (7, 1007)),
        (ReceiptKind.UNKNOWN, (5, 1100), (5, 1100)),
    ],
)
def test_a_receipt_leads_to_a_state_by_the_kind_of_line(
    kind: ReceiptKind, local: tuple[int, int], toll_free: tuple[int, int]
) -> None:
    for is_toll_free, (code, number) in ((False, local), (True, toll_free)):
        state = state_of_receipt(kind, is_toll_free=is_toll_free)
        assert (state.status_code, state.message_status) == (code, number)


def test_a_receipt_that_names_a_reason_has_it_in_its_state() -> None:
    assert state_of_receipt(ReceiptKind.REJECTED, is_toll_free=False, message_status=1152) == state_of(1152)
    undelivered = state_of_receipt(ReceiptKind.UNDELIVERED, is_toll_free=True, message_status=1116)
    assert undelivered == DeliveryState(StatusCode.UNDELIVERED, 1116)


def test_a_reason_makes_no_failure_of_a_delivery_and_no_delivery_of_a_failure() -> None:
    assert state_of_receipt(ReceiptKind.DELIVERED, is_toll_free=True, message_status=1152) == DELIVERED
    assert state_of_receipt(ReceiptKind.REJECTED, is_toll_free=True, message_status=1004) == state_of(1005)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([ACCEPTED], ACCEPTED),
        ([ACCEPTED, QUEUED], QUEUED),
        ([SENT, DELIVERED], SENT),
        ([DELIVERED, DELIVERED], DELIVERED),
        ([DELIVERED, UNDELIVERED, QUEUED], UNDELIVERED),
        ([QUEUED, FAILED], FAILED),
    ],
)
def test_a_text_is_as_far_as_its_slowest_part_and_fails_with_the_first(
    parts: list[DeliveryState], whole: DeliveryState
) -> None:
    assert combined(parts) == whole
