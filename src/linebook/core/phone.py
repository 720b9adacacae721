"""Turns typed text into a `Phone`, the only way to get one; it must not judge who may be texted, nor log a number."""

import re
import unicodedata
from collections.abc import Sequence
from typing import assert_never

import msgspec

from linebook.core.phone_plan import (
    MAX_DIGITS,
    NumberKind,
    complete,
    is_valid_e164,
    kind_of_e164,
    knows,
    plan_for,
    spell_out,
)

MAX_INPUT = 40
"""No way of writing a number needs more characters; longer text is refused unread."""

_SHAPE = re.compile(rf"\+[1-9][0-9]{{1,{MAX_DIGITS - 1}}}|[0-9]{{2,{MAX_DIGITS}}}")
_FIRST_OF_NUMBER = re.compile("[+0-9]")
_PUNCTUATION = dict.fromkeys(map(ord, " \t\r\n().-/"))
_BETWEEN = "\x1f"
_MORE_DASHES = "\N{MINUS SIGN}\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}"
_TO_ASCII = 0xFEE0  # from a full-width sign to the plain one


class UnusablePhone(ValueError):
    """This is not a phone number that can be stored."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class Phone(msgspec.Struct, frozen=True, order=True, gc=False):
    """A phone number in canonical form: `+` with 2 to 15 digits, the first not zero, or 2 to 15 bare national digits.

    Equal numbers are equal objects, with one hash and one place in an order. Obtain one from `parse_phone`, or from
    `Phone.stored`; text in any other form raises `UnusablePhone`. `str()` gives the number, `repr()` hides it.
    """

    text: str

    def __post_init__(self) -> None:
        if _SHAPE.fullmatch(self.text) is None:
            raise UnusablePhone

    @classmethod
    def stored(cls, text: str) -> "Phone":
        """Rebuild a number from the `text` of an earlier one; raises `UnusablePhone` for what cannot be such a text."""
        return cls(text)

    @property
    def is_international(self) -> bool:
        """Whether the number is complete, so that it can be texted; national digits are only stored and matched."""
        return self.text[0] == "+"

    @property
    def digits(self) -> str:
        """The digits alone, without `+`."""
        return self.text.removeprefix("+")

    @property
    def nanp_national(self) -> str | None:
        """The ten digits behind `+1` of a number with eleven in all, else None."""
        return self.text[2:] if len(self.text) == 12 and self.text.startswith("+1") else None

    @property
    def masked(self) -> str:
        """A form for logs, such as `+1555***1234`: at least three digits are hidden, of five or fewer all."""
        digits = self.digits
        head, tail = min(4, max(0, len(digits) - 7)), min(4, max(0, len(digits) - 5))
        plus = "+" if self.is_international else ""
        return f"{plus}{digits[:head]}***{digits[len(digits) - tail :]}"

    def is_valid(self) -> bool:
        """Answer whether a numbering plan could have issued the number; national digits never are valid."""
        return self.is_international and is_valid_e164(self.text)

    def kind(self) -> NumberKind:
        """Answer what its numbering plan says of the number's use; of national digits nothing is known."""
        return kind_of_e164(self.text) if self.is_international else NumberKind.OTHER

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Phone({self.masked!r})"

    def __rich_repr__(self) -> list[tuple[str, str]]:  # else rich would print the field itself
        return [("masked", self.masked)]


class International(msgspec.Struct, frozen=True):
    """The reading in which the country code comes first; make it with `international()`."""


class National(msgspec.Struct, frozen=True):
    """The reading in which a region completes local numbers; make it with `national()`."""

    region: str

    def __post_init__(self) -> None:
        if not knows(self.region):
            raise ValueError(f"There is no numbering plan for the region {self.region!r}.")


class NationalCode(msgspec.Struct, frozen=True):
    """The reading in which the caller says what to do with zero and country code; make it with `national_code()`."""

    code: str
    is_trimmed: bool
    is_code_added: bool


Reading = International | National | NationalCode
"""How a caller's numbers are to be understood; a closed set."""


def international() -> International:
    """Answer the reading in which digits get a `+` in front as they are, unless a leading zero keeps them national."""
    return International()


def national(region: str) -> National:
    """Answer the reading in which local numbers are completed as dialled in this region (`US`, in either case).

    Raises `ValueError` for a region without a numbering plan.
    """
    return National(region.upper() if region.isascii() else region)


def national_code(code: str | int | None, *, trim: bool, add: bool | None) -> NationalCode:
    """Answer the reading in which the caller's own flags rule.

    `trim` drops one leading zero. `code`, unless `add` is False, is put in front of a number from which a zero was
    dropped, and of any other that does not start with it. Of a code only the digits count, without leading zeros;
    None, blank and zero mean that there is none. Raises `ValueError` for a code that is text without a digit.
    """
    given = "" if code is None else _folded(str(code)).strip()
    digits = "".join(filter(str.isdecimal, given))
    if given and not digits:
        raise ValueError("A country code is made of digits.")
    return NationalCode(code=digits.lstrip("0"), is_trimmed=trim, is_code_added=add is not False)


def parse_phone(text: str | None, reading: Reading, *, leading_blank_is_plus: bool = False) -> Phone:
    """Answer the number that the text stands for under this reading, and raise `UnusablePhone` when there is none.

    A number with `+` is taken as it is under every reading. Blanks, dashes, dots, slashes and round brackets do not
    count; digits of any script do. Nothing else is raised, whatever the text.

    With `leading_blank_is_plus`, a blank before a first digit other than zero is a `+` that lost its percent-encoding.
    One case is left to the national reading: digits exactly as many as the region's only length of national numbers.
    So for `US` a blank and ten digits are a local number, a blank and anything else had a `+`.
    """
    if not text or len(text) > MAX_INPUT:
        raise UnusablePhone
    if leading_blank_is_plus and text[0] == " ":
        text = _with_plus_restored(text, reading)
    if isinstance(reading, National):
        plan = plan_for(reading.region)
        quick = plan.quick(text) or plan.quick(text.translate(_PUNCTUATION))
        return Phone(quick or _read_national(_folded(text), reading.region))
    bare = _folded(text).translate(_PUNCTUATION)
    if not _is_digits(bare.removeprefix("+")):
        raise UnusablePhone
    if isinstance(reading, International):
        return Phone(_read_international(bare))
    if isinstance(reading, NationalCode):
        return Phone(_read_by_code(bare, reading))
    assert_never(reading)


def glance_at_phones(texts: Sequence[str], reading: Reading) -> list[str | None]:
    """Answer for each text the canonical form of the number that `parse_phone` gives, or None: then only that can tell.

    Of a column of numbers as most people write them it tells nearly all, in a third of the time.
    """
    bare = _BETWEEN.join(texts).translate(_PUNCTUATION).split(_BETWEEN)
    if not isinstance(reading, National) or len(bare) != len(texts):
        return [None] * len(texts)
    quick = plan_for(reading.region).quick
    return [quick(digits) if len(text) <= MAX_INPUT else None for text, digits in zip(texts, bare, strict=True)]


def _read_international(bare: str) -> str:
    return bare if bare[0] in "+0" else "+" + bare


def _read_by_code(bare: str, reading: NationalCode) -> str:
    if bare[0] == "+":
        return bare
    if bare.startswith("00"):
        return "+" + bare[2:]
    is_local = reading.is_trimmed and bare[0] == "0"
    digits = bare[1:] if is_local else bare
    if not digits:  # or the code alone would pass for a number
        raise UnusablePhone
    if reading.code and reading.is_code_added:
        return "+" + digits if digits.startswith(reading.code) and not is_local else f"+{reading.code}{digits}"
    return digits if is_local else _read_international(digits)


def _read_national(text: str, region: str) -> str:
    bare = text.translate(_PUNCTUATION)
    if _is_digits(bare):
        return complete(bare, region) or bare
    if bare[0:1] == "+" and _is_digits(bare[1:]):
        return bare
    found = _read_labelled(text, region)
    if found is None:
        raise UnusablePhone
    return found


def _read_labelled(text: str, region: str) -> str | None:
    """Read a number behind a word (`Tel: …`) or with letters in it; what cannot be completed is not a number then."""
    start = _FIRST_OF_NUMBER.search(text)
    if start is None:
        return None
    number = text[start.start() :]
    bare = number.translate(_PUNCTUATION)
    if _is_digits(bare):
        return complete(bare, region)
    if bare[0] == "+" and _is_digits(bare[1:]):
        return bare
    return spell_out(number, region)


def _with_plus_restored(text: str, reading: Reading) -> str:
    number = text.lstrip(" ")
    if not number or not number[0].isdecimal() or unicodedata.decimal(number[0]) == 0:
        return text
    if isinstance(reading, National) and sum(map(str.isdecimal, number)) == plan_for(reading.region).sole_length:
        return text
    return "+" + number


def _is_digits(bare: str) -> bool:
    return bare.isascii() and bare.isdigit()


def _folded(text: str) -> str:
    return text if text.isascii() else "".join(map(_plain_sign, text))


def _plain_sign(sign: str) -> str:
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    if sign.isspace():
        return " "
    category = unicodedata.category(sign)
    if category == "Cf":  # direction marks, soft hyphens, blanks of no width
        return ""
    if category == "Pd" or sign in _MORE_DASHES:
        return "-"
    return chr(ord(sign) - _TO_ASCII) if "\uff01" <= sign <= "\uff5e" else sign
