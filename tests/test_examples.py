"""The examples run as they are printed, each against an account of its own, and fail when the account is not theirs."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import yaml  # type: ignore[import-untyped] # brought by schemathesis

from linebook.settings import PREFIX
from linebook.testing import Account, Hub

ROOT: Final = Path(__file__).parent.parent
EXAMPLES: Final = ROOT / "examples"
LIMIT_S: Final = 60.0
ELSEWHERE: Final = {"sendblue_client.py"}
"""What `make clients` runs, because it needs a client that `make test` does not install."""

with_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")


def variables(account: Account) -> dict[str, str]:
    """What the examples read of their environment to call with this account."""
    return {
        "ZIPWHIP_URL": account.zipwhip.base_url,
        "ZIPWHIP_USERNAME": account.zipwhip.username,
        "ZIPWHIP_PASSWORD": account.zipwhip.password,
        "INWISE_URL": account.inwise.base_url,
        "INWISE_API_KEY": account.inwise.api_key,
        "SENDBLUE_API_BASE_URL": account.sendblue.base_url,
        "SENDBLUE_API_API_KEY": account.sendblue.api_key,
        "SENDBLUE_API_API_SECRET": account.sendblue.api_secret,
        "HEYMARKET_URL": account.heymarket.base_url,
        "HEYMARKET_API_KEY": account.heymarket.api_key,
    }


def environ(**further: str) -> dict[str, str]:
    """An environment in which commands of this environment are found, and no proxy and no setting of linebook."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(PREFIX) and "proxy" not in name.lower()
    }
    return {**kept, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}", **further}


def run(*command: str, **further: str) -> subprocess.CompletedProcess[str]:
    """Run one command in the repository to its end."""
    return subprocess.run(
        command, cwd=ROOT, env=environ(**further), capture_output=True, text=True, timeout=LIMIT_S, check=False
    )


def test_every_example_is_run_by_a_test() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_file()} == {
        *(f"{name}.sh" for name in SCRIPTS),
        "test_with_pytest.py",
        "test_texting_with_pytest.py",
        "ci-workflow.yml",
        *ELSEWHERE,
    }


# -- curl

SCRIPTS: Final = {
    "zipwhip": {"ZIPWHIP_PASSWORD": "wrong"},
    "inwise": {"INWISE_API_KEY": "wrong"},
    "sendblue": {"SENDBLUE_API_API_SECRET": "wrong"},
    "heymarket": {"HEYMARKET_API_KEY": "wrong"},
}
"""The scripts, each with a credential that is not the account's."""


@with_curl
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_fails_with_a_wrong_credential(linebook_hub: Hub, linebook_account: Account, name: str) -> None:
    ended = run("sh", f"examples/{name}.sh", **(variables(linebook_account) | SCRIPTS[name]))
    assert ended.returncode != 0
    assert "The requested URL returned error: 4" in ended.stderr
    assert linebook_hub.state(linebook_account).contacts == 0


@with_curl
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_says_that_its_contact_is_there(linebook_hub: Hub, linebook_account: Account, name: str) -> None:
    ended = run("sh", f"examples/{name}.sh", **variables(linebook_account))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Ada" in ended.stdout
    assert ended.stdout.splitlines()[-1] == f"{name}: the contact is there"
    assert linebook_hub.state(linebook_account).contacts == 1


def test_a_script_without_variables_calls_the_demo() -> None:
    for name in SCRIPTS:
        text = (EXAMPLES / f"{name}.sh").read_text(encoding="utf-8")
        assert ":-http://127.0.0.1:8420" in text
        assert "linebook demo" in text


# -- the workflow


@contextmanager
def runner(place: Path, port: int) -> Iterator[Any]:
    """Run steps as the service does: a shell each, variables handed on in a file, what they leave running ended."""
    (place / "examples").symlink_to(EXAMPLES)
    handed_on = place / "env"
    handed_on.touch()
    groups: list[int] = []

    def step(command: str) -> str:
        given = dict(line.split("=", 1) for line in handed_on.read_text().splitlines())
        process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command.replace("8420", str(port))],
            cwd=place,
            # As it is: without the plugins of our environment, which take seconds to load.
            env=environ(
                GITHUB_ENV=str(handed_on),
                PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
                PYTEST_ADDOPTS="-p linebook -p no:cacheprovider",
                **given,
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        groups.append(process.pid)
        told, _ = process.communicate(timeout=LIMIT_S)
        assert process.returncode == 0, told
        return told

    try:
        yield step
    finally:
        for group in groups:
            try:
                os.killpg(group, signal.SIGTERM)
            except ProcessLookupError:
                continue


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((EXAMPLES / "ci-workflow.yml").read_text(encoding="utf-8"))
    return loaded


def test_the_workflow_has_the_form_that_the_service_reads(workflow: dict[str, Any]) -> None:
    # YAML 1.1 reads the word `on` as a truth value; the service does not.
    assert workflow.keys() == {"name", True, "permissions", "env", "jobs"}
    for job in workflow["jobs"].values():
        assert job["runs-on"]
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            assert "run" not in step or step["name"]


@with_curl
@pytest.mark.parametrize(("job", "steps"), [("pytest", 2), ("any-language", 6)])
def test_the_commands_of_the_workflow_run(tmp_path: Path, workflow: dict[str, Any], job: str, steps: int) -> None:
    commands = {step["name"]: step["run"] for step in workflow["jobs"][job]["steps"] if "run" in step}
    assert len(commands) == steps
    # What installs is not run: it would change this environment.
    assert commands.pop("Install").startswith('python -m pip install "$INSTALL"')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with runner(tmp_path, port) as step:
        told = {name: step(command) for name, command in commands.items()}
    last = told["Test"].splitlines()[-1]
    assert "9 passed" in last if job == "pytest" else last == "inwise: the contact is there"
