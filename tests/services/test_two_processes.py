"""Processes that save the same numbers at once, on one PostgreSQL or SQLite file: one contact each, no lost write."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import NamedTuple

from linebook.core.account import Account
from linebook.core.contact import FieldsChange, SetChange
from linebook.errors import DomainError
from linebook.services.contact_reads import contacts_by_phone
from linebook.services.contacts import Saved, SaveKind, save_contacts
from linebook.storage.base import Engine
from linebook.storage.gate import commit
from linebook.storage.store import open_engine
from tests.kit.builders import phone, saving
from tests.kit.invariants import check_book

PROCESSES = 2
ROUNDS = 15
NUMBERS = 8


class Answer(NamedTuple):
    """What one process was told of one number in one round."""

    number: int
    kind: str
    contact_id: int
    rev: int
    change_no: int
    notes: str
    tags: int


def save_in_step(process: int, url: str, account_id: int, barrier: Barrier, answers: Queue[list[Answer]]) -> None:
    """Save the same numbers as the other processes at the same moment, round after round."""
    engine = open_engine(url)
    told: list[Answer] = []
    for turn in range(ROUNDS):
        order = list(range(NUMBERS)) if (process + turn) % 2 else list(reversed(range(NUMBERS)))
        saves = [
            saving(
                f"206555{number:04}",
                email=f"{turn}@b.c",
                notes=f"{process}.{turn}",
                fields=FieldsChange({f"Field {turn}": str(process)}),
                tags=SetChange((f"Tag {turn}",)),
                team_opt_out=bool(process),
            )
            for number in order
        ]
        barrier.wait(120)
        outcomes: list[Saved | DomainError] = commit(engine, lambda tx: save_contacts(tx, account_id, saves))  # noqa: B023
        for number, outcome in zip(order, outcomes, strict=True):
            assert isinstance(outcome, Saved), outcome
            one = outcome.contact
            told.append(Answer(number, outcome.kind.value, one.id, one.rev, one.change_no, one.notes, len(one.tags)))
    engine.close()
    answers.put(told)


def test_processes_that_save_the_same_numbers_at_once_make_one_contact_of_each(
    engine: Engine, account: Account, database_url: str
) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES)
    answers: Queue[list[Answer]] = context.Queue()
    arguments = (database_url, account.id, barrier, answers)
    processes = [context.Process(target=save_in_step, args=(number, *arguments)) for number in range(PROCESSES)]
    for process in processes:
        process.start()
    told = [answer for _ in processes for answer in answers.get(timeout=120)]
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    check_book(engine, account.id)

    assert len(told) == PROCESSES * ROUNDS * NUMBERS
    assert len({answer.change_no for answer in told}) == len(told), "two answers tell of one change"
    for number in range(NUMBERS):
        of_number = sorted((answer for answer in told if answer.number == number), key=lambda one: one.change_no)
        assert len({answer.contact_id for answer in of_number}) == 1
        assert [answer.rev for answer in of_number] == list(range(1, PROCESSES * ROUNDS + 1))
        assert Counter(answer.kind for answer in of_number) == {
            SaveKind.CREATED.value: 1,
            SaveKind.UPDATED.value: PROCESSES * ROUNDS - 1,
        }
        last = engine.read(lambda tx: contacts_by_phone(tx, account.id, [phone(f"206555{number:04}")]))  # noqa: B023
        (contact,) = last.values()
        assert (contact.rev, contact.change_no, contact.notes) == (
            of_number[-1].rev,
            of_number[-1].change_no,
            of_number[-1].notes,
        )
        assert len(contact.tags) == len(contact.fields) == ROUNDS
