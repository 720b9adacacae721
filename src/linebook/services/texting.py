"""The working set of one transaction on an account's texting: messages, conversations, events, numbered and written.

Used by the services of texting and nobody else. It decides nothing about a request; it keeps conversations true to
their messages, numbers everything on the texting clock, and has every event told to those who asked for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from linebook.core.message import Conversation, EventKind, Message, next_message_id
from linebook.services.clocks import TEXTING, Clock
from linebook.services.conversation_keys import ConversationKeys
from linebook.services.labels import next_id
from linebook.storage import texting_rows
from linebook.storage.base import Tx
from linebook.storage.rows import to_json

ConversationKey = tuple[int, int]
"""A line and a fingerprint."""

UNNUMBERED: Final = 0
"""The id of a conversation that this transaction makes, until it is written."""

_replace = msgspec.structs.replace


class OutboxEntry(msgspec.Struct, frozen=True, kw_only=True):
    """How a message waits for its carrier; see the table. A `next_ms` of its making, which may run ahead, means now."""

    priority: int
    next_ms: int
    is_exempt: bool = False


class Texting:
    """The messages and conversations of one account that a transaction touches, as they are after what was folded."""

    def __init__(self, tx: Tx, account_id: int, size: int) -> None:
        """Take the account's texting clock; `size` is about how many messages will be made or changed."""
        self._tx = tx
        self.account_id = account_id
        self.clock = Clock(tx, account_id, TEXTING)
        self._times = self.clock.times(max(size, 1))
        self._used_times = 0
        self.keys = ConversationKeys(tx, account_id)
        self._messages: dict[int, Message] = {}
        self._original: dict[int, Message] = {}
        self._new_messages: list[Message] = []
        self._changed: dict[int, None] = {}
        self._conversations: dict[ConversationKey, Conversation] = {}
        self._loaded: set[ConversationKey] = set()
        self._dirty: dict[ConversationKey, None] = {}
        self._outbox: list[dict[str, object]] = []
        self._files: list[dict[str, object]] = []
        self._events: list[dict[str, object]] = []

    # -- resolve

    def load_messages(self, ids: Iterable[int]) -> None:
        """Read the messages with these ids."""
        keys = sorted({one for one in ids if 0 < one < 2**63} - self._messages.keys())
        if keys:
            for row in self._tx.all("messages_by_id", account_id=self.account_id, keys=keys):
                self.know(texting_rows.message_from_row(row))

    def know(self, message: Message) -> None:
        """Take a message that was read in this transaction into the set, unless it is there."""
        if message.id not in self._messages:
            self._messages[message.id] = self._original[message.id] = message

    def load_conversations(self, wanted: Iterable[ConversationKey]) -> None:
        """Read conversations of lines by their fingerprints."""
        missing = set(wanted) - self._loaded
        self._loaded |= missing
        for line_id in sorted({line_id for line_id, _ in missing}):
            keys = sorted(fingerprint for one, fingerprint in missing if one == line_id)
            query = "conversations_by_fingerprint"
            for row in self._tx.all(query, account_id=self.account_id, line_id=line_id, keys=keys):
                found = texting_rows.conversation_from_row(row)
                self._conversations[found.line_id, found.fingerprint] = found

    # -- find

    def message(self, message_id: int) -> Message | None:
        """Give a message that was loaded, as it is now."""
        return self._messages.get(message_id)

    def conversation(self, line_id: int, fingerprint: int) -> Conversation | None:
        """Give a conversation that was loaded, as it is now."""
        return self._conversations.get((line_id, fingerprint))

    # -- fold

    def next_time(self) -> int:
        """Give the time of the next message; where more are made than was said, they share the last one."""
        at_ms = self._times[min(self._used_times, len(self._times) - 1)]
        self._used_times += 1
        return at_ms

    def next_id(self, at_ms: int) -> int:
        """Give the next message id."""
        self.clock.last_id = next_message_id(self.clock.last_id, at_ms, self.account_id)
        return self.clock.last_id

    def add(self, message: Message, addresses: Sequence[str], files: Sequence[str] = ()) -> Message:
        """Add a message, with its files by storage key; its conversation is made, or brought up to date.

        Give it with its number. The conversation must have been loaded.
        """
        message = _replace(message, no=self.clock.next_no())
        self.clock.row_count += 1
        self._messages[message.id] = message
        self._new_messages.append(message)
        self._files += [
            {"account_id": self.account_id, "message_id": message.id, "position": position, "attachment_id": one}
            for position, one in enumerate(files)
        ]
        if not message.is_deleted:
            self._thread(message, tuple(sorted(set(addresses))))
        return message

    def _thread(self, message: Message, addresses: tuple[str, ...]) -> None:
        key = (message.line_id, message.fingerprint)
        before = self._conversations.get(key)
        unread = 1 if message.is_inbound and not message.is_read else 0
        if before is None:
            made = Conversation(
                line_id=message.line_id,
                fingerprint=message.fingerprint,
                id=UNNUMBERED,
                addresses=addresses,
                contact_id=message.contact_id,
                unread_count=unread,
                is_open=True,
                assignee_id=None,
                last_message_id=message.id,
                rev=1,
                created_ms=message.created_ms,
                updated_ms=message.created_ms,
                deleted_ms=None,
            )
            self._conversations[key] = made
            self._dirty[key] = None
            return
        self.change_conversation(
            before,
            message.created_ms,
            contact_id=message.contact_id,
            unread_count=before.unread_count + unread,
            is_open=True,
            last_message_id=message.id,
            deleted_ms=None,
        )

    def change_conversation(self, before: Conversation, at_ms: int, **changes: object) -> Conversation:
        """Change a conversation; give it as it is then."""
        after = _replace(before, **changes, rev=before.rev + 1, updated_ms=at_ms)
        key = (before.line_id, before.fingerprint)
        self._conversations[key] = after
        self._dirty[key] = None
        return after

    def change(self, before: Message, at_ms: int, **changes: object) -> Message:
        """Change a message; give it as it is then."""
        after = _replace(before, **changes, updated_ms=at_ms)
        self._messages[before.id] = after
        self._changed[before.id] = None
        return after

    def put_in_line(self, message: Message, entry: OutboxEntry) -> None:
        """Have a message sent."""
        self._outbox.append(
            {
                "account_id": self.account_id,
                "message_id": message.id,
                "line_id": message.line_id,
                "priority": entry.priority,
                # The times of messages may run ahead of the clock; sending them does not wait for that.
                "next_ms": self._tx.now_ms if entry.next_ms == message.created_ms else entry.next_ms,
                "attempts": 0,
                "owner": "",
                "claimed_ms": 0,
                "is_in_doubt": False,
                "is_exempt": entry.is_exempt,
                "failure": "",
            }
        )

    def tell(self, kind: EventKind, message: Message, at_ms: int, data: dict[str, object] | None = None) -> None:
        """Add an event about a message, with the state that the message has now."""
        self._events.append(
            {
                "account_id": self.account_id,
                "no": self.clock.next_no(),
                "kind": kind.value,
                "line_id": message.line_id,
                "fingerprint": message.fingerprint,
                "message_id": message.id,
                "phone": message.phone,
                "contact_id": message.contact_id,
                "status_code": int(message.state.status_code),
                "message_status": message.state.message_status,
                "data": to_json(data or {}),
                "at_ms": at_ms,
            }
        )

    # -- write

    def write(self) -> None:
        """Write what was folded as a handful of set statements, the clock last. Nothing when nothing was folded."""
        tx = self._tx
        self.keys.write()
        tx.run_many("insert_messages", [texting_rows.message_to_row(self.account_id, one) for one in self._final_new()])
        self._write_changes()
        self._number_conversations()
        dirty = [self._conversations[key] for key in self._dirty]
        tx.run_many("save_conversations", [texting_rows.conversation_to_row(self.account_id, one) for one in dirty])
        tx.run_many("insert_message_attachments", self._files)
        tx.run_many("insert_outbox", self._outbox)
        tx.run_many("insert_events", self._events)
        if self._events:
            self._write_deliveries()
        self.clock.put(self._times[min(self._used_times, len(self._times)) - 1] if self._used_times else 0)

    def _number_conversations(self) -> None:
        """Give the new conversations their ids, all in one step."""
        new = [key for key in self._dirty if self._conversations[key].id == UNNUMBERED]
        if new:
            first = next_id(self._tx, self.account_id, "conversation", 1, len(new)) - len(new) + 1
            for number, key in enumerate(new, first):
                self._conversations[key] = _replace(self._conversations[key], id=number)

    def _final_new(self) -> list[Message]:
        """Give the new messages as they are after everything that was folded."""
        return [self._messages[one.id] for one in self._new_messages]

    def _write_changes(self) -> None:
        states: list[dict[str, object]] = []
        marks: list[dict[str, object]] = []
        for message_id in self._changed:
            before, after = self._original.get(message_id), self._messages[message_id]
            if before is None:
                continue
            row = texting_rows.message_to_row(self.account_id, after)
            if _marks(before) != _marks(after):
                marks.append({name: row[name] for name in _MARKS})
            if _state(before) != _state(after):
                states.append({name: row[name] for name in _STATE})
        self._tx.run_many("mark_messages", marks)
        self._tx.run_many("update_message_states", states)

    def _write_deliveries(self) -> None:
        """Have each event told to those who want it; who that is, is read inside this transaction."""
        found = self._tx.all("webhook_subscriptions", account_id=self.account_id)
        subscriptions = [texting_rows.subscription_from_row(row) for row in found]
        if not subscriptions:
            return
        deliveries: list[dict[str, object]] = [
            {
                "account_id": self.account_id,
                "subscription_id": one.id,
                "event_no": event["no"],
                "fingerprint": event["fingerprint"],
                "state": "waiting",
                "attempts": 0,
                "next_ms": self._tx.now_ms,
                "owner": "",
                "body": None,
                "error": "",
                "updated_ms": event["at_ms"],
            }
            for event in self._events
            for one in subscriptions
            if one.wants(EventKind(str(event["kind"])), int(str(event["line_id"])))
        ]
        self._tx.run_many("insert_webhook_deliveries", deliveries)


_MARKS = ("account_id", "id", "is_read", "read_ms", "deleted_ms", "updated_ms")
_STATE = (
    "account_id",
    "id",
    "status_code",
    "message_status",
    "updated_ms",
    "sent_ms",
    "delivered_ms",
    "carrier",
    "carrier_words",
    "error",
)


def _marks(message: Message) -> tuple[object, ...]:
    return (message.is_read, message.read_ms, message.deleted_ms)


def _state(message: Message) -> tuple[object, ...]:
    return (
        message.state,
        message.sent_ms,
        message.delivered_ms,
        message.carrier,
        message.carrier_words,
        message.error,
    )
