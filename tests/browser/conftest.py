"""A demo hub, and the system's own Chromium without a window. Nothing of another host is ever asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.kit.hub import LIMIT_S, HubProcess, hub_process

LINE = "+15556661234"


class Sender:
    """A program that sends through Zipwhip's API, from the demo's single-user line."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.Client(base_url=base_url, trust_env=False, timeout=LIMIT_S)
        answer = self._client.post("/user/login", data={"username": LINE[2:], "password": "mypassword"})
        self._session = answer.json()["response"]

    def send(self, number: str, body: str) -> Any:
        """Send a text and give the answer, whatever it is."""
        data = {"session": self._session, "contacts": number, "body": body}
        return self._client.post("/message/send", data=data).json()

    def sandbox(self, method: str, path: str, **body: Any) -> Any:
        """Call the sandbox."""
        answer = self._client.request(method, f"/_sandbox/{path}", json=body or None)
        assert answer.is_success, answer.text
        return answer.json()

    def send_picture(self, number: str, body: str, picture: bytes) -> Any:
        """Send a text with a picture and give the answer, whatever it is."""
        answer = self._client.post(
            "/messaging/send",
            data={"session": self._session, "to": number, "body": body},
            files={"file": ("table.png", picture, "image/png")},
        )
        return answer.json()

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


@pytest.fixture(scope="session")
def demo() -> Iterator[HubProcess]:
    """`linebook demo`."""
    with hub_process("demo") as hub:
        yield hub


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    found = shutil.which("chromium")
    assert found is not None, "Debian's package chromium is missing: run `make browser`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--disable-gpu", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def sender(demo: HubProcess) -> Iterator[Sender]:
    """A sender on a demo that is as after its start."""
    httpx.post(f"{demo.base_url}/_sandbox/reset", trust_env=False, timeout=LIMIT_S).raise_for_status()
    sender = Sender(demo.base_url)
    yield sender
    sender.close()


@pytest.fixture
def page(demo: HubProcess, browser: Browser, sender: Sender) -> Iterator[Page]:
    """The handset, open; at its end nothing failed in it and it asked nobody but the hub."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    context.set_default_timeout(LIMIT_S * 1000)
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    def hear(message: ConsoleMessage) -> None:
        # A hub that does not answer is no error of the page.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", hear)
    page.on("request", note)
    page.goto(demo.base_url)
    yield page
    context.close()
    assert complaints == []
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(demo.base_url).netloc}


@pytest.fixture
def picture(browser: Browser, tmp_path: Path) -> Path:
    """A picture in a file: a PNG that the browser itself painted."""
    page = browser.new_page(viewport={"width": 320, "height": 170})
    page.set_content(
        "<body style='margin:0;height:100vh;display:grid;place-items:center;font:600 26px sans-serif;color:#0b3b31;"
        "background:linear-gradient(160deg,#f7d9a8,#e99f7b 45%,#7fb8a4)'>Table 7</body>"
    )
    file = tmp_path / "table.png"
    page.screenshot(path=file)
    page.close()
    return file
