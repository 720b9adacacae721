"""`python -m tests.crash.wired serve …`: the hub, its lines linked to the carrier of the suite, which outlives it.

The carrier takes the place of the one in memory: lines name it by that name, and nothing else of the hub is changed.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from unittest.mock import patch

from linebook import links
from linebook.carriers.base import (
    CarrierAnswer,
    CarrierRequest,
    Failure,
    Intake,
    LinkRefused,
    Outgoing,
    Progress,
    Result,
)
from linebook.carriers.loopback import Sleep
from linebook.cli.main import main
from linebook.core.account import Line
from linebook.core.carrier_kinds import LOOPBACK
from linebook.errors import Unavailable
from linebook.ids import Ids
from tests.crash.exchange import LINE_MAX, Answers, Bring, Hello, Refused, Stored, Submit, Word, read, written

PORT_VARIABLE: Final = "CRASH_CARRIER_PORT"
"""Where the carrier listens, on loopback."""


class WiredCarrier:
    """See `Carrier`. Each link is a connection of its own."""

    name = LOOPBACK

    def __init__(self, intake: Intake, _ids: Ids | None = None, *, sleep: Sleep = asyncio.sleep) -> None:
        """Take the place of the carrier in memory. The port stands in the environment."""
        self._intake = intake
        self._port = int(os.environ[PORT_VARIABLE])
        self._links: set[WiredLink] = set()

    async def open(self, line: Line, progress: Progress) -> WiredLink:
        """See `Carrier`."""
        try:
            streams = await asyncio.open_connection("127.0.0.1", self._port, limit=LINE_MAX)
        except OSError as error:
            raise LinkRefused(Failure.UNREACHABLE, str(error)) from error
        link = WiredLink(self._intake, progress, *streams)
        self._links.add(link)
        link.say(Hello(line.address))
        return link

    async def close(self) -> None:
        """See `Carrier`."""
        for link in self._links:
            await link.close()

    async def answer(self, request: CarrierRequest) -> CarrierAnswer | None:
        """See `Carrier`."""
        return None


class WiredLink:
    """See `Link`. What is brought is acknowledged after it is stored."""

    def __init__(
        self, intake: Intake, progress: Progress, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._intake = intake
        self._progress = progress
        self._reader = reader
        self._writer = writer
        self._storing: set[asyncio.Task[None]] = set()
        self._reading = asyncio.create_task(self._read())

    async def submit(self, texts: Sequence[Outgoing]) -> None:
        """See `Link`."""
        self.say(Submit(tuple(texts)))

    async def close(self) -> None:
        """See `Link`."""
        self._reading.cancel()
        with suppress(asyncio.CancelledError):
            await self._reading
        await asyncio.gather(*self._storing, return_exceptions=True)
        self._writer.close()

    def say(self, word: Word) -> None:
        """Send one word; a connection that is gone is noticed by whoever reads."""
        self._writer.write(written(word))

    async def _read(self) -> None:
        while (word := await read(self._reader)) is not None:
            match word:
                case Answers():
                    self._progress.results(
                        [
                            Result(
                                message_id=one.message_id,
                                part_ids=one.part_ids,
                                failure=Failure[one.failure] if one.failure else None,
                            )
                            for one in word.answers
                        ]
                    )
                case Bring():
                    task = asyncio.create_task(self._store(word))
                    self._storing.add(task)
                    task.add_done_callback(self._storing.discard)
        self._writer.close()
        self._progress.lost(Failure.UNREACHABLE, "the connection ended")

    async def _store(self, brought: Bring) -> None:
        try:
            if brought.receipts:
                await self._intake.receipts(brought.receipts)
            if brought.texts:
                await self._intake.texts(brought.texts)
        except Unavailable:
            self.say(Refused(brought.no))
        else:
            self.say(Stored(brought.no))


if __name__ == "__main__":
    with patch.object(links, "LoopbackCarrier", WiredCarrier):
        sys.exit(main())
