"""The recipients whose number says what becomes of a text, on a line whose carrier is the loopback. No I/O."""

from __future__ import annotations

import enum
from typing import Final

import msgspec

STATUS_PREFIX: Final = "+1500555"
SEND_CODE_PREFIX: Final = "+1500556"
CASE_PREFIX: Final = "+1500557"
DELAY_PREFIX: Final = "+1500558"
_DIGITS: Final = 12


class Case(enum.IntEnum):
    """The last four digits of a number under +1 500 557, and what happens to a text to it."""

    NO_RECEIPT = 1
    """Taken, and nothing is heard of it again."""
    RECEIPT_TWICE = 2
    """The same receipt comes twice."""
    RECEIPT_LATE = 3
    """The receipt comes a minute later."""
    RECEIPT_EARLY = 4
    """The receipt comes before the carrier's answer."""
    RECEIPT_OTHER_FORM = 5
    """The receipt has the id in another form: in capitals and with leading zeros."""
    OPT_OUT = 6
    """The recipient answers STOP while the text is on its way, and the carrier then refuses it."""
    UNANSWERED = 7
    """The carrier never answers the first try; it takes the second."""
    THROTTLED = 8
    """The carrier takes the second try only, and asks for a pause first."""
    BUSY = 9
    """The carrier takes the second try only."""
    REPLY = 10
    """The recipient answers with the same text."""
    LINK_LOST = 11
    """The link breaks while the first try is on its way; the second is taken."""


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """What is to become of a text: a state to end in, or a case; its answer takes `delay_ms`."""

    message_status: int | None = None
    case: Case | None = None
    delay_ms: int = 0


PLAIN: Final = Script()
"""A text to any other number: taken at once, and delivered."""


def script_of(number: str) -> Script:
    """Give what is to become of a text to a number in canonical form."""
    prefix, last = number[:-4], number[-4:]
    if len(number) != _DIGITS or not last.isdigit():
        return PLAIN
    if prefix == STATUS_PREFIX:
        return Script(message_status=int(last))
    if prefix == DELAY_PREFIX:
        return Script(delay_ms=int(last))
    if prefix == CASE_PREFIX and int(last) in _CASES:
        return Script(case=Case(int(last)))
    return PLAIN


def send_code_of(number: str) -> int | None:
    """Give the (negative) code with which sending to a number in canonical form is refused at once, or None."""
    if len(number) != _DIGITS or number[:-4] != SEND_CODE_PREFIX or not number[-4:].isdigit():
        return None
    return -int(number[-4:]) or None


_CASES: Final = frozenset(case.value for case in Case)
