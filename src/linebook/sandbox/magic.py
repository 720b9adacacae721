"""What the sandbox tells about recipients whose number decides what becomes of a text. The rules stand in core."""

from __future__ import annotations

from typing import Final

import msgspec

from linebook.core.delivery_status import MESSAGE_STATUSES
from linebook.core.magic_numbers import CASE_PREFIX, DELAY_PREFIX, SEND_CODE_PREFIX, STATUS_PREFIX, Case
from linebook.errors import (
    AttachmentUnreadable,
    MessageTooLong,
    NoCarrier,
    NoRoute,
    OptedOut,
    SendRefused,
    SendUnavailable,
)

BAD_ARGUMENT: Final = -703

_CASES: Final = {
    Case.NO_RECEIPT: "It is taken, and nothing is heard of it again.",
    Case.RECEIPT_TWICE: "The same receipt comes twice.",
    Case.RECEIPT_LATE: "The receipt comes a minute later: advance the clock.",
    Case.RECEIPT_EARLY: "The receipt comes before the carrier's answer.",
    Case.RECEIPT_OTHER_FORM: "The receipt names the text by another form of its id.",
    Case.OPT_OUT: "The recipient answers STOP while the text is on its way, and the carrier refuses it.",
    Case.UNANSWERED: "The carrier never answers the first try, which is in doubt then; it takes the second.",
    Case.THROTTLED: "The carrier asks for a pause; it takes the second try.",
    Case.BUSY: "The carrier cannot take the first try; it takes the second.",
    Case.REPLY: "It is delivered, and the recipient answers with the same text.",
    Case.LINK_LOST: "The link breaks while the first try is on its way, which is in doubt then; the second is taken.",
}
_CODES: Final = {
    OptedOut.code: "The recipient has opted out.",
    SendUnavailable.code: "The text cannot be taken just now.",
    AttachmentUnreadable.code: "A file cannot be sent.",
    BAD_ARGUMENT: "An argument is wrong.",
    NoCarrier.code: "The line has no carrier.",
    MessageTooLong.code: "The text is too long.",
    NoRoute.code: "No way leads to the number.",
    SendRefused.code: "Nobody named a reason.",
}


class MagicStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A number, and the state that a text to it ends in."""

    number: str
    message_status: int
    status_code: int
    state: str
    text: str


class MagicCode(msgspec.Struct, frozen=True, kw_only=True):
    """A number, and the code with which sending to it is refused at once."""

    number: str
    code: int
    text: str


class MagicCase(msgspec.Struct, frozen=True, kw_only=True):
    """A number, and what happens to a text to it."""

    number: str
    name: str
    text: str


class MagicView(msgspec.Struct, frozen=True, kw_only=True):
    """Every number that decides what becomes of a text. A text to any other number is taken and delivered."""

    statuses: list[MagicStatus]
    send_codes: list[MagicCode]
    cases: list[MagicCase]
    delays: MagicCase


def magic_numbers() -> MagicView:
    """Give all of them."""
    return MagicView(
        statuses=[
            MagicStatus(
                number=f"{STATUS_PREFIX}{number:04}",
                message_status=number,
                status_code=int(row.status_code),
                state=row.status_code.name.lower(),
                text=row.text,
            )
            for number, row in sorted(MESSAGE_STATUSES.items())
        ],
        send_codes=[
            MagicCode(number=f"{SEND_CODE_PREFIX}{-code:04}", code=code, text=text) for code, text in _CODES.items()
        ],
        cases=[
            MagicCase(number=f"{CASE_PREFIX}{case:04}", name=case.name.lower(), text=text)
            for case, text in _CASES.items()
        ],
        delays=MagicCase(
            number=f"{DELAY_PREFIX}0250",
            name="delay",
            text="The carrier answers as many milliseconds later as the last four digits say, and delivers.",
        ),
    )
