"""Files over the wire: messaging/send, keeping and getting one, the files of a message, what is refused."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

import pytest

from tests.dialects.zipwhip.form import NO_MESSAGE, upload
from tests.dialects.zipwhip.tenants import PIXEL
from tests.kit.wire import Ask, Case, Runner, ask, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

GRACE: Final = "2065550102"
UNREADABLE: Final = {"success": False, "response": {"desc": "Attachment cannot be read", "code": -704}}


async def done(runner: Runner, asked: Ask, *, changes: bool = True) -> Any:
    answer = await runner.run(Case(label="", ask=asked, changes=changes))
    return answer.json()["response"]


def wrong(what: str) -> dict[str, Any]:
    return {"success": False, "response": {"desc": f"Wrong arguments: {what}", "code": -703}}


def missing(name: str) -> dict[str, Any]:
    return {"success": False, "response": f"Required String parameter '{name}' is not present"}


PICTURE: Final = ("cat.gif", "image/gif", PIXEL)


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        pytest.param(upload("/hostedContent/save", ("a.gif", "image/gif", b"")), 200, UNREADABLE, id="empty"),
        pytest.param(upload("/hostedContent/save", ("a.png", "image/gif", PIXEL)), 200, UNREADABLE, id="lying name"),
        pytest.param(upload("/hostedContent/save", ("a.gif", "image/png", PIXEL)), 200, UNREADABLE, id="lying type"),
        pytest.param(upload("/hostedContent/save", ("a.pdf", "", b"%PDF\x00")), 200, UNREADABLE, id="other kind"),
        pytest.param(upload("/hostedContent/save", PICTURE, PICTURE), 400, wrong("data must be one file"), id="two"),
        pytest.param(ask("/hostedContent/save"), 400, missing("data"), id="none"),
        pytest.param(ask("/hostedContent/save", data="text"), 400, missing("data"), id="no file part"),
        pytest.param(ask("/hostedContent/get"), 400, missing("storageKey"), id="no key"),
        pytest.param(
            ask("/hostedContent/get", storageKey="<foreign_key>"),
            400,
            wrong("storageKey is not the key of a kept file"),
            id="their key",
        ),
        pytest.param(
            ask("/messageAttachment/list", messageId="<foreign_message>"), 400, NO_MESSAGE, id="their message"
        ),
        pytest.param(upload("/messaging/send", PICTURE), 400, missing("to"), id="to nobody"),
        pytest.param(ask("/messaging/send", to=GRACE), 400, missing("body"), id="nothing to say"),
        pytest.param(
            upload("/messaging/send", PICTURE, PICTURE, PICTURE, to=GRACE),
            400,
            wrong("key and files are more than 2"),
            id="three",
        ),
        pytest.param(ask("/messaging/send", to=GRACE, key="<foreign_key>"), 200, UNREADABLE, id="with their file"),
        pytest.param(upload("/messaging/send", ("a.txt", "", b"\x00"), to=GRACE), 200, UNREADABLE, id="no text"),
        pytest.param(
            ask("/messaging/send", to=f"{GRACE},2065550103", body="hello"),
            400,
            wrong("to is not a usable number"),
            id="to two",
        ),
    ],
)
async def test_a_refusal_has_its_status_and_text_and_leaves_nothing(
    runner: Runner, asked: Ask, status: int, body: Any
) -> None:
    await runner.run(Case(label="refused", ask=asked, status=status, body=body))


async def test_files_that_are_too_large_together_are_refused(runner: Runner) -> None:
    large = ("a.txt", "text/plain", b"x" * 40_000)
    settings = runner.hub.runtime.settings
    assert settings.attachments_limit_bytes == 600_000
    keys = [(await done(runner, upload("/hostedContent/save", large)))["url"] for _ in range(2)]
    runner.hub.runtime.store.engine.write(
        lambda tx: tx.run_many("insert_attachments", [_giant(runner, "giant-1"), _giant(runner, "giant-2")])
    )
    await runner.run(Case(label="", ask=ask("/messaging/send", to=GRACE, key="giant-1,giant-2"), body=UNREADABLE))
    assert (await done(runner, ask("/messaging/send", to=GRACE, key=",".join(keys))))["status"] == "queued"


def _giant(runner: Runner, key: str) -> dict[str, object]:
    """Give the row of a file that is larger than half of what a message may carry."""
    return {
        "account_id": int(runner.names["account_id"]),
        "id": key,
        "digest": "d" * 64,
        "size_bytes": 300_001,
        "kind": "image/png",
        "file_name": "giant.png",
        "created_ms": 0,
        "door": "test",
        "credential_id": None,
    }


@both_engines
async def test_a_picture_is_sent_listed_and_got_back_byte_by_byte(runner: Runner) -> None:
    queued = await done(runner, upload("/messaging/send", PICTURE, to=GRACE, body="look"))
    assert type(queued["id"]) is int
    message = await done(runner, ask("/message/get", id=str(queued["id"])), changes=False)
    assert (message["hasAttachment"], message["body"]) == (True, "look")
    (file,) = await done(runner, ask("/messageAttachment/list", messageId=str(queued["id"])), changes=False)
    assert (file["fileName"], file["mimeType"], file["fileSizeBytes"]) == ("cat.gif", "image/gif", len(PIXEL))
    answer = await runner.send(ask("/hostedContent/get", storageKey=file["storageKey"]))
    assert (answer.status, answer.body, answer.header("content-type")) == (200, PIXEL, "image/gif")
    assert await done(runner, ask("/messageAttachment/list", messageId="<message_id>"), changes=False) == []


async def test_a_kept_file_is_sent_by_its_key_in_both_calls(runner: Runner) -> None:
    kept = await done(runner, upload("/hostedContent/save", PICTURE))
    first = (await done(runner, ask("/messaging/send", to=GRACE, key=kept["url"])))["id"]
    second = (await done(runner, ask("/message/send", contacts=GRACE, attachment=kept["url"])))["root"]
    for message_id in (str(first), second):
        (file,) = await done(runner, ask("/messageAttachment/list", messageId=message_id), changes=False)
        assert file["storageKey"] == kept["url"]


async def test_the_path_that_a_browser_puts_before_a_name_is_dropped(runner: Runner) -> None:
    queued = await done(runner, upload("/messaging/send", ("../../x/cat.gif", "image/gif", PIXEL), to=GRACE))
    (file,) = await done(runner, ask("/messageAttachment/list", messageId=str(queued["id"])), changes=False)
    assert file["fileName"] == "cat.gif"


async def test_a_file_that_is_gone_from_the_folder_is_unreadable(runner: Runner) -> None:
    kept = await done(runner, upload("/hostedContent/save", ("note.txt", "text/plain", b"gone tomorrow")))
    folder = runner.hub.runtime.files.folder
    assert folder is not None
    await asyncio.to_thread(_remove_all, folder, int(runner.names["account_id"]))
    answer = await runner.send(ask("/hostedContent/get", storageKey=kept["url"]))
    assert (answer.status, answer.json()) == (200, UNREADABLE)


def _remove_all(folder: str, account_id: int) -> None:
    for path in (Path(folder) / str(account_id)).rglob("*"):
        if path.is_file():
            path.unlink()
