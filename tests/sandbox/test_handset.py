"""The handset's page and files, without a browser: complete in themselves, shut to other sites, in the demo alone."""

from __future__ import annotations

import re

import pytest

from linebook.demo import LINES
from tests.kit.hub import RunningHub

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_page_names_every_line_and_how_to_send_a_first_text(hub: RunningHub) -> None:
    answer = await hub.client.get("/")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for line in LINES:
        assert line.address in answer.text
    assert f"curl -s {hub.base_url}/message/send" in answer.text


async def test_nothing_of_another_host_is_named_and_no_script_stands_in_the_page(hub: RunningHub) -> None:
    page = (await hub.client.get("/")).text
    assert set(re.findall(r"(?:src|href)=\"([^\"]*)\"", page)) == {
        "data:,",
        "handset.css",
        "handset.js",
        "#thread",
        "/docs",
        "/docs#sandbox",
    }
    assert " style=" not in page
    assert not re.search(r"<script(?! src=)|\son[a-z]+=", page)
    for name in ("handset.css", "handset.js"):
        answer = await hub.client.get(f"/{name}")
        assert answer.status_code == 200
        assert "://" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_browser_is_told_to_load_and_run_nothing_else(hub: RunningHub) -> None:
    for path in ("/", "/handset.js"):
        policy = (await hub.client.get(path)).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


async def test_a_host_that_is_none_does_not_get_into_the_page(hub: RunningHub) -> None:
    page = (await hub.client.get("/", headers={"host": '"><script>alert(1)</script>'})).text
    assert "alert(1)" not in page


async def test_pages_of_other_sites_can_neither_text_nor_look(hub: RunningHub) -> None:
    text = {"number": "+12065550100", "body": "STOP"}
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
    ):
        assert (await hub.client.post("/_sandbox/texts", json=text, headers=headers)).status_code == 403
        assert (await hub.client.get("/_sandbox/texts", headers=headers)).status_code == 403
    own = {"origin": hub.base_url, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}
    assert (await hub.client.get("/_sandbox/texts", headers=own)).status_code == 200
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert (await hub.client.get("/_sandbox/texts", headers=followed)).status_code == 200


async def test_only_reading_is_possible(hub: RunningHub) -> None:
    assert (await hub.client.post("/")).status_code == 405
    assert (await hub.client.head("/")).status_code == 200
