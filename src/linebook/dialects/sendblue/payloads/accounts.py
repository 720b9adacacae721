"""Lines, the account, the shared contacts of the command line, temporary tokens."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.account import Account, Line
from linebook.core.contact import Contact
from linebook.dialects.kit import InvalidParameter
from linebook.dialects.sendblue.payloads.answers import Done, time_text

TOKEN_LIFETIME_S: Final = 900
TOKEN_LIFETIME_MAX_S: Final = 86_400
SCOPE_MAX: Final = 100

Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class LineNumbers(Done, frozen=True, kw_only=True):
    """The numbers of the account's lines."""

    numbers: list[str]


class LineState(msgspec.Struct, frozen=True, kw_only=True):
    """How a line is."""

    worker_id: str
    assignment: Literal["assigned", "shared", "grace_period"]
    status: Literal["ONLINE", "OFFLINE", "DEGRADED", "UNKNOWN"]
    sendblue_number: str
    degraded_since: str | None = None
    effective_until: str | None = None
    status_changed_at: str


class LineStates(Done, frozen=True, kw_only=True):
    """How all lines are at one moment."""

    snapshot_at: Time
    data: list[LineState]


class AccountView(Done, frozen=True, kw_only=True):
    """The account."""

    accountId: int
    companyName: str
    plan: str


class SharedContact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as the command line shows it."""

    id: int
    number: str
    verified: bool
    createdAt: Time


class SharedContacts(Done, frozen=True, kw_only=True):
    """The newest contacts that have a number, and the line they text with."""

    sharedNumber: str | None
    contacts: list[SharedContact]


class SharedRoute(Done, frozen=True, kw_only=True):
    """The contact that was added."""

    route: SharedContact


class ShareBody(msgspec.Struct, frozen=True, kw_only=True):
    """What adding a shared contact takes."""

    recipient: Annotated[str | UnsetType | None, Meta(description="The number. Required.")] = UNSET


class TokenBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a temporary token is asked for with."""

    expires_in_seconds: Annotated[
        int | UnsetType | None,
        Meta(description=f"How long it is valid, {TOKEN_LIFETIME_MAX_S} at most; {TOKEN_LIFETIME_S} if not given."),
    ] = UNSET
    phone_number: Annotated[
        str | UnsetType | None, Meta(description="The line that it is limited to; not together with `phone_numbers`.")
    ] = UNSET
    phone_numbers: Annotated[
        list[str] | UnsetType | None, Meta(description="The lines that it is limited to; not given or empty: none.")
    ] = UNSET

    @property
    def lifetime_s(self) -> int:
        """How long the token is valid. Raises `InvalidParameter`."""
        lifetime_s = self.expires_in_seconds
        if lifetime_s is UNSET or lifetime_s is None:
            return TOKEN_LIFETIME_S
        if not 1 <= lifetime_s <= TOKEN_LIFETIME_MAX_S:
            raise InvalidParameter("expires_in_seconds", f"must be from 1 to {TOKEN_LIFETIME_MAX_S}")
        return lifetime_s

    @property
    def scope(self) -> list[tuple[str, str]]:
        """The numbers that it is limited to, each behind the name of its parameter. Raises `InvalidParameter`."""
        several = self.phone_numbers or []
        if isinstance(self.phone_number, str):
            if isinstance(self.phone_numbers, list):
                raise InvalidParameter("phone_number", "cannot be combined with phone_numbers")
            return [("phone_number", self.phone_number)]
        if len(several) > SCOPE_MAX:
            raise InvalidParameter("phone_numbers", f"at most {SCOPE_MAX}")
        return [(f"phone_numbers[{index}]", number) for index, number in enumerate(several)]


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A temporary token; it is shown only here."""

    token: str
    token_id: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_at: Time
    phone_numbers: list[str]


def texting_lines(lines: list[Line], scope: frozenset[str]) -> list[Line]:
    """Give the lines that are numbers; of a token that is limited to lines, only those."""
    return [
        line
        for line in lines
        if not any(letter.isalpha() for letter in line.address) and (not scope or line.address in scope)
    ]


def line_state(line: Line) -> LineState:
    """Give how a line is (NOTES: lines)."""
    return LineState(
        worker_id=str(line.id),
        assignment="assigned",
        status="ONLINE",
        sendblue_number=line.address,
        status_changed_at=time_text(line.updated_ms),
    )


def account_view(account: Account) -> AccountView:
    """Give the account."""
    return AccountView(accountId=account.id, companyName=account.name, plan="self-hosted")


def shared_contact(contact: Contact) -> SharedContact:
    """Give a contact as the command line shows it; it must have a number."""
    return SharedContact(
        id=contact.id,
        number=contact.phone.text if contact.phone is not None else "",
        verified=contact.verified,
        createdAt=time_text(contact.created_ms),
    )
