"""Short functions that send and receive texts, and look at what they left, without a gate and without a carrier."""

from __future__ import annotations

from typing import Any, Final

from linebook.core.delivery_status import ACCEPTED, DeliveryState
from linebook.core.message import Conversation, Message
from linebook.core.phone import Phone
from linebook.errors import DomainError
from linebook.services.conversations import conversations_of_line
from linebook.services.inbound import InboundText, Received, receive_texts
from linebook.services.kept_messages import get_message, messages_of_line
from linebook.services.message_results import RecordResult, SubmittedPart, record_results
from linebook.services.messages import SendMessage, SentMessages, send_messages
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import AUTHOR, phone, run
from tests.kit.raw import look

CARRIER: Final = "loopback"


def sending(line_id: int, *numbers: str, body: str = "hello", **rest: Any) -> SendMessage:
    """Give a request to send a text to these numbers."""
    recipients = tuple(phone(one) for one in numbers or ("2065550101",))
    return SendMessage(line_id=line_id, recipients=recipients, body=body, author=AUTHOR, **rest)


def send(engine: Engine, account_id: int, line_id: int, *numbers: str, **rest: Any) -> tuple[Message, ...]:
    """Send a text that must not be refused; give its messages."""
    return write_now(engine, send_messages, account_id, sending(line_id, *numbers, **rest)).messages


def send_all(engine: Engine, account_id: int, *requests: SendMessage) -> list[SentMessages | DomainError]:
    """Run requests to send in one transaction."""
    return run(engine, send_messages, account_id, *requests)


def coming(line_id: int, number: str = "2065550101", body: str = "hi", **rest: Any) -> InboundText:
    """Give a text that comes in from a number."""
    return InboundText(line_id=line_id, sender=phone(number).text, body=body, carrier=CARRIER, **rest)


def receive(engine: Engine, account_id: int, line_id: int, number: str = "2065550101", **rest: Any) -> Received:
    """Receive one text that must not be refused."""
    return write_now(engine, receive_texts, account_id, coming(line_id, number, **rest))


def take(engine: Engine, account_id: int, message: Message, *refs: str, state: DeliveryState = ACCEPTED) -> Message:
    """Record that the carrier took a message, with these ids of its parts."""
    parts = tuple(SubmittedPart(no=number, ref=ref, state=state) for number, ref in enumerate(refs, 1))
    result = RecordResult(message_id=message.id, carrier=CARRIER, state=state, parts=parts)
    return write_now(engine, record_results, account_id, result)


def stored(engine: Engine, account_id: int, message_id: int) -> Message:
    """Give a message as the database has it."""
    return engine.read(lambda tx: get_message(tx, account_id, message_id))


def listed(engine: Engine, account_id: int, line_id: int) -> list[Message]:
    """Give the messages of a line, newest first."""
    return engine.read(lambda tx: messages_of_line(tx, account_id, line_id, 0, 1000))


def threads(engine: Engine, account_id: int, line_id: int) -> list[Conversation]:
    """Give the conversations of a line, newest first."""
    return engine.read(lambda tx: conversations_of_line(tx, account_id, line_id, 0, 1000))


def events(engine: Engine, account_id: int) -> list[tuple[str, int]]:
    """Give the kind and the message of every event, in order."""
    query = f"SELECT kind, message_id FROM event WHERE account_id = {account_id} ORDER BY no"
    return [(kind, message_id) for kind, message_id in look(engine, query)]


def in_line(engine: Engine, account_id: int) -> list[int]:
    """Give the messages that wait for their carrier."""
    query = f"SELECT message_id FROM outbox WHERE account_id = {account_id} ORDER BY message_id"
    return [message_id for (message_id,) in look(engine, query)]


def count(engine: Engine, table: str) -> int:
    """Give how many rows a table has."""
    ((rows,),) = look(engine, f"SELECT count(*) FROM {table}")
    return int(rows)


def number(text: str) -> Phone:
    """Give a number in canonical form."""
    return phone(text)
