"""Files that no message names: found by pages, and forgotten once they are a day old. Their bytes go after them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.errors import DomainError
from linebook.services.clocks import take_clock
from linebook.storage.base import Tx

KEPT_MS: Final = 24 * 3_600_000
"""How long a file may wait for the message that it was kept for."""

PAGE: Final = 500


class SweepPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of old files: the storage keys of those that no message names, and where the next page begins."""

    unnamed: tuple[str, ...]
    after: tuple[int, str] | None


class RemoveAttachments(msgspec.Struct, frozen=True):
    """One request to forget files, by their storage keys."""

    ids: tuple[str, ...]


def unnamed_attachments(tx: Tx, account_id: int, before_ms: int, after: tuple[int, str]) -> SweepPage:
    """Give a page of the files that were kept before a time, the oldest first, behind a place in that order."""
    found = tx.all(
        "attachments_before",
        account_id=account_id,
        before_ms=before_ms,
        after_ms=after[0],
        after_id=after[1],
        limit=PAGE,
    )
    ids = [str(row[1]) for row in found]
    named = _named(tx, account_id, ids)
    last = (int(found[-1][0]), ids[-1]) if len(found) == PAGE else None
    return SweepPage(unnamed=tuple(one for one in ids if one not in named), after=last)


def remove_attachments(tx: Tx, account_id: int, requests: Sequence[RemoveAttachments]) -> list[int | DomainError]:
    """Forget files, unless a message names them by now; give how many of each request went.

    Domain error: `NotFound` (the account).
    """
    # Whoever sends a file takes this clock before the file is looked up.
    take_clock(tx, account_id)
    wanted = sorted({one for request in requests for one in request.ids})
    gone = set(wanted) - _named(tx, account_id, wanted)
    tx.run_many("delete_attachments", [{"account_id": account_id, "id": one} for one in sorted(gone)])
    return [len(gone.intersection(request.ids)) for request in requests]


def strays(tx: Tx, account_id: int, digests: Sequence[str]) -> list[str]:
    """Give those of these digests that no kept file has."""
    known = {str(row[0]) for row in tx.all("digests_kept", account_id=account_id, keys=sorted(digests))}
    return [one for one in digests if one not in known]


def _named(tx: Tx, account_id: int, ids: Sequence[str]) -> set[str]:
    found = tx.all("attachments_named", account_id=account_id, keys=sorted(ids)) if ids else []
    return {str(row[0]) for row in found}
