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


@pytest.fixture
def place(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Where a suite runs with this plugin alone: some of our own environment's take seconds to load."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p linebook -W error --strict-markers --strict-config")
    return pytester


def test_it_is_published() -> None:
    (found,) = [one for one in entry_points(group="pytest11") if one.name == "linebook"]
    assert found.value == "linebook.pytest_plugin", "run tools/bootstrap dev"


def test_a_suite_that_does_not_use_it_is_left_alone(place: pytest.Pytester) -> None:
    place.makepyfile(NOT_USING)
    ended = place.runpytest_subprocess()
    ended.assert_outcomes(passed=1)
    assert ended.stderr.str() == ""


def test_suites_that_run_at_once_use_it_without_meeting(place: pytest.Pytester) -> None:
    """Each worker of pytest-xdist is such a process: its session fixtures are its own."""
    suite = place.makepyfile(USING)
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "pytest", str(suite), f"--basetemp={place.path}/{name}"],
            cwd=place.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in ("one", "two")
    ]
    told = [worker.communicate(timeout=LIMIT_S)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], told
    assert all("5 passed" in one for one in told)
    urls = {(place.path / f"{name}.url").read_text() for name in ("one", "two")}
    assert len(urls) == 2
