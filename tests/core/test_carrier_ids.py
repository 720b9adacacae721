"""One id in the hands of carriers has several forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linebook.core.carrier_ids import canonical, other_forms


@pytest.mark.parametrize(
    ("part_id", "plain"), [("00AB", "ab"), (" 12 ", "12"), ("000", "0"), ("", "0"), ("A-1", "a-1"), ("0x1F", "x1f")]
)
def test_case_blanks_and_zeros_before_do_not_count(part_id: str, plain: str) -> None:
    assert canonical(part_id) == plain


@pytest.mark.parametrize(
    ("part_id", "forms"),
    [
        ("0000001A", ("1a", "26")),
        ("26", ("1a", "38")),
        ("1a", ("26",)),
        ("3f2b8c1e-0000", ("3f2b8c1e-0000",)[1:]),
        ("SMxyz", ("smxyz",)),
    ],
)
def test_a_number_has_the_form_of_the_other_base(part_id: str, forms: tuple[str, ...]) -> None:
    assert other_forms(part_id) == forms


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_receipt_in_either_base_is_found(number: int) -> None:
    for given_form in (str(number), f"{number:x}", f"{number:08X}"):
        known = {given_form, *other_forms(given_form)}
        base = 16 if given_form != str(number) else 10
        other = f"{int(given_form, base):x}" if base == 10 else str(int(given_form, base))
        assert canonical(given_form) in known
        assert canonical(other) in known
