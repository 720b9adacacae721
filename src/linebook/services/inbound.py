"""Texts that come in: each kept once, threaded, its word heeded. Whoever calls acknowledges after the commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.core.account import Account
from linebook.core.author import Author
from linebook.core.consent import EVERY_LINE, Consent, ConsentAction, StopScope
from linebook.core.contact import ContactPatch, check_text, is_storable
from linebook.core.delivery_status import ACCEPTED, QUEUED
from linebook.core.message import DEFAULT_REPLIES, NOBODY, Direction, EventKind, Message, WordReply
from linebook.core.phone import Phone, UnusablePhone
from linebook.core.stop_words import StopWords, WordEffect
from linebook.core.text_parts import count_parts
from linebook.errors import DomainError, InvalidMember
from linebook.services.accounts import get_account
from linebook.services.clocks import take_clock
from linebook.services.consents import RecordConsent, consents_of, record_consents
from linebook.services.contact_reads import contacts_by_phone
from linebook.services.contacts import SaveContact, Saved, save_contacts
from linebook.services.kept_messages import messages_by_id
from linebook.services.line_settings import line_settings
from linebook.services.lines import get_line
from linebook.services.texting import OutboxEntry, Texting
from linebook.services.usage import UsageCount
from linebook.storage.base import Tx

INBOUND: Final = Author("inbound")
"""Who is recorded for what a text that came in caused."""

SENDER_MAX: Final = 64
KEY_MAX: Final = 255


class InboundText(msgspec.Struct, frozen=True, kw_only=True):
    """One text as a carrier brought it, its parts joined.

    `sender` is the number or name it came from, as canonical as it can be made; `key` is by what the carrier's second
    delivery of the same text is known, empty when there is nothing. `attachments` are storage keys of files that are
    kept already (`keep_attachments`), and so is `text_file`: of a text too long for a message `body` is the beginning,
    and that file holds all of it. `at_ms` is the carrier's time.
    """

    line_id: int
    sender: str
    body: str
    carrier: str
    key: str = ""
    part_count: int = 1
    attachments: tuple[str, ...] = ()
    text_file: str = ""
    at_ms: int | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """The storage keys of all its files; the one with the long text comes first."""
        return (self.text_file, *self.attachments) if self.text_file else self.attachments


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A text that is kept. `is_new` is false for one that was there already; `effect` is what its word asked for."""

    message: Message
    is_new: bool
    effect: WordEffect | None = None


def receive_texts(tx: Tx, account_id: int, texts: Sequence[InboundText]) -> list[Received | DomainError]:
    """Keep texts that came in, in order: message, conversation, contact, event, and what a word asks for.

    A STOP or START is recorded as the person's own, with its word, and answered once per change; HELP is answered. The
    texts of somebody who is blocked are kept, read and hidden, and nobody is told. Domain errors: `NotFound` (the
    line), `InvalidMember` (a sender or key that cannot be stored).
    """
    return _Receiving(tx, account_id, texts).run()


def stop_words(tx: Tx, account_id: int) -> StopWords:
    """Give the words that mean something to an account as a whole text."""
    changes = tx.all("stop_words", account_id=account_id)
    return StopWords((word, WordEffect(action) if action else None) for word, action in changes)


class _Receiving:
    """One set of texts on its way in."""

    def __init__(self, tx: Tx, account_id: int, texts: Sequence[InboundText]) -> None:
        self._tx = tx
        self._account_id = account_id
        self._texts = texts
        self._account: Account = get_account(tx, account_id)
        self._outcomes: dict[int, Received | DomainError] = {}
        self._effects: dict[int, WordEffect] = {}
        self._phones: dict[int, Phone] = {}
        self._contacts: dict[Phone, int] = {}
        self._consents: dict[tuple[Phone, int], Consent] = {}
        self._changed: set[int] = set()
        self._settings: dict[int, dict[str, str]] = {}

    def run(self) -> list[Received | DomainError]:
        self._read()
        unknown = [one for one in sorted(set(self._phones.values())) if one not in self._contacts]
        if unknown or self._effects:
            # The clocks are taken in the order of all writers.
            take_clock(self._tx, self._account_id)
        texting = Texting(self._tx, self._account_id, 2 * len(self._texts))
        repeats = self._repeats()
        self._read_consents()
        self._heed(repeats)
        self._add_contacts(repeats)
        self._load(texting)
        known = self._keep(texting, repeats)
        texting.write()
        self._answer_repeats(repeats, known)
        return [self._outcomes[number] for number in range(len(self._texts))]

    # -- reading

    def _read(self) -> None:
        words = stop_words(self._tx, self._account_id)
        for number, text in enumerate(self._texts):
            try:
                get_line(self._tx, self._account_id, text.line_id)
                check_text("sender", text.sender, SENDER_MAX)
                if not text.sender.strip():
                    raise InvalidMember("sender", "is empty")
                check_text("key", text.key, KEY_MAX)
            except DomainError as error:
                self._outcomes[number] = error
                continue
            try:
                self._phones[number] = Phone.stored(text.sender)
            except UnusablePhone:
                continue
            # The beginning of a long text is no whole text, whatever it says.
            effect = words.effect_of(text.body) if not text.text_file else None
            if effect is not None:
                self._effects[number] = effect
        phones = sorted(set(self._phones.values()))
        found = contacts_by_phone(self._tx, self._account_id, phones)
        self._contacts = {phone: one.id for phone, one in found.items()}

    def _repeats(self) -> dict[int, int]:
        """Give for each text that is not new the id of its message, or minus the number of the text it repeats."""
        repeats: dict[int, int] = {}
        seen: dict[tuple[str, str], int] = {}
        for carrier in sorted({one.carrier for one in self._texts}):
            keys = sorted({one.key for one in self._texts if one.carrier == carrier and is_storable(one.key)} - {""})
            if keys:
                query = "inbound_keys_known"
                for key, message_id in self._tx.all(query, account_id=self._account_id, carrier=carrier, keys=keys):
                    seen[carrier, key] = message_id
        for number, text in enumerate(self._texts):
            if not text.key or number in self._outcomes:
                continue
            before = seen.setdefault((text.carrier, text.key), -number)
            if before != -number:
                repeats[number] = before
        return repeats

    def _read_consents(self) -> None:
        for line_id in {one.line_id for one in self._texts}:
            phones = {phone for number, phone in self._phones.items() if self._texts[number].line_id == line_id}
            for phone, state in consents_of(self._tx, self._account_id, sorted(phones), line_id).items():
                self._consents[phone, line_id] = state

    # -- heeding

    def _heed(self, repeats: dict[int, int]) -> None:
        """Record what the words of new texts ask for; note which of them changed something."""
        changes: list[RecordConsent] = []
        is_closed = {key: state.by_person for key, state in self._consents.items()}
        for number, effect in self._effects.items():
            if number in repeats or effect is WordEffect.HELP:
                continue
            text, phone = self._texts[number], self._phones[number]
            closes = effect is not WordEffect.START
            if is_closed[phone, text.line_id] is not closes:
                self._changed.add(number)
            everywhere = self._account.stop_scope is StopScope.ACCOUNT
            scopes = _scopes(effect, text.line_id, is_account_wide=everywhere)
            for key in is_closed:
                if key[0] == phone and (key[1] == text.line_id or EVERY_LINE in scopes):
                    is_closed[key] = closes
            action = ConsentAction.PERSON_STOP if closes else ConsentAction.PERSON_START
            changes += [
                RecordConsent(phone=phone, action=action, author=INBOUND, line_id=scope, word=text.body.strip())
                for scope in scopes
            ]
        if changes:
            record_consents(self._tx, self._account_id, changes)

    def _add_contacts(self, repeats: dict[int, int]) -> None:
        wanted = dict.fromkeys(
            phone
            for number, phone in self._phones.items()
            if number not in repeats and phone not in self._contacts and not self._is_blocked(number)
        )
        saves = [SaveContact(patch=ContactPatch(phone=phone), author=INBOUND) for phone in wanted]
        for one in save_contacts(self._tx, self._account_id, saves) if saves else ():
            if isinstance(one, Saved) and one.contact.phone is not None:
                self._contacts[one.contact.phone] = one.contact.id

    def _is_blocked(self, number: int) -> bool:
        phone = self._phones.get(number)
        return phone is not None and self._consents[phone, self._texts[number].line_id].is_blocked

    # -- keeping

    def _load(self, texting: Texting) -> None:
        texts = [one for number, one in enumerate(self._texts) if number not in self._outcomes]
        texting.keys.load({(one.sender,) for one in texts})
        texting.load_conversations({(one.line_id, texting.keys.of((one.sender,))) for one in texts})

    def _keep(self, texting: Texting, repeats: dict[int, int]) -> dict[int, Message]:
        """Keep the new texts; give their messages by number."""
        kept: dict[int, Message] = {}
        keys: list[dict[str, object]] = []
        usage = UsageCount(self._tx, self._account_id)
        for number, text in enumerate(self._texts):
            if number in self._outcomes or number in repeats:
                continue
            message = self._message(texting, number, text)
            kept[number] = message
            usage.add("received", text.line_id, is_mms=message.is_mms, part_count=message.part_count)
            if text.key:
                keys.append(
                    {
                        "account_id": self._account_id,
                        "carrier": text.carrier,
                        "key": text.key,
                        "message_id": message.id,
                        "at_ms": message.created_ms,
                    }
                )
            effect = self._effects.get(number)
            if not message.is_deleted:
                texting.tell(EventKind.RECEIVE, message, message.created_ms)
                self._react(texting, number, message)
            self._outcomes[number] = Received(message=message, is_new=True, effect=effect)
        self._tx.run_many("insert_inbound_keys", keys)
        usage.write()
        return kept

    def _message(self, texting: Texting, number: int, text: InboundText) -> Message:
        at_ms = texting.next_time()
        is_blocked = self._is_blocked(number)
        phone = self._phones.get(number)
        message = Message(
            id=texting.next_id(at_ms),
            no=0,
            line_id=text.line_id,
            fingerprint=texting.keys.of((text.sender,)),
            direction=Direction.IN,
            phone=text.sender,
            contact_id=self._contacts.get(phone, NOBODY) if phone is not None else NOBODY,
            body=storable(text.body),
            part_count=text.part_count,
            attachment_count=len(text.files),
            is_mms=bool(text.attachments),
            state=ACCEPTED,
            is_read=is_blocked,
            created_ms=at_ms,
            updated_ms=at_ms,
            due_ms=None,
            sent_ms=text.at_ms,
            delivered_ms=None,
            read_ms=None,
            deleted_ms=at_ms if is_blocked else None,
            parent_id=0,
            carrier=text.carrier,
            carrier_words="",
            error="",
            from_name="",
            advertisement="",
            external_id="",
            user_id=None,
            door=INBOUND.door,
            credential_id=None,
        )
        return texting.add(message, (text.sender,), text.files)

    def _react(self, texting: Texting, number: int, message: Message) -> None:
        """Tell of a changed consent, and answer the word."""
        effect = self._effects.get(number)
        if number in self._changed:
            is_closed = effect is not WordEffect.START
            word = {"word": message.body.strip(), "opted_out": is_closed}
            texting.tell(EventKind.OPT_OUT, message, message.created_ms, dict(word))
            self._reply(texting, message, WordReply.STOPPED if is_closed else WordReply.STARTED)
        elif effect is WordEffect.HELP and self._consents[self._phones[number], message.line_id].may_text:
            self._reply(texting, message, WordReply.HELP)

    def _reply(self, texting: Texting, message: Message, kind: WordReply) -> None:
        """Answer a word. The answer to STOP is the one text that goes to somebody who asked for silence."""
        if message.line_id not in self._settings:
            self._settings[message.line_id] = line_settings(self._tx, self._account_id, message.line_id)
        body = self._settings[message.line_id].get(kind.value, DEFAULT_REPLIES[kind])
        if not body:
            return
        at_ms = texting.next_time()
        reply = msgspec.structs.replace(
            message,
            id=texting.next_id(at_ms),
            direction=Direction.OUT,
            body=body,
            part_count=count_parts(body),
            attachment_count=0,
            is_mms=False,
            state=QUEUED,
            is_read=True,
            created_ms=at_ms,
            updated_ms=at_ms,
            sent_ms=None,
            carrier="",
        )
        reply = texting.add(reply, (message.phone,))
        texting.put_in_line(reply, OutboxEntry(priority=0, next_ms=at_ms, is_exempt=kind is WordReply.STOPPED))
        texting.tell(EventKind.SEND, reply, at_ms)

    def _answer_repeats(self, repeats: dict[int, int], kept: dict[int, Message]) -> None:
        before = messages_by_id(self._tx, self._account_id, [one for one in repeats.values() if one > 0])
        for number, owner in repeats.items():
            message = before[owner] if owner > 0 else kept[-owner]
            self._outcomes[number] = Received(message=message, is_new=False)


def _scopes(effect: WordEffect, line_id: int, *, is_account_wide: bool) -> tuple[int, ...]:
    """Give the lines whose state a word changes. A START lifts whatever an earlier STOP may have closed."""
    if effect is WordEffect.START:
        return (EVERY_LINE, line_id)
    return (EVERY_LINE,) if is_account_wide or effect is WordEffect.STOP_ALL else (line_id,)


def storable(text: str) -> str:
    """Give a text that came in without what no database keeps: a text is not lost for a character."""
    if is_storable(text):
        return text
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
