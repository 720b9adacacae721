"""What a process keeps in memory of the directory: credentials, accounts, lines, users, fields. Valid for one version.

A change made by this process counts at its commit, one made by another within a second.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from linebook.clock import Clock
from linebook.core.account import Account, Credential, CredentialKind, Field, Line, Tag, User
from linebook.services import accounts, credentials, labels, lines, users
from linebook.storage.base import Tx
from linebook.storage.store import Store

T = TypeVar("T")

ENTRIES_MAX = 50_000


class Directory:
    """Looks things up once per version of the directory."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Know nothing yet."""
        self._store = store
        self._clock = clock
        self._version = -1
        self._entries: dict[Hashable, Any] = {}

    async def credential(self, kind: CredentialKind, secret: str) -> Credential | None:
        """Give the valid credential that a shown secret stands for, or None."""
        digest = credentials.secret_digest(secret)
        credential = await self._get((kind, digest), lambda tx: credentials.find_credential(tx, kind, digest))
        return credential if credential is not None and credential.is_valid(self._clock()) else None

    async def account(self, account_id: int) -> Account:
        """Give an account. Raises `NotFound`."""
        return await self._get(("account", account_id), lambda tx: accounts.get_account(tx, account_id))

    async def line(self, account_id: int, line_id: int) -> Line:
        """Give a line. Raises `NotFound`."""
        return await self._get(("line", account_id, line_id), lambda tx: lines.get_line(tx, account_id, line_id))

    async def user(self, account_id: int, user_id: int) -> User:
        """Give a user. Raises `NotFound`."""
        return await self._get(("user", account_id, user_id), lambda tx: users.get_user(tx, account_id, user_id))

    async def lines(self, account_id: int) -> list[Line]:
        """Give all of an account's lines by rising id."""
        return await self._get(("lines", account_id), lambda tx: lines.all_lines(tx, account_id))

    async def users(self, account_id: int) -> list[User]:
        """Give all of an account's users by rising id."""
        return await self._get(("users", account_id), lambda tx: users.all_users(tx, account_id))

    async def tags(self, account_id: int) -> list[Tag]:
        """Give an account's tags by rising id."""
        return await self._get(("tags", account_id), lambda tx: labels.list_tags(tx, account_id))

    async def group_names(self, account_id: int) -> dict[int, str]:
        """Give the names of an account's groups by rising id; their counts change with every contact."""
        return await self._get(("groups", account_id), lambda tx: _group_names(tx, account_id))

    async def fields(self, account_id: int) -> list[Field]:
        """Give an account's custom fields by rising id."""
        return await self._get(("fields", account_id), lambda tx: labels.list_fields(tx, account_id))

    async def _get(self, key: Hashable, work: Callable[[Tx], T]) -> T:
        version = self._store.directory_version
        if version != self._version or len(self._entries) > ENTRIES_MAX:
            self._entries.clear()
            self._version = version
        if key in self._entries:
            return cast(T, self._entries[key])
        found = await self._store.read(work)
        if found is not None and self._store.directory_version == version == self._version:
            # What was read before a change must not be remembered as if it were read after it.
            self._entries[key] = found
        return found


def _group_names(tx: Tx, account_id: int) -> dict[int, str]:
    return {group.id: group.name for group in labels.list_groups(tx, account_id)}
