"""Works for one leased webhook: tells what is due, in order within each conversation, and notes how it fares."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import deque
from contextlib import suppress
from typing import Final

import structlog

from linebook.clock import Clock
from linebook.core.webhook import WebhookSubscription
from linebook.dialects.base import WebhookRules
from linebook.errors import DomainError, Unavailable
from linebook.services.webhook_turns import Attempted, Due, TakeWebhookTurn, WebhookTurn, take_webhook_turns
from linebook.storage.store import Store
from linebook.webhooks.post import CALLS_AT_ONCE, Caller

ROOM: Final = 64
"""How many events are taken at once."""

DEAD_AFTER: Final = 5
"""After so many failures in a row a receiver rests."""

FIRST_REST_MS: Final = 30_000
LAST_REST_MS: Final = 15 * 60_000
RETRY_S: Final = 0.5
ERROR_MAX: Final = 200
SIGNATURE: Final = "X-Linebook-Signature"

_log = structlog.get_logger("linebook.webhooks")


class Receiver:
    """The work for one webhook while its lease lasts. Everything that must not be lost is in the database."""

    def __init__(  # noqa: PLR0917 - what it works with
        self,
        store: Store,
        clock: Clock,
        rules: WebhookRules,
        webhook: WebhookSubscription,
        account_id: int,
        caller: Caller,
        secret: str | None,
        *,
        owner: str,
        until_ms: int,
        poll_s: float,
    ) -> None:
        """Work for a webhook that `owner` has leased until then. `secret` signs what is sent."""
        self._store = store
        self._clock = clock
        self._rules = rules
        self._webhook = webhook
        self._account_id = account_id
        self._caller = caller
        self._secret = secret
        self._owner = owner
        self._poll_s = poll_s
        self._chains: dict[int, deque[Due]] = {}
        self._waiting: deque[int] = deque()
        self._calls: set[asyncio.Task[None]] = set()
        self._done: list[Attempted] = []
        self._failures = webhook.failures
        self._paused_until_ms = webhook.paused_until_ms or 0
        self._health_changed = False
        self._next_ms: int | None = 0
        self._changed = asyncio.Event()
        self._is_ending = False
        self.until_ms = until_ms

    @property
    def webhook_id(self) -> int:
        """Which webhook it works for."""
        return self._webhook.id

    @property
    def calls(self) -> int:
        """How many calls are under way."""
        return len(self._calls)

    def wake(self) -> None:
        """Look at once whether there is something to tell."""
        self._next_ms = 0
        self._changed.set()

    def notice(self, webhook: WebhookSubscription, *, is_due: bool) -> None:
        """Take note of how the webhook stands by now, and whether there is something to tell."""
        if webhook.updated_ms > self._webhook.updated_ms:
            # Somebody changed the webhook or has it told once more: the rest is over.
            self._webhook = webhook
            self._failures, self._paused_until_ms = 0, 0
            is_due = True
        if is_due and self._paused_until_ms <= self._clock():
            self.wake()

    def end(self, *, is_lost: bool = False) -> None:
        """Tell nothing more; `run` returns when what is known is recorded, whoever has the webhook by then."""
        self._is_ending = True
        self._changed.set()

    async def run(self) -> None:
        """Work until `end`."""
        try:
            while not self._is_ending:
                self._changed.clear()
                if self._done or self._wants_more():
                    await self._take_turn()
                self._start_calls()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause_s()):
                        await self._changed.wait()
        finally:
            await self._finish()

    # -- steps

    @property
    def _may_call(self) -> bool:
        return not self._is_ending and self._paused_until_ms <= self._clock() < self.until_ms

    def _wants_more(self) -> bool:
        now_ms = self._clock()
        is_due = self._next_ms is not None and self._next_ms <= now_ms and self._paused_until_ms <= now_ms
        return is_due and len(self._waiting) < CALLS_AT_ONCE

    async def _take_turn(self) -> None:
        done, self._done = self._done, []
        is_open = not self._is_ending and self._paused_until_ms <= self._clock()
        # A receiver that failed too often is asked with one event whether it is back.
        most = 1 if self._failures >= DEAD_AFTER else ROOM
        room = max(most - sum(map(len, self._chains.values())) - len(self._calls), 0) if is_open else 0
        request = TakeWebhookTurn(
            webhook_id=self._webhook.id,
            owner=self._owner,
            attempted=tuple(done),
            busy=frozenset(self._chains),
            room=room,
            failures=self._failures if self._health_changed else None,
            paused_until_ms=self._paused_until_ms or None,
        )
        self._health_changed = False
        asked_ms, self._next_ms = self._next_ms, None
        try:
            turn = await self._store.write(take_webhook_turns, self._account_id, request)
        except DomainError:
            self._is_ending = True  # somebody else has the webhook, or it is gone
        except Exception as error:
            level = _log.warning if isinstance(error, Unavailable) else _log.error
            level("webhooks wait for the database", error=type(error).__name__)
            self._done = done + self._done
            self._health_changed = True
            self._next_ms = asked_ms
            await asyncio.sleep(RETRY_S)
        else:
            self._take(turn, room)

    def _take(self, turn: WebhookTurn, room: int) -> None:
        if turn.webhook.updated_ms >= self._webhook.updated_ms:
            self._webhook = turn.webhook
        for due in turn.due:
            chain = self._chains.get(due.event.fingerprint)
            if chain is None:
                chain = self._chains[due.event.fingerprint] = deque()
                self._waiting.append(due.event.fingerprint)
            chain.append(due)
        # With every place taken there may be more; whoever comes to its end looks again.
        next_ms = None if room == 0 else 0 if len(turn.due) >= room else turn.next_ms
        self._next_ms = next_ms if self._next_ms is None else self._next_ms

    def _start_calls(self) -> None:
        while self._waiting and len(self._calls) < CALLS_AT_ONCE and self._may_call:
            task = asyncio.create_task(self._tell_chains(self._waiting.popleft()))
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)

    async def _tell_chains(self, fingerprint: int) -> None:
        """Tell of one conversation's events, then of another one's, as long as there are any."""
        await self._tell_chain(fingerprint)
        while self._waiting and self._may_call:
            await self._tell_chain(self._waiting.popleft())

    async def _tell_chain(self, fingerprint: int) -> None:
        """Tell of one conversation's events in order, up to the first that fails."""
        chain = self._chains[fingerprint]
        while chain and self._may_call:
            if not await self._tell(chain.popleft()):
                break
            self._changed.set()
        del self._chains[fingerprint]
        self.wake()

    async def _tell(self, due: Due) -> bool:
        """Tell of one event; whether the next one of its conversation may follow."""
        try:
            body = self._rules.body(due.event) if due.body is None else due.body.encode()
            headers = self._headers(body)
        except Exception as error:
            self._park(due, error)
            return True
        answer = await self._caller.call(self._webhook.method, self._webhook.url, headers, body, self._rules.timeout_s)
        is_told = not answer.error and self._rules.is_success(answer.status)
        self._judge(is_told)
        now_ms, attempts = self._clock(), due.attempts + 1
        delay_ms = None if is_told else self._rules.delay_ms(attempts)
        self._done.append(
            Attempted(
                event_no=due.event.no,
                attempts=attempts,
                body=body.decode(),
                status=answer.status,
                error="" if is_told else answer.error or f"status {answer.status}",
                answer=answer.text,
                at_ms=now_ms,
                duration_ms=answer.duration_ms,
                next_ms=None if delay_ms is None else now_ms + delay_ms,
            )
        )
        return is_told

    def _headers(self, body: bytes) -> dict[str, str]:
        headers = dict(self._rules.headers())
        if self._secret is not None:
            digest = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
            headers[SIGNATURE] = f"sha256={digest}"
        return headers

    def _park(self, due: Due, error: Exception) -> None:
        """Note that there are no words for an event: a fault of ours, no try helps and the receiver has no part in it.

        It is told once more on request, when the fault is mended.
        """
        _log.error("an event cannot be told", webhook=self._webhook.id, no=due.event.no, error=type(error).__name__)
        self._done.append(
            Attempted(
                event_no=due.event.no,
                attempts=due.attempts + 1,
                body=due.body,
                status=0,
                error=f"no body could be made: {type(error).__name__}: {error}"[:ERROR_MAX],
                answer="",
                at_ms=self._clock(),
                duration_ms=0,
                next_ms=None,
            )
        )

    def _judge(self, is_told: bool) -> None:
        if is_told:
            self._health_changed |= self._failures > 0
            self._failures = self._paused_until_ms = 0
            return
        self._failures += 1
        self._health_changed = True
        if self._failures >= DEAD_AFTER and self._paused_until_ms <= self._clock():
            rest_ms = min(FIRST_REST_MS << min(self._failures - DEAD_AFTER, 10), LAST_REST_MS)
            self._paused_until_ms = self._clock() + rest_ms
            # What nobody was told of yet is taken anew when the rest is over.
            for fingerprint in self._waiting:
                del self._chains[fingerprint]
            self._waiting.clear()
            _log.warning("webhook receiver rests", webhook=self._webhook.id, failures=self._failures)

    def _pause_s(self) -> float:
        if self._done:
            return 0.001
        return self._poll_s

    async def _finish(self) -> None:
        if self._calls:
            await asyncio.wait(set(self._calls), timeout=self._rules.timeout_s)
        for task in self._calls:
            task.cancel()
        if self._done:
            await self._take_turn()
        await self._caller.close()
