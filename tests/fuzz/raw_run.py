"""Sends mutated and broken requests over a real socket, and judges what comes back."""

from __future__ import annotations

from functools import partial
from typing import Final

from tests.fuzz.generate import generate
from tests.fuzz.hub_thread import HubThread
from tests.fuzz.ledger import NO_ANSWER, Ledger
from tests.fuzz.mutations import Sent, break_bytes, requests
from tests.fuzz.targets import Target
from tests.kit.log_watch import LogWatch
from tests.kit.raw_http import Answer, NoAnswer, RawClient
from tests.kit.wire import Probe, Shows

MUTATED: Final = "mutated"
BROKEN: Final = "broken bytes"


class RawRun:
    """One platform's operations on one running hub."""

    def __init__(self, target: Target, running: HubThread, ledger: Ledger, deadline_s: float) -> None:
        self._target = target
        self._running = running
        self._ledger = ledger
        self._deadline_s = deadline_s
        self._tenant = target.add_tenant(running.hub.runtime)

    def run(self, cases: int, run_seed: int) -> None:
        """Send that many cases to every operation, or as many as there is time for."""
        for part, share in ((MUTATED, cases), (BROKEN, -(-cases // 4))):
            with self._ledger.counting_handlers(part, self._target.dialect.operations):
                for probe in self._target.probes:
                    self._tenant = self._target.add_tenant(self._running.hub.runtime)
                    strategy = requests(probe, self._target.operation(probe), self._target.form_of(probe))
                    generate(strategy, share, run_seed, self._deadline_s, partial(self._send, part, probe))

    def _send(self, part: str, probe: Probe, sent: Sent) -> None:
        tenant, form, operation = self._tenant, self._target.form_of(probe), probe.operation
        asked = sent.ask.filled(tenant.names)
        private = [*asked.given(), tenant.secret]
        if sent.shows is not Shows.NONE:
            asked = form.show(asked, tenant.secret if sent.shows is Shows.GOOD else tenant.secret[::-1])
        raw = asked.to_bytes() if part == MUTATED else break_bytes(asked.to_bytes(), sent.breaks)
        with LogWatch() as log:
            answer = self._running.do(self._exchange(part, raw, to_head=asked.method == "HEAD"))
        status = NO_ANSWER if answer is None else answer.status
        self._ledger.count(part, operation, status, is_valid=sent.shows is Shows.GOOD or not probe.needs_credential)
        self._ledger.judge_log(part, operation, log.text, private, raw)
        if part == MUTATED:
            self._ledger.judge(part, operation, answer, None if answer is None else form.fault(asked, answer), raw)
        elif answer is not None:
            # Nobody knows what it asks for now; it may not even be HTTP.
            self._ledger.judge(part, operation, answer, None, raw)
        if operation in self._target.ends_credential and (status == 200 or part == BROKEN):
            self._tenant = self._target.add_tenant(self._running.hub.runtime)

    async def _exchange(self, part: str, raw: bytes, *, to_head: bool) -> Answer | None:
        if part == MUTATED:
            try:
                return await self._running.client.exchange(raw, to_head=to_head)
            except NoAnswer:
                return None
        # What is broken may leave half a request behind: it gets a connection of its own, with an end.
        async with RawClient(self._running.hub.base_url) as client:
            await client.send(raw, ends=True)
            try:
                return await client.answer(to_head=raw.startswith(b"HEAD "))
            except (NoAnswer, ValueError, EOFError):
                return None
