"""A carrier in memory: it takes every text, and the recipient's number says what becomes of it. Nothing leaves here."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final

import structlog

from linebook.carriers.base import (
    CarrierAnswer,
    CarrierRequest,
    Failure,
    Inbound,
    Intake,
    LinkRefused,
    Outgoing,
    Progress,
    Receipt,
    Result,
)
from linebook.core.account import Line
from linebook.core.delivery_status import MESSAGE_STATUSES, ReceiptKind
from linebook.core.magic_numbers import Case, Script, script_of
from linebook.core.text_parts import count_parts
from linebook.errors import Unavailable
from linebook.ids import Ids

LATE_S: Final = 60.0
PAUSE_S: Final = 1.0
AGAIN_S: Final = 1.0
"""When what could not be stored is brought again."""
STOPPED: Final = "stopped"
"""The words of a link that cannot be had because the carrier was stopped."""
KEPT: Final = 10_000
"""How many of the newest texts can be looked at."""

Sleep = Callable[[float], Awaitable[None]]

_ENDS_BY_RECEIPT: Final = {
    998: ReceiptKind.UNDELIVERED,
    1004: ReceiptKind.DELIVERED,
    1005: ReceiptKind.REJECTED,
    1006: ReceiptKind.EXPIRED,
    1007: ReceiptKind.UNDELIVERED,
    1100: ReceiptKind.UNKNOWN,
}
"""The states that a receipt leads to; the carrier's answer itself leads to all others."""

_log = structlog.get_logger("linebook.loopback")


class LoopbackCarrier:
    """The carrier of lines that need none. A part id is never given twice, also not after a restart."""

    name = "loopback"

    def __init__(
        self, intake: Intake, ids: Ids | None = None, *, round_trip_s: float = 0.0, sleep: Sleep = asyncio.sleep
    ) -> None:
        """Take texts; each answer takes `round_trip_s`. Tests replace `sleep`."""
        self._intake = intake
        self._prefix = (ids or Ids()).secret(5)
        self._count = 0
        self._sleep = sleep
        self._tried: set[int] = set()
        self._links: set[LoopbackLink] = set()
        self._stopped: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.round_trip_s = round_trip_s
        self.taken: deque[Outgoing] = deque(maxlen=KEPT)
        """Every text that reached the carrier, the oldest first."""

    async def open(self, line: Line, progress: Progress) -> LoopbackLink:
        """See `Carrier`. Refused to the lines of an account that it was stopped for."""
        if line.account_id in self._stopped:
            raise LinkRefused(Failure.UNREACHABLE, STOPPED)
        link = LoopbackLink(self, line, progress)
        self._links.add(link)
        return link

    async def answer(self, request: CarrierRequest) -> CarrierAnswer | None:
        """See `Carrier`."""
        return None

    def stop_for(self, account_id: int) -> None:
        """Break the links of an account, and let it open none until `start_for`."""
        self._stopped.add(account_id)
        for link in [one for one in self._links if one.account_id == account_id]:
            link.break_off()

    def start_for(self, account_id: int) -> None:
        """Let an account open links again."""
        self._stopped.discard(account_id)

    def start_for_all(self) -> None:
        """Let every account open links again."""
        self._stopped.clear()

    def is_stopped_for(self, account_id: int) -> bool:
        """Whether an account can open no link."""
        return account_id in self._stopped

    def forget(self, link: LoopbackLink) -> None:
        """Count a link no longer: it is closed."""
        self._links.discard(link)

    async def settled(self) -> None:
        """Wait until nothing is on its way any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """See `Carrier`. What is on its way is forgotten."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- what links ask for

    def new_part_id(self) -> str:
        """Give an id in hexadecimal that was never given before."""
        self._count += 1
        return f"{self._prefix}{self._count:08x}"

    def is_first_try(self, message_id: int) -> bool:
        """Say of a scripted text, in turn, that it is tried for the first time and that it is not."""
        self._tried ^= {message_id}
        return message_id in self._tried

    def later(self, delay_s: float, call: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """Do something after a while, unless the carrier is closed before."""
        task = asyncio.create_task(self._after(delay_s, call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _after(self, delay_s: float, call: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if delay_s > 0:
            await self._sleep(delay_s)
        await call()

    async def bring_receipts(self, receipts: Sequence[Receipt]) -> None:
        """Bring receipts, again and again until they are stored."""
        await self._bring(lambda: self._intake.receipts(receipts))

    async def bring_texts(self, texts: Sequence[Inbound]) -> None:
        """Bring texts, again and again until they are stored."""
        await self._bring(lambda: self._intake.texts(texts))

    async def _bring(self, bring: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await bring()
            except Unavailable as error:
                _log.debug("brought again later", error=type(error).__name__)
                await self._sleep(AGAIN_S)
            else:
                return


class LoopbackLink:
    """The link of one line."""

    def __init__(self, carrier: LoopbackCarrier, line: Line, progress: Progress) -> None:
        self._carrier = carrier
        self._line = line
        self._progress = progress
        self._is_open = True

    @property
    def account_id(self) -> int:
        """Whose line it is of."""
        return self._line.account_id

    def break_off(self) -> None:
        """End as a link does whose connection breaks."""
        self._is_open = False
        self._carrier.forget(self)
        self._progress.lost(Failure.UNREACHABLE, STOPPED)

    async def submit(self, texts: Sequence[Outgoing]) -> None:
        """See `Link`: texts without a script are answered together, and so are their receipts."""
        plain: list[Result] = []
        delivered: list[Receipt] = []
        for text in texts:
            self._carrier.taken.append(text)
            script = script_of(text.destination)
            if script.message_status is None and script.case is None and not script.delay_ms:
                result = self._taken(text)
                plain.append(result)
                delivered += self._receipts(result, ReceiptKind.DELIVERED)
            else:
                self._play(text, script)
        if plain:
            await self._answer(self._carrier.round_trip_s, plain, delivered)

    async def close(self) -> None:
        """See `Link`."""
        self._is_open = False
        self._carrier.forget(self)

    # -- answers

    async def _answer(self, delay_s: float, results: list[Result], receipts: list[Receipt]) -> None:
        async def answer() -> None:
            self._tell(results)
            if receipts:
                await self._carrier.bring_receipts(receipts)

        self._carrier.later(delay_s, answer)

    def _tell(self, results: list[Result]) -> None:
        if self._is_open:
            self._progress.results(results)

    def _taken(self, text: Outgoing, message_status: int | None = None) -> Result:
        part_ids = tuple(self._carrier.new_part_id() for _ in range(count_parts(text.text)))
        return Result(message_id=text.message_id, part_ids=part_ids, message_status=message_status, words="OK")

    def _receipts(self, result: Result, kind: ReceiptKind, message_status: int | None = None) -> list[Receipt]:
        return [
            Receipt(
                part_id=part_id,
                kind=kind,
                line_address=self._line.address,
                message_status=message_status,
                words=f"stat:{kind.value}",
            )
            for part_id in result.part_ids
        ]

    # -- scripts

    def _play(self, text: Outgoing, script: Script) -> None:
        delay_s = self._carrier.round_trip_s + script.delay_ms / 1000
        if script.case is not None:
            self._carrier.later(delay_s, lambda: self._play_case(text, script.case))
        else:
            self._carrier.later(delay_s, lambda: self._end_in(text, script.message_status))

    async def _end_in(self, text: Outgoing, message_status: int | None) -> None:
        """Let a text end in a state: by the carrier's answer, or by a receipt where only that leads to it."""
        row = MESSAGE_STATUSES.get(message_status) if message_status is not None else None
        if message_status in _ENDS_BY_RECEIPT:
            kind = _ENDS_BY_RECEIPT[message_status]
            result = self._taken(text)
            self._tell([result])
            await self._carrier.bring_receipts(self._receipts(result, kind, message_status))
        elif row is not None and row.status_code.is_failure:
            failure = Failure.OPTED_OUT if message_status == Failure.OPTED_OUT.message_status else Failure.REJECTED
            self._tell([_refused(text, failure, message_status)])
        elif row is not None:
            self._tell([self._taken(text, message_status)])
        else:
            result = self._taken(text)
            self._tell([result])
            await self._carrier.bring_receipts(self._receipts(result, ReceiptKind.DELIVERED))

    async def _play_case(self, text: Outgoing, case: Case | None) -> None:
        is_first = self._carrier.is_first_try(text.message_id)
        match case:
            case Case.UNANSWERED if is_first:
                return
            case Case.LINK_LOST if is_first:
                self._is_open = False
                self._carrier.forget(self)
                self._progress.lost(Failure.UNREACHABLE, "connection reset")
                return
            case Case.THROTTLED if is_first:
                self._tell([_refused(text, Failure.THROTTLED, retry_after_s=PAUSE_S)])
                return
            case Case.BUSY if is_first:
                self._tell([_refused(text, Failure.BUSY)])
                return
            case Case.OPT_OUT:
                await self._carrier.bring_texts([self._reply(text, "STOP")])
                self._tell([_refused(text, Failure.OPTED_OUT)])
                return
        result = self._taken(text)
        receipts = self._receipts(result, ReceiptKind.DELIVERED)
        if case is Case.RECEIPT_EARLY:
            await self._carrier.bring_receipts(receipts)
        self._tell([result])
        match case:
            case Case.RECEIPT_TWICE:
                await self._carrier.bring_receipts(receipts)
                await self._carrier.bring_receipts(receipts)
            case Case.RECEIPT_LATE:
                self._carrier.later(LATE_S, lambda: self._carrier.bring_receipts(receipts))
            case Case.RECEIPT_OTHER_FORM:
                await self._carrier.bring_receipts([_in_other_form(one) for one in receipts])
            case Case.REPLY:
                await self._carrier.bring_receipts(receipts)
                await self._carrier.bring_texts([self._reply(text, text.text)])
            case Case.UNANSWERED | Case.LINK_LOST | Case.THROTTLED | Case.BUSY:
                await self._carrier.bring_receipts(receipts)

    def _reply(self, text: Outgoing, words: str) -> Inbound:
        return Inbound(
            id=self._carrier.new_part_id(), source=text.destination, destination=self._line.address, text=words
        )


def _refused(
    text: Outgoing, failure: Failure, message_status: int | None = None, *, retry_after_s: float | None = None
) -> Result:
    return Result(
        message_id=text.message_id,
        failure=failure,
        message_status=message_status,
        words=failure.name,
        retry_after_s=retry_after_s,
    )


def _in_other_form(receipt: Receipt) -> Receipt:
    return Receipt(
        part_id=f"00{receipt.part_id.upper()}",
        kind=receipt.kind,
        line_address=receipt.line_address,
        words=receipt.words,
    )
