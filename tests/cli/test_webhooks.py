"""The commands about webhooks: add, list, log, replay, delete."""

from __future__ import annotations

import os

import pytest

from linebook.core.author import Author
from linebook.core.phone import national, parse_phone
from linebook.sealing import Sealer, key_file_of
from linebook.services.accounts import DIRECTORY
from linebook.services.leases import KeepLeases, LeaseKind, keep_leases
from linebook.services.lines import find_line
from linebook.services.messages import SendMessage, send_messages
from linebook.services.webhook_turns import Attempted, TakeWebhookTurn, WebhookTurn, take_webhook_turns
from linebook.services.webhooks import SECRET_ABOUT, get_webhook
from linebook.storage.store import open_engine, write_now
from tests.kit.shell import CommandLine

sqlite_only = pytest.mark.parametrize("engine_name", ["sqlite"])
URL = "https://hooks.example.com/in"


def park_one(account_id: int, webhook_id: int) -> int:
    """Send a text, and have its event parked; give the event's number."""
    engine = open_engine(os.environ["LINEBOOK_DATABASE"])
    try:
        line = engine.read(lambda tx: find_line(tx, "+15556661234"))
        to = parse_phone("2065550101", national("US"))
        request = SendMessage(line_id=line.id, recipients=(to,), body="Hello", author=Author("tests", None))
        write_now(engine, send_messages, account_id, request)
        until_ms = engine.read(lambda tx: tx.now_ms) + 60_000
        write_now(engine, keep_leases, DIRECTORY, KeepLeases(kind=LeaseKind.WEBHOOK, owner="me", until_ms=until_ms))
        turn = TakeWebhookTurn(webhook_id=webhook_id, owner="me", room=5)
        taken: WebhookTurn = write_now(engine, take_webhook_turns, account_id, turn)
        (due,) = taken.due
        tried = Attempted(
            event_no=due.event.no,
            attempts=1,
            body="{}",
            status=500,
            error="status 500",
            answer="no",
            at_ms=until_ms,
            duration_ms=7,
            next_ms=None,
        )
        done = TakeWebhookTurn(webhook_id=webhook_id, owner="me", attempted=(tried,))
        write_now(engine, take_webhook_turns, account_id, done)
        return due.event.no
    finally:
        engine.close()


@sqlite_only
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", URL), 2),
        (("add", URL, "--event", "message.sneeze"), 2),
        (("add", "ftp://hooks.example.com", "--event", "message.send"), 1),
        (("add", URL, "--event", "message.send", "--method", "DELETE"), 1),
        (("add", URL, "--event", "message.send", "--line", "12065550199"), 1),
        (("log", "100000001"), 1),
        (("log", "x"), 2),
        (("replay", "100000001"), 1),
        (("delete", "100000001"), 1),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(shop: CommandLine, arguments: tuple[str, ...], code: int) -> None:
    ended = shop("webhooks", *arguments)
    assert ended.code == code
    assert ended.err.startswith(("linebook: ", "Usage", "usage")), ended.err
    assert shop.data("webhooks", "list") == []


def test_a_webhook_is_added_told_of_replayed_and_deleted(shop: CommandLine) -> None:
    account_id = shop.data("account", "list")[0]["id"]
    added = shop.data("webhooks", "add", URL, "--event", "message.send", "--event", "optout.change", "--method", "put")
    assert (added["events"], added["url"], added["method"], added["line"], added["signed"]) == (
        "message.send, optout.change",
        URL,
        "PUT",
        None,
        False,
    )
    assert shop.data("webhooks", "list") == [added]
    name = str(added["id"])
    assert shop.data("webhooks", "log", name) == []
    event = park_one(account_id, added["id"])
    (row,) = shop.data("webhooks", "log", name)
    assert (row["event"], row["state"], row["attempts"], row["error"], row["body"]) == (
        event,
        "parked",
        1,
        "status 500",
        "{}",
    )
    (tried,) = shop.data("webhooks", "log", name, "--event", str(event))
    assert (tried["attempt"], tried["status"], tried["error"], tried["answer"]) == (1, 500, "status 500", "no")
    assert shop.data("webhooks", "replay", name) == {"events": 1}
    assert shop.data("webhooks", "log", name)[0]["state"] == "waiting"
    assert shop.data("webhooks", "replay", name) == {"events": 0}
    assert shop.data("webhooks", "replay", name, "--event", str(event)) == {"events": 1}
    assert shop("webhooks", "replay", name, "--event", "999").code == 1
    assert shop.data("webhooks", "delete", name)["id"] == added["id"]
    assert shop.data("webhooks", "list") == []


@sqlite_only
def test_a_secret_is_kept_sealed(shop: CommandLine) -> None:
    arguments = ("webhooks", "add", URL, "--event", "message.send", "--secret-stdin")
    added = shop.data(*arguments, stdin="sesame\n")
    assert added["signed"]
    database = os.environ["LINEBOOK_DATABASE"]
    engine = open_engine(database)
    account_id = shop.data("account", "list")[0]["id"]
    webhook = engine.read(lambda tx: get_webhook(tx, account_id, added["id"]))
    engine.close()
    assert webhook.sealed is not None and "sesame" not in webhook.sealed
    assert Sealer(None, key_file_of(database)).open(webhook.sealed, SECRET_ABOUT) == "sesame"
