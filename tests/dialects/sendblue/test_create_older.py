"""`POST /api/contacts`: the older form of the creation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.sendblue.asking import answered, found, listed
from tests.dialects.sendblue.form import EXISTS, OLDER, post, refused
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEW = "+12065550142"


@both_engines
async def test_the_older_form_answers_201_in_its_own_words(runner: Runner) -> None:
    sent = {"number": "2065550142", "firstName": "Grace", "lastName": "Hopper", "companyName": "Navy", "tags": ["a"]}
    contact = (await answered(runner, post(OLDER, sent), 201))["contact"]
    newer = await found(runner, NEW)
    assert contact == {
        "id": newer["contact_id"],
        "number": NEW,
        "firstName": "Grace",
        "lastName": "Hopper",
        "companyName": "Navy",
        "tags": ["a"],
        "createdAt": newer["created_at"],
        "updatedAt": newer["created_at"],
    }
    assert len(await listed(runner)) == 2


OLDER_REFUSED = [
    ({}, 400, refused("Missing fields", "number")),
    ({"number": "5551234"}, 400, refused("Invalid phone number", "number")),
    ({"number": "<ada_number>", "firstName": "Eve"}, 409, EXISTS),
]


@pytest.mark.parametrize(("body", "status", "answer"), OLDER_REFUSED)
async def test_the_older_form_refuses_alike(body: Any, status: int, answer: dict[str, object], guest: Runner) -> None:
    await guest.run(Case(label="", ask=post(OLDER, body), status=status, body=answer))
