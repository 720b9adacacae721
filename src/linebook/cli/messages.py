"""The commands about messages: list, show; and what lines used."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from linebook.cli.failures import UsageProblem
from linebook.cli.output import show_record, show_records, time_text
from linebook.cli.shell import Shell, command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linebook.core.account import Account
    from linebook.core.message import LineUsage, Message
    from linebook.storage.base import Engine

app = typer.Typer(help="Messages: what was sent and received, and what became of it.", no_args_is_help=True)

PAGE = 500
ID_DIGITS_MAX = 19


@command(app, "list", "linebook messages list --line +15556661234 --limit 20")
def list_all(
    shell: Shell,
    *,
    line: Annotated[str | None, typer.Option(help="Only this line; else every line.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most messages of each line.")] = 50,
) -> None:
    """List messages line by line, the newest first, without their text."""
    from linebook.services.lines import all_lines

    with shell.engine() as engine:
        account = shell.account(engine)
        lines = (
            [shell.line(engine, account, line)]
            if line is not None
            else engine.read(lambda tx: all_lines(tx, account.id))
        )
        found = [
            message_record(message, one.address)
            for one in lines
            for message in islice(_newest_first(engine, account, one.id), limit)
        ]
    show_records(
        found,
        ("id", "created", "line", "direction", "number", "kind", "parts", "state"),
        as_json=shell.is_json,
        empty="There is no message yet.",
    )


@command(app, "show", "linebook messages show 2028403610498629633")
def show(
    shell: Shell, *, message: Annotated[str, typer.Argument(help="The message's id.", show_default=False)]
) -> None:
    """Show one message whole, with its text, its parts, its files and what carriers said of it."""
    from linebook.services.attachments import attachments_of_messages
    from linebook.services.kept_messages import get_message
    from linebook.services.lines import get_line
    from linebook.services.message_log import message_log

    if not (message.isascii() and message.isdecimal() and len(message) <= ID_DIGITS_MAX):
        raise UsageProblem(f"{message} is no message id: see `linebook messages list`.")
    message_id = int(message)
    with shell.engine() as engine:
        account = shell.account(engine)
        found = engine.read(lambda tx: get_message(tx, account.id, message_id))
        line = engine.read(lambda tx: get_line(tx, account.id, found.line_id))
        files = engine.read(lambda tx: attachments_of_messages(tx, account.id, [message_id])).get(message_id, [])
        log = engine.read(lambda tx: message_log(tx, account.id, message_id))
    show_record(
        message_record(found, line.address)
        | {
            "body": found.body,
            "error": found.error,
            "carrier": found.carrier,
            "carrier_words": found.carrier_words,
            "files": [f"{one.file_name} ({one.kind}, {one.size_bytes} bytes)" for one in files],
            "carrier_ids": [part.ref for part in log.parts],
            "receipts": [f"{one.kind} {one.words}".strip() for one in log.receipts],
            "waits": log.is_waiting,
            "attempts": log.attempts,
            "next_attempt": time_text(log.next_ms),
        },
        as_json=shell.is_json,
    )


def add_usage_to(root: typer.Typer) -> None:
    """Add `usage` to the commands."""
    command(root, "usage", "linebook usage --month 202611")(usage)


def usage(
    shell: Shell,
    *,
    month: Annotated[
        int | None, typer.Option(help="Only this month, such as 202611; else every month.", show_default=False)
    ] = None,
) -> None:
    """Show what each line sent and received in each month: SMS, MMS and parts, which carriers bill apart."""
    from linebook.services.lines import all_lines
    from linebook.services.usage import line_usages

    with shell.engine() as engine:
        account = shell.account(engine)
        addresses = {one.id: one.address for one in engine.read(lambda tx: all_lines(tx, account.id))}
        found = [one for one in engine.read(lambda tx: line_usages(tx, account.id)) if month in (None, one.month)]
    show_records(
        [usage_record(one, addresses.get(one.line_id, "")) for one in found],
        ("line", "month", "sent_sms", "sent_mms", "sent_parts", "received_sms", "received_mms", "received_parts"),
        as_json=shell.is_json,
        empty="Nothing was sent or received yet.",
    )


def message_record(message: Message, address: str) -> dict[str, object]:
    """Give a message as it is printed, without its text."""
    return {
        "id": message.id,
        "created": time_text(message.created_ms),
        "line": address,
        "direction": message.direction.value,
        "number": message.phone,
        "kind": "mms" if message.is_mms else "sms",
        "parts": message.part_count,
        "state": f"{int(message.state.status_code)}/{message.state.message_status} {message.state.text}",
        "due": time_text(message.due_ms),
        "sent": time_text(message.sent_ms),
        "delivered": time_text(message.delivered_ms),
        "read": time_text(message.read_ms),
        "deleted": time_text(message.deleted_ms),
    }


def usage_record(usage: LineUsage, address: str) -> dict[str, object]:
    """Give what a line used in a month as it is printed."""
    return {
        "line": address,
        "month": usage.month,
        "sent_sms": usage.sent_sms,
        "sent_mms": usage.sent_mms,
        "sent_parts": usage.sent_parts,
        "received_sms": usage.received_sms,
        "received_mms": usage.received_mms,
        "received_parts": usage.received_parts,
    }


def _newest_first(engine: Engine, account: Account, line_id: int) -> Iterator[Message]:
    from linebook.core.contact import LAST_ID
    from linebook.services.kept_messages import messages_before

    before_id = LAST_ID
    while page := engine.read(lambda tx, before=before_id: messages_before(tx, account.id, line_id, before, PAGE)):  # type: ignore[misc]
        yield from page
        before_id = page[-1].id
