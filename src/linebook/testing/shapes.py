"""What a hub tells a test suite: accounts, texts, webhooks and what opens them, as values that can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An address that can text."""

    id: int
    address: str
    label: str
    is_multi_user: bool
    is_toll_free: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A user name that may log in through Zipwhip's API. `role`: `system`, `administrator` or `operator`."""

    username: str
    password: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Zipwhip:
    """How to call through Zipwhip's API. `session` is a key that needs no log-in."""

    base_url: str
    username: str
    password: str
    session: str
    api_key: str
    logins: tuple[Login, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inwise:
    """How to call through inwise's API: `api_key` is the header `X-API-Key`."""

    base_url: str
    api_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sendblue:
    """How to call through Sendblue's API: the headers `sb-api-key-id` and `sb-api-secret-key`."""

    base_url: str
    api_key: str
    api_secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heymarket:
    """How to call through Heymarket's API: `api_key` as bearer, or a token that id and key of a secret sign."""

    base_url: str
    api_key: str
    secret_id: str
    secret_key: str
    n8n_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account that shares nothing with any other one, with what opens it through every dialect."""

    id: int
    name: str
    region: str
    lines: tuple[Line, ...]
    zipwhip: Zipwhip
    inwise: Inwise
    sendblue: Sendblue
    heymarket: Heymarket


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """Numbers whose consent was ever changed, and of how many of them each thing is true now."""

    numbers: int
    opted_out_by_person: int
    opted_out_by_team: int
    blocked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How much of everything an account has. `changes` grows with every contact that is written."""

    account: int
    contacts: int
    fields: int
    tags: int
    groups: int
    lines: int
    users: int
    consents: Consents
    changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A file of a text. `url` gives its bytes."""

    id: str
    name: str
    kind: str
    size_bytes: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a text that went to the carrier, by the carrier's id."""

    no: int
    carrier_id: str
    state: str
    message_status: int
    carrier_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text as it was when it was asked for. `direction`: `out` for one that a line sent, `in` for one that it got.

    `state` is `queued`, `accepted`, `delivered`, `failed`, `undelivered`, `sent` or `in_process`; of a text that came
    in it is `received`. `reason` says it in a sentence.
    """

    id: int
    line: str
    number: str
    direction: Literal["in", "out"]
    body: str
    state: str
    status_code: int
    message_status: int
    reason: str
    error: str
    carrier_words: str
    is_mms: bool
    part_count: int
    parts: tuple[Part, ...]
    attachments: tuple[TextFile, ...]
    contact_id: int | None
    parent_id: int | None
    external_id: str
    is_read: bool
    is_deleted: bool
    created_ms: int
    due_ms: int | None
    sent_ms: int | None
    delivered_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to tell a receiver. `status` is its HTTP status, 0 when there was none."""

    no: int
    at_ms: int
    duration_ms: int
    status: int
    error: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to a receiver. `state`: `waiting`, `done` or `parked`; `body` is what was sent."""

    event: int
    state: str
    next_ms: int
    body: str | None
    error: str
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A receiver of events, and what it was and is to be told, the newest first. `line_id` 0 means every line."""

    id: int
    dialect: str
    line_id: int
    events: tuple[str, ...]
    url: str
    method: str
    failures: int
    paused_until_ms: int | None
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The hub's time, and how far it is ahead of the machine's."""

    now: str
    now_ms: int
    ahead_s: float
