"""The pytest plugin, in suites of its own: fixtures that are ready, workers that do not meet, and silence otherwise."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

pytest_plugins = ["pytester"]

LIMIT_S = 60.0

USING = '''
"""A suite as somebody would write it."""

import json
import urllib.request
from pathlib import Path

import pytest

seen = []


def save(account, **person):
    request = urllib.request.Request(
        f"{account.inwise.base_url}/contacts",
        data=json.dumps(person).encode(),
        headers={"X-API-Key": account.inwise.api_key},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request) as answer:
        return json.load(answer)["id"]


def test_a_contact_is_saved(linebook_hub, linebook_account):
    seen.append(linebook_account)
    save(linebook_account, mobile_number="12065550100")
    assert linebook_hub.state(linebook_account).contacts == 1


def test_the_next_one_begins_with_an_empty_book(linebook_hub, linebook_account):
    assert linebook_account.id != seen[0].id
    assert linebook_hub.state(linebook_account).contacts == 0


def test_the_account_of_the_test_before_is_gone(linebook_hub):
    with pytest.raises(Exception, match="404: There is no account"):
        linebook_hub.state(seen[0])


def test_a_reset_takes_the_account_and_its_end_does_not_fail(linebook_hub, linebook_account):
    linebook_hub.reset()
    assert linebook_hub.state().contacts == 0


def test_which_hub_it_was(linebook_hub, request):
    Path(request.config.getoption("basetemp")).with_suffix(".url").write_text(linebook_hub.base_url)
'''

NOT_USING = '''
"""A suite that has nothing to do with linebook."""

import sys


def test_nothing_of_linebook_was_loaded_but_the_plugin():
    assert {name for name in sys.modules if name.startswith("linebook")} == {"linebook", "linebook.pytest_plugin"}
'''


def test_it_is_published() -> None:
    (found,) = [one for one in entry_points(group="pytest11") if one.name == "linebook"]
    assert found.value == "linebook.pytest_plugin", "run tools/bootstrap dev"


def test_a_suite_that_does_not_use_it_is_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(NOT_USING)
    ended = pytester.runpytest_subprocess("-W", "error", "--strict-markers", "--strict-config")
    ended.assert_outcomes(passed=1)
    ended.stderr.no_fnmatch_line("*linebook*")


def test_suites_that_run_at_once_use_it_without_meeting(pytester: pytest.Pytester) -> None:
    """Each worker of pytest-xdist is such a process: its session fixtures are its own."""
    suite = pytester.makepyfile(USING)
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "pytest", "-W", "error", str(suite), f"--basetemp={pytester.path}/{name}"],
            cwd=pytester.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in ("one", "two")
    ]
    for worker in workers:
        told, _ = worker.communicate(timeout=LIMIT_S)
        assert worker.returncode == 0, told
        assert "5 passed" in told
    urls = {(pytester.path / f"{name}.url").read_text() for name in ("one", "two")}
    assert len(urls) == 2
