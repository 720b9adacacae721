"""A carrier that brings receipts and texts as signed requests on our port, and hears when to bring them again."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from linebook.carriers.base import (
    CarrierAnswer,
    CarrierRequest,
    Failure,
    Inbound,
    Intake,
    LinkRefused,
    Progress,
    Receipt,
)
from linebook.core.account import Account, Line
from linebook.core.delivery_status import ReceiptKind
from linebook.delivery.intake import StoreIntake
from linebook.services.kept_messages import messages_of_line
from linebook.storage.base import Engine
from tests.delivery.world import no_files
from tests.kit.builders import add_line
from tests.kit.hub import RunningHub, running_hub

KEY = b"a key of the carrier"


class SignedCarrier:
    """Takes nothing to send; believes requests that are signed over their whole body."""

    name = "signed"

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def open(self, line: Line, progress: Progress) -> Any:
        """See `Carrier`."""
        raise LinkRefused(Failure.MISCONFIGURED)

    async def close(self) -> None:
        """See `Carrier`."""

    async def answer(self, request: CarrierRequest) -> CarrierAnswer | None:
        """See `Carrier`."""
        shown = request.headers.get(b"x-signature", b"").decode()
        if not hmac.compare_digest(shown, signature(request.body)):
            return CarrierAnswer(401, b"bad signature")
        brought = json.loads(request.body)
        await self._intake.texts([Inbound(**one) for one in brought.get("texts", [])])
        await self._intake.receipts(
            [Receipt(part_id=one, kind=ReceiptKind.DELIVERED) for one in brought.get("receipts", [])]
        )
        return CarrierAnswer(204)


def signature(body: bytes) -> str:
    return hmac.new(KEY, body, hashlib.sha256).hexdigest()


@pytest.fixture
async def hub(engine: Engine, database_url: str, account: Account) -> AsyncIterator[RunningHub]:
    add_line(engine, account.id)
    async with running_hub(database_url, body_limit_bytes=4_096) as hub:
        hub.runtime.carriers["signed"] = SignedCarrier(StoreIntake(hub.runtime.store, "signed", no_files))  # type: ignore[index]
        yield hub


async def bring(hub: RunningHub, what: object, sign: str = "") -> httpx.Response:
    body = json.dumps(what).encode()
    return await hub.client.post(
        "/carriers/signed/in?x=1", content=body, headers={"X-Signature": sign or signature(body)}
    )


async def test_what_is_not_a_carriers_is_refused(hub: RunningHub) -> None:
    assert (await hub.client.post("/carriers/nobody", content=b"{}")).status_code == 404
    assert (await hub.client.post("/carriers/loopback", content=b"{}")).status_code == 404
    assert (await bring(hub, {"texts": []}, "0" * 64)).status_code == 401
    assert (await bring(hub, {"texts": ["x" * 5_000]})).status_code == 413
    assert (await hub.client.delete("/carriers/signed")).status_code == 405


async def test_a_text_is_stored_once_and_then_acknowledged(hub: RunningHub, engine: Engine, account: Account) -> None:
    text = {"id": "t-1", "source": "+12065550101", "destination": "+15556661234", "text": "Hi"}
    for _ in range(2):
        assert (await bring(hub, {"texts": [text]})).status_code == 204
    line = (await hub.runtime.directory.lines(account.id))[0]
    found = engine.read(lambda tx: messages_of_line(tx, account.id, line.id, 0, 10))
    assert [one.body for one in found] == ["Hi"]


async def test_what_cannot_be_stored_yet_is_to_be_brought_again(hub: RunningHub) -> None:
    answer = await bring(hub, {"receipts": ["unheard-of"]})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
