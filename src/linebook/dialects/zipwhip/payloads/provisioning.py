"""What is known of a number as the platform's second host takes and shows it: texts where others have booleans."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta

from linebook.core.phone_plan import NumberKind
from linebook.dialects.zipwhip.payloads.answers import Whole
from linebook.dialects.zipwhip.payloads.reading import Text
from linebook.services.numbers import NumberFacts

_TYPES: Final = {
    NumberKind.MOBILE: "mobile",
    NumberKind.FIXED: "landline",
    NumberKind.TOLL_FREE: "tollfree",
}
_UNKNOWN: Final = "unknown"


class NumberParams(msgspec.Struct, frozen=True, kw_only=True):
    """What every call about a number takes."""

    phone_number: Annotated[Text, Meta(description="The number, in the international form. Required.")] = UNSET


class Looked(Whole, frozen=True, kw_only=True):
    """The answer to a look-up: no envelope, and `error` and `status_code` are texts."""

    transaction_id: str
    error: str = "false"
    status_code: str = "100"


class EligibleAnswer(Looked, frozen=True, kw_only=True):
    """The answer to provision/eligible. `eligible` is a text."""

    eligible: str


class StatusAnswer(Looked, frozen=True, kw_only=True):
    """The answer to provision/status: `provisioned` or `not provisioned`."""

    phone_number: str
    status: str


class TextableAnswer(Looked, frozen=True, kw_only=True):
    """The answer to enum/textable. `provider` is the carrier of a line of the account, else `unknown`."""

    provider: str
    textable: bool
    type: str


class MobileAnswer(Whole, frozen=True, kw_only=True):
    """The answer to enum/mobile."""

    transaction_id: str
    is_mobile: bool


def eligible_view(facts: NumberFacts, transaction_id: str) -> EligibleAnswer:
    """Say whether a number can be text-enabled: here, whether it is."""
    return EligibleAnswer(transaction_id=transaction_id, eligible="false" if facts.line is None else "true")


def status_view(facts: NumberFacts, transaction_id: str) -> StatusAnswer:
    """Say how far the enabling of a number is."""
    status = "not provisioned" if facts.line is None else "provisioned"
    return StatusAnswer(transaction_id=transaction_id, phone_number=facts.phone.text, status=status)


def textable_view(facts: NumberFacts, transaction_id: str) -> TextableAnswer:
    """Say whether a number takes texts, who provides it, and what kind of number it is."""
    is_toll_free = facts.line is not None and facts.line.is_toll_free
    kind = NumberKind.TOLL_FREE if is_toll_free else facts.phone.kind()
    return TextableAnswer(
        transaction_id=transaction_id,
        provider=_UNKNOWN if facts.line is None else facts.line.carrier,
        textable=facts.is_textable,
        type=_TYPES.get(kind, _UNKNOWN),
    )


def mobile_view(facts: NumberFacts, transaction_id: str) -> MobileAnswer:
    """Say whether a number may be a mobile one; a line of the account is none."""
    may_be = facts.line is None and facts.phone.kind() in (NumberKind.MOBILE, NumberKind.EITHER)
    return MobileAnswer(transaction_id=transaction_id, is_mobile=may_be)
