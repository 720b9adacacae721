"""The coverage page: what each dialect serves of its platform, and how sure it is that the platform does the same."""

from __future__ import annotations

from collections.abc import Iterator

from linebook.app import DIALECTS
from linebook.dialects.base import Dialect, Level, Operation
from linebook.dialects.openapi import NOT_AFFILIATED
from linebook.docs.markdown import code, page, table


def coverage_page() -> str:
    """Give the page."""
    return page("Coverage", "the declarations of the dialects", _parts())


def _parts() -> Iterator[str]:
    yield (
        "Every call of a platform that linebook knows of, and how much of it is served. *Evidence* says how sure it is "
        "that the platform behaves like this: **documented** (the platform wrote it), **seen in a client** (a program "
        "written for it does or expects it), **inferred** (it follows from several facts), **our choice** (no source "
        "says it). What passes here on our choice may fail there."
    )
    yield NOT_AFFILIATED
    yield table(
        ["Dialect", *(level.value for level in Level), "known"],
        [[dialect.title, *map(str, figures(dialect).values()), str(len(dialect.operations))] for dialect in DIALECTS],
    )
    for dialect in DIALECTS:
        yield from _dialect(dialect)


def figures(dialect: Dialect) -> dict[Level, int]:
    """Give how many operations of a dialect are served how far."""
    levels = [operation.coverage for operation in dialect.operations]
    return {level: levels.count(level) for level in Level}


def _dialect(dialect: Dialect) -> Iterator[str]:
    yield f"## {dialect.title}"
    counts = ", ".join(f"{count} {level.value}" for level, count in figures(dialect).items())
    documents = f"`/openapi/{dialect.name}.json` and `/postman/{dialect.name}.json`"
    yield f"{counts}. A running hub has the same for programs at {documents}, and for people at `/docs`."
    by_resource: dict[str, list[Operation]] = {}
    for operation in dialect.operations:
        by_resource.setdefault(operation.resource, []).append(operation)
    for resource, operations in by_resource.items():
        yield f"### {resource}"
        yield table(
            ["Call", "Methods", "Path", "Coverage", "Evidence", "Notes", "Refusals"],
            [_row(operation) for operation in operations],
        )


def _row(operation: Operation) -> list[str]:
    refusals = (f"{error.status} {error.when} ({error.evidence.value})" for error in operation.errors)
    notes = f"{operation.summary}. {operation.notes}" if operation.notes else f"{operation.summary}."
    return [
        code(operation.name),
        ", ".join(operation.methods),
        code(operation.path),
        operation.coverage.value,
        operation.evidence.value,
        notes,
        "<br>".join(refusals),
    ]
