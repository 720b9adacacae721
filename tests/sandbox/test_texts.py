"""Texts in the sandbox: what is refused, what lines sent with its state, texts and receipts that a test lets come."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from linebook.core.author import Author
from linebook.core.message import EventKind
from linebook.demo import prepare_demo
from linebook.services.webhooks import AddWebhook, add_webhooks
from tests.kit.hub import RunningHub, running_hub, until
from tests.sandbox.conftest import open_account, state_of
from tests.sandbox.texting import ADA, PNG, get, outbox, post, sent, text_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOBODY = 1_999_999_999
BASE64 = base64.b64encode(PNG).decode()

# -- refusals

REFUSED: list[tuple[str, str, Any, int, str]] = [
    ("GET", "outbox?account=x", None, 400, "account"),
    ("GET", f"outbox?account={NOBODY}", None, 404, ""),
    ("GET", "outbox?limit=0", None, 400, "limit"),
    ("GET", "outbox?limit=501", None, 400, "limit"),
    ("GET", "outbox?before=x", None, 400, "before"),
    ("GET", f"outbox?before={'9' * 19}", None, 400, "before"),
    ("GET", f"outbox?before={'9' * 20}", None, 400, "before"),
    ("GET", "outbox?number=nobody", None, 400, "number"),
    ("GET", "outbox?line=%2B12065550199", None, 404, ""),
    ("GET", "outbox?line=%00", None, 404, ""),
    ("GET", "outbox?direction=in", None, 400, "direction"),
    ("GET", "texts?direction=up", None, 400, "direction"),
    ("GET", "texts?known=x", None, 400, "known"),
    ("POST", "texts", {}, 400, "number"),
    ("POST", "texts", {"number": "nobody", "body": "hi"}, 400, "number"),
    ("POST", "texts", {"number": ADA}, 400, "body"),
    ("POST", "texts", {"number": ADA, "body": "hi", "line": "+12065550199"}, 404, ""),
    ("POST", "texts", {"number": ADA, "body": "hi", "account": NOBODY}, 404, ""),
    ("POST", "texts", {"number": ADA, "body": "hi", "attachments": [{"content": "no base64!"}]}, 400, "attachments"),
    ("POST", "texts", {"number": ADA, "attachments": [{"content": ""}]}, 400, "attachments"),
    ("POST", "texts", {"number": ADA, "attachments": [{"content": BASE64}] * 11}, 400, "attachments"),
    ("POST", "texts", {"number": ADA, "body": "hi", "id": "x" * 201}, 400, "id"),
    ("POST", "texts", {"number": ADA, "body": "hi", "colour": "red"}, 400, "colour"),
    ("POST", "receipts", {"status": 1004}, 400, "message"),
    ("POST", "receipts", {"message": "1"}, 400, "status"),
    ("POST", "receipts", {"message": "one", "status": 1004}, 400, "message"),
    ("POST", "receipts", {"message": "1", "status": 4}, 400, "status"),
    ("POST", "receipts", {"message": "1", "status": 1001}, 400, "status"),
    ("POST", "receipts", {"message": "1", "status": 1002}, 400, "status"),
    ("POST", "receipts", {"message": "1", "status": 1004}, 404, ""),
    ("POST", "receipts", {"message": "1", "status": 1004, "part": 0}, 400, "part"),
    ("GET", "attachments/none", None, 404, ""),
    ("GET", "attachments/%00", None, 404, ""),
    ("GET", f"attachments/none?account={NOBODY}", None, 404, ""),
    ("PUT", "texts", None, 405, ""),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "blamed"), REFUSED)
async def test_what_cannot_be_done_is_refused_and_changes_nothing(  # noqa: PLR0917 - a row of the table
    hub: RunningHub, method: str, path: str, body: Any, status: int, blamed: str
) -> None:
    before = (await state_of(hub), await get(hub, "texts"))
    answer = await hub.client.request(method, f"/_sandbox/{path}", json=body)
    assert answer.status_code == status, answer.text
    refusal = answer.json()
    assert refusal["error"]
    assert refusal.get("parameter", "").partition("[")[0].partition(".")[0] == blamed
    assert (await state_of(hub), await get(hub, "texts")) == before


async def test_a_text_that_nobody_took_has_no_receipt(hub: RunningHub) -> None:
    opened = await open_account(hub)
    await post(hub, "carrier", account=opened["id"], is_running=False)
    message = await sent(hub, opened)
    given = {"account": opened["id"], "message": message, "status": 1004}
    answer = await hub.client.post("/_sandbox/receipts", json=given)
    assert (answer.status_code, answer.json()["error"][:10]) == (409, "No carrier")
    received = await post(hub, "texts", account=opened["id"], number=ADA, body="hi")
    answer = await hub.client.post("/_sandbox/receipts", json=given | {"message": received["text"]["id"]})
    assert answer.status_code == 404


# -- the outbox


async def test_the_outbox_shows_a_text_with_its_state_and_parts(hub: RunningHub) -> None:
    opened = await open_account(hub)
    message = await sent(hub, opened, body="x" * 161)
    text = await text_in(hub, opened, "accepted")
    assert (text["id"], text["number"], text["line"]) == (message, ADA, opened["lines"][0]["address"])
    assert (text["status_code"], text["message_status"], text["part_count"]) == (4, 1003, 2)
    assert [(part["no"], part["state"]) for part in text["parts"]] == [(1, "accepted"), (2, "accepted")]
    assert len({part["carrier_id"] for part in text["parts"]}) == 2
    assert text["sent_ms"] >= text["created_ms"]
    assert (text["is_mms"], text["attachments"], text["parent_id"], text["due_ms"]) == (False, [], None, None)


async def test_it_is_paged_and_filtered_by_line_and_number(hub: RunningHub) -> None:
    opened = await open_account(hub)
    for number in range(5):
        await sent(hub, opened, f"+1206555010{number}", f"text {number}")
    page = await get(hub, "outbox", account=opened["id"], limit=2)
    assert [text["body"] for text in page["texts"]] == ["text 4", "text 3"]
    rest = await get(hub, "outbox", account=opened["id"], before=page["next_before"], limit=3)
    assert [text["body"] for text in rest["texts"]] == ["text 2", "text 1", "text 0"]
    last = await get(hub, "outbox", account=opened["id"], before=rest["next_before"])
    assert (last["texts"], last["next_before"]) == ([], None)
    assert [text["body"] for text in await outbox(hub, opened, number="206 555 0103")] == ["text 3"]
    front, shared, _ = opened["lines"]
    assert len(await outbox(hub, opened, line=front["address"])) == 5
    assert await outbox(hub, opened, line=shared["address"]) == []


async def test_another_account_sees_nothing_of_it(hub: RunningHub) -> None:
    opened, other = await open_account(hub), await open_account(hub)
    message = await sent(hub, opened)
    await text_in(hub, opened, "accepted")
    assert await outbox(hub, other) == []
    answer = await hub.client.post(
        "/_sandbox/receipts", json={"account": other["id"], "message": message, "status": 1007}
    )
    assert answer.status_code == 404
    line = opened["lines"][0]["address"]
    answer = await hub.client.get("/_sandbox/outbox", params={"account": other["id"], "line": line})
    assert answer.status_code == 404


async def test_what_is_known_is_not_listed_again_until_something_happens(hub: RunningHub) -> None:
    opened = await open_account(hub)
    await sent(hub, opened, "+15005570001")  # no receipt comes behind it
    await text_in(hub, opened, "accepted")
    page = await get(hub, "texts", account=opened["id"])
    again = await get(hub, "texts", account=opened["id"], known=page["changes"])
    assert (len(page["texts"]), again["texts"], again["changes"]) == (1, [], page["changes"])
    await post(hub, "texts", account=opened["id"], number=ADA, body="hi")
    more = await get(hub, "texts", account=opened["id"], known=page["changes"])
    assert [text["direction"] for text in more["texts"]] == ["in", "out"]
    assert more["changes"] > page["changes"]


# -- texts that come in


async def test_a_text_that_comes_in_is_one_that_the_platforms_show(hub: RunningHub) -> None:
    opened = await open_account(hub)
    received = await post(hub, "texts", account=opened["id"], number="(206) 555-0100", body="Are you open?")
    assert (received["is_new"], received["effect"]) == (True, None)
    text = received["text"]
    assert (text["number"], text["line"], text["state"]) == (ADA, opened["lines"][0]["address"], "received")
    listed = await hub.client.get("/message/list", params={"session": opened["zipwhip"]["session"]})
    assert "Are you open?" in listed.text
    assert (await state_of(hub, opened["id"]))["contacts"] == 1


@pytest.mark.parametrize("body", [b'"a\\u0000b"', b'"\\ud800"', b'"\xff"'])
async def test_what_no_text_holds_is_refused_or_kept_as_far_as_it_can_be(hub: RunningHub, body: bytes) -> None:
    opened = await open_account(hub)
    given = b'{"account":%d,"number":"2065550100","body":%s}' % (opened["id"], body)
    answer = await hub.client.post("/_sandbox/texts", content=given)
    kept = (await get(hub, "texts", account=opened["id"]))["texts"]
    assert (answer.status_code, len(kept)) in ((201, 1), (400, 0))


async def test_the_same_id_again_is_the_same_text(hub: RunningHub) -> None:
    opened = await open_account(hub)
    wanted: dict[str, Any] = {"account": opened["id"], "number": ADA, "body": "once", "id": "carrier-7"}
    first, second = await post(hub, "texts", **wanted), await post(hub, "texts", **wanted)
    assert (first["is_new"], second["is_new"]) == (True, False)
    assert first["text"]["id"] == second["text"]["id"]
    assert len((await get(hub, "texts", account=opened["id"]))["texts"]) == 1


async def test_stop_is_heeded_confirmed_and_refuses_what_follows(hub: RunningHub) -> None:
    opened = await open_account(hub)
    received = await post(hub, "texts", account=opened["id"], number=ADA, body=" stop ")
    assert received["effect"] == "stop"
    await text_in(hub, opened, "accepted", number=ADA)
    data = {"session": opened["zipwhip"]["session"], "contacts": ADA, "body": "no"}
    refused = (await hub.client.post("/message/send", data=data)).json()
    assert refused["response"]["code"] == -1234
    assert (await state_of(hub, opened["id"]))["consents"]["opted_out_by_person"] == 1
    assert (await post(hub, "texts", account=opened["id"], number=ADA, body="UNSTOP"))["effect"] == "start"
    await sent(hub, opened, body="again")


async def test_a_long_text_comes_in_as_its_beginning_and_a_file(tmp_path: Path) -> None:
    async with running_hub(f"sqlite:///{tmp_path}/book.db", prepare=prepare_demo, is_demo=True) as hub:
        opened = await open_account(hub)
        line_id, session = opened["lines"][0]["id"], {"session": opened["zipwhip"]["session"]}
        url = f"{hub.base_url}/_sandbox/no-such-call"
        kinds = (EventKind.RECEIVE, EventKind.OPT_OUT)
        wanted = AddWebhook(dialect="zipwhip", kinds=kinds, url=url, author=Author("test"), line_id=line_id)
        await hub.runtime.store.write(add_webhooks, opened["id"], wanted)
        body = "\N{EURO SIGN}" * 201
        received = await post(hub, "texts", account=opened["id"], number=ADA, body=body)
        message_id = received["text"]["id"]
        shown = (await hub.client.get("/message/get", params={**session, "id": message_id})).json()["response"]
        assert (shown["body"], shown["bodySize"], shown["hasAttachment"]) == ("\N{EURO SIGN}" * 200, 200, True)
        asked = {**session, "messageId": message_id}
        listed = (await hub.client.get("/messageAttachment/list", params=asked)).json()
        (file,) = listed["response"]
        assert (file["fileName"], file["mimeType"], file["fileSizeBytes"]) == ("message.txt", "text/plain", 603)
        got = await hub.client.get("/hostedContent/get", params={**session, "storageKey": file["storageKey"]})
        assert (got.text, received["text"]["is_mms"], received["effect"]) == (body, False, None)

        async def told() -> Any:
            (webhook,) = await get(hub, "webhooks", account=opened["id"])
            return webhook["deliveries"][0]["body"] if webhook["deliveries"] else None

        event = json.loads(await until(told))
        assert (event["id"], event["hasAttachment"]) == (int(message_id), True)
        assert (event["body"], event["bodySize"]) == ("\N{EURO SIGN}" * 200, 200)


async def test_without_a_folder_for_files_a_long_text_comes_in_whole(postgres_url: str) -> None:
    async with running_hub(postgres_url, prepare=prepare_demo, is_demo=True) as hub:
        received = await post(hub, "texts", number=ADA, body="x" * 5_000)
        assert (received["text"]["body"], received["text"]["attachments"]) == ("x" * 5_000, [])


async def test_a_picture_comes_in_and_its_bytes_can_be_had_by_its_account_alone(tmp_path: Path) -> None:
    async with running_hub(f"sqlite:///{tmp_path}/book.db", prepare=prepare_demo, is_demo=True) as hub:
        opened, other = await open_account(hub), await open_account(hub)
        files = [{"name": "a.png", "content": BASE64}, {"name": "x.html", "content": "PGh0bWw+"}]
        received = await post(hub, "texts", account=opened["id"], number=ADA, attachments=files)
        picture, page = received["text"]["attachments"]
        assert (picture["name"], picture["kind"], picture["size_bytes"]) == ("a.png", "image/png", len(PNG))
        assert received["text"]["is_mms"] is True
        answer = await hub.client.get(picture["url"])
        assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
        assert answer.headers["content-disposition"] == "inline"
        answer = await hub.client.get(page["url"])
        assert answer.headers["content-disposition"] == "attachment"
        assert "sandbox" in answer.headers["content-security-policy"]
        answer = await hub.client.get(f"/_sandbox/attachments/{picture['id']}", params={"account": other["id"]})
        assert answer.status_code == 404


# -- receipts


@pytest.mark.parametrize(
    ("status", "expected"), [(1007, (5, 1007)), (1152, (5, 1152)), (1004, (4, 1003)), (998, (7, 998))]
)
async def test_a_receipt_moves_a_text_on(hub: RunningHub, status: int, expected: tuple[int, int]) -> None:
    opened = await open_account(hub)
    message = await sent(hub, opened, "+15005570001")  # no receipt comes by itself
    await text_in(hub, opened, "accepted")
    text = await post(hub, "receipts", account=opened["id"], message=message, status=status, words="stat:TEST")
    assert (text["status_code"], text["message_status"]) == expected
    if expected != (4, 1003):
        assert text["carrier_words"] == "stat:TEST"


async def test_a_part_can_fail_by_itself_and_a_failed_text_stays_failed(hub: RunningHub) -> None:
    opened = await open_account(hub)
    message = await sent(hub, opened, "+15005570001", "x" * 161)
    await text_in(hub, opened, "accepted")
    wanted: dict[str, Any] = {"account": opened["id"], "message": message}
    answer = await hub.client.post("/_sandbox/receipts", json=wanted | {"status": 1006, "part": 3})
    assert answer.status_code == 404
    text = await post(hub, "receipts", **wanted, status=1006, part=2)
    assert [part["state"] for part in text["parts"]] == ["accepted", "failed"]
    assert (text["state"], text["message_status"]) == ("failed", 1006)
    assert (await post(hub, "receipts", **wanted, status=1004))["message_status"] == 1006
