"""The pytest plugin `linebook`: fixtures that give a demo hub and fresh accounts on it.

It is loaded by every pytest that runs where linebook is installed, so it imports nothing until a fixture is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from linebook.testing import Account, Hub


@pytest.fixture(scope="session")
def linebook_hub() -> Iterator[Hub]:
    """A hub of this test run's own, with an empty book. Under pytest-xdist every worker has one."""
    from linebook.testing import running_hub  # noqa: PLC0415 - see above

    with running_hub() as hub:
        yield hub


@pytest.fixture
def linebook_account(linebook_hub: Hub) -> Iterator[Account]:
    """A fresh account for one test, with credentials for every dialect; it is deleted after the test."""
    account = linebook_hub.create_account()
    yield account
    linebook_hub.delete_account(account)
