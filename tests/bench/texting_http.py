"""Texting over HTTP: the accept rate of message/send beside the bare reference, and lists of few and of many texts."""

from __future__ import annotations

from statistics import median

import httpx
import msgspec

from linebook.core.phone import Phone
from linebook.services.conversations import conversations_of_line
from linebook.services.kept_messages import messages_of_line
from linebook.services.lines import list_lines
from linebook.services.messages import SendMessage, send_messages
from linebook.storage import texting_rows
from linebook.storage.base import Engine
from linebook.storage.store import open_engine, write_now
from tests.bench.books import SESSION, fill_book
from tests.bench.load import post_saves, run_script
from tests.bench.processes import REFERENCES, hub, reference
from tests.bench.reads import SMALL_SESSION, alternating
from tests.kit.builders import AUTHOR

LARGE_SESSION = "5b0d6c1e-0f5a-4a9b-9d39-3a0f6f0c2b13:10001"
BOOK = 10_000
SMALL = 1_000
CHUNK = 5_000
RECIPIENTS = 500
PATHS = ("/message/list", "/conversation/list")


def measure_sends(*, database: str, seconds: int, rounds: int) -> None:
    """Print how many texts a second are accepted, beside the bare reference, and what was refused."""
    fill_book(database, BOOK)
    variables = {"N": str(BOOK), "SESSION": SESSION}
    rates: dict[str, list[float]] = {"bare": [], "hub": []}
    failed = 0
    with reference("bare") as bare, hub(database) as ours:
        run_script(ours, REFERENCES / "send.lua", 2, variables)
        for _ in range(rounds):
            rates["bare"].append(post_saves(bare, session=SESSION, contacts=BOOK, seconds=seconds).per_s)
            load = run_script(ours, REFERENCES / "send.lua", seconds, variables)
            rates["hub"].append(load.per_s)
            failed += load.failed
    ours_per_s, bare_per_s = median(rates["hub"]), median(rates["bare"])
    print(f"message/send: {ours_per_s:8.0f}/s, bare {bare_per_s:.0f}/s", end="")
    print(f" = {ours_per_s / bare_per_s:.2f}, {failed} refused", flush=True)


def measure_message_lists(*, database: str, count: int) -> None:
    """Print the times of first pages of two lines of two accounts, one with few texts and one with many."""
    small_account = fill_book(database, 1, "few", SMALL_SESSION)
    large_account = fill_book(database, 1, "many", LARGE_SESSION)
    engine = open_engine(database)
    engine.migrate()
    try:
        _fill_texts(engine, small_account, SMALL)
        _fill_texts(engine, large_account, count)
    finally:
        engine.close()
    with hub(database) as server, httpx.Client(base_url=server.url, timeout=60) as client:
        print(f"{'':26} {SMALL:>12,} {count:>12,}   ratio")
        for path in PATHS:
            few, many = (f"{path}?session={session}" for session in (SMALL_SESSION, LARGE_SESSION))
            for several in (few, many):
                assert len(client.get(several).raise_for_status().json()["response"]) > 0
            small_ms, large_ms = alternating(client, few, many)
            print(f"{path:26} {small_ms:9.2f} ms {large_ms:9.2f} ms   {large_ms / small_ms:.2f}", flush=True)


def _fill_texts(engine: Engine, account_id: int, count: int) -> None:
    """Queue some texts as they are sent, and put as many older ones behind them as are missing, each to another."""
    (line,) = engine.read(lambda tx: list_lines(tx, account_id))
    phones = tuple(Phone.stored(f"+1206{n:07}") for n in range(RECIPIENTS))
    request = SendMessage(line_id=line.id, recipients=phones, body="Your table is ready", author=AUTHOR)
    write_now(engine, send_messages, account_id, request)
    (message,) = engine.read(lambda tx: messages_of_line(tx, account_id, line.id, 0, 1))
    (conversation,) = engine.read(lambda tx: conversations_of_line(tx, account_id, line.id, 0, 1))
    replace = msgspec.structs.replace
    oldest_id = message.id - (10_000 << 22)
    for first in range(RECIPIENTS, count, CHUNK):
        messages, threads = [], []
        for number in range(first, min(first + CHUNK, count)):
            phone, own_id = f"+1206{number:07}", oldest_id - number
            older = replace(message, id=own_id, fingerprint=number, phone=phone, contact_id=0)
            messages.append(texting_rows.message_to_row(account_id, older))
            thread = replace(
                conversation,
                id=number + 1,
                fingerprint=number,
                addresses=(phone,),
                contact_id=0,
                last_message_id=own_id,
            )
            threads.append(texting_rows.conversation_to_row(account_id, thread))
        engine.write(lambda tx, messages=messages: tx.run_many("insert_messages", messages))  # type: ignore[misc]
        engine.write(lambda tx, threads=threads: tx.run_many("save_conversations", threads))  # type: ignore[misc]
