"""POST /contacts/batchInsert: large files, strict groups, and a book that cannot be written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from linebook.dialects.inwise import importing
from linebook.errors import GateFull, StorageRefused, StorageUnavailable
from linebook.services.contacts import save_contacts
from linebook.services.import_steps import apply_steps
from linebook.services.imports import begin_imports
from tests.dialects.inwise.files import counts, file, imported
from tests.dialects.inwise.form import BATCH, CONTACTS, GROUPS, bad, post, raw_post
from tests.dialects.inwise.own import own_runner
from tests.dialects.inwise.tenants import GROUP
from tests.kit.wire import Case, Runner

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_file_may_be_far_larger_than_other_bodies(tmp_path: Path) -> None:
    async with own_runner(tmp_path, body_limit_bytes=100_000, file_limit_bytes=400_000) as runner:
        rows = "".join(f"{number}@example.test,,{'x' * 80}\n" for number in range(3000))
        report = await runner.send(post(BATCH, file(rows)))
        assert counts(report.json()) == (3000, 3000, 0, 0, 0)
        too_large = raw_post(BATCH, "x" * 400_001)
        await runner.run(Case(label="", ask=too_large, status=413))
        small = post(CONTACTS, {"email": "x@example.test", "external_id": "x" * 100_001})
        await runner.run(Case(label="", ask=small, status=413))


async def test_strict_groups_must_exist(tmp_path: Path) -> None:
    async with own_runner(tmp_path, inwise_strict_groups=True) as runner:
        body = file("x@example.test\n", group_id=6001)
        await runner.run(Case(label="", ask=post(BATCH, body), status=400, body=bad("group_id")))
        saving = post(CONTACTS, {"email": "x@example.test", "add_to_groups_ids": [GROUP, 6001]})
        await runner.run(Case(label="", ask=saving, status=400, body=bad("add_to_groups_ids")))
        leaving = post(CONTACTS, {"email": "x@example.test", "remove_from_groups_ids": [6001]})
        await runner.run(Case(label="", ask=leaving, changes=True))
        await runner.run(Case(label="", ask=post(GROUPS, {"id": 6001, "name": "Known now"}), changes=True))
        assert counts(await imported(runner, body)) == (1, 0, 1, 0, 0)


class Faults:
    """Raises what it was given, call by call, instead of writing parts of a file."""

    def __init__(
        self,
        runner: Runner,
        monkeypatch: pytest.MonkeyPatch,
        *faults: Exception | None,
        service: Any = apply_steps,
    ) -> None:
        self._service = service
        self._write = runner.hub.runtime.store.write
        self._faults = list(faults)
        self.taken: list[Any] = []
        monkeypatch.setattr(runner.hub.runtime.store, "write", self._write_or_fail)

    async def _write_or_fail(self, service: Any, account_id: int, item: Any) -> Any:
        if service is self._service:
            self.taken.append(item)
            fault = self._faults.pop(0) if self._faults else None
            if fault is not None:
                raise fault
        return await self._write(service, account_id, item)


THREE_PARTS = "".join(f"{number}@example.test\n" for number in range(2 * importing.PART + 1))


async def test_a_full_gate_refuses_a_file_that_has_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with own_runner(tmp_path) as runner:
        faults = Faults(runner, monkeypatch, GateFull(), service=begin_imports)
        await runner.run(Case(label="", ask=post(BATCH, file(THREE_PARTS)), status=503))
        assert len(faults.taken) == 1


async def test_a_full_gate_holds_up_a_file_that_has_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PAUSE_S", 0)
    async with own_runner(tmp_path) as runner:
        faults = Faults(runner, monkeypatch, None, GateFull(), GateFull())
        report = (await runner.send(post(BATCH, file(THREE_PARTS)))).json()
        assert counts(report) == (1001, 1001, 0, 0, 0)
        assert [step.limit for step in faults.taken] == [500] * 5, "three parts, the second one three times"


async def test_a_gate_that_stays_full_ends_the_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PAUSE_S", 0)
    monkeypatch.setattr(importing, "PATIENCE", 2)
    async with own_runner(tmp_path) as runner:
        Faults(runner, monkeypatch, None, GateFull(), GateFull(), GateFull())
        assert (await runner.send(post(BATCH, file(THREE_PARTS)))).status == 503
        assert counts(await imported(runner, file(THREE_PARTS))) == (1001, 501, 0, 500, 0), "the same file goes on"


async def test_a_database_that_is_away_ends_the_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with own_runner(tmp_path) as runner:
        Faults(runner, monkeypatch, None, StorageUnavailable())
        answer = await runner.send(post(BATCH, file(THREE_PARTS)))
        assert answer.status == 503 and answer.header("retry-after")


async def test_a_row_that_the_database_refuses_is_found_among_its_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with own_runner(tmp_path) as runner:

        def picky(tx: Any, account_id: int, saves: Any) -> Any:
            if any(save.patch.email == "3@example.test" for save in saves):
                raise StorageRefused
            return save_contacts(tx, account_id, saves)

        monkeypatch.setattr("linebook.services.import_steps.save_contacts", picky)
        report = (await runner.send(post(BATCH, file("".join(f"{n}@example.test\n" for n in range(8)))))).json()
        assert counts(report) == (8, 7, 0, 0, 1)
        assert report["errors"] == [{"row": 5, "message": "The row holds a value that cannot be stored."}]
