"""Accounts and what belongs to one apart from its book: lines, users, credentials. No I/O."""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from linebook.core.consent import StopScope

FIRST_COUNTED_SMALL_ID: Final = 10_001
"""The first id we count out for lines, users and fields; lower ones belong to ids that programs bring."""

FIRST_COUNTED_LABEL_ID: Final = 1_000_000_001
"""The first id we count out for tags and groups."""

LAST_CHOSEN_CONTACT_ID: Final = 2**30
"""The highest contact id that may be chosen; the ones we count out follow it, below 2^31."""

LAST_CONTACT_ID: Final = 2**31 - 1


class Role(enum.StrEnum):
    """What a caller may do. System and administrator may do everything; an operator may send, receive and read."""

    SYSTEM = "system"
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"


class CredentialKind(enum.StrEnum):
    """What kind of secret a credential is; one per way of showing it."""

    ZIPWHIP_SESSION = "zipwhip_session"
    ZIPWHIP_API_KEY = "zipwhip_api_key"
    INWISE_KEY = "inwise_key"
    SENDBLUE_PAIR = "sendblue_pair"
    SENDBLUE_TOKEN = "sendblue_token"
    HEYMARKET_KEY = "heymarket_key"
    HEYMARKET_SECRET = "heymarket_secret"
    HEYMARKET_N8N_KEY = "heymarket_n8n_key"


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One customer of this server. `region` completes numbers that are typed without a country."""

    id: int
    name: str
    region: str
    stop_scope: StopScope
    inwise_name_fields: bool
    created_ms: int


class OnDoubt(enum.StrEnum):
    """What a line does with a text of which it is not known whether it has left, once no receipt came for it."""

    RESEND = "resend"
    FAIL = "fail"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An address that can text: a number, a short code, or an alphanumeric sender."""

    account_id: int
    id: int
    address: str
    label: str
    carrier: str
    window_size: int
    rate_per_s: int | None
    is_toll_free: bool
    is_multi_user: bool
    created_ms: int
    updated_ms: int
    on_doubt: OnDoubt = OnDoubt.RESEND


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person working here."""

    account_id: int
    id: int
    email: str
    first_name: str
    last_name: str
    phone: str
    role: Role
    is_active: bool
    created_ms: int
    updated_ms: int

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """What a shown secret stands for: an account, and where it says so a line, a user and a role."""

    kind: CredentialKind
    account_id: int
    id: int
    line_id: int | None
    user_id: int | None
    role: Role
    label: str
    sealed: str | None
    created_ms: int
    expires_ms: int | None
    revoked_ms: int | None

    def is_valid(self, now_ms: int) -> bool:
        """Whether it may be used at that time."""
        return self.revoked_ms is None and (self.expires_ms is None or now_ms < self.expires_ms)


class FieldKind(enum.StrEnum):
    """What a custom field holds; every value is kept as text."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """The definition of a custom field."""

    id: int
    label: str
    kind: FieldKind
    created_ms: int


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A label on contacts."""

    id: int
    uuid: str
    name: str
    color: str
    rev: int
    created_ms: int
    updated_ms: int


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A list of contacts. `member_count` is how many it had when it was read: it is not kept true in memory."""

    id: int
    uuid: str
    name: str
    rev: int
    created_ms: int
    updated_ms: int
    member_count: int


def label_key(label: str) -> str:
    """Give the form under which two spellings of a label are the same: trimmed, case-folded."""
    return label.strip().casefold()
