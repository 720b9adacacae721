"""Completes digits typed locally as `phonenumbers` would, only faster; it must not know readings or `Phone`."""

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from phonenumbers import (
    SUPPORTED_REGIONS,
    CountryCodeSource,
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
    format_number,
    is_possible_number_with_reason,
    is_valid_number,
    number_type,
    parse,
    region_code_for_country_code,
)

MAX_DIGITS = 15
_NEVER = "(?!)"


class NumberKind(enum.Enum):
    """What a numbering plan says of a number's use."""

    MOBILE = enum.auto()
    FIXED = enum.auto()
    EITHER = enum.auto()
    """A mobile or a fixed line: the plan does not tell them apart, as in North America."""
    TOLL_FREE = enum.auto()
    OTHER = enum.auto()


_KINDS = {
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE: NumberKind.FIXED,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.EITHER,
    PhoneNumberType.TOLL_FREE: NumberKind.TOLL_FREE,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How one region completes local numbers, as far as one pattern can say it."""

    sole_length: int | None
    """The length of every national number where the plan knows just one (ten in North America), else None."""

    _pattern: re.Pattern[str]
    _lead: dict[str, str]

    def quick(self, bare: str) -> str | None:
        """Answer `+` and digits, or None for "ask `complete`"; an answer never differs from the one `complete` gives.

        A number that came with `+` is answered by its shape alone.
        """
        found = self._pattern.fullmatch(bare)
        if found is None:
            return None
        way = found.lastgroup or ""
        return self._lead[way] + found[way]


def knows(region: str) -> bool:
    """Answer whether the library has a numbering plan for this two-letter region."""
    return region in SUPPORTED_REGIONS


@cache
def plan_for(region: str) -> Plan:
    """Answer the plan of a known region, built at first use from the metadata of it and of its code's main region."""
    own = _metadata(region)
    main = _main_of(own)
    lengths = _lengths(main)
    return Plan(
        sole_length=lengths[0] if len(lengths) == 1 else None,
        _pattern=re.compile(_quick_pattern(own, main)),
        _lead={"stripped": f"+{own.country_code}", "whole": f"+{own.country_code}", "coded": "+", "plus": ""},
    )


@lru_cache(maxsize=10_000)
def complete(digits: str, region: str) -> str | None:
    """Complete bare digits as somebody dialling in the region would; answer `+` and digits, or None if that fails.

    Behind the region's international prefix the digits are taken as they are. Otherwise the library decides, and its
    number counts when its length is possible or the whole is valid. If that fails, the region's code and a possible
    length of digits get a `+`: the library would also take a national prefix off what follows the code, and so lose
    `11234567890`, which is `1234567890` with its code.
    """
    try:
        number = parse(digits, region, keep_raw_input=True)
    except NumberParseException:
        return None
    if number.country_code_source == CountryCodeSource.FROM_NUMBER_WITH_IDD:
        prefix = re.match(_metadata(region).international_prefix or _NEVER, digits)
        return "+" + digits[prefix.end() :] if prefix else None
    if is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE or is_valid_number(number):
        return _e164(number)
    own = _metadata(region)
    code = str(own.country_code)
    is_coded = digits.startswith(code) and len(digits) - len(code) in _lengths(_main_of(own))
    return "+" + digits if is_coded else None


@lru_cache(maxsize=1_000)
def spell_out(text: str, region: str) -> str | None:
    """Read a number with letters or signs in it (`1-800-FLOWERS`); answer `+` and digits, or None if that fails.

    Only a valid number without an extension is answered: with letters in play, a possible length proves too little.
    """
    try:
        # The library cuts "/x5" and "\x5" off as a second number; behind a blank it sees the extension that it is.
        number = parse(text.replace("/", " ").replace("\\", " "), region)
    except NumberParseException:
        return None
    return None if number.extension or not is_valid_number(number) else _e164(number)


def is_valid_e164(text: str) -> bool:
    """Answer whether the plan of its country could have issued exactly these digits."""
    try:
        number = parse(text, None)
    except NumberParseException:
        return False
    return is_valid_number(number) and _e164(number) == text


def kind_of_e164(text: str) -> NumberKind:
    """Answer what the plan of its country says of a number's use."""
    try:
        return _KINDS.get(number_type(parse(text, None)), NumberKind.OTHER)
    except NumberParseException:
        return NumberKind.OTHER


def _e164(number: PhoneNumber) -> str | None:
    text = format_number(number, PhoneNumberFormat.E164)
    return text if len(text) <= MAX_DIGITS + 1 else None


def _metadata(region: str) -> PhoneMetadata:
    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None:
        raise ValueError(f"no numbering plan for region {region!r}")
    return metadata


def _main_of(own: PhoneMetadata) -> PhoneMetadata:
    # Of the regions that share a code, the library lets the main one say how long a number can be.
    return _metadata(region_code_for_country_code(own.country_code or 0))


def _lengths(metadata: PhoneMetadata) -> tuple[int, ...]:
    return metadata.general_desc.possible_length if metadata.general_desc else ()


def _quick_pattern(own: PhoneMetadata, main: PhoneMetadata) -> str:
    """Spell the library's steps for bare digits as one pattern, leaving out whatever one pattern cannot decide.

    The library looks for an international prefix, then for our own country code, then takes the national prefix off.
    Each way below matches only where the outcome of all three is certain.
    """
    code = str(own.country_code)
    prefix = own.national_prefix_for_parsing or _NEVER
    no_prefix = "".join(map(_without, dict.fromkeys((prefix, main.national_prefix_for_parsing or _NEVER))))
    general = (own.general_desc and own.general_desc.national_number_pattern) or _NEVER
    well_formed, ill_formed = rf"(?=(?:{general})\Z)", rf"(?!(?:{general})\Z)"
    fits = [n for n in _lengths(main) if 2 <= n <= MAX_DIGITS - len(code)]

    plus = rf"(?P<plus>\+[1-9][0-9]{{1,{MAX_DIGITS - 1}}})"
    domestic = f"(?!{own.international_prefix or _NEVER})"
    whole = f"(?!{code}){_without(prefix)}(?P<whole>{_runs(fits)})"

    # Our code is taken off a number that is too long with it, or well formed only without it.
    long = [n for n in fits if _is_too_long(n + len(code), own)]
    short = [n for n in fits if n not in long]
    after_code = f"{code}{no_prefix}{_runs(long)}|{ill_formed}{code}{well_formed}{no_prefix}{_runs(short)}"
    coded = f"(?P<coded>{after_code})"

    # A national prefix is left on a number that is well formed with it. It may come with a rewriting rule, which
    # applies when its last group took part: a conditional on the number of that group leaves those to the library.
    head = f"{plus}|{domestic}(?:{whole}|{coded}|(?!{code}){ill_formed}(?>{prefix})"
    if own.national_prefix_transform_rule and re.compile(prefix).groups:
        head += f"(?({re.compile(head + ')').groups}){_NEVER})"
    return f"{head}(?P<stripped>{_runs(n for n in fits if n in _lengths(own))}))"


def _without(prefix: str) -> str:
    # Some prefixes match nothing at all, which takes nothing off: a digit must have been read for the prefix to count.
    return f"(?!(?>{prefix})(?<=[0-9]))"


def _runs(lengths: Iterable[int]) -> str:
    return "(?:" + ("|".join(f"[0-9]{{{n}}}" for n in lengths) or _NEVER) + ")"


def _is_too_long(length: int, metadata: PhoneMetadata) -> bool:
    local = metadata.general_desc.possible_length_local_only if metadata.general_desc else ()
    return length > max(_lengths(metadata), default=0) and length not in local
