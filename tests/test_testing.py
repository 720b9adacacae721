"""Hubs for other people's suites: they start on their own, hand out accounts, and end with whoever started them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from linebook import testing
from linebook.testing import (
    Account,
    Attempt,
    Consents,
    Hub,
    HubNotStarted,
    SandboxError,
    WaitedInVain,
    running_hub,
)

LIMIT_S = 30.0


def answers(base_url: str) -> bool:
    """Whether a hub answers there."""
    try:
        return httpx.get(f"{base_url}/healthz", trust_env=False, timeout=LIMIT_S).text == "ok\n"
    except httpx.TransportError:
        return False


# -- what is not loaded


def loaded_by(statement: str) -> set[str]:
    """The modules that a statement loads in a new process."""
    shown = subprocess.run(
        [sys.executable, "-c", f"import sys; {statement}; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    return set(shown.stdout.split())


def test_the_plugin_brings_nothing_of_the_hub_into_a_suite() -> None:
    loaded = loaded_by("import linebook.pytest_plugin")
    assert {one for one in loaded if one.startswith("linebook")} == {"linebook", "linebook.pytest_plugin"}


def test_its_helper_needs_the_standard_library_alone() -> None:
    loaded = loaded_by("import linebook.testing")
    own = {f"linebook.testing.{one}" for one in ("client", "process", "shapes")}
    assert {one for one in loaded if one.startswith("linebook")} == {"linebook", "linebook.testing", *own}
    assert not {"httpx", "msgspec", "pytest", "starlette"} & loaded


def test_a_hub_for_a_suite_loads_no_driver_and_no_command_line_that_would_slow_its_start() -> None:
    loaded = loaded_by("import linebook.sandbox.__main__")
    assert "linebook.server" in loaded
    assert not {"psycopg", "typer", "linebook.cli", "pytest", "schemathesis"} & loaded


# -- refusals


def test_a_hub_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'linebook: the disk is full' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(HubNotStarted, match="linebook: the disk is full"), running_hub():
        pytest.fail("it runs")


def test_a_hub_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    silent = tmp_path / "python"
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(silent))
    monkeypatch.setattr(testing.process, "START_LIMIT_S", 0.1)
    with pytest.raises(HubNotStarted, match="It printed nothing"), running_hub():
        pytest.fail("it runs")


def test_what_the_sandbox_refuses_is_raised_with_its_status_and_sentence(linebook_hub: Hub) -> None:
    with pytest.raises(SandboxError, match=r"400: region: There is no numbering plan for the region 'XX'\.") as refused:
        linebook_hub.create_account(region="XX")
    assert refused.value.status == 400


# -- accounts


def test_an_account_has_everything_that_opens_it(linebook_hub: Hub) -> None:
    account = linebook_hub.create_account(name="Größe", region="IL")
    assert (account.name, account.region) == ("Größe", "IL")
    assert account.zipwhip.base_url == account.sendblue.base_url == account.heymarket.base_url == linebook_hub.base_url
    assert account.inwise.base_url == f"{linebook_hub.base_url}/rest/v1"
    assert account.zipwhip.logins[0].username == account.zipwhip.username == account.lines[0].address[2:]
    assert account.zipwhip.session.endswith(f":{account.lines[0].id}")
    assert account.heymarket.secret_id
    assert account.heymarket.secret_key


def test_the_state_of_an_account_can_be_asserted(linebook_hub: Hub, linebook_account: Account) -> None:
    before = linebook_hub.state(linebook_account)
    assert (before.contacts, before.changes) == (0, 0)
    assert before.consents == Consents(numbers=0, opted_out_by_person=0, opted_out_by_team=0, blocked=0)
    answer = httpx.post(
        f"{linebook_account.inwise.base_url}/contacts",
        headers={"X-API-Key": linebook_account.inwise.api_key},
        json={"mobile_number": "12065550100"},
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    assert linebook_hub.state(linebook_account).contacts == 1


def test_deleting_twice_is_no_error(linebook_hub: Hub) -> None:
    account = linebook_hub.create_account()
    linebook_hub.delete_account(account)
    linebook_hub.delete_account(account)
    with pytest.raises(SandboxError, match="404"):
        linebook_hub.state(account)


# -- a life of its own


def test_settings_of_a_server_and_a_proxy_do_not_reach_it_and_what_it_holds_is_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "linebook.toml").write_text('database = "sqlite:///mine.db"\nport = 1\n')
    (tmp_path / "structlog.py").write_text("raise SystemExit('the wrong module')\n")
    monkeypatch.setenv("LINEBOOK_DATABASE", f"sqlite:///{tmp_path}/mine.db")
    monkeypatch.setenv("LINEBOOK_METRICS_PORT", "1")
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with running_hub() as hub:
        account = hub.create_account()
        hub.reset()
        with pytest.raises(SandboxError, match="404"):
            hub.state(account)
    assert not answers(hub.base_url)
    assert {path.name for path in tmp_path.iterdir()} == {"linebook.toml", "structlog.py"}


def test_it_ends_when_the_suite_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from linebook.testing import running_hub\n"
        "with running_hub() as hub:\n"
        "    print(hub.base_url, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    suite = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert suite.stdin is not None
    assert suite.stdout is not None
    with suite.stdin, suite.stdout:
        base_url = suite.stdout.readline().strip()
        assert answers(base_url)
        suite.kill()
        suite.wait(LIMIT_S)
    deadline_s = time.monotonic() + LIMIT_S
    while answers(base_url) or list(tmp_path.iterdir()):
        assert time.monotonic() < deadline_s


# -- texting


def send(account: Account, number: str = "+12065550100", body: str = "hello") -> httpx.Response:
    """A program that sends, from the account's first line."""
    return httpx.post(
        f"{account.zipwhip.base_url}/message/send",
        data={"session": account.zipwhip.session, "contacts": number, "body": body},
        trust_env=False,
        timeout=LIMIT_S,
    )


def test_what_was_sent_can_be_waited_for_and_looked_at(linebook_hub: Hub, linebook_account: Account) -> None:
    assert linebook_hub.outbox(linebook_account) == []
    root = send(linebook_account).json()["response"]["root"]
    text = linebook_hub.wait_for_text(linebook_account, number="+12065550100", body="hello", state="accepted")
    assert (str(text.id), text.direction, text.line) == (root, "out", linebook_account.lines[0].address)
    assert [(part.no, part.state) for part in text.parts] == [(1, "accepted")]
    assert linebook_hub.outbox(linebook_account, line=linebook_account.lines[1].address) == []
    assert linebook_hub.outbox() == linebook_hub.outbox(None, limit=1)


def test_waiting_in_vain_fails_the_test_and_says_what_was_there(linebook_hub: Hub, linebook_account: Account) -> None:
    with pytest.raises(WaitedInVain, match="empty"):
        linebook_hub.wait_for_text(linebook_account, limit_s=0)
    send(linebook_account, body="another one")
    with pytest.raises(AssertionError, match=r"\+12065550100 \w+ \d+: another one"):
        linebook_hub.wait_for_text(linebook_account, body="this one", limit_s=0.05)
    with pytest.raises(WaitedInVain, match="the last answer was 0"):
        linebook_hub.wait_for(lambda: 0, limit_s=0)
    assert linebook_hub.wait_for(lambda: "there", limit_s=0) == "there"


def test_texts_files_and_receipts_come_in(linebook_hub: Hub, linebook_account: Account) -> None:
    line = linebook_account.lines[2].address
    note = linebook_hub.inject_text(
        linebook_account, number="206 555 0100", body="hi", line=line, attachments={"note.txt": b"a note"}, id="7"
    )
    assert (note.number, note.line, note.state, note.is_mms) == ("+12065550100", line, "received", True)
    assert [(file.name, linebook_hub.attachment(file)) for file in note.attachments] == [("note.txt", b"a note")]
    assert linebook_hub.texts(linebook_account, direction="in") == [note]
    send(linebook_account, "+15005570001")
    text = linebook_hub.wait_for_text(linebook_account, state="accepted")
    failed = linebook_hub.inject_receipt(text, linebook_account, status=1006, part=1, words="stat:EXPIRED")
    assert (failed.id, failed.state, failed.message_status) == (text.id, "failed", 1006)
    assert linebook_hub.inject_receipt(text.id, linebook_account, status=1004).state == "failed"
    with pytest.raises(SandboxError, match="404"):
        linebook_hub.inject_receipt(1, linebook_account, status=1004)


def test_calls_fail_as_often_as_was_asked_for(linebook_hub: Hub, linebook_account: Account) -> None:
    linebook_hub.fail_next(linebook_account, times=2, status=429, dialect="zipwhip", path="/message")
    assert [send(linebook_account).status_code for _ in range(3)] == [429, 429, 200]
    linebook_hub.drop_next(linebook_account)
    with pytest.raises(httpx.TransportError):
        send(linebook_account)
    linebook_hub.delay_next(linebook_account, delay_s=0.01)
    linebook_hub.fail_next(linebook_account, times=9)
    assert [send(linebook_account).status_code for _ in range(2)] == [200, 500]
    linebook_hub.forget_failures(linebook_account)
    assert send(linebook_account).status_code == 200


def test_the_carrier_stops_and_starts_and_the_clock_goes_on(linebook_hub: Hub, linebook_account: Account) -> None:
    linebook_hub.stop_carrier(linebook_account)
    send(linebook_account)
    assert linebook_hub.outbox(linebook_account)[0].state == "queued"
    before = linebook_hub.clock()
    after = linebook_hub.advance_clock(90)
    assert after.ahead_s == before.ahead_s + 90
    assert after.now_ms >= before.now_ms + 90_000
    linebook_hub.start_carrier(linebook_account)
    linebook_hub.wait_for_text(linebook_account, state="accepted")
    linebook_hub.reset()
    assert linebook_hub.clock().ahead_s == 0


def test_webhooks_are_there_with_every_try(linebook_hub: Hub, linebook_account: Account) -> None:
    assert linebook_hub.webhooks(linebook_account) == []
    added = httpx.get(
        f"{linebook_account.zipwhip.base_url}/webhook/add",
        params={
            "session": linebook_account.zipwhip.session,
            "type": "message",
            "event": "send",
            "url": f"{linebook_hub.base_url}/_sandbox/no-such-call",
            "method": "POST",
        },
        trust_env=False,
        timeout=LIMIT_S,
    )
    assert added.json()["success"] is True, added.text
    send(linebook_account)

    def tried() -> Attempt | None:
        (webhook,) = linebook_hub.webhooks(linebook_account)
        return next((one.attempts[0] for one in webhook.deliveries if one.attempts), None)

    attempt = linebook_hub.wait_for(tried)
    assert attempt is not None
    assert (attempt.no, attempt.status) == (1, 404)
