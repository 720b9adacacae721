"""Pages by offset: every page of a book with gaps and chosen ids, and what an older book's ranges are found to hold."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from linebook.core.account import LAST_CHOSEN_CONTACT_ID, Account
from linebook.services import contact_buckets
from linebook.services.contact_reads import contacts_after, contacts_at
from linebook.services.contacts import DeleteContact, delete_contacts
from linebook.storage import migrations
from linebook.storage.base import Engine
from linebook.storage.migrations import MIGRATIONS_DIR
from linebook.storage.store import open_engine
from tests.kit.builders import AUTHOR, run, save, save_all, saving
from tests.kit.invariants import check_book
from tests.kit.raw import connected, look

FIRST_ID = LAST_CHOSEN_CONTACT_ID + 1
CONTACT = (
    "INSERT INTO contact (account_id, id, uuid, email, first_name, last_name, display_name, company, notes, avatar, "
    "external_id, line_number, confirmation, verified, fields, tags, contact_groups, rev, change_no, created_no, "
    "created_ms, updated_ms, origin_door) "
    "VALUES ({0}, {1}, 'u{1}', '', '', '', '', '', '', '', '', '', 'confirmed', {2}, '', '', '', 1, {1}, {1}, 1, 1, '')"
)
CLOCK = (
    "INSERT INTO account_clock (account_id, name, change_no, last_ms, last_id, row_count) "
    "VALUES ({}, '{}', 1, 1, {}, 0)"
)


def some_phones(first: int, count: int) -> list[str]:
    return [f"206555{number:04}" for number in range(first, first + count)]


@pytest.mark.parametrize("size", [1, 4, 64])
def test_every_page_is_found_where_it_is(
    engine: Engine, account: Account, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(contact_buckets, "BUCKET", size)
    chosen = [3, 4, 9, 40, 41, LAST_CHOSEN_CONTACT_ID]
    for own, number in zip([*[None] * 40, *chosen], some_phones(0, 46), strict=True):
        save(engine, account.id, number, chosen_id=own)
    gone = [4, 41, FIRST_ID, *range(FIRST_ID + 7, FIRST_ID + 17), FIRST_ID + 39]
    run(engine, delete_contacts, account.id, *(DeleteContact(author=AUTHOR, id=one) for one in gone))
    save_all(engine, account.id, *map(saving, some_phones(60, 3)), saving(some_phones(70, 1)[0], chosen_id=4))
    check_book(engine, account.id)
    everybody = engine.read(lambda tx: contacts_after(tx, account.id, 0, 1000))
    assert len(everybody) == 40 + 6 - len(gone) + 3 + 1
    for limit in (1, 5, 100):
        for offset in range(len(everybody) + 2):
            found = engine.read(lambda tx, at=offset, most=limit: contacts_at(tx, account.id, at, most))  # type: ignore[misc]
            assert found == (everybody[offset : offset + limit], len(everybody))


def test_a_page_deep_in_a_book_walks_one_bucket_at_most(engine: Engine, account: Account) -> None:
    contacts = 3 * contact_buckets.BUCKET
    last_id = LAST_CHOSEN_CONTACT_ID + contacts
    for offset in (0, 1, contact_buckets.BUCKET, contacts // 2 + 5, contacts - 1):
        after_id, left = engine.read(
            lambda tx, at=offset: contact_buckets.start_near(tx, account.id, last_id, at)  # type: ignore[misc]
        )
        assert left < contact_buckets.BUCKET
        assert max(after_id, LAST_CHOSEN_CONTACT_ID) + left == LAST_CHOSEN_CONTACT_ID + offset


def test_the_ranges_of_a_book_of_before_are_counted(
    engine_name: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/book.db"
    verified = "0"
    if engine_name == "postgres":
        make: Callable[[str | None], str] = request.getfixturevalue("new_database")
        url, verified = make(None), "false"
    before = tmp_path / "before" / engine_name
    before.mkdir(parents=True)
    for step in sorted((MIGRATIONS_DIR / engine_name).glob("000[123]_*.sql")):
        shutil.copy(step, before)
    bucket = contact_buckets.BUCKET
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS_DIR", before.parent)
        engine = open_engine(url)
        assert engine.migrate() == 3
        with connected(engine) as execute:
            for account_id, last_id in ((1, FIRST_ID + 3 * bucket), (2, FIRST_ID - 1), (3, FIRST_ID + 1)):
                execute(CLOCK.format(account_id, "book", last_id))
                execute(CLOCK.format(account_id, "texting", last_id))
            for own in (1, 2, bucket, bucket + 1, FIRST_ID + 1, FIRST_ID + bucket, FIRST_ID + 3 * bucket - 1):
                execute(CONTACT.format(1, own, verified))
            for own in (FIRST_ID, FIRST_ID + 1):
                execute(CONTACT.format(3, own, verified))
        engine.close()
    engine = open_engine(url)
    engine.migrate()
    found = look(engine, "SELECT account_id, bucket, surplus FROM contact_bucket ORDER BY account_id, bucket")
    engine.close()
    first = LAST_CHOSEN_CONTACT_ID // bucket
    assert found == [
        (1, 0, 3),
        (1, 1, 1),
        (1, first, 1 - bucket),
        (1, first + 1, 1 - bucket),
        (1, first + 2, 1 - bucket),
        (1, first + 3, -1),
    ]
