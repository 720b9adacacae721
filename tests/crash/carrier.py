"""A carrier that outlives the hub under test: it keeps what it was handed and what was acknowledged to it.

It answers at once or late, refuses some, breaks links, sends receipts early, twice and late, and brings texts; whatever
is not acknowledged it brings again, as a real one would.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from linebook.carriers.base import Failure, Inbound, Outgoing, Receipt
from linebook.core.delivery_status import ReceiptKind
from tests.crash.exchange import (
    LINE_MAX,
    Answer,
    Answers,
    Bring,
    Hello,
    Refused,
    Stored,
    Submit,
    Word,
    read,
    written,
)

FIRST_PART: Final = 0x10_0000_0000
SETS_AT_ONCE: Final = 4
"""How many sets the carrier brings over one link before it hears of the first."""
SET_MAX: Final = 20
SOURCES: Final = 40
EVERY_S: Final = 0.02
"""How often somebody texts each line."""
REFUSALS: Final = {Failure.REJECTED: 0.01, Failure.BUSY: 0.002, Failure.THROTTLED: 0.001}
BREAK_SHARE: Final = 0.01
LATE_SHARE: Final = 0.1
TWICE_SHARE: Final = 0.1
EARLY_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Handed:
    """One text as it was handed over. `is_taken`: somebody got it; what was refused was sent to nobody."""

    text: Outgoing
    is_taken: bool


@dataclass
class Ledger:
    """What the carrier knows, whatever became of the hub."""

    handed: dict[int, list[Handed]] = field(default_factory=lambda: defaultdict(list))
    receipts_brought: Counter[str] = field(default_factory=Counter)
    receipts_stored: Counter[str] = field(default_factory=Counter)
    texts: dict[str, Inbound] = field(default_factory=dict)
    texts_brought: Counter[str] = field(default_factory=Counter)
    texts_stored: Counter[str] = field(default_factory=Counter)
    breaks: int = 0


Load = Receipt | Inbound


class OutsideCarrier:
    """The carrier. It listens on a loopback port."""

    def __init__(self, seed: int) -> None:
        """Break, refuse and delay as the seed draws it."""
        self._random = random.Random(seed)
        self._parts = FIRST_PART
        self._sets = 0
        self._waiting: dict[str, asyncio.Queue[Load]] = defaultdict(asyncio.Queue)
        self._outstanding = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.ledger = Ledger()

    @property
    def is_idle(self) -> bool:
        """Whether everything that was to be brought is acknowledged."""
        return self._outstanding == 0

    def later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something beside everything else."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def text_to(self, address: str) -> None:
        """Have people text a line until this is cancelled."""
        while True:
            number = len(self.ledger.texts)
            source = f"+1206556{self._random.randrange(SOURCES):04}"
            text = Inbound(id=f"in-{number}", source=source, destination=address, text=f"text {number}")
            self.ledger.texts[text.id] = text
            for _ in range(2 if self._random.random() < TWICE_SHARE else 1):
                self._bring(address, text)
            await asyncio.sleep(EVERY_S)

    async def close(self) -> None:
        """End everything that is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be the other end of one link."""
        hello = await read(reader)
        if not isinstance(hello, Hello):
            writer.close()
            return
        link = _Link(writer)
        loops = [self.later(self._bring_over(link, hello.address)) for _ in range(SETS_AT_ONCE)]
        try:
            while (word := await read(reader)) is not None:
                match word:
                    case Submit(texts):
                        self._take(link, hello.address, texts)
                    case Stored(no):
                        link.hear(no, is_stored=True)
                    case Refused(no):
                        link.hear(no, is_stored=False)
        finally:
            link.end()
            await asyncio.gather(*loops, return_exceptions=True)

    # -- texts out

    def _take(self, link: _Link, address: str, texts: tuple[Outgoing, ...]) -> None:
        is_broken = self._random.random() < BREAK_SHARE
        answers = [self._answer(address, text) for text in texts]
        if is_broken:
            self.ledger.breaks += 1
            link.end()
        else:
            delay_s = self._random.uniform(0, 0.5) if self._random.random() < LATE_SHARE else 0.0
            self.later(_say_later(link, Answers(tuple(answers)), delay_s))

    def _answer(self, address: str, text: Outgoing) -> Answer:
        drawn = self._random.random()
        for failure, share in REFUSALS.items():
            drawn -= share
            if drawn < 0:
                self.ledger.handed[text.message_id].append(Handed(text, is_taken=False))
                return Answer(text.message_id, failure=failure.name)
        self.ledger.handed[text.message_id].append(Handed(text, is_taken=True))
        self._parts += 1
        part_id = f"{self._parts:x}"
        receipt = Receipt(part_id=part_id, kind=ReceiptKind.DELIVERED, line_address=address, words="stat:DELIVRD")
        if self._random.random() < EARLY_SHARE:
            self._bring(address, receipt)
        else:
            self._outstanding += 1
            late_s = 3.0 if self._random.random() < LATE_SHARE else 0.2
            self.later(self._bring_later(address, receipt, self._random.uniform(0, late_s)))
        return Answer(text.message_id, (part_id,))

    # -- what the carrier brings

    def _bring(self, address: str, load: Load) -> None:
        self._outstanding += 1
        self._waiting[address].put_nowait(load)

    async def _bring_later(self, address: str, receipt: Receipt, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        for _ in range(2 if self._random.random() < TWICE_SHARE else 1):
            self._bring(address, receipt)
        self._outstanding -= 1

    async def _bring_over(self, link: _Link, address: str) -> None:
        """Bring what waits for a line over one of its links, set by set, until the link ends."""
        queue = self._waiting[address]
        while not link.is_ended:
            loads: list[Load] = []
            with suppress(TimeoutError):
                loads.append(await asyncio.wait_for(queue.get(), 0.1))
            while loads and len(loads) < SET_MAX and not queue.empty():
                loads.append(queue.get_nowait())
            if loads and not await self._bring_set(link, loads):
                for load in loads:
                    queue.put_nowait(load)

    async def _bring_set(self, link: _Link, loads: list[Load]) -> bool:
        receipts = tuple(one for one in loads if isinstance(one, Receipt))
        texts = tuple(one for one in loads if isinstance(one, Inbound))
        self._sets += 1
        heard = link.say_and_hear(Bring(self._sets, receipts, texts))
        self.ledger.receipts_brought.update(one.part_id for one in receipts)
        self.ledger.texts_brought.update(one.id for one in texts)
        if not await heard:
            return False
        self.ledger.receipts_stored.update(one.part_id for one in receipts)
        self.ledger.texts_stored.update(one.id for one in texts)
        self._outstanding -= len(loads)
        return True


class _Link:
    """The carrier's end of one link."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._unheard: dict[int, asyncio.Future[bool]] = {}
        self.is_ended = False

    def say(self, word: Word) -> None:
        if not self.is_ended:
            self._writer.write(written(word))

    def say_and_hear(self, brought: Bring) -> asyncio.Future[bool]:
        """Bring a set; the future says whether it was stored, false also when the link ends before anybody knows."""
        heard = asyncio.get_running_loop().create_future()
        if self.is_ended:
            heard.set_result(False)
        else:
            self._unheard[brought.no] = heard
            self.say(brought)
        return heard

    def hear(self, no: int, *, is_stored: bool) -> None:
        if (heard := self._unheard.pop(no, None)) is not None and not heard.done():
            heard.set_result(is_stored)

    def end(self) -> None:
        self.is_ended = True
        self._writer.close()
        for no in list(self._unheard):
            self.hear(no, is_stored=False)


async def _say_later(link: _Link, word: Word, delay_s: float) -> None:
    await asyncio.sleep(delay_s)
    link.say(word)


@asynccontextmanager
async def outside_carrier(seed: int) -> AsyncIterator[OutsideCarrier]:
    """Let a carrier listen while the block runs."""
    carrier = OutsideCarrier(seed)
    server = await asyncio.start_server(carrier.serve, "127.0.0.1", 0, limit=LINE_MAX)
    carrier.port = server.sockets[0].getsockname()[1]
    try:
        yield carrier
    finally:
        server.close()
        await carrier.close()
