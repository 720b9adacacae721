"""Receivers are told of everything, in order, until they have it."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from linebook.core.account import Account, Line
from linebook.core.message import EventKind
from linebook.dialects.zipwhip.webhooks import DELAYS_MS, ZipwhipWebhooks
from linebook.sealing import Sealer
from linebook.services.webhook_turns import Event
from linebook.services.webhooks import (
    ChangeWebhook,
    KeptDelivery,
    ReplayEvents,
    change_webhooks,
    get_webhook,
    list_attempts,
    list_deliveries,
    replay_events,
)
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from linebook.webhooks.post import CALLS_AT_ONCE
from linebook.webhooks.receiver import DEAD_AFTER, LAST_REST_MS, ROOM
from tests.delivery.world import send
from tests.kit.builders import add_line
from tests.kit.clock import TestClock
from tests.kit.hub import until
from tests.kit.raw import change
from tests.kit.receiver import receiver
from tests.webhooks.world import SEALER, add_webhook, tell_of, telling


@pytest.fixture
def line(engine: Engine, account: Account) -> Line:
    return add_line(engine, account.id)


async def test_an_event_is_told_and_kept(engine: Engine, account: Account, clock: TestClock, line: Line) -> None:
    async with receiver() as hooks, telling(engine, clock):
        webhook = add_webhook(engine, account.id, line.id, hooks.url("/sent?a=1"))
        (sent,) = send(engine, account.id, line.id, "2065550101")
        await until(lambda: states(engine, account.id, webhook.id) == ["done"])
    (seen,) = hooks.seen
    assert (seen.method, seen.target) == ("POST", "/sent?a=1")
    assert seen.headers["content-type"] == "application/json;charset=UTF-8"
    assert seen.headers["host"] == f"127.0.0.1:{hooks.port}"
    assert "x-linebook-signature" not in seen.headers
    assert (seen.json()["id"], seen.json()["statusCode"], seen.json()["messageStatus"]) == (sent.id, 2, 1001)
    (kept,) = deliveries(engine, account.id, webhook.id)
    assert kept.body is not None and kept.body.encode() == seen.body
    (attempt,) = engine.read(lambda tx: list_attempts(tx, account.id, webhook.id, kept.event_no))
    assert (attempt.attempt, attempt.status, attempt.error, attempt.answer) == (1, 200, "", "ok")


async def test_a_secret_signs_what_is_sent(engine: Engine, account: Account, clock: TestClock, line: Line) -> None:
    async with receiver() as hooks, telling(engine, clock):
        add_webhook(engine, account.id, line.id, hooks.url(), sealed=SEALER.seal("sesame", "webhook"))
        send(engine, account.id, line.id, "2065550101")
        await until(lambda: hooks.seen)
    digest = hmac.new(b"sesame", hooks.seen[0].body, hashlib.sha256).hexdigest()
    assert hooks.seen[0].headers["x-linebook-signature"] == f"sha256={digest}"


async def test_a_secret_that_cannot_be_opened_holds_up_its_own_webhook_alone(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    sealed = Sealer("22" * 32, None).seal("sesame", "webhook")
    async with receiver() as hooks, telling(engine, clock):
        mute = add_webhook(engine, account.id, line.id, hooks.url("/mute"), sealed=sealed)
        loud = add_webhook(engine, account.id, line.id, hooks.url("/loud"))
        send(engine, account.id, line.id, "2065550101")
        await until(lambda: states(engine, account.id, loud.id) == ["done"])
    assert states(engine, account.id, mute.id) == ["waiting"]
    assert [seen.target for seen in hooks.seen] == ["/loud"]


async def test_only_the_wanted_events_of_the_line_are_told(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    other = add_line(engine, account.id, "5556660102")
    async with receiver() as hooks, telling(engine, clock):
        add_webhook(engine, account.id, line.id, hooks.url("/receive"), EventKind.RECEIVE)
        add_webhook(engine, account.id, other.id, hooks.url("/other"))
        add_webhook(engine, account.id, 0, hooks.url("/all"))
        send(engine, account.id, line.id, "2065550101")
        await until(lambda: hooks.seen)
        send(engine, account.id, other.id, "2065550102")
        await until(lambda: len(hooks.seen) == 3)
    assert sorted(seen.target for seen in hooks.seen) == ["/all", "/all", "/other"]


async def test_a_failed_event_is_told_again_unchanged_until_there_is_no_hope(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    async with receiver() as hooks, telling(engine, clock):
        hooks.answer = lambda _seen: 500
        webhook = add_webhook(engine, account.id, line.id, hooks.url())
        send(engine, account.id, line.id, "2065550101")
        for tries, delay_ms in enumerate(DELAYS_MS, 1):
            await until(lambda tries=tries: attempts(engine, account.id, webhook.id) == [tries])  # type: ignore[misc]
            (waiting,) = deliveries(engine, account.id, webhook.id)
            assert (waiting.state, waiting.error, waiting.next_ms) == ("waiting", "status 500", clock() + delay_ms)
            clock.advance(max(delay_ms, 20 * 60_000))
        await until(lambda: states(engine, account.id, webhook.id) == ["parked"])
        assert len({seen.body for seen in hooks.seen}) == 1
        assert len(hooks.seen) == len(DELAYS_MS) + 1
        hooks.answer = lambda _seen: 204
        assert write_now(engine, replay_events, account.id, ReplayEvents(id=webhook.id)) == 1
        await until(lambda: states(engine, account.id, webhook.id) == ["done"])
    (done,) = deliveries(engine, account.id, webhook.id)
    log = engine.read(lambda tx: list_attempts(tx, account.id, webhook.id, done.event_no))
    assert [(one.attempt, one.status) for one in log] == [*((n, 500) for n in range(1, 9)), (9, 204)]


async def test_events_of_a_line_that_is_gone_are_parked_and_those_of_other_lines_are_told(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    gone = add_line(engine, account.id, "5556660102")
    async with receiver() as hooks:
        webhook = add_webhook(engine, account.id, 0, hooks.url())
        for number in range(ROOM):
            send(engine, account.id, gone.id, f"20655501{number:02}")
        send(engine, account.id, line.id, "2065550199")
        change(engine, f"DELETE FROM line WHERE account_id = {account.id} AND id = {gone.id}")
        async with telling(engine, clock) as webhooks:
            await until(lambda: states(engine, account.id, webhook.id) == ["parked"] * ROOM + ["done"])
            (working,) = webhooks.receivers
            (later,) = send(engine, account.id, line.id, "2065550199")
            await until(lambda: len(hooks.seen) == 2)
            assert webhooks.receivers == [working], "no worker ended"
    assert hooks.seen[-1].json()["id"] == later.id
    parked = deliveries(engine, account.id, webhook.id)[0]
    assert (parked.body, parked.error) == (None, "what it is about is gone")
    (attempt,) = engine.read(lambda tx: list_attempts(tx, account.id, webhook.id, parked.event_no))
    assert (attempt.status, attempt.error) == (0, parked.error)


def test_what_is_parked_makes_room_at_once_for_what_is_behind_it(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    gone = add_line(engine, account.id, "5556660102")
    webhook = add_webhook(engine, account.id, 0, "http://127.0.0.1:9/")
    send(engine, account.id, gone.id, "2065550101")
    (sent,) = send(engine, account.id, line.id, "2065550102")
    change(engine, f"DELETE FROM line WHERE account_id = {account.id} AND id = {gone.id}")
    turn = tell_of(engine, account.id, webhook.id, room=1)
    assert (turn.due, turn.next_ms) == ((), clock())
    turn = tell_of(engine, account.id, webhook.id, room=1)
    assert [one.event.message.id for one in turn.due] == [sent.id]


async def test_an_event_that_cannot_be_put_in_words_is_parked_and_the_next_goes_on(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    rules = BreakingRules("two")
    async with receiver() as hooks, telling(engine, clock, rules=rules):
        webhook = add_webhook(engine, account.id, line.id, hooks.url())
        for body in ("one", "two", "three"):
            send(engine, account.id, line.id, "2065550101", body=body)
        await until(lambda: states(engine, account.id, webhook.id) == ["done", "parked", "done"])
        assert [seen.json()["body"] for seen in hooks.seen] == ["one", "three"]
        parked = deliveries(engine, account.id, webhook.id)[1]
        assert (parked.body, parked.error) == (None, "no body could be made: ValueError: cannot be told")
        (attempt,) = engine.read(lambda tx: list_attempts(tx, account.id, webhook.id, parked.event_no))
        assert (attempt.status, attempt.error) == (0, parked.error)
        assert engine.read(lambda tx: get_webhook(tx, account.id, webhook.id)).failures == 0
        rules.broken = ""
        assert write_now(engine, replay_events, account.id, ReplayEvents(id=webhook.id)) == 1
        await until(lambda: states(engine, account.id, webhook.id) == ["done"] * 3)
    assert hooks.seen[-1].json()["body"] == "two"


async def test_a_conversation_keeps_its_order_and_others_go_on(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    async with receiver() as hooks, telling(engine, clock):
        hooks.answer = lambda seen: 500 if seen.json()["body"] == "one" else 200
        webhook = add_webhook(engine, account.id, line.id, hooks.url())
        for body in ("one", "two", "three"):
            send(engine, account.id, line.id, "2065550101", body=body)
        send(engine, account.id, line.id, "2065550102", body="other")
        await until(lambda: states(engine, account.id, webhook.id).count("done") == 1)
        await until(lambda: attempts(engine, account.id, webhook.id)[0] == 1)
        assert sorted(seen.json()["body"] for seen in hooks.seen) == ["one", "other"]
        hooks.answer = lambda _seen: 200
        clock.advance(DELAYS_MS[0])
        await until(lambda: states(engine, account.id, webhook.id) == ["done"] * 4)
    assert [seen.json()["body"] for seen in hooks.seen if seen.json()["body"] != "other"] == [
        "one",
        "one",
        "two",
        "three",
    ]


async def test_a_dead_receiver_rests_and_is_asked_with_one_event(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    numbers = [f"+1206555{n:04}" for n in range(100, 140)]
    async with receiver() as hooks, telling(engine, clock) as webhooks:
        hooks.answer = lambda _seen: 503
        webhook = add_webhook(engine, account.id, line.id, hooks.url())
        for number in numbers:
            send(engine, account.id, line.id, number)
        await until(lambda: engine.read(lambda tx: get_webhook(tx, account.id, webhook.id)).paused_until_ms)
        await until(lambda: not any(receiver.calls for receiver in webhooks.receivers))
        before = len(hooks.seen)
        assert DEAD_AFTER <= before < DEAD_AFTER + CALLS_AT_ONCE
        await until(lambda: sum(attempts(engine, account.id, webhook.id)) == before)
        first = engine.read(lambda tx: get_webhook(tx, account.id, webhook.id))
        clock.advance(LAST_REST_MS)
        await until(lambda: engine.read(lambda tx: get_webhook(tx, account.id, webhook.id)).failures > first.failures)
        assert len(hooks.seen) == before + 1
        hooks.answer = lambda _seen: 200
        clock.advance(24 * 3600 * 1000)
        await until(lambda: states(engine, account.id, webhook.id) == ["done"] * len(numbers))
        await until(lambda: engine.read(lambda tx: get_webhook(tx, account.id, webhook.id)).failures == 0)


async def test_a_webhook_that_is_changed_is_tried_at_once(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    async with receiver() as dead, receiver() as alive, telling(engine, clock) as webhooks:
        dead.answer = lambda _seen: 500
        webhook = add_webhook(engine, account.id, line.id, dead.url())
        for number in range(100, 110):
            send(engine, account.id, line.id, f"+1206555{number:04}")
        await until(lambda: engine.read(lambda tx: get_webhook(tx, account.id, webhook.id)).paused_until_ms)
        await until(lambda: not any(receiver.calls for receiver in webhooks.receivers))
        write_now(engine, change_webhooks, account.id, ChangeWebhook(id=webhook.id, url=alive.url()))
        clock.advance(DELAYS_MS[0])
        await until(lambda: states(engine, account.id, webhook.id) == ["done"] * 10)
        assert len(alive.seen) == 10


async def test_a_receiver_that_hangs_holds_up_no_other(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    rules = ZipwhipWebhooks()
    rules.timeout_s = 0.2
    async with receiver() as hung, receiver() as fast, telling(engine, clock, rules=rules):
        hung.answer = lambda _seen: None
        slow = add_webhook(engine, account.id, line.id, hung.url())
        quick = add_webhook(engine, account.id, line.id, fast.url())
        for number in range(100, 120):
            send(engine, account.id, line.id, f"+1206555{number:04}")
        await until(lambda: states(engine, account.id, quick.id) == ["done"] * 20)
        await until(lambda: any(one.error == "timeout" for one in deliveries(engine, account.id, slow.id)))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", "status 302"),
        (b"SSH-2.0-OpenSSH_9.0\r\n\r\n", "RemoteProtocolError"),
        (b"", "RemoteProtocolError"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "status 404"),
    ],
)
async def test_whatever_a_receiver_answers_that_is_no_success_is_a_failure(  # noqa: PLR0917
    engine: Engine, account: Account, clock: TestClock, line: Line, answer: bytes, error: str
) -> None:
    async with receiver() as hooks, telling(engine, clock):
        hooks.answer = lambda _seen: answer
        webhook = add_webhook(engine, account.id, line.id, hooks.url())
        send(engine, account.id, line.id, "2065550101")
        await until(lambda: attempts(engine, account.id, webhook.id) == [1])
    (waiting,) = deliveries(engine, account.id, webhook.id)
    assert waiting.state == "waiting"
    assert waiting.error.startswith(error)
    assert len(hooks.seen) == 1


async def test_an_endless_answer_is_read_to_a_bound(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    async with receiver() as hooks, telling(engine, clock):
        hooks.answer = lambda _seen: b"HTTP/1.1 200 OK\r\nContent-Length: 90000000\r\n\r\n" + b"x" * 3_000_000
        webhook = add_webhook(engine, account.id, line.id, hooks.url())
        send(engine, account.id, line.id, "2065550101")
        await until(lambda: states(engine, account.id, webhook.id) == ["done"])
    (done,) = deliveries(engine, account.id, webhook.id)
    (attempt,) = engine.read(lambda tx: list_attempts(tx, account.id, webhook.id, done.event_no))
    assert attempt.answer == "x" * 2_000


async def test_a_private_network_is_not_called_unless_it_is_permitted(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    async with receiver() as hooks, telling(engine, clock, networks=""):
        webhook = add_webhook(engine, account.id, line.id, hooks.url(host="localhost"))
        send(engine, account.id, line.id, "2065550101")
        await until(lambda: attempts(engine, account.id, webhook.id) == [1])
    assert deliveries(engine, account.id, webhook.id)[0].error == "leads into a network that webhooks may not call"
    assert (hooks.seen, hooks.connections) == ([], 0)


async def test_what_a_process_that_died_had_not_told_the_next_one_tells(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    async with receiver() as hooks:
        webhook = add_webhook(engine, account.id, line.id, hooks.url())
        send(engine, account.id, line.id, "2065550101")
        assert states(engine, account.id, webhook.id) == ["waiting"]
        async with telling(engine, clock) as one, telling(engine, clock) as other:
            await until(lambda: states(engine, account.id, webhook.id) == ["done"])
            assert len(one.webhooks | other.webhooks) == 1
            assert not one.webhooks & other.webhooks
        assert len(hooks.seen) == 1


class BreakingRules(ZipwhipWebhooks):
    """Rules that have no words for texts with one body."""

    def __init__(self, broken: str) -> None:
        super().__init__()
        self.broken = broken

    def body(self, event: Event) -> bytes:
        if event.message.body == self.broken:
            raise ValueError("cannot be told")
        return super().body(event)


def deliveries(engine: Engine, account_id: int, webhook_id: int) -> list[KeptDelivery]:
    return engine.read(lambda tx: list_deliveries(tx, account_id, webhook_id))[::-1]


def states(engine: Engine, account_id: int, webhook_id: int) -> list[str]:
    return [one.state for one in deliveries(engine, account_id, webhook_id)]


def attempts(engine: Engine, account_id: int, webhook_id: int) -> list[int]:
    return [one.attempts for one in deliveries(engine, account_id, webhook_id)]
