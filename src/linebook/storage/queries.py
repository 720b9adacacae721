"""Loads the named SQL of an engine. A query is found by its name in `sql/`; no SQL text stands in Python."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import aiosql

SQL_DIR: Final = Path(__file__).parent / "sql"
_ADAPTERS: Final = {"sqlite": "apsw", "postgres": "psycopg"}


@cache
def load_queries(engine: str) -> Mapping[str, str]:
    """Give every named statement of `sql/` and `sql/<engine>/`, with the parameters written as its driver wants them.

    A name that stands in both raises ValueError: there is one statement for one name.
    """
    found: dict[str, str] = {}
    for path in sorted([*SQL_DIR.glob("*.sql"), *(SQL_DIR / engine).glob("*.sql")]):
        queries = aiosql.from_path(path, _ADAPTERS[engine])
        for name in queries.available_queries:
            if name.endswith("_cursor"):
                continue
            if name in found:
                raise ValueError(f"two statements are named {name}")
            found[name] = getattr(queries, name).sql
    return MappingProxyType(found)
