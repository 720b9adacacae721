"""docs/sandbox.md says what happens: its commands get the answers that are printed below them, its suites pass."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from linebook.testing import Hub
from tests.test_examples import run

PAGE: Final = (Path(__file__).parent.parent / "docs" / "sandbox.md").read_text(encoding="utf-8")
BLOCKS: Final = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
MARK: Final = "-- the next block --"

# What is another one each time: numbers under +1 555, secrets, ids of accounts, times, the port.
PASSING: Final = re.compile(
    r"http://127\.0\.0\.1:\d+|(?:\+1)?555\d{7}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|1\d{9}|\d{4}-\d\d-\d\dT[0-9:]+Z"
)
RANDOM_IDS: Final = 2**30


def plain(value: Any) -> Any:
    """Give an answer without what is another one each time."""
    match value:
        case dict():
            return {name: plain(one) for name, one in value.items()}
        case list():
            return [plain(one) for one in value]
        case str():
            return PASSING.sub("…", value)
        case int() if value >= RANDOM_IDS:
            return "…"
        case _:
            return value


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_every_command_gets_the_answer_that_is_printed_below_it(linebook_hub: Hub) -> None:
    linebook_hub.reset()
    commands = [text for language, text in BLOCKS if language == "sh"]
    printed = [json.loads(text) for language, text in BLOCKS if language == "json"]
    assert len(commands) == len(printed) == 7
    script = f"echo; echo '{MARK}'\n".join(commands)
    ended = run("bash", "-euc", script.replace("http://127.0.0.1:8420", linebook_hub.base_url))
    assert (ended.returncode, ended.stderr) == (0, "")
    answers = [json.loads(text) for text in ended.stdout.split(MARK)]
    assert [plain(answer) for answer in answers] == [plain(answer) for answer in printed]


@pytest.mark.parametrize("number", [0, 1])
def test_the_suites_pass_as_they_are_printed(tmp_path: Path, number: int) -> None:
    suites = [text for language, text in BLOCKS if language == "python"]
    assert len(suites) == 2
    file = tmp_path / "test_printed.py"
    file.write_text(suites[number], encoding="utf-8")
    command = ["-m", "pytest", "-q", str(file)] if "def test_saving" in suites[number] else [str(file)]
    options = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": f"-p linebook --rootdir {tmp_path}"}
    ended = run(sys.executable, *command, **options)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 passed" in ended.stdout or "Ran 1 test" in ended.stderr


def test_the_page_names_every_call() -> None:
    for call in ("/_sandbox/accounts", "/_sandbox/state", "/_sandbox/reset", "/openapi/sandbox.json"):
        assert call in PAGE
