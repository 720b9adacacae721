"""The numbered schema changes of each engine, and what may be opened at all. Forward only; the engines bring locks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from linebook.errors import StorageUnusable

MIGRATIONS_DIR: Final = Path(__file__).parent / "migrations"


class Migration(msgspec.Struct, frozen=True):
    """One step of the schema."""

    version: int
    name: str
    sql: str


def migrations(engine: str) -> list[Migration]:
    """Give an engine's migrations in order, numbered from 1 without a gap."""
    steps = [
        Migration(int(path.stem.split("_", 1)[0]), path.stem, path.read_text(encoding="utf-8"))
        for path in sorted((MIGRATIONS_DIR / engine).glob("*.sql"))
    ]
    if [step.version for step in steps] != list(range(1, len(steps) + 1)):
        raise ValueError(f"the migrations of {engine} are not numbered from 1 without a gap")
    return steps


def steps_after(engine: str, version: int, place: str) -> list[Migration]:
    """Give the migrations that a database at `version` lacks.

    Raises `StorageUnusable` for a database that a newer linebook wrote.
    """
    steps = migrations(engine)
    if version > len(steps):
        raise StorageUnusable(
            f"{place} was written by a newer linebook (schema {version}, this one knows {len(steps)}): "
            "start the newer linebook, or restore a backup made before the upgrade."
        )
    return steps[version:]


def foreign(place: str) -> StorageUnusable:
    """Give the refusal of a database that holds something else."""
    return StorageUnusable(
        f"{place} holds tables that are not linebook's: name an empty or a linebook database in LINEBOOK_DATABASE."
    )
