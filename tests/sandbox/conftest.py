"""A demo hub on each engine, shared by all of these tests, and short ways to call it through every dialect."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from linebook.demo import prepare_demo
from tests.kit.hub import RunningHub, running_hub

NUMBER = "+12065550100"


@pytest.fixture(scope="package", params=["sqlite", "postgres"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return str(request.param)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def hub(
    request: pytest.FixtureRequest, engine_name: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningHub]:
    """A demo hub as `linebook demo` starts it. Each test has accounts of its own, or begins with a reset."""
    if engine_name == "sqlite":
        folder: Path = tmp_path_factory.mktemp("sandbox")
        shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "linebook.db")
        url = f"sqlite:///{folder}/linebook.db"
    else:
        url = request.getfixturevalue("new_database")(request.getfixturevalue("postgres_template"))
    # A database server has no place for the key that seals, so there it is a setting.
    async with running_hub(url, prepare=prepare_demo, is_demo=True, secret_key="0f" * 32) as hub:
        yield hub


async def open_account(hub: RunningHub, **wanted: str) -> dict[str, Any]:
    """Open an account and give the answer."""
    answer = await hub.client.post("/_sandbox/accounts", json=wanted)
    assert answer.status_code == 201, answer.text
    opened: dict[str, Any] = answer.json()
    return opened


async def state_of(hub: RunningHub, account_id: int | None = None) -> dict[str, Any]:
    """Give the counts of an account, of the demo's without an id."""
    answer = await hub.client.get("/_sandbox/state", params={} if account_id is None else {"account": account_id})
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()
    return state


async def save_through_all(hub: RunningHub, opened: dict[str, Any]) -> dict[str, int]:
    """Save one contact of the same number through every dialect with an account's credentials; give the statuses."""
    zipwhip, inwise, sendblue, heymarket = (opened[one] for one in ("zipwhip", "inwise", "sendblue", "heymarket"))
    answers: dict[str, httpx.Response] = {
        "zipwhip": await hub.client.post(
            f"{zipwhip['base_url']}/contact/save",
            data={"session": zipwhip["session"], "mobileNumber": NUMBER, "firstName": "Ada"},
        ),
        "inwise": await hub.client.post(
            f"{inwise['base_url']}/contacts",
            headers={"X-API-Key": inwise["api_key"]},
            json={"mobile_number": NUMBER.removeprefix("+"), "external_id": "crm-7"},
        ),
        "sendblue": await hub.client.post(
            f"{sendblue['base_url']}/api/v2/contacts",
            headers={"sb-api-key-id": sendblue["api_key"], "sb-api-secret-key": sendblue["api_secret"]},
            json={"number": NUMBER, "last_name": "Lovelace", "update_if_exists": True},
        ),
    }
    shown = {
        "heymarket": {"Authorization": f"Bearer {heymarket['api_key']}"},
        "heymarket token": {"Authorization": f"Bearer {signed_token(heymarket['secret_id'], heymarket['secret_key'])}"},
    }
    for name, headers in shown.items():
        body = {"phone": NUMBER.removeprefix("+"), "email": "ada@example.com"}
        answers[name] = await hub.client.post(f"{heymarket['base_url']}/v1/contact", headers=headers, json=body)
    answers["heymarket n8n"] = await hub.client.post(
        f"{heymarket['base_url']}/n8n/v1/contacts",
        headers={"X-Heymarket-API-Key": heymarket["n8n_key"]},
        json={"phone_number": NUMBER},
    )
    return {name: answer.status_code for name, answer in answers.items()}


def signed_token(secret_id: str, secret_key: str) -> str:
    """Give a token as Heymarket's callers sign one."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {"iss": secret_id, "iat": int(time.time())})
    text = ".".join(_part(json.dumps(one).encode()) for one in parts)
    return f"{text}.{_part(hmac.digest(f'{secret_id}||{secret_key}'.encode(), text.encode(), hashlib.sha256))}"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
