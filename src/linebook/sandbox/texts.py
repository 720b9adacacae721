"""What the sandbox reads of an account's texts. It changes nothing and knows nothing of HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from linebook import demo
from linebook.core.account import Account, Line
from linebook.core.message import Attachment, Direction, Message
from linebook.core.phone import UnusablePhone, national, parse_phone
from linebook.errors import DomainError, InvalidMember, NotFound
from linebook.services.accounts import find_account, get_account
from linebook.services.attachments import attachments_of_messages
from linebook.services.clocks import TEXTING, newest_change_no
from linebook.services.lines import all_lines, line_address
from linebook.services.message_walks import ANY_LINE, MessagePart, messages_of_account, parts_of_messages
from linebook.storage.base import Tx


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which texts are wanted: of whose lines, with whom, older than which."""

    account_id: int | None
    limit: int
    before_id: int
    direction: Direction | None = None
    line: str = ""
    number: str = ""
    known: int | None = None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Texts with all that belongs to them. `changes` is the newest number of the account's texting clock."""

    account_id: int
    changes: int
    messages: Sequence[Message]
    address_of: Mapping[int, str]
    parts: Mapping[int, Sequence[MessagePart]]
    files: Mapping[int, Sequence[Attachment]]


def account_of(tx: Tx, account_id: int | None) -> Account:
    """Give an account, the demo's own without an id. Raises `NotFound`."""
    return find_account(tx, demo.ACCOUNT) if account_id is None else get_account(tx, account_id)


def line_of(tx: Tx, account: Account, address: str) -> Line:
    """Give the line of that address, however it is written, the first line without one. Raises `NotFound`."""
    lines = all_lines(tx, account.id)
    try:
        wanted = line_address(address, account.region) if address else ""
    except DomainError as error:
        raise NotFound(f"{address} is no line of this account.") from error
    for line in lines:
        if not wanted or line.address == wanted:
            return line
    raise NotFound(f"{address} is no line of this account." if address else "This account has no line.")


def number_of(account: Account, text: str) -> str:
    """Give a number in canonical form. Raises `InvalidMember`."""
    try:
        return parse_phone(text, national(account.region)).text
    except UnusablePhone as error:
        raise InvalidMember("number", "is not a number") from error


def find_texts(tx: Tx, wanted: Wanted) -> Found:
    """Give texts, newest first; none when nothing has happened since the change that is known.

    Raises `NotFound` and `InvalidMember`.
    """
    account = account_of(tx, wanted.account_id)
    changes = newest_change_no(tx, account.id, TEXTING)
    if wanted.known == changes:
        return _with_all(tx, account.id, changes, [])
    messages = messages_of_account(
        tx,
        account.id,
        wanted.limit,
        before_id=wanted.before_id,
        direction=wanted.direction,
        line_id=line_of(tx, account, wanted.line).id if wanted.line else ANY_LINE,
        phone=number_of(account, wanted.number) if wanted.number else "",
    )
    return _with_all(tx, account.id, changes, messages)


def look_at(tx: Tx, account_id: int, messages: Sequence[Message]) -> Found:
    """Give these texts with all that belongs to them."""
    return _with_all(tx, account_id, newest_change_no(tx, account_id, TEXTING), messages)


def _with_all(tx: Tx, account_id: int, changes: int, messages: Sequence[Message]) -> Found:
    ids = [one.id for one in messages]
    return Found(
        account_id=account_id,
        changes=changes,
        messages=messages,
        address_of={line.id: line.address for line in all_lines(tx, account_id)} if ids else {},
        parts=parts_of_messages(tx, account_id, ids) if ids else {},
        files=attachments_of_messages(tx, account_id, [one.id for one in messages if one.attachment_count]),
    )
