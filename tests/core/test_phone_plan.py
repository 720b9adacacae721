"""Tests that compare our completion with the library's; they must not rest on numbers that go out of date."""

import random
import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linebook.core.phone import Phone, national, parse_phone
from linebook.core.phone_plan import NumberKind, complete, kind_of_e164, plan_for, spell_out

MAIN_REGIONS = ["US", "CA", "IL", "GB", "DE", "FR", "IT", "AU", "BR", "IN", "MX", "AR", "JP"]
ALL_REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


@pytest.mark.parametrize("digits", ["12345", "5551234", "206555123", "20655512345", "120655512345", "0" * 15, "5" * 40])
def test_digits_of_no_possible_length_are_not_completed(digits: str) -> None:
    assert plan_for("US").quick(digits) is None
    assert complete(digits, "US") is None


@pytest.mark.parametrize("bare", ["", "+", "+1", "+0123", "2065551234\n", "٢٠٦٥٥٥١٢٣٤", "+" + "1" * 16, "206555123x"])
def test_the_quick_way_answers_nothing_but_plain_digits(bare: str) -> None:
    assert plan_for("US").quick(bare) is None


@pytest.mark.parametrize("text", ["1-555-CALL-NOW", "555-CALL", "FLOWERS", "1-800-FLOWERS x5", "2065551234/x5"])
def test_letters_make_no_number_unless_it_is_valid_and_without_extension(text: str) -> None:
    assert spell_out(text, "US") is None


def test_an_unknown_region_has_no_plan() -> None:
    with pytest.raises(ValueError, match="region"):
        plan_for("XX")


@pytest.mark.parametrize(
    ("region", "bare"),
    [
        ("US", "2065551234"),
        ("US", "12065551234"),
        ("US", "+12065551234"),
        ("AG", "2684601234"),
        ("AR", "1123456789"),
        ("BR", "11987654321"),
        ("GB", "07911123456"),
        ("IL", "0541111111"),
        ("IT", "0612345678"),
        ("JP", "09012345678"),
    ],
)
def test_common_numbers_take_the_quick_way(region: str, bare: str) -> None:
    assert plan_for(region).quick(bare) == (bare if bare[0] == "+" else complete(bare, region))


def test_a_plan_loads_no_other_regions() -> None:
    program = """
import sys
from linebook.core.phone import national, parse_phone
parse_phone("2065551234", national("US"))
print(*(name for name in sys.modules if name.startswith("phonenumbers.data.region_")))
"""
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["phonenumbers.data.region_US"]


@pytest.mark.parametrize(
    ("region", "sole_length"), [("US", 10), ("CA", 10), ("FR", 9), ("IL", None), ("DE", None), ("GB", None)]
)
def test_a_plan_tells_the_sole_length_of_its_national_numbers(region: str, sole_length: int | None) -> None:
    assert plan_for(region).sole_length == sole_length


def library_says(text: str, region: str) -> str | None:
    """What the library makes of a number typed locally, if it calls that valid and it fits E.164."""
    try:
        number = phonenumbers.parse(text, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code_source == phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_IDD:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164 if len(e164) <= 16 else None


def typed_numbers(region: str, count: int, rng: random.Random) -> list[str]:
    """Numbers near the region's own ones, some with a digit or a prefix too many or too few, some at random."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    code, prefix = str(metadata.country_code), metadata.national_prefix or ""
    prefixes = ["", prefix, code, code + prefix, "0", "1"]
    known = [phonenumbers.example_number_for_type(region, kind) for kind in range(11)]
    examples = [phonenumbers.national_significant_number(number) for number in known if number]
    numbers = []
    for _ in range(count):
        digits = list(rng.choice(examples))
        for _ in range(rng.randint(0, 5)):
            digits[rng.randrange(len(digits))] = rng.choice("0123456789")
        if rng.random() < 0.3:
            digits = rng.choices("0123456789", k=rng.randint(2, 15))
        numbers.append(rng.choice(prefixes) + "".join(digits[: rng.choice([-1, 99, 99, 99])]))
    return numbers


def test_the_quick_way_and_the_library_never_differ() -> None:
    rng = random.Random(20_240_229)
    quick_answers = valid_answers = 0
    regions = MAIN_REGIONS * 3 + rng.sample(ALL_REGIONS, 41)
    for region in regions:
        plan, reading = plan_for(region), national(region)
        for number in typed_numbers(region, 260, rng):
            quick = plan.quick(number)
            if quick is not None:
                quick_answers += 1
                assert quick == complete(number, region), (region, number)
            expected = library_says(number, region)
            if expected is not None:
                valid_answers += 1
                assert str(parse_phone(f"{number[:3]}-{number[3:]}", reading)) == expected, (region, number)
    assert len(regions) * 260 >= 20_000
    assert min(quick_answers, valid_answers) > 4_000


@settings(deadline=None)
@given(st.sampled_from(ALL_REGIONS), st.text("0123456789", min_size=2, max_size=17))
def test_the_quick_way_agrees_with_the_slow_one_in_every_region(region: str, digits: str) -> None:
    assert plan_for(region).quick(digits) in (None, complete(digits, region))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("+12065550101", NumberKind.EITHER),
        ("+18885550100", NumberKind.TOLL_FREE),
        ("+442079460142", NumberKind.FIXED),
        ("+447400123456", NumberKind.MOBILE),
        ("+15005550006", NumberKind.OTHER),
        ("+19995550142", NumberKind.OTHER),
        ("+999123456", NumberKind.OTHER),
        ("5550142", NumberKind.OTHER),
    ],
)
def test_a_plan_says_what_a_number_is_used_for(text: str, kind: NumberKind) -> None:
    assert kind_of_e164(text) is kind
    assert Phone.stored(text).kind() is kind
