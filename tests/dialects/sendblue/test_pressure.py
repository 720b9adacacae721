"""What callers are told when too much waits or the database is away: at once, and when to try again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.dialects.sendblue.form import CONTACTS, COUNT, FORM, TOKENS, get, post, refused, refused_v3
from tests.dialects.sendblue.tenants import add_tenant
from tests.kit.hub import running_hub
from tests.kit.wire import Case, Runner

BUSY = "Temporarily unavailable, try again"


async def test_when_the_gate_is_full_callers_are_sent_away_and_nothing_is_half_done(tmp_path: Path) -> None:
    async with running_hub(f"sqlite:///{tmp_path}/linebook.db", gate_members=1) as hub:
        tenant = add_tenant(hub.runtime)
        runners = [Runner(FORM, hub, tenant) for _ in range(30)]
        asked = [post(CONTACTS, {"number": f"+1415555{number:04}"}) for number in range(30)]
        answers = await asyncio.gather(*(one.send(ask) for one, ask in zip(runners, asked, strict=True)))
        stored = sum(one.status == 200 for one in answers)
        for one in answers:
            if one.status != 200:
                assert (one.status, one.header("retry-after"), one.json()) == (429, "1", refused(BUSY))
        assert 0 < stored < 30
        assert (await runners[0].send(get(COUNT))).json()["count"] == stored + 1
        for runner in runners:
            await runner.close()


async def test_when_the_database_is_away_both_forms_say_so(tmp_path: Path) -> None:
    async with running_hub(f"sqlite:///{tmp_path}/linebook.db") as hub:
        runner = Runner(FORM, hub, add_tenant(hub.runtime))
        await runner.run(Case(label="", ask=get(COUNT)))
        file, away = tmp_path / "linebook.db", tmp_path / "away.db"
        file.rename(away)
        for ask, body in (
            (get(COUNT), refused(BUSY)),
            (post(CONTACTS, {"number": "+14155550100"}), refused(BUSY)),
            (post(TOKENS, {}), refused_v3("unavailable", BUSY)),
        ):
            answer = await runner.send(ask)
            assert (answer.status, answer.header("retry-after"), answer.json()) == (503, "1", body)
        away.rename(file)
        answer = await runner.send(post(CONTACTS, {"number": "+14155550100"}))
        assert answer.status == 200
        await runner.close()


@pytest.mark.parametrize("size", [100_001, 3_000_000])
async def test_a_body_that_is_too_large_is_refused_in_both_forms(size: int, tmp_path: Path) -> None:
    async with running_hub(f"sqlite:///{tmp_path}/linebook.db", body_limit_bytes=100_000) as hub:
        runner = Runner(FORM, hub, add_tenant(hub.runtime))
        for path, body in (
            (CONTACTS, refused("Request body too large")),
            (TOKENS, refused_v3("payload_too_large", "Request body too large")),
        ):
            answer = await runner.send(post(path, {"number": "x" * size}))
            assert (answer.status, answer.json()) == (413, body)
        await runner.close()
