"""contact/save and contact/delete under load, a kill at a random moment, and the truth afterwards."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from linebook.core.contact import Contact
from linebook.core.phone import Phone
from linebook.services.contact_reads import contacts_by_phone
from linebook.storage.base import Engine
from tests.crash.hub import HubProcess
from tests.crash.wire import Connection, Gone
from tests.kit.invariants import check_book

WORKERS = 24
NUMBERS_EACH = 20
FIRST_NUMBER = 2_067_000_000
DELETE_SHARE = 0.08
NOTHING = ""


@dataclass
class Truth:
    """What is known of one number: the state last acknowledged, and the one whose answer never came.

    A state is the mark that every member of the contact carried, or nothing for a deleted or absent contact.
    """

    acknowledged: str = NOTHING
    in_flight: str | None = None
    rev: int = 0
    contact_id: int = 0


@dataclass
class Counts:
    """What a suite of rounds did and found."""

    rounds: int = 0
    acknowledged: int = 0
    in_flight: int = 0
    in_flight_kept: int = 0
    faults: list[str] = field(default_factory=list)


class SavesUnderKill:
    """Every worker owns its numbers, so what each number must be after the kill is known exactly."""

    def __init__(self, account_id: int, session: str, seed: int) -> None:
        self._account_id = account_id
        self._session = session
        self._random = random.Random(seed)
        self._marks = 0
        self.truths = {FIRST_NUMBER + number: Truth() for number in range(WORKERS * NUMBERS_EACH)}
        self.counts = Counts()

    async def load_and_kill(self, hub: HubProcess) -> None:
        """Work the hub and kill it at a random moment within the next second and a half."""
        numbers = list(self.truths)
        workers = [
            asyncio.create_task(self._work(hub.port, numbers[start : start + NUMBERS_EACH], self._random.random()))
            for start in range(0, len(numbers), NUMBERS_EACH)
        ]
        # The moment is drawn, not awaited for: nothing depends on what had happened by then.
        await asyncio.sleep(self._random.uniform(0.05, 1.5))
        await asyncio.to_thread(hub.kill)
        await asyncio.gather(*workers)
        self.counts.rounds += 1

    async def _work(self, port: int, numbers: list[int], seed: float) -> None:
        rng = random.Random(seed)
        connection = Connection(port)
        try:
            while True:
                number = rng.choice(numbers)
                truth = self.truths[number]
                if truth.acknowledged != NOTHING and rng.random() < DELETE_SHARE:
                    await self._delete(connection, truth)
                else:
                    await self._save(connection, number, truth)
        except Gone:
            return
        finally:
            connection.close()

    async def _save(self, connection: Connection, number: int, truth: Truth) -> None:
        self._marks += 1
        mark = f"m{self._marks}"
        truth.in_flight = mark
        form = {"session": self._session, "mobileNumber": str(number), "firstName": mark, "lastName": mark}
        status, answer = await connection.post("/contact/save", form | {"email": f"{mark}@example.org", "notes": mark})
        contact = answer["response"]
        if status != 200 or contact["firstName"] != mark or contact["notes"] != mark:
            self.counts.faults.append(f"{number}: saved {mark}, answered {status} {answer}")
        expected_rev = 1 if truth.acknowledged == NOTHING else truth.rev + 1
        if contact["version"] != expected_rev:
            self.counts.faults.append(f"{number}: version {contact['version']}, expected {expected_rev}")
        truth.acknowledged, truth.rev, truth.contact_id, truth.in_flight = mark, contact["version"], contact["id"], None
        self.counts.acknowledged += 1

    async def _delete(self, connection: Connection, truth: Truth) -> None:
        truth.in_flight = NOTHING
        form = {"session": self._session, "contact": str(truth.contact_id)}
        status, answer = await connection.post("/contact/delete", form)
        if status != 200 or answer["response"] is not True:
            self.counts.faults.append(f"deleting {truth.contact_id} answered {status} {answer}")
        truth.acknowledged, truth.in_flight = NOTHING, None
        self.counts.acknowledged += 1

    def check(self, engine: Engine) -> None:
        """Compare the book with what is known of every number, and its invariants with themselves."""
        phones = [Phone.stored(f"+1{number}") for number in self.truths]
        found = engine.read(lambda tx: contacts_by_phone(tx, self._account_id, phones))
        for number, phone in zip(self.truths, phones, strict=True):
            self._check_number(number, found.get(phone))
        check_book(engine, self._account_id)

    def _check_number(self, number: int, contact: Contact | None) -> None:
        truth = self.truths[number]
        state = NOTHING if contact is None else contact.first_name
        if contact is not None and not (
            contact.first_name == contact.last_name == contact.notes and contact.email == f"{state}@example.org"
        ):
            self.counts.faults.append(f"{number}: half written: {contact.first_name} {contact.last_name}")
        if truth.in_flight is not None:
            self.counts.in_flight += 1
            self.counts.in_flight_kept += state == truth.in_flight
        if state not in (truth.acknowledged, truth.in_flight):
            self.counts.faults.append(f"{number}: acknowledged {truth.acknowledged!r}, found {state!r}")
        truth.acknowledged, truth.in_flight = state, None
        if contact is not None:
            truth.rev, truth.contact_id = contact.rev, contact.id
