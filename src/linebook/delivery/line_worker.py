"""Works for one leased line: keeps its link open and its window full, and records what becomes of its texts."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

import msgspec
import structlog

from linebook.carriers import base
from linebook.carriers.base import Carrier, Failure, Link, LinkRefused, Outgoing, Result, Retry
from linebook.clock import Clock
from linebook.core.account import Line
from linebook.core.message import Attachment
from linebook.delivery.throttle import TokenBucket
from linebook.delivery.verdicts import pause_ms, unanswered, verdict
from linebook.errors import DomainError, Unavailable
from linebook.services.leases import Leased
from linebook.services.lines import get_line
from linebook.services.message_results import RecordResult
from linebook.services.outbox import (
    AdoptTexts,
    Claimed,
    HandBack,
    TakeTurn,
    Turn,
    adopt_texts,
    hand_back,
    take_turns,
)
from linebook.storage.store import Store

RETRY_S: Final = 0.5
"""How long a step that the database could not take waits for its next try."""

RESULTS_MAX: Final = 500
"""Most results recorded in one step."""

_log = structlog.get_logger("linebook.delivery")


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """How long things take that are waited for."""

    lease_ms: int = 15_000
    """A worker that is not heard of for so long has lost its lines."""
    poll_s: float = 0.25
    """How often the database is asked for what other processes queued."""
    answer_ms: int = 60_000
    """A carrier that has not answered for so long will not."""
    doubt_ms: int = 120_000
    """How long a receipt is waited for before a text in doubt is sent again."""
    patience_ms: int = 24 * 3600 * 1000
    """How long a text is tried."""
    drain_s: float = 5.0
    """How long the end waits for answers."""


ReadFile = Callable[[int, Attachment], Awaitable[bytes]]
"""Gives the bytes of a kept file of an account."""


class LineWorker:
    """The work for one line while its lease lasts. Everything that must not be lost is in the database."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        carrier: Carrier,
        line: Line,
        *,
        owner: str,
        claimant: str,
        until_ms: int,
        timing: Timing,
        read_file: ReadFile,
    ) -> None:
        """Work for a line that `owner` has leased until then. `claimant` is a name that nobody has had before."""
        self._store = store
        self._clock = clock
        self._carrier = carrier
        self._line = line
        self._owner = owner
        self._claimant = claimant
        self._timing = timing
        self._read_file = read_file
        self._bucket = TokenBucket(line.rate_per_s, clock())
        self._link: Link | None = None
        self._open_at_ms = 0
        self._pauses = 0
        self._ready: deque[Claimed] = deque()
        self._flying: dict[int, tuple[Claimed, int]] = {}
        self._results: deque[RecordResult] = deque()
        self._next_ms: int | None = 0
        self._changed = asyncio.Event()
        self._turn: asyncio.Task[None] | None = None
        self._is_ending = False
        self._is_lost = False
        self.until_ms = until_ms

    @property
    def leased(self) -> Leased:
        """What is worked for."""
        return Leased(self._line.account_id, self._line.id)

    @property
    def in_flight(self) -> int:
        """How many texts the carrier has not answered for."""
        return len(self._flying)

    def wake(self) -> None:
        """Look at once whether there is something to send."""
        self._next_ms = 0
        self._changed.set()

    def reopen(self) -> None:
        """Wait for the carrier no longer, and look at once."""
        self._open_at_ms = 0
        self._pauses = 0
        self._bucket.end_pause()
        self.wake()

    def end(self, *, is_lost: bool = False) -> None:
        """Send nothing more; `run` returns when what is known is recorded. `is_lost`: another worker has the line."""
        self._is_ending = True
        self._is_lost = is_lost
        self._changed.set()

    async def run(self) -> None:
        """Work until `end`. What others left behind is put in doubt first."""
        try:
            await self._adopt()
            while not self._is_ending:
                await self._step()
        finally:
            await self._finish()

    # -- what the link tells

    def results(self, results: Sequence[Result]) -> None:
        """See `Progress`. A text that was given up is taken all the same when its answer comes late."""
        now_ms = self._clock()
        for result in results:
            claimed, _ = self._flying.pop(result.message_id, (None, 0))
            if claimed is None and result.failure is not None:
                continue
            self._settle(result, claimed, now_ms)
        self._changed.set()

    def lost(self, failure: Failure, words: str) -> None:
        """See `Progress`."""
        self._link = None
        self._hold(failure, None, words)
        self._open_at_ms = self._clock() + pause_ms(self._pauses)
        self._doubt(list(self._flying), words)
        self._changed.set()

    # -- steps

    async def _step(self) -> None:
        self._changed.clear()
        await self._open()
        await self._submit()
        self._give_up_waiting()
        if self._turn is None and (self._results or self._wants_more()):
            self._turn = asyncio.create_task(self._take_turn())
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pause_s()):
                await self._changed.wait()

    async def _open(self) -> None:
        now_ms = self._clock()
        if self._link is not None or now_ms < self._open_at_ms:
            return
        try:
            self._link = await self._carrier.open(self._line, self)
        except LinkRefused as error:
            self._hold(error.failure, None, error.words)
            self._open_at_ms = now_ms + pause_ms(self._pauses)

    async def _submit(self) -> None:
        now_ms, link = self._clock(), self._link
        if link is None or now_ms >= self.until_ms:
            return
        room = min(self._line.window_size - len(self._flying), len(self._ready))
        count = self._bucket.allowed(room, now_ms) if room > 0 else 0
        if count <= 0:
            return
        self._bucket.take(count)
        claimed = [self._ready.popleft() for _ in range(count)]
        texts = [text for one in claimed if (text := await self._outgoing(one)) is not None]
        if self._link is not link:  # lost while files were read
            self._ready.extendleft(reversed(claimed))
            return
        by_id = {one.message.id: one for one in claimed}
        for text in texts:
            self._flying[text.message_id] = (by_id[text.message_id], now_ms)
        if texts:
            await link.submit(texts)

    def _wants_more(self) -> bool:
        if self._link is None or self._next_ms is None or self._clock() < self._next_ms:
            return False
        # A set as large as the window waits ready, so that the carrier never waits for a commit.
        return len(self._ready) <= self._line.window_size // 2

    async def _take_turn(self) -> None:
        results = tuple(self._results.popleft() for _ in range(min(len(self._results), RESULTS_MAX)))
        is_open = self._link is not None and not self._is_ending
        room = self._line.window_size - len(self._ready) if is_open else 0
        request = TakeTurn(
            line_id=self._line.id,
            owner=self._owner,
            claimant=self._claimant,
            results=results,
            room=max(room, 0),
            patience_ms=self._timing.patience_ms,
        )
        asked_ms, self._next_ms = self._next_ms, None
        try:
            turn = await self._store.write(take_turns, self._line.account_id, request)
        except DomainError:
            # Somebody else has the line, or it is gone. The results are recorded.
            self.end(is_lost=True)
        except Exception as error:
            level = _log.warning if isinstance(error, Unavailable) else _log.error
            level("delivery waits for the database", error=type(error).__name__)
            self._results.extendleft(reversed(results))
            self._next_ms = asked_ms
            await asyncio.sleep(RETRY_S)
        else:
            self._take(turn, request.room)
        finally:
            self._turn = None
            self._changed.set()

    def _take(self, turn: Turn, room: int) -> None:
        self._ready.extend(turn.claimed)
        self._line = turn.line
        self._bucket.set_rate(turn.line.rate_per_s, self._clock())
        due_ms = turn.next_ms if room or turn.next_ms is None else min(turn.next_ms, self._clock())
        # Whoever woke the worker meanwhile set 0, which counts before what this step saw.
        self._next_ms = due_ms if self._next_ms is None else self._next_ms

    def _pause_s(self) -> float:
        now_ms = self._clock()
        waits = [self._timing.poll_s * 1000]
        if self._ready and len(self._flying) < self._line.window_size:
            waits.append(self._bucket.wait_ms(now_ms))
        if self._next_ms is not None and self._turn is None and self._link is not None:
            waits.append(max(self._next_ms - now_ms, 1))
        return max(min(waits) / 1000, 0.001)

    # -- outcomes

    def _settle(self, result: Result, claimed: Claimed | None, now_ms: int) -> None:
        failure = result.failure
        if failure is None:
            self._pauses = 0
        elif failure.retry is Retry.PAUSE:
            self._hold(failure, result.retry_after_s, result.words)
        self._results.append(
            verdict(
                result,
                self._line.carrier,
                attempts=0 if claimed is None else claimed.attempts,
                is_repeat=claimed is not None and claimed.is_in_doubt,
                now_ms=now_ms,
                pause_until_ms=now_ms + self._bucket.wait_ms(now_ms),
                doubt_ms=self._timing.doubt_ms,
            )
        )

    def _hold(self, failure: Failure, retry_after_s: float | None, words: str) -> None:
        """Let the whole line wait, longer each time, once for all that failed together."""
        now_ms = self._clock()
        if not self._bucket.is_paused(now_ms) or retry_after_s is not None:
            self._bucket.pause(now_ms + pause_ms(self._pauses, retry_after_s))
            self._pauses += 1
        if failure.needs_alert:
            _log.error("carrier needs attention", carrier=self._line.carrier, failure=failure.name, words=words)

    def _give_up_waiting(self) -> None:
        before_ms = self._clock() - self._timing.answer_ms
        self._doubt([one for one, (_, since_ms) in self._flying.items() if since_ms <= before_ms], "no answer")

    def _doubt(self, message_ids: Sequence[int], words: str) -> None:
        now_ms = self._clock()
        for message_id in message_ids:
            claimed, _ = self._flying.pop(message_id)
            self._settle(unanswered(message_id, words), claimed, now_ms)

    # -- beginning and end

    async def _adopt(self) -> None:
        request = AdoptTexts(
            line_id=self._line.id,
            owner=self._owner,
            claimant=self._claimant,
            again_ms=self._clock() + self._timing.doubt_ms,
        )
        while not self._is_ending:
            try:
                if not await self._store.write(adopt_texts, self._line.account_id, request):
                    return
            except DomainError:
                self.end(is_lost=True)
            except Unavailable:
                await asyncio.sleep(RETRY_S)

    async def _finish(self) -> None:
        """Wait for answers, record them, give back what did not leave. What is unanswered then is in doubt."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timing.drain_s):
                while self._flying or self._results or self._turn is not None:
                    self._changed.clear()
                    if self._results and self._turn is None:
                        self._turn = asyncio.create_task(self._take_turn())
                    await self._changed.wait()
        if self._turn is not None:
            await asyncio.gather(self._turn, return_exceptions=True)
        if self._link is not None:
            await self._link.close()
            self._link = None
        if self._ready and not self._is_lost:
            with suppress(Unavailable):
                await self._store.write(
                    hand_back, self._line.account_id, HandBack(texts=tuple(self._ready), claimant=self._claimant)
                )

    async def _outgoing(self, claimed: Claimed) -> Outgoing | None:
        """Give what the carrier is handed; None for a text whose files are gone, which has failed."""
        message = claimed.message
        try:
            files = [
                base.Attachment(one.file_name, one.kind, await self._read_file(self._line.account_id, one))
                for one in claimed.attachments
            ]
        except (DomainError, OSError) as error:
            result = Result(message_id=message.id, failure=Failure.UNSENDABLE, words=type(error).__name__)
            self._settle(result, claimed, self._clock())
            return None
        return Outgoing(
            message_id=message.id,
            source=self._line.address,
            destination=message.phone,
            text=message.body,
            attachments=tuple(files),
            is_repeat=claimed.is_in_doubt,
        )


async def line_of(store: Store, leased: Leased) -> Line | None:
    """Give a leased line; None when it is gone."""
    try:
        return await store.read(lambda tx: get_line(tx, leased.account_id, leased.thing_id))
    except DomainError:
        return None
