"""The log says what happened, and never a secret, a text or a whole number, whoever logs it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from linebook.demo import prepare_demo
from linebook.logs import RequestLog, configure_logging, hidden_text
from tests.kit.hub import running_hub
from tests.kit.log_watch import LogWatch


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    handlers, level = list(logging.root.handlers), logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


class Log:
    """A configured log in memory."""

    def __init__(self, level: str = "info") -> None:
        self.stream = io.StringIO()
        configure_logging(level, "json", self.stream)
        self.own = structlog.get_logger("linebook.test")

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


# -- what is hidden


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+15556661234", "+1555***1234"),
        ("5556661234 said", "555***1234 said"),
        ("(206) 555-0100", "206***0100"),
        ("+1 206.555.0100", "+1206***0100"),
        ("ptn:/2065550100", "ptn:/206***0100"),
        ("number=2065550100&x", "number=206***0100&x"),
        ("5550100", "***00"),
        ("tel5550100now", "tel***00now"),
        ("۵۵۵۶۶۶۱۲۳۴", "۵۵۵***۱۲۳۴"),
        ("5b0d6c1e-0f5a-4a9b-9d39-3a0f6f0c2b11:101010101", "***"),
        ("key 0123456789abcdef0123456789abcdef here", "key *** here"),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("authorization=Basic abc", "authorization=***"),
        ('{"password": "mine", "name": 1}', '{"password": "***", "name": 1}'),
        ("session=abc&mobileNumber=5550100", "session=***&mobileNumber=***00"),
        ("postgresql://user:hush@host/db", "postgresql://user:***@host/db"),
    ],
)
def test_secrets_and_numbers_are_hidden_wherever_they_stand(text: str, shown: str) -> None:
    assert hidden_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "listening on http://192.168.100.200:8420",
        "127.0.0.1",
        "2026-11-21T10:00:00.123Z and 2026-11-21 10:00",
        "555-010",
        "The database /var/lib/linebook/book.db is locked by another process.",
        "line 1234 of sqlite.py, 0x7f12abcdef00",
        "StorageUnavailable",
    ],
)
def test_what_is_no_number_and_no_secret_is_left_alone(text: str) -> None:
    assert hidden_text(text) == text


def test_values_are_hidden_at_any_depth_and_by_their_name() -> None:
    log = Log()
    log.own.info(
        "saved 2065550100",
        phone="+12065550100",
        nested={"numbers": ["2065550100", {"password": "x", "count": 3}], "secret_key": b"raw"},
        body="Hi, it is me",
        notes="private",
        session="abc",
        raw=b"2065550100",
        other=ValueError("2065550100"),
        nothing=None,
        size=2065550100,
        ratio=0.5,
        flag=True,
    )
    (line,) = log.lines
    del line["time"]
    assert line == {
        "event": "saved 206***0100",
        "level": "info",
        "logger": "linebook.test",
        "phone": "+1206***0100",
        "nested": {"numbers": ["206***0100", {"password": "***", "count": 3}], "secret_key": "***"},
        "body": "***",
        "notes": "***",
        "session": "***",
        "raw": "206***0100",
        "other": "206***0100",
        "nothing": None,
        "size": 2065550100,
        "ratio": 0.5,
        "flag": True,
    }


def test_libraries_and_tracebacks_are_hidden_too() -> None:
    log = Log()
    logging.getLogger("some.library").warning("calling %s with password=%s", "+12065550100", "hush")
    try:
        raise ValueError("session=abc of 2065550100")
    except ValueError:
        log.own.exception("request failed")
    library, own = log.lines
    assert library["event"] == "calling +1206***0100 with password=***"
    assert own["exception"].endswith("ValueError: session=*** of 206***0100")
    assert "Traceback (most recent call last)" in own["exception"]


# -- form and level


def test_json_is_one_line_an_event_with_its_time() -> None:
    log = Log()
    log.own.info("one\nevent", text_count=1)
    (line,) = log.lines
    assert (line["event"], line["level"], line["text_count"]) == ("one\nevent", "info", 1)
    assert line["time"].endswith("Z")


def test_text_is_for_people_and_without_colours_where_nobody_looks() -> None:
    stream = io.StringIO()
    configure_logging("info", "text", stream)
    structlog.get_logger("linebook.test").warning("request was slow", duration_s=1.5)
    text = stream.getvalue()
    assert "request was slow" in text
    assert "duration_s=1.5" in text
    assert "\x1b" not in text


def test_a_message_cannot_pass_for_a_line_of_its_own_nor_steer_a_terminal() -> None:
    stream = io.StringIO()
    configure_logging("info", "text", stream)
    logging.getLogger("some.library").warning("bad header:\n2026-11-21 [info] all is well \x1b[2J")
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert "\x1b" not in text


def test_what_is_less_severe_than_the_level_is_left_out() -> None:
    log = Log("warning")
    log.own.info("no")
    logging.getLogger("some.library").info("no")
    log.own.warning("yes")
    assert [line["event"] for line in log.lines] == ["yes"]


def test_chatty_libraries_are_heard_only_when_something_is_wrong() -> None:
    log = Log("debug")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("httpx").info("HTTP Request: GET")
    assert log.lines == []
    logging.getLogger("psycopg.pool").warning("error connecting")
    assert [line["event"] for line in log.lines] == ["error connecting"]


def test_configuring_again_replaces_the_first() -> None:
    first = Log()
    second = Log()
    second.own.info("once")
    assert (len(first.lines), len(second.lines)) == (0, 1)


# -- requests


def test_a_flood_of_failures_is_one_line_a_second_for_each_kind() -> None:
    now_s = [100.0]
    with LogWatch() as watch:
        requests = RequestLog(lambda: now_s[0])
        for _ in range(1000):
            requests.note("zipwhip", "contact/save", 503, 0.01)
        requests.note("zipwhip", "contact/get", 503, 0.01)
        requests.note("zipwhip", "contact/save", 500, 0.01)
        now_s[0] += 1.0
        requests.note("zipwhip", "contact/save", 503, 0.01)
        now_s[0] += 1.0
        requests.note("zipwhip", "contact/save", 200, 1.2345)
    assert [line.partition(" level=")[0] for line in watch.lines] == [
        "dialect=zipwhip operation=contact/save status=503 duration_s=0.01 event=request failed",
        "dialect=zipwhip operation=contact/get status=503 duration_s=0.01 event=request failed",
        "dialect=zipwhip operation=contact/save status=500 duration_s=0.01 event=request failed",
        "dialect=zipwhip operation=contact/save status=503 duration_s=0.01 left_out=999 event=request failed",
        "dialect=zipwhip operation=contact/save status=200 duration_s=1.234 event=request was slow",
    ]


async def test_a_hub_logs_no_request_that_was_answered_well_and_quickly(tmp_path: Any) -> None:
    async with running_hub(f"sqlite:///{tmp_path}/book.db", prepare=prepare_demo) as hub:
        with LogWatch() as watch:
            session = await hub.login()
            await hub.client.post("/contact/save", data={"session": session, "mobileNumber": "2065550100"})
            await hub.client.post("/contact/save", data={"session": session, "mobileNumber": "nobody"})
            hub.runtime.metrics.count_request("zipwhip", "contact/get", 200, 1.5)
            hub.runtime.metrics.count_request("zipwhip", "contact/get", 503, 0.1)
    ours = [line for line in watch.lines if "httpx" not in line and "httpcore" not in line and "asyncio" not in line]
    assert [line.split(" event=")[1] for line in ours] == [
        "request was slow level=warning",
        "request failed level=error",
    ]
