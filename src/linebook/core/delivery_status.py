"""How far a text has come: both status tables as data, and the rule that a state never moves back. No I/O."""

from __future__ import annotations

import enum
from types import MappingProxyType
from typing import Final

import msgspec


class StatusCode(enum.IntEnum):
    """Where a text stands. The numbers are what callers see."""

    SENT = 0
    """Handed to a carrier that acknowledges nothing."""
    IN_PROCESS = 1
    """Taken, and no receipt will be asked for."""
    QUEUED = 2
    """Waits for the carrier."""
    HELD = 3
    """Waits for the carrier, in the words of older programs; never given out."""
    ACCEPTED = 4
    """The carrier has it."""
    FAILED = 5
    """It will not arrive."""
    DELIVERED = 6
    """It is on the handset; only toll-free lines learn that."""
    UNDELIVERED = 7
    """It did not reach the handset; only toll-free lines learn that."""

    @property
    def rank(self) -> int:
        """How far that is: a text only ever moves to a higher rank."""
        return _RANKS[self]

    @property
    def is_final(self) -> bool:
        """Whether nothing may follow."""
        return self.rank == _LAST_RANK

    @property
    def is_failure(self) -> bool:
        """Whether the text did not arrive."""
        return self in (StatusCode.FAILED, StatusCode.UNDELIVERED)


_RANKS: Final = MappingProxyType(
    {
        StatusCode.QUEUED: 0,
        StatusCode.HELD: 0,
        StatusCode.IN_PROCESS: 1,
        StatusCode.SENT: 2,
        StatusCode.ACCEPTED: 2,
        StatusCode.FAILED: 3,
        StatusCode.DELIVERED: 3,
        StatusCode.UNDELIVERED: 3,
    }
)
_LAST_RANK: Final = 3


class DeliveryState(msgspec.Struct, frozen=True, order=True):
    """A pair of status code and message status: what every platform's words for a text's state are made from."""

    status_code: StatusCode
    message_status: int

    @property
    def text(self) -> str:
        """The state in a sentence for a person."""
        return MESSAGE_STATUSES[self.message_status].text

    def moved_to(self, later: DeliveryState) -> DeliveryState:
        """Give the state that holds after news of another one: this very object when the news comes too late."""
        return later if later.status_code.rank > self.status_code.rank else self


class MessageStatus(msgspec.Struct, frozen=True):
    """One row of the table of message statuses: the code it comes with, our words, the SMPP error it stands for."""

    status_code: StatusCode
    text: str
    smpp_status: int | None = None


_FAILURES: Final[dict[int, tuple[str, int | None]]] = {
    1005: ("The carrier turned the text down.", None),
    1006: ("The text was not delivered before its time was up.", None),
    1007: ("The text could not be delivered.", None),
    1008: ("The text can never be sent.", None),
    1100: ("The carrier gave no reason.", None),
    1101: ("The sender's carrier cannot be used.", None),
    1102: ("The recipient's carrier cannot be used.", None),
    1103: ("The line may not send through this carrier.", None),
    1104: ("The sender's carrier is switched off.", None),
    1105: ("The recipient's carrier is switched off.", None),
    1106: ("No way leads to this number.", None),
    1107: ("The kind of the sender's number is wrong.", None),
    1108: ("The kind of the recipient's number is wrong.", None),
    1109: ("The way to this number is closed to the line.", None),
    1110: ("The recipient asked for silence.", None),
    1111: ("The recipient's carrier could not be found out just now.", None),
    1112: ("The recipient's carrier cannot be found out.", None),
    1115: ("The carrier has nothing that takes this kind of text.", None),
    1116: ("The number cannot receive texts.", None),
    1150: ("The text was taken for spam.", None),
    1152: ("The text was refused as spam.", None),
    1200: ("The carrier answered with an error that is not known.", 0xFF),
    1201: ("The text is too long for the carrier.", 0x01),
    1202: ("The carrier does not know this priority.", 0x06),
    1204: ("The carrier's own system failed.", 0x08),
    1205: ("The carrier does not take the sender's address.", 0x0A),
    1206: ("The carrier does not take the recipient's address.", 0x0B),
    1207: ("The carrier does not know this message id.", 0x0C),
    1208: ("The text could not be called back.", 0x11),
    1209: ("The text could not be replaced.", 0x13),
    1210: ("The carrier's queue is full.", 0x14),
    1211: ("The carrier does not know this service type.", 0x15),
    1212: ("The number of recipients is wrong.", 0x33),
    1213: ("The carrier does not know this distribution list.", 0x34),
    1214: ("The flag of a recipient is wrong.", 0x40),
    1215: ("A text that replaces another is not possible here.", 0x42),
    1216: ("The carrier does not know this message class.", 0x43),
    1217: ("The carrier sends to no distribution list.", 0x44),
    1218: ("The carrier could not take the text.", 0x45),
    1219: ("The carrier does not take the type of the sender's number.", 0x48),
    1220: ("The carrier does not take the numbering plan of the sender.", 0x49),
    1221: ("The carrier does not take the type of the recipient's number.", 0x50),
    1222: ("The carrier does not take the numbering plan of the recipient.", 0x51),
    1223: ("The carrier does not take the flag for replacing.", 0x54),
    1224: ("The number of texts is wrong.", 0x55),
    1225: ("The line sends faster than the carrier allows.", 0x58),
    1226: ("The carrier does not take the time set for sending.", 0x61),
    1227: ("The carrier does not take the time set for expiry.", 0x62),
    1228: ("The receiving program failed for now.", 0x64),
    1229: ("The receiving program failed for good.", 0x65),
    1230: ("The receiving program refused the text.", 0x66),
    1231: ("The carrier could not be asked about the text.", 0x67),
    1232: ("The optional part of the request was malformed.", 0xC0),
    1233: ("The carrier does not allow an optional parameter.", 0xC1),
    1234: ("A parameter has the wrong length.", 0xC2),
    1235: ("The carrier misses an optional parameter.", 0xC3),
    1236: ("An optional parameter has a wrong value.", 0xC4),
    1237: ("The text could not be passed on in one go.", 0xFE),
    1238: ("The service type is not to be had now.", 0x102),
    1239: ("The service type is closed to the line.", 0x103),
    1240: ("The carrier does not know this encoding.", 0x104),
    1241: ("The carrier does not take the sender's subunit.", 0x105),
    1242: ("The carrier does not take the recipient's subunit.", 0x106),
    1243: ("The credit at the carrier is used up.", None),
    3120: ("The carrier does not take the flag that asks for receipts.", 0x07),
}

MESSAGE_STATUSES: Final = MappingProxyType(
    {
        998: MessageStatus(StatusCode.UNDELIVERED, "The text to a group was invalid or did not reach everybody."),
        999: MessageStatus(StatusCode.IN_PROCESS, "The text is on its way, and no receipt is asked for."),
        1001: MessageStatus(StatusCode.QUEUED, "The text waits to be sent."),
        1002: MessageStatus(StatusCode.SENT, "The text left, and the carrier acknowledges nothing."),
        1003: MessageStatus(StatusCode.ACCEPTED, "The carrier has taken the text.", 0x00),
        1004: MessageStatus(StatusCode.DELIVERED, "The text is on the handset."),
        **{number: MessageStatus(StatusCode.FAILED, *row) for number, row in _FAILURES.items()},
    }
)
"""Every message status there is."""

UNKNOWN_ERROR: Final = 1200
MISSPELT: Final = MappingProxyType({1203: 3120})
"""Numbers that are read as another one."""

_BY_SMPP: Final = {row.smpp_status: number for number, row in MESSAGE_STATUSES.items() if row.smpp_status is not None}
_SMPP_CREDIT: Final = range(0x400, 0x500)
"""Where carriers keep errors of their own."""


def state_of(message_status: int) -> DeliveryState:
    """Give the state that a message status stands for; an unknown one is an unknown error."""
    number = MISSPELT.get(message_status, message_status)
    if number not in MESSAGE_STATUSES:
        number = UNKNOWN_ERROR
    return DeliveryState(MESSAGE_STATUSES[number].status_code, number)


def state_of_smpp(command_status: int, *, credit: frozenset[int] = frozenset()) -> DeliveryState:
    """Give the state that an SMPP answer stands for. `credit` are the carrier's own errors that mean an empty purse."""
    if command_status in credit and command_status in _SMPP_CREDIT:
        return state_of(1243)
    return state_of(_BY_SMPP.get(command_status, UNKNOWN_ERROR))


QUEUED: Final = state_of(1001)
SENT: Final = state_of(1002)
ACCEPTED: Final = state_of(1003)
OPTED_OUT: Final = state_of(1110)


class ReceiptKind(enum.StrEnum):
    """What a receipt reports, in the words that carriers share."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    EXPIRED = "expired"
    REJECTED = "rejected"
    UNDELIVERED = "undelivered"
    UNKNOWN = "unknown"


_RECEIPTS: Final = {
    ReceiptKind.ACCEPTED: ACCEPTED,
    ReceiptKind.DELIVERED: state_of(1004),
    ReceiptKind.EXPIRED: state_of(1006),
    ReceiptKind.REJECTED: state_of(1005),
    ReceiptKind.UNDELIVERED: state_of(1007),
    ReceiptKind.UNKNOWN: state_of(1100),
}


def state_of_receipt(kind: ReceiptKind, *, is_toll_free: bool, message_status: int | None = None) -> DeliveryState:
    """Give the state that a receipt leads to on a line.

    Only toll-free lines learn of the handset: elsewhere a delivered text stays with the carrier, and one that was not
    delivered failed there. `message_status` is the reason, where the carrier named one; it says nothing of a delivery.
    """
    if kind is ReceiptKind.DELIVERED and not is_toll_free:
        return ACCEPTED
    state = _RECEIPTS[kind]
    if message_status is not None and state.status_code.is_failure:
        named = state_of(message_status)
        state = named if named.status_code.is_failure else state
    if kind is ReceiptKind.UNDELIVERED and is_toll_free:
        return DeliveryState(StatusCode.UNDELIVERED, state.message_status)
    return state


def combined(states: list[DeliveryState]) -> DeliveryState:
    """Give the state of a text from the states of its parts: as bad as the worst, else as far as the last.

    One part that failed fails the text, because half a text is none; it is delivered when every part is.
    """
    failed = [state for state in states if state.status_code.is_failure]
    return failed[0] if failed else min(states, key=lambda state: state.status_code.rank)
