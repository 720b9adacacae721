"""Every way by which a text leaves is known here, and each of them asks whether the person wants it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import linebook
from linebook.app import DIALECTS

ROOT: Final = Path(linebook.__file__).parent

QUEUE: Final = {"services/texting.py"}
"""What writes to the outbox."""

QUEUERS: Final = {
    "services/messages.py": "send_messages: consent is checked for every recipient",
    "services/inbound.py": "the one answer to STOP, and answers to START and HELP of those who may be texted",
}
"""What puts messages in line."""

SENDERS: Final = {
    "dialects/zipwhip/routes/messages.py": "message/send and messaging/send, through `send`",
    "links.py": "looks for work as soon as a text is queued, and sends nothing itself",
}
"""Who calls `send_messages`, or names it."""

SENDING_OPERATIONS: Final = {"zipwhip": {"message/send", "messaging/send"}}
"""The calls of each platform that send; tests/dialects/zipwhip/test_messages.py has each of them refused."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def that_say(word: str) -> set[str]:
    """Give the modules in which a name or a text is exactly that word."""
    return {
        name
        for name, tree in modules()
        if any(
            (isinstance(node, ast.Constant) and node.value == word)
            or (isinstance(node, ast.Attribute) and node.attr == word)
            or (isinstance(node, ast.alias) and node.name == word)
            for node in ast.walk(tree)
        )
    }


def test_one_module_writes_to_the_outbox() -> None:
    assert that_say("insert_outbox") == QUEUE


def test_messages_are_put_in_line_by_what_asks_for_consent() -> None:
    assert that_say("put_in_line") == QUEUERS.keys()


def test_everybody_who_sends_is_listed() -> None:
    assert that_say("send_messages") == SENDERS.keys()


def test_every_call_that_sends_is_listed() -> None:
    found = {
        dialect.name: {one.name for one in dialect.operations if one.handler is not None and _sends(one.handler)}
        for dialect in DIALECTS
    }
    assert {name: calls for name, calls in found.items() if calls} == SENDING_OPERATIONS


def _sends(handler: object) -> bool:
    """Whether a handler calls `send`, by the names in its code."""
    code = getattr(handler, "__code__", None)
    return code is not None and "send" in code.co_names
