"""Short ways to save contacts, for the tests of what is saved and of how it may be sent."""

from __future__ import annotations

from typing import Any, Final

from tests.kit.raw_http import Answer
from tests.kit.wire import Ask, Case, Runner, ask

FORM_TYPE: Final = "application/x-www-form-urlencoded"


def save(**params: str) -> Ask:
    return ask("/contact/save", **params)


def raw_save(body: bytes) -> Ask:
    return Ask(path="/contact/save", raw=body, content_type=FORM_TYPE)


def saved(answer: Answer) -> dict[str, Any]:
    contact: dict[str, Any] = answer.json()["response"]
    return contact


async def succeed(runner: Runner, asked: Ask) -> dict[str, Any]:
    return saved(await runner.run(Case(label="", ask=asked, changes=True)))
