"""Who makes a change. It is recorded with every change and decides nothing."""

from __future__ import annotations

import msgspec


class Author(msgspec.Struct, frozen=True):
    """The door a change came through (a dialect, the shell, an import) and the credential that was shown there."""

    door: str
    credential_id: int | None = None
