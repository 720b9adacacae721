"""Sending: every door queues messages through `send_messages`, and there consent is checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.core import carrier_kinds
from linebook.core.account import Line
from linebook.core.author import Author
from linebook.core.contact import ContactPatch, check_text
from linebook.core.delivery_status import QUEUED
from linebook.core.magic_numbers import send_code_of
from linebook.core.message import ATTACHMENTS_MAX, NOBODY, Direction, EventKind, Message, is_textable
from linebook.core.phone import Phone
from linebook.core.text_parts import count_parts
from linebook.errors import (
    AttachmentUnreadable,
    DomainError,
    InvalidMember,
    MessageTooLong,
    NoCarrier,
    NoRoute,
    OptedOut,
    SendRefused,
    SendUnavailable,
)
from linebook.services.attachments import attachments_by_id
from linebook.services.clocks import take_clock
from linebook.services.consents import consents_of
from linebook.services.contact_reads import contacts_by_phone
from linebook.services.contacts import SaveContact, Saved, save_contacts
from linebook.services.line_settings import LAST_SENT, note_times, signature_of
from linebook.services.lines import get_line
from linebook.services.texting import OutboxEntry, Texting
from linebook.storage.base import Tx

BODY_LIMIT_BYTES: Final = 600
ATTACHMENTS_LIMIT_BYTES: Final = 600_000
DUE_MAX_MS: Final = 366 * 24 * 3600 * 1000
"""How far ahead a message may be scheduled."""

SINGLE: Final = 0
"""The priority of a message to one person."""

BULK: Final = 1
"""The priority of messages to many at once: they wait behind conversations."""


class SendMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One request to send a text from a line to each of the recipients, by itself.

    `due_ms`: not before that time; a time that is past means now. `attachments` are storage keys. `advertisement` is
    put behind the body, on a line of its own, and behind that the signature of the user, or else of the line, where
    `is_signed` says so.
    """

    line_id: int
    recipients: tuple[Phone, ...]
    body: str
    author: Author
    user_id: int | None = None
    due_ms: int | None = None
    attachments: tuple[str, ...] = ()
    from_name: str = ""
    advertisement: str = ""
    is_signed: bool = False
    signature: str = ""
    """Filled in when it is sent."""

    external_id: str = ""
    body_limit_bytes: int = BODY_LIMIT_BYTES
    attachments_limit_bytes: int = ATTACHMENTS_LIMIT_BYTES

    @property
    def text(self) -> str:
        """What is sent: the body and what is put behind it."""
        return "\n".join(one for one in (self.body, self.advertisement, self.signature) if one)


class SentMessages(msgspec.Struct, frozen=True, kw_only=True):
    """What a request to send made: a queued message for each recipient, in order.

    `parent_id` names all of them together, above their own ids; of a single one it is its own id.
    """

    messages: tuple[Message, ...]
    parent_id: int


def send_messages(tx: Tx, account_id: int, requests: Sequence[SendMessage]) -> list[SentMessages | DomainError]:
    """Queue messages, in request order; give what each request made, or its domain error. Of a request all or none.

    A recipient that nobody has in the book becomes a contact. Domain errors: `NotFound` (the line), `InvalidMember`,
    `OptedOut`, `AttachmentUnreadable`, `NoCarrier`, `MessageTooLong`, `NoRoute`, `SendUnavailable`, `SendRefused`.
    """
    sending = _Sending(tx, account_id, requests)
    return sending.run()


class _Sending:
    """One set of requests on its way through."""

    def __init__(self, tx: Tx, account_id: int, requests: Sequence[SendMessage]) -> None:
        self._tx = tx
        self._account_id = account_id
        self._requests = _signed(tx, account_id, requests)
        self._outcomes: dict[int, SentMessages | DomainError] = {}
        self._lines: dict[int, Line | DomainError] = {}

    def run(self) -> list[SentMessages | DomainError]:
        self._refuse_unsendable()
        if len(self._outcomes) < len(self._requests):
            self._send()
        return [self._outcomes[number] for number in range(len(self._requests))]

    @property
    def _open(self) -> list[tuple[int, SendMessage]]:
        """The requests that nothing speaks against so far."""
        return [(number, one) for number, one in enumerate(self._requests) if number not in self._outcomes]

    def _refuse_unsendable(self) -> None:
        """Refuse what cannot be sent whatever the recipients think of it."""
        keys = [key for one in self._requests for key in one.attachments]
        if keys:
            # Whoever sweeps files away takes this clock, too: what is found here is still there at the commit.
            take_clock(self._tx, self._account_id)
        files = attachments_by_id(self._tx, self._account_id, keys) if keys else {}
        for number, request in enumerate(self._requests):
            try:
                line = self._line(request.line_id)
                _check_text(request)
                _check_recipients(request, line)
                sizes = [files[key].size_bytes for key in request.attachments if key in files]
                if len(sizes) < len(request.attachments) or sum(sizes) > request.attachments_limit_bytes:
                    raise AttachmentUnreadable
                if request.due_ms is not None and request.due_ms > self._tx.now_ms + DUE_MAX_MS:
                    raise InvalidMember("due", "is too far ahead")
                if not carrier_kinds.is_usable(line.carrier):
                    raise NoCarrier
            except DomainError as error:
                self._outcomes[number] = error

    def _line(self, line_id: int) -> Line:
        if line_id not in self._lines:
            try:
                self._lines[line_id] = get_line(self._tx, self._account_id, line_id)
            except DomainError as error:
                self._lines[line_id] = error
        line = self._lines[line_id]
        if isinstance(line, DomainError):
            raise line
        return line

    def _send(self) -> None:
        tx, account_id = self._tx, self._account_id
        phones = {phone for _, request in self._open for phone in request.recipients}
        contacts = {phone: one.id for phone, one in contacts_by_phone(tx, account_id, sorted(phones)).items()}
        own = {line.address for line in self._lines.values() if isinstance(line, Line)}
        unknown = [phone for phone in sorted(phones) if phone not in contacts and phone.text not in own]
        if unknown:
            # The clocks are taken in the order of all writers, and consent is read when no STOP can come between.
            take_clock(tx, account_id)
        texting = Texting(tx, account_id, sum(len(request.recipients) for _, request in self._open))
        self._refuse_opted_out()
        contacts |= self._add_contacts(unknown, contacts)
        self._load(texting)
        sent = self._open
        for number, request in sent:
            self._outcomes[number] = _queue(texting, request, contacts)
        senders = {(one.line_id, one.user_id) for number, one in sent if one.user_id is not None}
        note_times(tx, account_id, LAST_SENT, senders)
        texting.write()

    def _refuse_opted_out(self) -> None:
        wanted: dict[int, set[Phone]] = {}
        for _, request in self._open:
            wanted.setdefault(request.line_id, set()).update(request.recipients)
        for line_id, phones in wanted.items():
            consents = consents_of(self._tx, self._account_id, sorted(phones), line_id)
            for number, request in self._open:
                closed = [one.text for one in request.recipients if request.line_id == line_id]
                closed = [text for text in closed if not consents[Phone.stored(text)].may_text]
                if closed:
                    self._outcomes[number] = OptedOut(tuple(closed))

    def _add_contacts(self, unknown: Sequence[Phone], known: dict[Phone, int]) -> dict[Phone, int]:
        authors = {phone: request.author for _, request in reversed(self._open) for phone in request.recipients}
        saves = [
            SaveContact(patch=ContactPatch(phone=phone), author=authors[phone])
            for phone in unknown
            if phone in authors and phone not in known
        ]
        outcomes = save_contacts(self._tx, self._account_id, saves) if saves else []
        return {
            one.contact.phone: one.contact.id
            for one in outcomes
            if isinstance(one, Saved) and one.contact.phone is not None
        }

    def _load(self, texting: Texting) -> None:
        """Read the conversations that the open requests write to."""
        texting.keys.load({(phone.text,) for _, request in self._open for phone in request.recipients})
        texting.load_conversations(
            {
                (request.line_id, texting.keys.of((phone.text,)))
                for _, request in self._open
                for phone in request.recipients
            }
        )


def _signed(tx: Tx, account_id: int, requests: Sequence[SendMessage]) -> list[SendMessage]:
    """Give the requests with the signatures that they ask for, each looked up once."""
    signers = {(one.line_id, one.user_id) for one in requests if one.is_signed}
    signatures = {signer: signature_of(tx, account_id, *signer) for signer in signers}
    return [
        msgspec.structs.replace(one, signature=signature)
        if one.is_signed and (signature := signatures[one.line_id, one.user_id])
        else one
        for one in requests
    ]


def _check_text(request: SendMessage) -> None:
    for name, text in (
        ("body", request.text),
        ("from_name", request.from_name),
        ("external_id", request.external_id),
    ):
        check_text(name, text)
    if not request.body.strip() and not request.attachments:
        raise InvalidMember("body", "is empty")
    if len(request.text.encode()) > request.body_limit_bytes:
        raise MessageTooLong(request.body_limit_bytes)
    if len(request.attachments) > ATTACHMENTS_MAX:
        raise InvalidMember("attachments", f"are more than {ATTACHMENTS_MAX}")


def _check_recipients(request: SendMessage, line: Line) -> None:
    if not request.recipients:
        raise InvalidMember("recipients", "are missing")
    for phone in request.recipients:
        if not is_textable(phone):
            raise NoRoute
        code = send_code_of(phone.text) if line.carrier == carrier_kinds.LOOPBACK else None
        if code is not None:
            raise _scripted(code, phone, request)


def _scripted(code: int, phone: Phone, request: SendMessage) -> DomainError:
    """Give the refusal that the loopback carrier's number asks for, as the real situation would give it."""
    match code:
        case OptedOut.code:
            return OptedOut((phone.text,))
        case -703:
            return InvalidMember("recipients", "are refused")
        case MessageTooLong.code:
            return MessageTooLong(request.body_limit_bytes)
    plain: tuple[type[SendRefused], ...] = (SendUnavailable, AttachmentUnreadable, NoCarrier, NoRoute)
    return next((kind() for kind in plain if kind.code == code), SendRefused())


def _queue(texting: Texting, request: SendMessage, contacts: dict[Phone, int]) -> SentMessages:
    recipients = tuple(dict.fromkeys(request.recipients))
    times = [texting.next_time() for _ in recipients]
    ids = [texting.next_id(at_ms) for at_ms in times]
    is_single = len(recipients) == 1
    parent_id = ids[0] if is_single else texting.next_id(times[-1])
    text = request.text
    part_count = 1 if request.attachments else count_parts(text)
    messages: list[Message] = []
    for phone, at_ms, message_id in zip(recipients, times, ids, strict=True):
        due_ms = request.due_ms if request.due_ms is not None and request.due_ms > at_ms else None
        message = Message(
            id=message_id,
            no=0,
            line_id=request.line_id,
            fingerprint=texting.keys.of((phone.text,)),
            direction=Direction.OUT,
            phone=phone.text,
            contact_id=contacts.get(phone, NOBODY),
            body=text,
            part_count=part_count,
            attachment_count=len(request.attachments),
            is_mms=bool(request.attachments),
            state=QUEUED,
            is_read=True,
            created_ms=at_ms,
            updated_ms=at_ms,
            due_ms=due_ms,
            sent_ms=None,
            delivered_ms=None,
            read_ms=None,
            deleted_ms=None,
            parent_id=0 if is_single else parent_id,
            carrier="",
            carrier_words="",
            error="",
            from_name=request.from_name,
            advertisement=request.advertisement,
            external_id=request.external_id,
            user_id=request.user_id,
            door=request.author.door,
            credential_id=request.author.credential_id,
        )
        message = texting.add(message, (phone.text,), request.attachments)
        texting.put_in_line(message, OutboxEntry(priority=SINGLE if is_single else BULK, next_ms=due_ms or at_ms))
        texting.tell(EventKind.SEND, message, at_ms)
        messages.append(message)
    return SentMessages(messages=tuple(messages), parent_id=parent_id)
