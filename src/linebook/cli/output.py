"""What commands print: JSON for programs, tables and lines for people; no control characters out of the data."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Record = Mapping[str, Any]
"""One thing as it is printed: plain values by name, in the order in which they are shown."""


def show_record(record: Record, *, as_json: bool) -> None:
    """Print one record: a JSON object, or a line for each value that is there."""
    if as_json:
        print(_json(record))
        return
    width = max((len(name) for name in record), default=0)
    for name, value in record.items():
        text = plain(value)
        if text:
            print(f"{name.replace('_', ' '):{width}}  {text}")


def show_records(records: Iterable[Record], columns: Sequence[str], *, as_json: bool, empty: str) -> None:
    """Print a short list: a JSON array, or a table of these columns; `empty` says that there is none."""
    if as_json:
        stream_json(records)
        return
    rows = [[plain(record.get(column)) for column in columns] for record in records]
    if not rows:
        print(empty, file=sys.stderr)
        return
    show_table(columns, rows)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under a heading. On a terminal columns fit its width; elsewhere nothing is ever cut."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console = Console(file=sys.stdout, highlight=False, width=100_000, color_system=None)
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column.removesuffix("_ms").replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(one) for one in row))
    console.print(table)


def stream_json(records: Iterable[Record]) -> None:
    """Print a JSON array, one record a line, each as soon as it is there."""
    print("[", end="")
    for number, record in enumerate(records):
        print("," if number else "", _json(record), sep="\n", end="")
    print("\n]")


def stream_lines(columns: Sequence[str], records: Iterable[Record]) -> None:
    """Print a heading and a line for each record, values separated by tabs, each as soon as it is there."""
    print("\t".join(columns))
    for record in records:
        print("\t".join(plain(record.get(column)) for column in columns))


def plain(value: object) -> str:
    """Give a value as one line of text for people."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(name)}={plain(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(plain(one) for one in value)
    return "".join(map(_printable, str(value)))


def time_text(at_ms: int | None) -> str | None:
    """Give a time as people and programs read it: UTC, with milliseconds."""
    if at_ms is None:
        return None
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _printable(sign: str) -> str:
    if sign.isprintable():
        return sign
    return " " if sign.isspace() else ascii(sign)[1:-1]


def _json(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False, default=_unknown)


def _unknown(value: object) -> Callable[..., object]:
    raise TypeError(f"{type(value).__name__} is not printed")
