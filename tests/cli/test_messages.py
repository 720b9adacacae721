"""The commands about messages and usage: what they show, of which line, and what they refuse."""

from __future__ import annotations

import os
from typing import Any

from linebook.core.delivery_status import ReceiptKind
from linebook.services.accounts import find_account
from linebook.services.lines import all_lines
from linebook.services.message_results import RecordReceipt, record_receipts
from linebook.services.usage import month_of
from linebook.storage.store import open_engine, write_now
from tests.kit.builders import add_line
from tests.kit.shell import CommandLine
from tests.kit.texting import CARRIER, receive, send, take


def texts(shop: CommandLine) -> dict[str, int]:
    """Send a long text that is delivered in part, receive one, and send one from another line; give their ids."""
    engine = open_engine(os.environ["LINEBOOK_DATABASE"])
    try:
        account = engine.read(lambda tx: find_account(tx, "Shop"))
        (line,) = engine.read(lambda tx: all_lines(tx, account.id))
        second = add_line(engine, account.id, "4255551212")
        (sent,) = send(engine, account.id, line.id, "2065550101", body="x" * 161)
        take(engine, account.id, sent, "a-1", "a-2")
        said = RecordReceipt(carrier=CARRIER, ref="a-1", kind=ReceiptKind.DELIVERED, words="DELIVRD")
        write_now(engine, record_receipts, account.id, said)
        got = receive(engine, account.id, line.id, "2065550101", body="Thanks, see you then").message
        (other,) = send(engine, account.id, second.id, "2065550102", body="hello there")
        return {"sent": sent.id, "got": got.id, "other": other.id, "month": month_of(sent.created_ms)}
    finally:
        engine.close()


def test_a_list_shows_each_line_newest_first_and_no_text(shop: CommandLine) -> None:
    ids = texts(shop)
    found: list[dict[str, Any]] = shop.data("messages", "list")
    assert [one["id"] for one in found] == [ids["got"], ids["sent"], ids["other"]]
    assert [one["line"] for one in found] == ["+15556661234", "+15556661234", "+14255551212"]
    assert [(one["direction"], one["number"]) for one in found[:2]] == [("in", "+12065550101"), ("out", "+12065550101")]
    assert "see you then" not in shop.done("messages", "list").out
    assert [one["id"] for one in shop.data("messages", "list", "--line", "4255551212")] == [ids["other"]]
    assert [one["id"] for one in shop.data("messages", "list", "--limit", "1")] == [ids["got"], ids["other"]]


def test_one_message_is_shown_whole_with_its_way(shop: CommandLine) -> None:
    ids = texts(shop)
    shown = shop.data("messages", "show", str(ids["sent"]))
    assert (shown["body"], shown["parts"], shown["carrier_ids"]) == ("x" * 161, 2, ["a-1", "a-2"])
    assert (shown["receipts"], shown["waits"]) == (["delivered DELIVRD"], False)
    assert shown["state"].startswith("4/1003 ")
    waiting = shop.data("messages", "show", str(ids["other"]))
    assert (waiting["waits"], waiting["attempts"], waiting["receipts"]) == (True, 0, [])
    assert waiting["next_attempt"] <= waiting["created"]  # at once; an account's clock may run some milliseconds ahead
    assert "hello there" in shop.done("messages", "show", str(ids["other"])).out


def test_a_message_that_is_not_there_and_a_word_are_refused(shop: CommandLine) -> None:
    assert shop("messages", "show", "12345").sentence == "There is no such message in this account."
    assert shop("messages", "show", "nothing").code == 2
    assert shop("messages", "show", "9" * 20).code == 2
    assert shop("messages", "list", "--line", "2065550199").code == 1
    assert shop("messages", "list", "--limit", "0").code == 2


def test_usage_tells_sms_and_parts_by_line_and_month(shop: CommandLine) -> None:
    assert shop.data("usage") == []
    month = texts(shop)["month"]
    row = {"line": "+15556661234", "month": month, "sent_sms": 1, "sent_mms": 0, "sent_parts": 2}
    row |= {"received_sms": 1, "received_mms": 0, "received_parts": 1}
    assert shop.data("usage") == [row], "what no carrier has taken yet is not counted"
    assert shop.data("usage", "--month", str(month)) == [row]
    assert shop.data("usage", "--month", "200001") == []
