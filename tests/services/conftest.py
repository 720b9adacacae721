"""What the tests of the services share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from linebook.core.account import Account
from linebook.storage.base import Engine
from tests.kit.builders import add_account
from tests.kit.invariants import check_book
from tests.kit.raw import look

OTHER_ID = 8


@pytest.fixture
def whole_books(engine: Engine) -> Iterator[None]:
    """Check the book of every account when the test is over, whatever it did."""
    yield
    for (account_id,) in look(engine, "SELECT id FROM account"):
        check_book(engine, account_id)


@pytest.fixture
def other(engine: Engine) -> Account:
    """Another account on the same server."""
    return add_account(engine, "Other", OTHER_ID)
