"""Files that nothing names are gone after a day, rows and bytes; whatever a message names stays."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from linebook.core.account import Account
from linebook.core.author import Author
from linebook.core.file_kinds import NewFile
from linebook.core.message import Attachment
from linebook.errors import AttachmentUnreadable, DomainError
from linebook.file_sweeper import FileSweeper
from linebook.message_files import MessageFiles
from linebook.services import attachment_sweep
from linebook.services.attachment_sweep import KEPT_MS, RemoveAttachments, remove_attachments, unnamed_attachments
from linebook.services.attachments import attachments_by_id
from linebook.services.inbound import InboundText, receive_texts
from linebook.services.lines import AddLine, add_lines
from linebook.services.messages import SendMessage, send_messages
from linebook.storage.base import Engine
from linebook.storage.blobs import BlobFolder
from linebook.storage.store import Store, write_now
from tests.kit.borrowed import borrowing_store
from tests.kit.builders import phone
from tests.kit.clock import TestClock

ME: Final = Author("test")


class World:
    """A store that runs, a folder, and an account with a line."""

    def __init__(self, store: Store, engine: Engine, clock: TestClock, account: Account, folder: Path) -> None:
        self.store, self.engine, self.clock, self.account_id = store, engine, clock, account.id
        self.line_id = write_now(engine, add_lines, account.id, AddLine(address="+15556661234")).id
        self.files = MessageFiles(store, str(folder))
        self.blobs = BlobFolder(folder)
        self.sweeper = FileSweeper(store, clock, str(folder))

    async def keep(self, text: str) -> Attachment:
        (kept,) = await self.files.keep(self.account_id, [NewFile("note.txt", "text/plain", text.encode())], ME)
        self.touch(kept)
        return kept

    def touch(self, kept: Attachment) -> None:
        """Give a file the time of the test's clock."""
        os.utime(self.blobs.path(self.account_id, kept.digest), (self.clock() / 1000, self.clock() / 1000))

    def has_row(self, kept: Attachment) -> bool:
        return kept.id in self.engine.read(lambda tx: attachments_by_id(tx, self.account_id, [kept.id]))

    def has_bytes(self, kept: Attachment) -> bool:
        return self.blobs.get(self.account_id, kept.digest) is not None

    async def send(self, kept: Attachment, body: str = "Look") -> None:
        request = SendMessage(
            line_id=self.line_id, recipients=(phone("2065550101"),), body=body, attachments=(kept.id,), author=ME
        )
        await self.store.write(send_messages, self.account_id, request)


@pytest_asyncio.fixture
async def world(engine: Engine, clock: TestClock, account: Account, tmp_path: Path) -> AsyncIterator[World]:
    store = borrowing_store(engine)
    await store.start()
    yield World(store, engine, clock, account, tmp_path / "files")
    await store.stop()


async def test_a_file_that_nothing_names_is_gone_after_a_day_and_not_before(world: World) -> None:
    kept = await world.keep("nobody sends me")
    world.clock.advance(KEPT_MS)
    await world.sweeper.sweep()
    assert (world.has_row(kept), world.has_bytes(kept)) == (True, True)
    world.clock.advance(1)
    await world.sweeper.sweep()
    assert (world.has_row(kept), world.has_bytes(kept)) == (False, False)
    with pytest.raises(AttachmentUnreadable):
        await world.send(kept)


async def test_the_file_of_a_message_stays(world: World) -> None:
    sent, received = await world.keep("sent"), await world.keep("received")
    await world.send(sent)
    text = InboundText(
        line_id=world.line_id, sender="+12065550102", body="", carrier="loopback", attachments=(received.id,)
    )
    write_now(world.engine, receive_texts, world.account_id, text)
    world.clock.advance(3 * KEPT_MS)
    await world.sweeper.sweep()
    assert all(world.has_row(one) and world.has_bytes(one) for one in (sent, received))


async def test_a_file_that_was_kept_for_a_refused_send_goes_the_same_way(world: World) -> None:
    kept = await world.keep("too much is written beside me")
    with pytest.raises(DomainError):
        await world.send(kept, "x" * 5_000)
    world.clock.advance(KEPT_MS + 1)
    await world.sweeper.sweep()
    assert (world.has_row(kept), world.has_bytes(kept)) == (False, False)


async def test_bytes_without_a_row_go_and_bytes_that_another_row_names_stay(world: World) -> None:
    digest = world.blobs.put(world.account_id, b"the write behind me was refused")
    orphan = world.blobs.put(world.account_id + 1_000, b"my account is gone")
    for account_id, one in ((world.account_id, digest), (world.account_id + 1_000, orphan)):
        os.utime(world.blobs.path(account_id, one), (1, 1))
    first = await world.keep("twice")
    second = await world.keep("twice")
    await world.send(second)
    world.clock.advance(KEPT_MS + 1)
    await world.sweeper.sweep()
    assert (world.has_row(first), world.has_row(second), world.has_bytes(second)) == (False, True, True)
    assert world.blobs.get(world.account_id, digest) is None
    assert world.blobs.get(world.account_id + 1_000, orphan) is None


async def test_bytes_that_were_put_there_again_stay_for_another_day(world: World) -> None:
    kept = await world.keep("I come again")
    world.clock.advance(KEPT_MS + 1)
    world.touch(kept)
    await world.sweeper.sweep()
    assert (world.has_row(kept), world.has_bytes(kept)) == (False, True)
    assert not world.blobs.remove_old(world.account_id, kept.digest, world.clock())
    assert world.has_bytes(kept)


async def test_what_a_message_names_by_now_is_not_forgotten(world: World) -> None:
    kept, other = await world.keep("just in time"), await world.keep("too late")
    world.clock.advance(KEPT_MS + 1)
    page = world.engine.read(lambda tx: unnamed_attachments(tx, world.account_id, world.clock(), (0, "")))
    assert set(page.unnamed) == {kept.id, other.id}
    await world.send(kept)
    assert write_now(world.engine, remove_attachments, world.account_id, RemoveAttachments(page.unnamed)) == 1
    assert (world.has_row(kept), world.has_row(other)) == (True, False)


async def test_pages_follow_each_other_to_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachment_sweep, "PAGE", 2)
    kept = [await world.keep(f"file {number}") for number in range(5)]
    await world.send(kept[1])
    world.clock.advance(KEPT_MS + 1)
    await world.sweeper.sweep()
    assert [world.has_row(one) for one in kept] == [False, True, False, False, False]


async def test_without_a_folder_the_rows_are_swept(world: World) -> None:
    kept = await world.keep("row alone")
    world.clock.advance(KEPT_MS + 1)
    await FileSweeper(world.store, world.clock, None).sweep()
    assert (world.has_row(kept), world.has_bytes(kept)) == (False, True)


async def test_the_background_begins_at_once(world: World) -> None:
    kept = await world.keep("gone soon")
    world.clock.advance(KEPT_MS + 1)
    world.sweeper.start()
    try:
        async with asyncio.timeout(20):
            while world.has_bytes(kept):
                await asyncio.sleep(0.005)
    finally:
        await world.sweeper.stop()
    assert not world.has_row(kept)
