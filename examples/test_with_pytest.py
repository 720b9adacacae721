"""A suite that tests a program of one's own against linebook; all it needs is linebook installed beside pytest.

python -m pytest examples/test_with_pytest.py
"""

import httpx
import pytest

from linebook.testing import Account, Hub


class CustomerSync:
    """The program under test: it copies customers to Sendblue. Where that is, it is told."""

    def __init__(self, base_url: str, api_key: str, api_secret: str) -> None:
        """Take the settings that the program has in any case."""
        headers = {"sb-api-key-id": api_key, "sb-api-secret-key": api_secret}
        self._client = httpx.Client(base_url=base_url, headers=headers, trust_env=False)

    def copy(self, customers: list[dict[str, str]]) -> int:
        """Copy customers and give how many arrived."""
        arrived = 0
        for customer in customers:
            body = {"number": customer["phone"], "first_name": customer["name"], "update_if_exists": True}
            arrived += self._client.post("/api/v2/contacts", json=body).is_success
        return arrived


@pytest.fixture
def sync(linebook_account: Account) -> CustomerSync:
    """The program, pointed at an account that this test alone has."""
    sendblue = linebook_account.sendblue
    return CustomerSync(sendblue.base_url, sendblue.api_key, sendblue.api_secret)


def test_customers_arrive(sync: CustomerSync, linebook_hub: Hub, linebook_account: Account) -> None:
    """Every customer becomes a contact."""
    assert sync.copy([{"phone": "+12065550100", "name": "Ada"}, {"phone": "+12065550101", "name": "Grace"}]) == 2
    assert linebook_hub.state(linebook_account).contacts == 2


def test_a_second_run_changes_nothing(sync: CustomerSync, linebook_hub: Hub, linebook_account: Account) -> None:
    """A customer that is there already is no second contact."""
    for _ in range(2):
        sync.copy([{"phone": "+12065550100", "name": "Ada"}])
    state = linebook_hub.state(linebook_account)
    assert (state.contacts, state.changes) == (1, 1)


def test_a_number_that_is_none_is_skipped(sync: CustomerSync, linebook_hub: Hub, linebook_account: Account) -> None:
    """What the platform refuses does not stop the others."""
    assert sync.copy([{"phone": "call me", "name": "Eve"}, {"phone": "+12065550100", "name": "Ada"}]) == 1
    assert linebook_hub.state(linebook_account).contacts == 1


def test_what_another_system_sees(sync: CustomerSync, linebook_account: Account) -> None:
    """The same contact, read through Heymarket's API."""
    sync.copy([{"phone": "+12065550100", "name": "Ada"}])
    heymarket = linebook_account.heymarket
    answer = httpx.post(
        f"{heymarket.base_url}/v1/contact/get",
        headers={"Authorization": f"Bearer {heymarket.api_key}"},
        json={"phone": "12065550100"},
        trust_env=False,
    )
    assert answer.json()["first"] == "Ada"
