"""Files of messages on a hub that has no folder for them."""

from __future__ import annotations

import pytest

from linebook.core.account import Account
from linebook.core.author import Author
from linebook.core.file_kinds import NewFile
from linebook.errors import Unavailable
from linebook.message_files import MessageFiles
from linebook.storage.base import Engine
from tests.kit.borrowed import borrowing_store

ME = Author("test")


async def test_without_a_folder_no_file_is_kept_and_a_message_without_one_needs_none(
    engine: Engine, account: Account
) -> None:
    store = borrowing_store(engine)
    await store.start()
    files = MessageFiles(store, None)
    assert await files.keep(account.id, [], ME) == []
    with pytest.raises(Unavailable):
        await files.keep(account.id, [NewFile("note.txt", "text/plain", b"hello")], ME)
    await store.stop()
