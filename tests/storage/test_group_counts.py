"""The migration that began to keep counts of groups: a book of before it is counted once, rightly."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from linebook.storage import migrations
from linebook.storage.migrations import MIGRATIONS_DIR
from linebook.storage.store import open_engine
from tests.kit.raw import connected, look

GROUP = (
    "INSERT INTO contact_group (account_id, id, uuid, name, rev, created_ms, updated_ms) "
    "VALUES ({}, {}, 'u', 'g', 1, 1, 1)"
)
MEMBER = "INSERT INTO group_member (account_id, group_id, contact_id) VALUES ({}, {}, {})"


def test_members_of_before_are_counted(
    engine_name: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/book.db"
    if engine_name == "postgres":
        make: Callable[[str | None], str] = request.getfixturevalue("new_database")
        url = make(None)
    before = tmp_path / "before" / engine_name
    before.mkdir(parents=True)
    for step in sorted((MIGRATIONS_DIR / engine_name).glob("000[12]_*.sql")):
        shutil.copy(step, before)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS_DIR", before.parent)
        engine = open_engine(url)
        assert engine.migrate() == 2
        with connected(engine) as execute:
            for account_id, group_id, members in ((1, 5, 3), (1, 6, 0), (2, 5, 1)):
                execute(GROUP.format(account_id, group_id))
                for contact_id in range(members):
                    execute(MEMBER.format(account_id, group_id, contact_id))
        engine.close()
    engine = open_engine(url)
    engine.migrate()
    found = look(engine, "SELECT account_id, id, member_count FROM contact_group ORDER BY account_id, id")
    engine.close()
    assert found == [(1, 5, 3), (1, 6, 0), (2, 5, 1)]
