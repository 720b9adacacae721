"""Imports: begin one, stage its records, finish, cancel, go on. `import_steps.py` applies, `kept_imports.py` reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import msgspec

from linebook.core.author import Author
from linebook.core.contact import check_text
from linebook.core.imports import Chunk, ImportPlan, ImportState
from linebook.errors import DomainError, NotPossible
from linebook.services.accounts import hold_account
from linebook.services.clocks import take_clock
from linebook.services.import_rows import check_plan
from linebook.services.kept_imports import Import, get_import, held_import, keep_rejects, owner_of, save_import
from linebook.services.labels import next_id
from linebook.storage import rows
from linebook.storage.base import Tx

LEASE_MS: Final = 30_000
"""How long an import belongs to whoever works on it; every chunk renews it."""

STAGING_KEPT_MS: Final = 86_400_000
"""How long what was read of a file is kept after nobody read on."""

REPEATS_MAX: Final = 100
"""Most repeated records that a report names; the count has them all."""

NAME_MAX: Final = 255

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class BeginImport(msgspec.Struct, frozen=True, kw_only=True):
    """One request to begin an import. `name` is what the file is called."""

    name: str
    plan: ImportPlan
    author: Author


class StageChunk(msgspec.Struct, frozen=True):
    """One request to hand in further records, in the order of the file."""

    import_id: int
    chunk: Chunk


class FinishStaging(msgspec.Struct, frozen=True):
    """One request to say that the file is over; `apply_imports` has it applied."""

    import_id: int


class WorkOn(msgspec.Struct, frozen=True, kw_only=True):
    """One request to have an import worked on by `owner`; without one whoever comes first does it.

    It stays with somebody else who lives; `instead_of` is known to live no more.
    """

    import_id: int
    owner: str = ""
    instead_of: str = ""


class ReleaseImport(msgspec.Struct, frozen=True):
    """One request to work on an import no longer; somebody else may go on at once."""

    import_id: int
    owner: str


class CancelImport(msgspec.Struct, frozen=True):
    """One request to stop an import where it is."""

    import_id: int


def begin_imports(tx: Tx, account_id: int, requests: Sequence[BeginImport]) -> list[Import | DomainError]:
    """Begin imports, nothing staged yet. Domain error: `InvalidMember` for a plan that no record could be read by."""

    def begin(request: BeginImport) -> Import:
        check_text("name", request.name, NAME_MAX)
        check_plan(request.plan)
        import_id = next_id(tx, account_id, "import", 1)
        tx.run(
            "insert_import",
            account_id=account_id,
            id=import_id,
            name=request.name,
            state=ImportState.STAGING.value,
            plan=rows.to_json(request.plan),
            door=request.author.door,
            credential_id=request.author.credential_id,
            created_ms=tx.now_ms,
        )
        _sweep_at(tx, account_id, import_id, tx.now_ms + STAGING_KEPT_MS)
        return get_import(tx, account_id, import_id)

    return _each(tx, account_id, requests, begin)


def stage_chunks(tx: Tx, account_id: int, requests: Sequence[StageChunk]) -> list[Import | DomainError]:
    """Stage records; nobody who writes contacts waits for it.

    Domain errors: `NotFound`, and `NotPossible` when the import takes no more.
    """

    def stage(request: StageChunk) -> Import:
        one = held_import(tx, account_id, request.import_id)
        _demand(one, ImportState.STAGING)
        chunk = request.chunk
        if chunk.good:
            tx.run(
                "insert_import_chunk",
                account_id=account_id,
                import_id=one.id,
                first_no=one.good,
                records=chunk.records.decode(),
            )
        keep_rejects(tx, account_id, one, chunk.rejects)
        one.good += chunk.good
        one.repeated += chunk.repeated
        one.repeats += chunk.repeats[: REPEATS_MAX - len(one.repeats)]
        return save_import(tx, account_id, one)

    hold_account(tx, account_id)
    return _outcomes(requests, stage)


def finish_staging(tx: Tx, account_id: int, requests: Sequence[FinishStaging]) -> list[Import | DomainError]:
    """End the staging; the report can be read. Domain errors like `stage_chunks`."""

    def finish(request: FinishStaging) -> Import:
        one = held_import(tx, account_id, request.import_id)
        _demand(one, ImportState.STAGING)
        one.state = ImportState.STAGED
        tx.run("delete_import_work", account_id=account_id, import_id=one.id)
        return save_import(tx, account_id, one)

    return _each(tx, account_id, requests, finish)


def apply_imports(tx: Tx, account_id: int, requests: Sequence[WorkOn]) -> list[Import | DomainError]:
    """Have imports applied, or go on with it. Domain errors: `NotFound`, and `NotPossible` for one that is undone.

    One that is being applied already, by somebody who lives, stays as it is.
    """

    def begin(request: WorkOn) -> Import:
        one = get_import(tx, account_id, request.import_id)
        _demand(one, ImportState.STAGED, ImportState.CANCELLED, ImportState.APPLYING)
        _begin_work(tx, account_id, one, ImportState.APPLYING, request)
        return save_import(tx, account_id, one)

    return _each(tx, account_id, requests, begin)


def undo_imports(tx: Tx, account_id: int, requests: Sequence[WorkOn]) -> list[Import | DomainError]:
    """Have imports undone, or go on with it. Domain errors: `NotFound`, and `NotPossible` while one is applied."""

    def begin(request: WorkOn) -> Import:
        one = get_import(tx, account_id, request.import_id)
        _demand(one, ImportState.DONE, ImportState.CANCELLED, ImportState.UNDOING)
        if one.state is not ImportState.UNDOING:
            one.undo_left = one.applied
        _begin_work(tx, account_id, one, ImportState.UNDOING, request)
        return save_import(tx, account_id, one)

    return _each(tx, account_id, requests, begin)


def cancel_imports(tx: Tx, account_id: int, requests: Sequence[CancelImport]) -> list[Import | DomainError]:
    """Stop imports; what is in the book stays, and the rest can go on, unless the file was not read to its end.

    Domain errors: `NotFound`, `NotPossible` for one that has ended.
    """

    def cancel(request: CancelImport) -> Import:
        one = held_import(tx, account_id, request.import_id)
        _demand(one, ImportState.STAGING, ImportState.STAGED, ImportState.APPLYING)
        if one.state is ImportState.STAGING:
            return _discard(tx, account_id, one)
        one.state = ImportState.CANCELLED
        tx.run("delete_import_work", account_id=account_id, import_id=one.id)
        return save_import(tx, account_id, one)

    return _each(tx, account_id, requests, cancel)


def sweep_stagings(tx: Tx, account_id: int, import_ids: Sequence[int]) -> list[Import | DomainError]:
    """Discard imports whose file nobody has read on for a day; any other stays as it is. Domain error: `NotFound`."""

    def sweep(import_id: int) -> Import:
        one = held_import(tx, account_id, import_id)
        if one.state is not ImportState.STAGING:
            return one
        due_ms = one.updated_ms + STAGING_KEPT_MS
        if due_ms < tx.now_ms:
            return _discard(tx, account_id, one)
        _sweep_at(tx, account_id, import_id, due_ms)
        return one

    return _each(tx, account_id, import_ids, sweep)


def release_imports(tx: Tx, account_id: int, requests: Sequence[ReleaseImport]) -> list[DomainError | None]:
    """Give leases back. One that is not (any more) the owner's stays as it is."""

    def release(request: ReleaseImport) -> None:
        if owner_of(tx, account_id, request.import_id) == request.owner:
            tx.run("save_import_work", account_id=account_id, import_id=request.import_id, owner="", until_ms=0)

    return _each(tx, account_id, requests, release)


def _begin_work(tx: Tx, account_id: int, one: Import, state: ImportState, request: WorkOn) -> None:
    row = tx.one("import_work", account_id=account_id, import_id=one.id)
    one.state = state
    if row is not None and row[0] not in ("", request.owner, request.instead_of) and row[1] >= tx.now_ms:
        return
    until_ms = tx.now_ms + LEASE_MS if request.owner else 0
    tx.run("save_import_work", account_id=account_id, import_id=one.id, owner=request.owner, until_ms=until_ms)


def _discard(tx: Tx, account_id: int, one: Import) -> Import:
    tx.run("delete_import_chunks", account_id=account_id, import_id=one.id)
    tx.run("delete_import_work", account_id=account_id, import_id=one.id)
    one.state, one.good = ImportState.DISCARDED, 0
    return save_import(tx, account_id, one)


def _sweep_at(tx: Tx, account_id: int, import_id: int, due_ms: int) -> None:
    """Have whoever looks for work find a file that is being read, once nobody can be reading it any more."""
    tx.run("save_import_work", account_id=account_id, import_id=import_id, owner="", until_ms=due_ms)


def _demand(one: Import, *states: ImportState) -> None:
    if one.state in states:
        return
    if one.state is ImportState.STAGING:
        raise NotPossible(f"The file of import {one.id} was not read to its end: import it again.")
    raise NotPossible(f"Import {one.id} is {one.state.value}.")


def _each(
    tx: Tx, account_id: int, requests: Sequence[Request], work: Callable[[Request], Answer]
) -> list[Answer | DomainError]:
    # One at a time: the account's clock keeps other steps away.
    take_clock(tx, account_id)
    return _outcomes(requests, work)


def _outcomes(requests: Sequence[Request], work: Callable[[Request], Answer]) -> list[Answer | DomainError]:
    outcomes: list[Answer | DomainError] = []
    for request in requests:
        try:
            outcomes.append(work(request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes
