"""The answers that the documents show are those that the examples get, in a fresh demo."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from linebook.demo import prepare_demo
from linebook.dialects.zipwhip import ZIPWHIP
from tests.kit.hub import running_hub

ORDER = ("user/login", "user/get", "contact/save", "contact/get", "contact/list", "contact/delete", "user/logout")
SESSION = re.compile(r"[0-9a-f-]{36}:10001")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+00:00")


def form_of(value: Any) -> Any:
    """The value, with what differs from call to call replaced by its form."""
    match value:
        case str():
            return next((one.pattern for one in (SESSION, DATE) if one.fullmatch(value)), value)
        case list():
            return [form_of(one) for one in value]
        case dict():
            return {name: form_of(one) for name, one in value.items()}
        case _:
            return value


async def test_every_example_gets_the_answer_that_is_shown(tmp_path: Path) -> None:
    served = {one.name: one for one in ZIPWHIP.operations if one.handler is not None}
    shown = {name: one.answer for name, one in served.items() if name in ORDER}
    got: dict[str, Any] = {}
    session = ""
    async with running_hub(f"sqlite:///{tmp_path}/linebook.db", prepare=prepare_demo) as hub:
        for name in ORDER:
            given = {"session": session} if session else {}
            answer = await hub.client.post(served[name].path, data={**given, **served[name].example})
            got[name] = answer.json()
            session = session or got[name]["response"]
    assert [list(got[name]) for name in ORDER] == [list(shown[name]) for name in ORDER]
    assert {name: form_of(one) for name, one in got.items()} == {name: form_of(one) for name, one in shown.items()}
