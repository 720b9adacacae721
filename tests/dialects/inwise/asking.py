"""The calls that many tests make, and what they are made for."""

from __future__ import annotations

from typing import Any

from tests.dialects.inwise.form import CONTACTS, get, post
from tests.kit.wire import Case, Runner


async def saved(runner: Runner, **body: Any) -> dict[str, Any]:
    """Save a contact that must be accepted, and give it."""
    answer = await runner.run(Case(label="", ask=post(CONTACTS, body), changes=True))
    contact: dict[str, Any] = answer.json()
    return contact


async def contact_of(runner: Runner, contact_id: int) -> dict[str, Any]:
    """Give a contact as it is shown now."""
    contact: dict[str, Any] = (await runner.send(get(f"{CONTACTS}/{contact_id}"))).json()
    return contact


async def refused(runner: Runner, body: Any, status: int, answer: dict[str, object]) -> None:
    """Send what must be refused; the runner sees to it that nothing is changed."""
    await runner.run(Case(label="", ask=post(CONTACTS, body), status=status, body=answer))
