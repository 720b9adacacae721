"""Kept files: their storage keys and what is known of them. The bytes lie in a folder of files, not here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from linebook.core.author import Author
from linebook.core.contact import check_text, is_storable
from linebook.core.message import Attachment
from linebook.errors import DomainError
from linebook.services.accounts import hold_account
from linebook.storage import texting_rows
from linebook.storage.base import Tx

FILE_NAME_MAX = 255


class KeepAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """One file that lies in the folder of files: `digest` is the SHA-256 of its bytes, `kind` its media type."""

    digest: str
    size_bytes: int
    kind: str
    file_name: str
    author: Author


def keep_attachments(tx: Tx, account_id: int, requests: Sequence[KeepAttachment]) -> list[Attachment | DomainError]:
    """Give storage keys to files. Domain errors: `InvalidMember` (the name), `NotFound` (the account)."""
    outcomes: list[Attachment | DomainError] = []
    rows: list[dict[str, object]] = []
    hold_account(tx, account_id)
    for request in requests:
        try:
            check_text("file_name", request.file_name, FILE_NAME_MAX)
        except DomainError as error:
            outcomes.append(error)
            continue
        kept = Attachment(
            id=tx.ids.uuid4(),
            digest=request.digest,
            size_bytes=request.size_bytes,
            kind=request.kind,
            file_name=request.file_name,
            created_ms=tx.now_ms,
        )
        rows.append(
            msgspec.structs.asdict(kept)
            | {
                "account_id": account_id,
                "door": request.author.door,
                "credential_id": request.author.credential_id,
            }
        )
        outcomes.append(kept)
    tx.run_many("insert_attachments", rows)
    return outcomes


def attachments_by_id(tx: Tx, account_id: int, ids: Sequence[str]) -> dict[str, Attachment]:
    """Give the files with these storage keys that exist."""
    keys = sorted({one for one in ids if is_storable(one)})
    found = tx.all("attachments_by_id", account_id=account_id, keys=keys)
    return {one.id: one for one in map(texting_rows.attachment_from_row, found)}


def attachments_of_messages(tx: Tx, account_id: int, message_ids: Iterable[int]) -> dict[int, list[Attachment]]:
    """Give the files of these messages, in the order of each; messages without files are left out."""
    files: dict[int, list[Attachment]] = {}
    found = tx.all("attachments_of_messages", account_id=account_id, keys=sorted(set(message_ids)))
    for message_id, *row in found:
        files.setdefault(message_id, []).append(texting_rows.attachment_from_row(tuple(row)))
    return files
