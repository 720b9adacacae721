"""An import has one outcome for every record, stops and goes on anywhere, and never does anything twice."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from linebook.core.account import Account
from linebook.core.consent import ConsentAction
from linebook.core.contact import SetChange
from linebook.core.imports import Chunk, ImportColumn, ImportState, MatchBy, RecordKind, Repeat
from linebook.errors import InvalidMember, NotFound, NotOurs, NotPossible
from linebook.services.clocks import Clock
from linebook.services.consents import RecordConsent, consents_of, record_consents
from linebook.services.contact_reads import contacts_by_phone, count_contacts
from linebook.services.import_steps import Step, apply_steps
from linebook.services.imports import (
    LEASE_MS,
    STAGING_KEPT_MS,
    BeginImport,
    CancelImport,
    FinishStaging,
    ReleaseImport,
    StageChunk,
    WorkOn,
    apply_imports,
    begin_imports,
    cancel_imports,
    finish_staging,
    release_imports,
    stage_chunks,
    sweep_stagings,
    undo_imports,
)
from linebook.services.kept_imports import get_import, imports_to_work_on, list_imports, owner_of, rejects_after
from linebook.services.labels import list_fields, list_groups, list_tags
from linebook.storage.base import Engine, Tx
from linebook.storage.store import write_now
from tests.kit.builders import AUTHOR, phone, refusal, run, save
from tests.kit.clock import TestClock
from tests.kit.importing import (
    OWNER,
    bring_in,
    counts,
    now,
    outcomes,
    plan_of,
    reasons,
    stage,
    start,
    step,
)
from tests.kit.raw import look

pytestmark = pytest.mark.usefixtures("whole_books")

FILE = "Phone,First name,Email\n2065550101,Ada,ada@example.org\n2065550102,Bo,bo@example.org\n"


def book(engine: Engine, account_id: int) -> dict[str, tuple[str, str]]:
    """Names and addresses by number."""
    found = look(engine, f"SELECT phone, first_name, email FROM contact WHERE account_id = {account_id}")
    return {number: (first_name, email) for number, first_name, email in found}


# Refusals.


@pytest.mark.parametrize("import_id", [0, -1, 1, 2**63])
def test_an_import_that_is_not_there_is_not_found(engine: Engine, account: Account, import_id: int) -> None:
    with pytest.raises(NotFound):
        engine.read(lambda tx: get_import(tx, account.id, import_id))
    for service, request in (
        (finish_staging, FinishStaging(import_id)),
        (apply_imports, WorkOn(import_id=import_id)),
        (undo_imports, WorkOn(import_id=import_id)),
        (cancel_imports, CancelImport(import_id)),
    ):
        refusal(NotFound, run(engine, service, account.id, request)[0])  # type: ignore[arg-type]


def test_an_account_that_is_not_there_begins_none(engine: Engine) -> None:
    request = BeginImport(name="f", plan=plan_of(["Phone"]), author=AUTHOR)
    with pytest.raises(NotFound):
        run(engine, begin_imports, 99, request)


def test_a_plan_that_no_record_could_be_read_by_begins_nothing(engine: Engine, account: Account) -> None:
    bad = BeginImport(name="f", plan=plan_of(["Notes"], [ImportColumn(member="notes")]), author=AUTHOR)
    refusal(InvalidMember, run(engine, begin_imports, account.id, bad)[0])
    unnamed = BeginImport(name="x" * 256, plan=plan_of(["Phone"]), author=AUTHOR)
    refusal(InvalidMember, run(engine, begin_imports, account.id, unnamed)[0])
    assert engine.read(lambda tx: list_imports(tx, account.id)) == []


def test_nothing_is_applied_before_the_file_was_read_to_its_end(engine: Engine, account: Account) -> None:
    begun = write_now(engine, begin_imports, account.id, BeginImport(name="f", plan=plan_of(["Phone"]), author=AUTHOR))
    error = refusal(NotPossible, run(engine, apply_imports, account.id, WorkOn(import_id=begun.id))[0])
    assert "was not read to its end" in error.message


def test_another_accounts_import_is_not_found(engine: Engine, account: Account, other: Account) -> None:
    one = stage(engine, account.id, FILE)
    with pytest.raises(NotFound):
        engine.read(lambda tx: get_import(tx, other.id, one.id))
    refusal(NotFound, run(engine, apply_steps, other.id, Step(one.id, OWNER, 10))[0])


# What works.


@pytest.mark.parametrize("limit", [1, 3, 1_000, 1_300, 5_000])
def test_a_step_takes_records_of_as_many_chunks_as_it_has_room_for(
    engine: Engine, account: Account, limit: int
) -> None:
    size = 2 if limit < 10 else 700
    records = size * 3 - 1
    numbers = "".join(f"20655{number:05}\n" for number in range(records))
    one = start(engine, account.id, stage(engine, account.id, f"Phone\n{numbers}", size=size).id)
    left = records
    while left:
        left -= min(limit, left)
        one = step(engine, account.id, one.id, limit).state
        assert (one.applied, one.created) == (records - left, records - left)
        waiting = look(engine, f"SELECT first_no FROM import_chunk WHERE account_id = {account.id} ORDER BY first_no")
        assert [row[0] for row in waiting] == [no for no in range(0, records, size) if no + size > one.applied and left]
    assert one.state is ImportState.DONE
    found = outcomes(engine, account.id, one.id)
    assert [outcome.number for outcome in found] == list(range(2, records + 2))
    assert len({outcome.contact_id for outcome in found}) == records


def test_all_records_are_looked_at_before_one_is_in_the_book(engine: Engine, account: Account) -> None:
    one = stage(engine, account.id, FILE + "x,Cy,\n2065550101,Ada2,\n")
    assert one.state is ImportState.STAGED
    assert (one.records, one.waiting, counts(one)) == (4, 3, {"failed": 1, "repeated": 1})
    assert one.repeats == [Repeat(5, 2)]
    assert reasons(engine, account.id, one.id) == {4: "Phone: is no phone number"}
    assert book(engine, account.id) == {}


def test_every_record_has_one_outcome_and_a_second_run_changes_nothing(engine: Engine, account: Account) -> None:
    save(engine, account.id, "2065550102", first_name="Bob", company="Acme")
    one = bring_in(engine, account.id, FILE + "x,,\n")
    assert one.state is ImportState.DONE
    assert (one.records, counts(one)) == (3, {"created": 1, "updated": 1, "failed": 1})
    kinds = {outcome.number: outcome.kind for outcome in outcomes(engine, account.id, one.id)}
    assert kinds[2] is RecordKind.CREATED and kinds[3] is RecordKind.UPDATED
    assert book(engine, account.id)["+12065550102"] == ("Bo", "bo@example.org")
    again = bring_in(engine, account.id, FILE)
    assert counts(again) == {"unchanged": 2}
    assert look(engine, f"SELECT count(*) FROM import_chunk WHERE account_id = {account.id}") == [(0,)]


def test_a_record_that_the_book_refuses_takes_no_other_with_it(engine: Engine, account: Account) -> None:
    save(engine, account.id, "2065550101", email="ada@example.org")
    save(engine, account.id, "2065550102", email="bo@example.org")
    text = "Phone,Email\n2065550101,bo@example.org\n2065550103,new@example.org\n"
    one = bring_in(engine, account.id, text, match=MatchBy.BOTH)
    assert counts(one) == {"created": 1, "failed": 1}
    first, second = sorted(row[0] for row in look(engine, "SELECT id FROM contact WHERE created_no <= 2"))
    told = f"the number belongs to contact {first} and the e-mail address to contact {second}"
    assert reasons(engine, account.id, one.id) == {2: told}
    (reject,) = engine.read(lambda tx: rejects_after(tx, account.id, one.id))
    assert reject.cells == ["2065550101", "bo@example.org"]


def test_repeated_records_are_applied_in_their_order(engine: Engine, account: Account) -> None:
    one = bring_in(engine, account.id, "Phone,First name\n2065550101,Ada\n2065550101,Eve\n2065550101,Eve\n")
    assert counts(one) == {"created": 1, "updated": 1, "unchanged": 1, "repeated": 2}
    assert one.repeats == [Repeat(3, 2), Repeat(4, 2)]
    assert book(engine, account.id) == {"+12065550101": ("Eve", "")}


@pytest.mark.parametrize("limits", [[1, 1, 1, 1, 1], [2, 1, 9], [3, 3], [5]])
def test_steps_of_any_size_go_on_at_the_first_record_without_an_outcome(
    engine: Engine, account: Account, limits: list[int]
) -> None:
    text = "Phone,First name\n" + "".join(f"206555010{n},N{n}\n" for n in range(5))
    one = start(engine, account.id, stage(engine, account.id, text, size=3).id)
    for limit in limits:
        if now(engine, account.id, one.id).state is ImportState.APPLYING:
            step(engine, account.id, one.id, limit)
    while now(engine, account.id, one.id).state is ImportState.APPLYING:
        step(engine, account.id, one.id, 2)
    assert counts(now(engine, account.id, one.id)) == {"created": 5}
    assert [one.number for one in outcomes(engine, account.id, one.id)] == [2, 3, 4, 5, 6]
    assert len(book(engine, account.id)) == 5


def test_a_step_that_fails_leaves_nothing_behind(engine: Engine, account: Account) -> None:
    one = start(engine, account.id, stage(engine, account.id, FILE).id)

    class PowerCut(Exception):
        pass

    def cut_off(tx: Any) -> None:
        apply_steps(tx, account.id, [Step(one.id, OWNER, 10)])
        raise PowerCut

    with pytest.raises(PowerCut):
        engine.write(cut_off)
    assert (now(engine, account.id, one.id).applied, book(engine, account.id)) == (0, {})
    step(engine, account.id, one.id, 10)
    assert counts(now(engine, account.id, one.id)) == {"created": 2}


def test_a_record_that_the_database_refuses_fails_alone(engine: Engine, account: Account) -> None:
    one = start(engine, account.id, stage(engine, account.id, FILE).id)
    write_now(engine, apply_steps, account.id, Step(one.id, OWNER, 1, refuses=True))
    step(engine, account.id, one.id, 10)
    assert counts(now(engine, account.id, one.id)) == {"created": 1, "failed": 1}
    assert list(reasons(engine, account.id, one.id)) == [2]


def test_an_empty_file_is_done_at_once(engine: Engine, account: Account) -> None:
    one = bring_in(engine, account.id, "Phone,First name\n")
    assert (one.state, one.records) == (ImportState.DONE, 0)


def test_a_cancelled_import_stays_where_it_is_and_can_go_on(engine: Engine, account: Account) -> None:
    one = start(engine, account.id, stage(engine, account.id, FILE).id)
    step(engine, account.id, one.id, 1)
    cancelled = write_now(engine, cancel_imports, account.id, CancelImport(one.id))
    assert (cancelled.state, cancelled.waiting) == (ImportState.CANCELLED, 1)
    assert step(engine, account.id, one.id, 1).state.applied == 1
    assert engine.read(lambda tx: imports_to_work_on(tx, OWNER)) == []
    start(engine, account.id, one.id)
    step(engine, account.id, one.id, 10)
    assert counts(now(engine, account.id, one.id)) == {"created": 2}
    refusal(NotPossible, run(engine, cancel_imports, account.id, CancelImport(one.id))[0])
    refusal(NotPossible, run(engine, apply_imports, account.id, WorkOn(import_id=one.id))[0])


def test_a_file_that_was_not_read_to_its_end_is_discarded(engine: Engine, account: Account) -> None:
    begun = write_now(engine, begin_imports, account.id, BeginImport(name="f", plan=plan_of(["Phone"]), author=AUTHOR))
    gone = write_now(engine, cancel_imports, account.id, CancelImport(begun.id))
    assert gone.state is ImportState.DISCARDED
    refusal(NotPossible, run(engine, apply_imports, account.id, WorkOn(import_id=begun.id))[0])


# Who works on it.


def test_an_import_belongs_to_who_works_on_it_until_nothing_was_heard_of_them(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    one = start(engine, account.id, stage(engine, account.id, FILE).id, owner="first")
    assert engine.read(lambda tx: imports_to_work_on(tx, "second")) == []
    assert engine.read(lambda tx: imports_to_work_on(tx, "first")) == [(account.id, one.id)]
    refusal(NotOurs, run(engine, apply_steps, account.id, Step(one.id, "second", 1))[0])
    clock.advance(LEASE_MS + 1)
    assert engine.read(lambda tx: imports_to_work_on(tx, "second")) == [(account.id, one.id)]
    step(engine, account.id, one.id, 1, owner="second")
    refusal(NotOurs, run(engine, apply_steps, account.id, Step(one.id, "first", 1))[0])
    assert engine.read(lambda tx: owner_of(tx, account.id, one.id)) == "second"


def test_a_lease_is_given_back_and_taken_from_the_dead(engine: Engine, account: Account) -> None:
    one = start(engine, account.id, stage(engine, account.id, FILE).id, owner="first")
    start(engine, account.id, one.id, owner="second")
    assert engine.read(lambda tx: owner_of(tx, account.id, one.id)) == "first"
    write_now(engine, apply_imports, account.id, WorkOn(import_id=one.id, owner="second", instead_of="first"))
    assert engine.read(lambda tx: owner_of(tx, account.id, one.id)) == "second"
    write_now(engine, release_imports, account.id, ReleaseImport(one.id, "first"))
    assert engine.read(lambda tx: owner_of(tx, account.id, one.id)) == "second"
    write_now(engine, release_imports, account.id, ReleaseImport(one.id, "second"))
    assert engine.read(lambda tx: imports_to_work_on(tx, "third")) == [(account.id, one.id)]


# What the options mean.


def test_an_import_that_only_adds_leaves_who_is_there_but_for_the_groups(engine: Engine, account: Account) -> None:
    save(engine, account.id, "2065550101", first_name="Ada")
    text = "Phone,First name,Unsubscribed\n2065550101,Eve,yes\n2065550102,Bo,\n"
    columns = [ImportColumn(member=one) for one in ("phone", "first_name", "opt_out")]
    one = bring_in(engine, account.id, text, columns=columns, updates=False, groups=("News",), tags=("new",))
    assert counts(one) == {"created": 1, "skipped": 1}
    assert book(engine, account.id) == {"+12065550101": ("Ada", ""), "+12065550102": ("Bo", "")}
    (group,) = engine.read(lambda tx: list_groups(tx, account.id))
    assert (group.name, group.member_count) == ("News", 2)
    found = engine.read(lambda tx: contacts_by_phone(tx, account.id, [phone("2065550101"), phone("2065550102")]))
    assert [len(contact.tags) for contact in found.values()].count(1) == 1
    state = engine.read(lambda tx: consents_of(tx, account.id, [phone("2065550101")]))[phone("2065550101")]
    assert not state.by_team
    again = bring_in(engine, account.id, text, columns=columns, updates=False, groups=("News",), tags=("new",))
    assert counts(again) == {"skipped": 2}


def test_a_blank_cell_leaves_or_clears(engine: Engine, account: Account) -> None:
    save(engine, account.id, "2065550101", first_name="Ada", email="ada@example.org", tags=SetChange(("VIP",)))
    text = "Phone,First name,Email,Tags\n2065550101,,,\n"
    assert counts(bring_in(engine, account.id, text)) == {"unchanged": 1}
    assert counts(bring_in(engine, account.id, text, blank_clears=True)) == {"updated": 1}
    contact = engine.read(lambda tx: contacts_by_phone(tx, account.id, [phone("2065550101")]))[phone("2065550101")]
    assert (contact.first_name, contact.email, contact.tags) == ("", "", ())


def test_tags_groups_fields_and_flags_come_from_cells(engine: Engine, account: Account) -> None:
    text = 'Phone,Tags,Groups,City,Opted\n2065550101,VIP; new,"News|Team",London,yes\n'
    columns = [
        ImportColumn(member="phone"),
        ImportColumn(member="tags"),
        ImportColumn(member="groups"),
        ImportColumn(member="field", field="City"),
        ImportColumn(member="opt_out"),
    ]
    assert counts(bring_in(engine, account.id, text, columns=columns)) == {"created": 1}
    assert [tag.name for tag in engine.read(lambda tx: list_tags(tx, account.id))] == ["VIP", "new"]
    assert [group.name for group in engine.read(lambda tx: list_groups(tx, account.id))] == ["News", "Team"]
    (field,) = engine.read(lambda tx: list_fields(tx, account.id))
    contact = engine.read(lambda tx: contacts_by_phone(tx, account.id, [phone("2065550101")]))[phone("2065550101")]
    assert (field.label, contact.fields) == ("City", {field.id: "London"})
    state = engine.read(lambda tx: consents_of(tx, account.id, [phone("2065550101")]))[phone("2065550101")]
    assert (state.by_team, state.by_person) == (True, False)
    assert counts(bring_in(engine, account.id, text, columns=columns)) == {"unchanged": 1}


def test_an_import_never_lifts_a_persons_own_stop(engine: Engine, account: Account) -> None:
    number = phone("2065550101")
    stops = [
        RecordConsent(phone=number, action=action, author=AUTHOR)
        for action in (ConsentAction.PERSON_STOP, ConsentAction.TEAM_STOP)
    ]
    run(engine, record_consents, account.id, *stops)
    columns = [ImportColumn(member="phone"), ImportColumn(member="opt_out")]
    bring_in(engine, account.id, "Phone,Opted\n2065550101,no\n", columns=columns)
    state = engine.read(lambda tx: consents_of(tx, account.id, [number]))[number]
    assert (state.by_person, state.by_team) == (True, False)


def test_chosen_free_ids_are_kept_and_taken_ones_fail(engine: Engine, account: Account) -> None:
    text = "Id,Phone,First name\n41,2065550101,Ada\n42,,Bo\n41,2065550103,Cy\n42,,Bob\n"
    one = bring_in(engine, account.id, text)
    assert counts(one) == {"created": 2, "updated": 1, "failed": 1}
    assert reasons(engine, account.id, one.id) == {4: "the id is taken"}
    found = look(engine, f"SELECT id, first_name FROM contact WHERE account_id = {account.id} ORDER BY account_id, id")
    assert found == [(41, "Ada"), (42, "Bob")]
    assert counts(bring_in(engine, account.id, "Id,Phone,First name\n42,,Bob\n41,2065550101,Ada\n")) == {"unchanged": 2}


def test_a_record_without_a_number_is_known_by_its_address(engine: Engine, account: Account) -> None:
    text = "Phone,Email,First name\n,ada@example.org,Ada\n2065550102,ada@example.org,Bo\n"
    assert counts(bring_in(engine, account.id, text)) == {"created": 2}
    assert counts(bring_in(engine, account.id, text)) == {"unchanged": 2}
    assert engine.read(lambda tx: count_contacts(tx, account.id)) == 2


def test_imports_are_listed_newest_first(engine: Engine, account: Account) -> None:
    for _ in range(3):
        stage(engine, account.id, FILE)
    assert [one.id for one in engine.read(lambda tx: list_imports(tx, account.id, limit=2))] == [3, 2]
    assert [one.id for one in engine.read(lambda tx: list_imports(tx, account.id, before_id=2))] == [1]


def test_a_file_that_nobody_reads_on_is_discarded_after_a_day(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    begin = BeginImport(name="people.csv", plan=plan_of(["Phone"]), author=AUTHOR)
    one = write_now(engine, begin_imports, account.id, begin)
    clock.advance(STAGING_KEPT_MS // 2)
    chunk = Chunk(b'[[2,["+12065550101"]]]', 1, [], [], 0)
    write_now(engine, stage_chunks, account.id, StageChunk(one.id, chunk))
    clock.advance(STAGING_KEPT_MS // 2 + 1)
    # Found a day after it was begun, and somebody has read on since.
    assert engine.read(lambda tx: imports_to_work_on(tx, "anybody")) == [(account.id, one.id)]
    assert write_now(engine, sweep_stagings, account.id, one.id).state is ImportState.STAGING
    assert engine.read(lambda tx: imports_to_work_on(tx, "anybody")) == []
    clock.advance(STAGING_KEPT_MS // 2)
    assert engine.read(lambda tx: imports_to_work_on(tx, "anybody")) == [(account.id, one.id)]
    swept = write_now(engine, sweep_stagings, account.id, one.id)
    assert (swept.state, swept.records) == (ImportState.DISCARDED, 0)
    assert engine.read(lambda tx: imports_to_work_on(tx, "anybody")) == []
    assert look(engine, "SELECT count(*) FROM import_chunk") == [(0,)]
    refusal(NotPossible, run(engine, stage_chunks, account.id, StageChunk(one.id, chunk))[0])


def test_a_file_that_was_read_to_its_end_is_kept_however_long_it_waits(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    one = stage(engine, account.id, FILE)
    clock.advance(10 * STAGING_KEPT_MS)
    assert engine.read(lambda tx: imports_to_work_on(tx, "anybody")) == []
    assert write_now(engine, sweep_stagings, account.id, one.id).state is ImportState.STAGED
    assert now(engine, account.id, one.id).waiting == 2


def test_a_transaction_knows_whether_somebody_waits_for_it(engine: Engine, account: Account) -> None:
    def waits(tx: Tx) -> bool:
        row = tx.one("somebody_waits")
        return row is not None and bool(row[0])

    def hold(tx: Tx) -> tuple[bool, bool]:
        Clock(tx, account.id)
        before = waits(tx)
        other.start()
        until_s = time.monotonic() + (10 if engine.name == "postgres" else 0)
        while not (found := waits(tx)) and time.monotonic() < until_s:
            pass
        return before, found

    other = threading.Thread(target=save, args=(engine, account.id, "2065550101"))
    told = engine.write(hold)
    other.join()
    # SQLite's writers look again and again, and nobody can tell.
    assert told == (False, engine.name == "postgres")
    assert engine.read(lambda tx: count_contacts(tx, account.id)) == 1
