"""The files of messages as the asynchronous edges use them: bytes into the folder first, then a storage key."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Final

from linebook.core.author import Author
from linebook.core.file_kinds import NewFile, ending_of, kind_of, sendable_kind
from linebook.core.message import Attachment
from linebook.errors import AttachmentUnreadable, Unavailable
from linebook.services.attachments import FILE_NAME_MAX, KeepAttachment, keep_attachments
from linebook.storage.blobs import BlobFolder
from linebook.storage.store import Store

_KIND: Final = re.compile(r"[a-z0-9][\w.+-]{0,60}/[a-z0-9][\w.+-]{0,60}", re.ASCII)


class MessageFiles:
    """Keeps and gives the files of messages. Without a folder nothing can be kept: `Unavailable`."""

    def __init__(self, store: Store, folder: str | None) -> None:
        """Name the folder; nothing is opened yet."""
        self._store = store
        self.folder = folder
        self._blobs = None if folder is None else BlobFolder(folder)

    async def keep(self, account_id: int, files: Sequence[NewFile], author: Author) -> list[Attachment]:
        """Keep files that are to be sent. Raises `AttachmentUnreadable` for one that no carrier takes, or that lies."""
        kinds = [sendable_kind(one) for one in files]
        return await self._keep(account_id, files, kinds, author)

    async def keep_any(self, account_id: int, files: Sequence[NewFile], author: Author) -> list[Attachment]:
        """Keep files that came in, of whatever kind they are."""
        kinds = [kind_of(one.data) or _declared(one) for one in files]
        return await self._keep(account_id, files, kinds, author)

    async def read(self, account_id: int, attachment: Attachment) -> bytes:
        """Give the bytes of a kept file. Raises `AttachmentUnreadable` when they are gone."""
        data = await asyncio.to_thread(self._folder().get, account_id, attachment.digest)
        if data is None:
            raise AttachmentUnreadable
        return data

    async def _keep(
        self, account_id: int, files: Sequence[NewFile], kinds: Sequence[str], author: Author
    ) -> list[Attachment]:
        if not files:
            return []
        folder = self._folder()
        kept: list[Attachment] = []
        for file, kind in zip(files, kinds, strict=True):
            digest = await asyncio.to_thread(folder.put, account_id, file.data)
            request = KeepAttachment(
                digest=digest,
                size_bytes=len(file.data),
                kind=kind,
                file_name=_name(file.file_name, kind),
                author=author,
            )
            kept.append(await self._store.write(keep_attachments, account_id, request))
        return kept

    def _folder(self) -> BlobFolder:
        if self._blobs is None:
            raise Unavailable("There is no folder for files: set files_folder to one that every process reaches.")
        return self._blobs


def folder_of(setting: str | None, database: str) -> str | None:
    """Give the folder for files: the one that is set, or one beside the SQLite file; None for neither."""
    if setting is not None:
        return setting
    path = database.removeprefix("sqlite:///")
    return None if path == database else f"{path}.files"


def _declared(file: NewFile) -> str:
    kind = file.declared.partition(";")[0].strip().casefold()
    return kind if _KIND.fullmatch(kind) else "application/octet-stream"


def _name(text: str, kind: str) -> str:
    """Give a file's name without a path, which some browsers send."""
    name = text.replace("\\", "/").rpartition("/")[2].strip()
    name = "".join(one for one in name if one.isprintable())
    return name[-FILE_NAME_MAX:] or f"file.{ending_of(kind)}"
