"""Short calls that must succeed, and their answers, for tests that need several of them."""

from __future__ import annotations

from typing import Any

from tests.dialects.sendblue.form import CONTACTS, get, post, put
from tests.kit.wire import Ask, Case, Runner

Body = dict[str, Any]


async def answered(runner: Runner, asked: Ask, status: int = 200) -> Any:
    """Give the decoded answer to a request that must have that status."""
    return (await runner.run(Case(label="", ask=asked, status=status, changes=True))).json()


async def saved(runner: Runner, number: str, **members: Any) -> Body:
    """Create or update a contact and give it."""
    body = {"number": number, "update_if_exists": True, **members}
    contact: Body = (await answered(runner, post(CONTACTS, body)))["contact"]
    return contact


async def updated(runner: Runner, key: str, **members: Any) -> Body:
    """Update a contact and give it."""
    contact: Body = (await answered(runner, put(f"{CONTACTS}/{key}", members)))["contact"]
    return contact


async def found(runner: Runner, key: str) -> Body:
    """Retrieve a contact."""
    contact: Body = (await answered(runner, get(f"{CONTACTS}/{key}")))["contact"]
    return contact


async def listed(runner: Runner, **query: str) -> list[Body]:
    """List contacts."""
    contacts: list[Body] = await answered(runner, get(CONTACTS, **query))
    return contacts


async def phones(runner: Runner, **query: str) -> list[str | None]:
    """List contacts and give the last two digits of their numbers, None for one without."""
    return [one["phone"] and one["phone"][-2:] for one in await listed(runner, **query)]
