"""What we install is what pyproject.toml asks for, locked with hashes and without addresses, and has its reason."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import linebook

ROOT = Path(__file__).parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
GROUPS: dict[str, list[str]] = PYPROJECT["dependency-groups"]
SETS = {
    "run": PYPROJECT["project"]["dependencies"] + GROUPS["build"],
    "dev": PYPROJECT["project"]["dependencies"] + GROUPS["build"] + GROUPS["dev"],
    "bench": PYPROJECT["project"]["dependencies"] + GROUPS["build"] + GROUPS["bench"],
    "clients": PYPROJECT["project"]["dependencies"] + GROUPS["build"] + GROUPS["clients"],
    "browser": PYPROJECT["project"]["dependencies"] + GROUPS["build"] + GROUPS["browser"],
}


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def lock_text(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def locked(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock_text(name), flags=re.MULTILINE))


@pytest.mark.parametrize("name", SETS)
def test_a_lock_has_every_dependency_with_hashes_and_no_address(name: str) -> None:
    assert {name_of(requirement) for requirement in SETS[name]} <= locked(name).keys()
    text = lock_text(name)
    assert "://" not in text
    assert not re.search(r"^-", text, flags=re.MULTILINE), "an option, such as an index"
    entries = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(locked(name))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_locks_agree_so_that_all_sets_share_one_environment() -> None:
    run, dev = locked("run"), locked("dev")
    for other in (locked("bench"), locked("clients"), locked("browser")):
        assert run.items() <= other.items()
        assert {name: other[name] for name in other.keys() & dev.keys()}.items() <= dev.items()
    assert run.items() <= dev.items()
    assert {name: locked("bench")[name] for name in locked("bench").keys() & locked("clients").keys()}.items() <= (
        locked("clients").items()
    )
    browser, others = locked("browser"), locked("bench") | locked("clients") | dev
    assert {name: others[name] for name in browser.keys() & others.keys()}.items() <= browser.items()


def test_every_dependency_has_its_lower_bound() -> None:
    asked = [requirement for requirements in SETS.values() for requirement in requirements]
    assert [requirement for requirement in asked if ">=" not in requirement] == []


def test_every_dependency_has_its_reason() -> None:
    rows = re.findall(r"^\| `([^`]+)`", (ROOT / "docs/decisions/0001-libraries.md").read_text(), flags=re.MULTILINE)
    asked = {name_of(requirement) for requirements in SETS.values() for requirement in requirements}
    assert asked == set(rows)


def test_the_package_tells_the_version_it_was_installed_as() -> None:
    assert linebook.__version__ == PYPROJECT["project"]["version"] == version("linebook")
