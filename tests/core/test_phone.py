"""Tests of reading and holding phone numbers; what numbering plans say has its own tests."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linebook.core.phone import Phone, Reading, UnusablePhone, international, national, national_code, parse_phone

US = national("US")
TRIMMING = national_code("972", trim=True, add=True)
AS_SENT = national_code(None, trim=False, add=None)
READINGS: list[Reading] = [US, national("GB"), national("AR"), international(), TRIMMING, AS_SENT]


def read(text: str | None, reading: Reading, **options: bool) -> str:
    return str(parse_phone(text, reading, **options))


# What is refused.


@pytest.mark.parametrize("reading", READINGS, ids=repr)
@pytest.mark.parametrize("text", [None, "", " ", "\t\u00a0", "+", "()", "-", "0", "+5", "+0541111111", "N/A", "\ud800"])
def test_text_without_a_number_is_unusable_under_every_reading(text: str | None, reading: Reading) -> None:
    with pytest.raises(UnusablePhone):
        parse_phone(text, reading)


@pytest.mark.parametrize("reading", READINGS, ids=repr)
@pytest.mark.parametrize(
    "text", ["5" * 16, "+" + "5" * 16, "0" * 16, "2065551234 2065551235", "2065551234 +1", "+1 206 555 1234 +44"]
)
def test_more_digits_than_a_number_has_are_unusable_under_every_reading(text: str, reading: Reading) -> None:
    with pytest.raises(UnusablePhone):
        parse_phone(text, reading)


@pytest.mark.parametrize("reading", READINGS, ids=repr)
def test_more_than_forty_characters_are_refused_unread(reading: Reading) -> None:
    assert read("+12065551234" + " " * 28, reading) == "+12065551234"
    with pytest.raises(UnusablePhone):
        parse_phone("+12065551234" + " " * 29, reading)


@pytest.mark.parametrize("text", ["972-54-CALL", "1800FLOWERS", "0541111111 x5", "Tel: 972541111111", "97254é1111111"])
@pytest.mark.parametrize("reading", [international(), TRIMMING, AS_SENT], ids=repr)
def test_letters_are_unusable_where_no_region_completes(text: str, reading: Reading) -> None:
    with pytest.raises(UnusablePhone):
        parse_phone(text, reading)


@pytest.mark.parametrize("start", ["2065551234", "(206) 555-1234", "+1 206 555 1234", "Tel: 2065551234"])
@pytest.mark.parametrize(
    "extension",
    ["x123", " ext. 5", ";ext=5", " #12", ",,5", " доб. 5", "/x5", "\\x5", " - 503#", "ｘ１２", " extension 7"],
)
def test_a_number_with_an_extension_is_unusable(start: str, extension: str) -> None:
    with pytest.raises(UnusablePhone):
        parse_phone(start + extension, US)


@pytest.mark.parametrize("text", ["room 101", "call 12345 now", "555-CALL", "bob2065551234@example.org", "Suite 12-14"])
def test_words_around_digits_that_cannot_be_completed_are_unusable(text: str) -> None:
    with pytest.raises(UnusablePhone):
        parse_phone(text, US)


@pytest.mark.parametrize("region", ["", "XX", "USA", "001", "ß", "+1"])
def test_a_region_without_a_numbering_plan_is_refused(region: str) -> None:
    with pytest.raises(ValueError, match="region") as refusal:
        national(region)
    assert not isinstance(refusal.value, UnusablePhone)


def test_a_country_code_without_digits_is_refused() -> None:
    with pytest.raises(ValueError, match="digits"):
        national_code("IL", trim=True, add=True)


@pytest.mark.parametrize("text", ["", "+", "12065551234x", "+0123", "1", "+1", " 123", "123\n", "+" + "1" * 16, "١٢٣"])
def test_stored_text_that_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(UnusablePhone):
        Phone.stored(text)


def test_the_refusal_says_so_and_keeps_the_number_to_itself() -> None:
    with pytest.raises(UnusablePhone) as refusal:
        parse_phone("2065551234 x5", US)
    assert str(refusal.value) == UnusablePhone.__doc__
    assert str(UnusablePhone("Say it otherwise.")) == "Say it otherwise."


# What is read: a region completes.


@pytest.mark.parametrize(
    "text",
    """5552223333|15552223333|+15552223333|(555) 222-3333|555.222.3333|555/222/3333|+1 (555) 222-3333|(+1) 555 222 3333
    |1-555-222-3333|555\u2010222\u20113333|555\u2212222\u20153333|555\u00a0222\u20093333|\u200e5552223333\u200f|\t5552223333\n
    |５５５２２２３３３３|＋１ ５５５２２２３３３３|٥٥٥٢٢٢٣٣٣٣|+١٥٥٥٢٢٢٣٣٣٣|Tel: +1 555 222 3333|ann@(555) 222-3333
    |011 1 555 222 3333""".replace("\n    |", "|").split("|"),
)
def test_every_way_of_writing_an_american_number_is_the_same_phone(text: str) -> None:
    assert parse_phone(text, US) == Phone.stored("+15552223333")


@pytest.mark.parametrize(
    ("region", "text", "canonical"),
    [
        ("US", "5556661234", "+15556661234"),  # no plan issues 555
        ("US", "2065000000", "+12065000000"),
        ("US", "1234567890", "+11234567890"),
        ("US", "11234567890", "+11234567890"),
        ("us", "2065551234", "+12065551234"),
        ("IL", "0541111111", "+972541111111"),
        ("IL", "972-54-1111111", "+972541111111"),
        ("GB", "07911 123456", "+447911123456"),
        ("GB", "447911123456", "+447911123456"),
        ("IT", "06 1234 5678", "+390612345678"),
        ("AR", "011 15 2345-6789", "+5491123456789"),
        ("JP", "090-1234-5678", "+819012345678"),
        ("CA", "310-1234", "+13101234"),  # too short for the code's main region, yet valid
        ("US", "1-800-FLOWERS", "+18003569377"),
        ("US", "+1 800 FLOWERS", "+18003569377"),
    ],
)
def test_a_local_number_is_completed_by_length_not_by_validity(region: str, text: str, canonical: str) -> None:
    assert read(text, national(region)) == canonical


@pytest.mark.parametrize("text", ["411", "12345", "555-1234", "0123", "20655512345", "00442079460000", "1" * 15])
def test_digits_that_cannot_be_completed_stay_national(text: str) -> None:
    phone = parse_phone(text, US)
    assert (phone.text, phone.is_international) == (text.replace("-", ""), False)


@pytest.mark.parametrize(
    ("region", "text", "canonical"),
    [
        ("US", "+52", "+52"),
        ("US", "+5552223333", "+5552223333"),
        ("GB", "+44 (0)20 7946 0000", "+4402079460000"),
        ("GB", "00 44 020 7946 0000", "+4402079460000"),
        ("US", "011 44 020 7946 0000", "+4402079460000"),
        ("IL", "00 1 206 555 1234", "+12065551234"),
        ("GB", "Tel: 00 1 206 555 1234", "+12065551234"),
        ("US", "+999123456789", "+999123456789"),
    ],
)
def test_a_number_with_an_international_prefix_is_taken_as_it_is(region: str, text: str, canonical: str) -> None:
    assert read(text, national(region)) == canonical


# What is read: the country code comes first, or flags rule.


@pytest.mark.parametrize("text", ["12025550143", "+12025550143", "1-202-555-0143", "１２０２５５５０１４３"])
def test_the_international_reading_only_adds_a_plus(text: str) -> None:
    assert read(text, international()) == "+12025550143"


@pytest.mark.parametrize("text", ["0541111111", "00972541111111"])
def test_the_international_reading_leaves_a_leading_zero_alone(text: str) -> None:
    assert read(text, international()) == text


@pytest.mark.parametrize(
    ("code", "trim", "add", "text", "canonical"),
    [
        ("972", True, True, "0541111111", "+972541111111"),
        ("972", True, None, "054-111.11/(11)", "+972541111111"),
        ("972", True, True, "972541111111", "+972541111111"),
        ("972", True, True, "\u200f+972 54-1111111", "+972541111111"),
        ("972", True, True, "00972541111111", "+972541111111"),
        ("972", True, True, "0972541111", "+972972541111"),
        ("972", True, True, "541111111", "+972541111111"),
        ("972", False, None, "0541111111", "+9720541111111"),
        ("972", True, False, "0541111111", "541111111"),
        (None, True, None, "0541111111", "541111111"),
        (None, False, None, "0541111111", "0541111111"),
        (None, False, None, "972541111111", "+972541111111"),
        (972, True, True, "0541111111", "+972541111111"),
        ("+972", True, True, "0541111111", "+972541111111"),
        ("00972", True, True, "0541111111", "+972541111111"),
        ("", True, True, "0541111111", "541111111"),
        (0, True, True, "0541111111", "541111111"),
    ],
)
def test_the_flags_decide_about_zero_and_country_code(
    code: str | int | None, trim: bool, add: bool | None, text: str, canonical: str
) -> None:
    assert read(text, national_code(code, trim=trim, add=add)) == canonical


@pytest.mark.parametrize("text", ["00", "000541111111", "00 0"])
def test_an_international_prefix_before_a_zero_is_unusable_by_flags(text: str) -> None:
    with pytest.raises(UnusablePhone):
        parse_phone(text, TRIMMING)


@pytest.mark.parametrize(
    ("reading", "text", "canonical"),
    [
        (US, " 15552223333", "+15552223333"),
        (US, "  1 (555) 222-3333", "+15552223333"),
        (US, " 5552223333", "+15552223333"),
        (US, " 555-222-3333", "+15552223333"),
        (US, " 447911123456", "+447911123456"),
        (US, " 25552223333", "+25552223333"),
        (US, " +447911123456", "+447911123456"),
        (national("FR"), " 612345678", "+33612345678"),
        (national("IL"), " 12065551234", "+12065551234"),
        (national("IL"), " 0541111111", "+972541111111"),
        (national("DE"), " 12065551234", "+12065551234"),
        (TRIMMING, " 12065551234", "+12065551234"),
        (international(), " 12065551234", "+12065551234"),
    ],
)
def test_a_leading_blank_can_stand_for_a_lost_plus(reading: Reading, text: str, canonical: str) -> None:
    assert read(text, reading, leading_blank_is_plus=True) == canonical


def test_a_leading_blank_means_nothing_unless_asked_for() -> None:
    assert read(" 447911123456", US) == "447911123456"


# What a phone is.


def test_a_phone_tells_its_parts() -> None:
    phone, home, abroad = (parse_phone(text, US) for text in ("2065551234", "12345", "+447911123456"))
    assert (phone.digits, phone.nanp_national, phone.is_international) == ("12065551234", "2065551234", True)
    assert (home.digits, home.nanp_national, home.is_international) == ("12345", None, False)
    assert (abroad.digits, abroad.nanp_national) == ("447911123456", None)
    assert f"{phone}" == str(phone) == phone.text == "+12065551234"


def test_equal_numbers_are_one_key_and_all_have_an_order() -> None:
    a, b = parse_phone("2065551234", US), parse_phone("+1 206 555 1234", US)
    assert len({a, b}) == 1
    assert a is not b
    assert sorted([Phone.stored("12"), a]) == [a, Phone.stored("12")]
    with pytest.raises(AttributeError):
        a.text = "+12065551235"  # type: ignore[misc]


MASKED = {"+15551231234": "+1555***1234", "0541111111": "054***1111", "5551234": "***34", "12345": "***", "+12": "+***"}


@pytest.mark.parametrize(("text", "masked"), MASKED.items())
def test_the_masked_form_never_shows_the_number(text: str, masked: str) -> None:
    phone = Phone.stored(text)
    assert phone.masked == masked
    assert repr(phone) == f"Phone({masked!r})"
    assert text not in repr(phone.__rich_repr__())


@pytest.mark.parametrize("text", ["+442079460000", "+12065551234", "+390612345678"])
def test_a_number_that_a_plan_could_issue_is_valid(text: str) -> None:
    assert Phone.stored(text).is_valid()


# In the first the library would forgive the zero, but no such number exists.
@pytest.mark.parametrize("text", ["+4402079460000", "+11234567890", "+999123456789", "+52", "2065551234", "12345"])
def test_any_other_number_is_kept_but_not_valid(text: str) -> None:
    assert not Phone.stored(text).is_valid()


# Whatever is typed.


@settings(deadline=None)
@given(st.sampled_from(["US", "IL", "GB", "DE"]), st.text("0123456789", min_size=2), st.text(" ().-/", max_size=6))
def test_punctuation_changes_nothing(region: str, digits: str, signs: str) -> None:
    typed = "".join(map("".join, zip(digits, signs.ljust(len(digits), "\u200e"), strict=False)))
    assert outcome(typed, region) == outcome(digits, region)


def outcome(text: str, region: str) -> Phone | type[Exception]:
    try:
        return parse_phone(text, national(region))
    except UnusablePhone:
        return UnusablePhone


ANY_SIGN = st.one_of(st.characters(), st.sampled_from("0123456789+-(). x#;,/*=é٣５＋\u200f\\abctelphonxt:~"))


@settings(deadline=None, max_examples=300)
@given(st.text(ANY_SIGN, max_size=42), st.sampled_from(READINGS), st.booleans())
def test_any_text_is_a_phone_or_unusable(text: str, reading: Reading, blank: bool) -> None:
    try:
        phone = parse_phone(text, reading, leading_blank_is_plus=blank)
    except UnusablePhone:
        return
    assert Phone.stored(str(phone)) == phone
    assert 2 <= len(phone.digits) <= 15
    assert phone.is_valid() in (True, False)
    assert parse_phone(str(phone), reading) == phone or not phone.is_international
