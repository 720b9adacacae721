"""Two hubs as processes of their own on one PostgreSQL: the one that comes later works for its share of the lines."""

from __future__ import annotations

from collections import Counter

from linebook.storage.postgres import PostgresEngine
from tests.kit.builders import add_account, add_line
from tests.kit.hub import hub_process, until
from tests.kit.raw import look
from tests.webhooks.world import add_webhook

QUICK = {"LINEBOOK_LEASE_S": "1"}


def shares(engine: PostgresEngine) -> list[tuple[str, int]]:
    """Give what each process works for: of lines, then of webhooks."""
    rows = look(engine, "SELECT kind, owner FROM lease WHERE kind IN ('line', 'webhook') AND owner <> ''")
    return sorted((kind, things) for (kind, _), things in Counter(rows).items())


async def test_lines_and_webhooks_are_shared_and_come_back(postgres_url: str) -> None:
    engine = PostgresEngine(postgres_url)
    account = add_account(engine)
    for number in range(4):
        line = add_line(engine, account.id, f"+1555666010{number}")
        add_webhook(engine, account.id, line.id, "http://127.0.0.1:1/")
    alone = [("line", 4), ("webhook", 4)]
    together = [("line", 2), ("line", 2), ("webhook", 2), ("webhook", 2)]
    with hub_process("serve", "--database", postgres_url, environ=QUICK):
        await until(lambda: shares(engine) == alone)
        with hub_process("serve", "--database", postgres_url, environ=QUICK) as later:
            await until(lambda: shares(engine) == together)
            assert later.terminate() == 0
        await until(lambda: shares(engine) == alone)
    assert shares(engine) == []
    assert engine.read(lambda tx: tx.one("count_leases", kind="line worker")) == (0,)
    engine.close()
