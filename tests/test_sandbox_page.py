"""docs/sandbox.md says what happens: its commands get the answers that are printed below them, its suites pass."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from linebook.core.magic_numbers import DELAY_PREFIX, SEND_CODE_PREFIX, STATUS_PREFIX
from linebook.sandbox import SANDBOX
from linebook.sandbox.magic import magic_numbers
from linebook.testing import Hub
from tests.test_examples import run

PAGE: Final = (Path(__file__).parent.parent / "docs" / "sandbox.md").read_text(encoding="utf-8")
BLOCKS: Final = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
MARK: Final = "-- the next block --"

# What is another one each time: numbers under +1 555, secrets, ids of accounts, times, the port.
PASSING: Final = re.compile(
    r"http://127\.0\.0\.1:\d+|(?:\+1)?555\d{7}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|[0-9a-f]{18,19}|[12]\d{9}|\d{4}-\d\d-\d\dT[0-9:]+Z"
)
RANDOM_IDS: Final = 2**30


def plain(value: Any) -> Any:
    """Give an answer without what is another one each time."""
    match value:
        case dict():
            if "texts" in value:  # a receipt may come before it is asked, or after
                value = {name: one for name, one in value.items() if name != "changes"}
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
    assert len(commands) == len(printed) == 16
    script = f"echo; echo '{MARK}'\n".join(commands)
    ended = run("bash", "-euc", script.replace("http://127.0.0.1:8420", linebook_hub.base_url))
    assert (ended.returncode, ended.stderr) == (0, "")
    answers = [json.loads(text) for text in ended.stdout.split(MARK)]
    assert [plain(answer) for answer in answers] == [plain(answer) for answer in printed]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_suites_pass_as_they_are_printed(tmp_path: Path, number: int) -> None:
    suites = [text for language, text in BLOCKS if language == "python"]
    assert len(suites) == 3
    file = tmp_path / "test_printed.py"
    file.write_text(suites[number], encoding="utf-8")
    command = ["-m", "pytest", "-q", str(file)] if "unittest" not in suites[number] else [str(file)]
    options = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": f"-p linebook --rootdir {tmp_path}"}
    ended = run(sys.executable, *command, **options)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"[13] passed", ended.stdout) or "Ran 1 test" in ended.stderr


def test_the_page_names_every_call() -> None:
    for path in {operation.path.partition("/{")[0] for operation in SANDBOX.operations}:
        assert path in PAGE
    assert "/openapi/sandbox.json" in PAGE


def test_the_page_names_every_number_that_decides() -> None:
    plain_page = PAGE.replace(" ", "")
    assert all(one.number in plain_page for one in magic_numbers().cases)
    for prefix in (STATUS_PREFIX, SEND_CODE_PREFIX, DELAY_PREFIX):
        assert prefix in plain_page


def test_the_page_names_every_method_of_a_hub() -> None:
    for name in (name for name in vars(Hub) if not name.startswith("_") and callable(getattr(Hub, name))):
        assert f"hub.{name}(" in PAGE, name
