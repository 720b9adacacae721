"""Consent of numbers: two opt-outs that do not know each other, a block, scopes, and a ledger that only grows."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.account import Account
from linebook.core.author import Author
from linebook.core.consent import EVERY_LINE, Consent, ConsentAction
from linebook.core.contact import Contact, SetChange
from linebook.core.phone import Phone
from linebook.errors import InvalidMember, NotFound
from linebook.services.consents import RecordConsent, consent_ledger, consents_of, record_consents
from linebook.services.contact_history import contact_history
from linebook.services.contacts import Match, Saved, SaveKind
from linebook.services.labels import list_tags
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import AUTHOR, delete, get, phone, refusal, run, save, save_all, saving
from tests.kit.clock import START_MS, TestClock
from tests.kit.raw import look

pytestmark = pytest.mark.usefixtures("whole_books")

NUMBER = phone("2065551234")
STRANGER = phone("2065550000")
LINE, OTHER_LINE = 10_001, 10_002

STOP, START = ConsentAction.PERSON_STOP, ConsentAction.PERSON_START
TEAM_STOP, TEAM_START = ConsentAction.TEAM_STOP, ConsentAction.TEAM_START
BLOCK, UNBLOCK, OVERRIDE = ConsentAction.BLOCK, ConsentAction.UNBLOCK, ConsentAction.OVERRIDE


def telling(action: ConsentAction, number: Phone = NUMBER, **rest: Any) -> RecordConsent:
    return RecordConsent(phone=number, action=action, author=AUTHOR, **rest)


def tell(engine: Engine, account_id: int, *actions: ConsentAction | RecordConsent) -> Consent:
    """Record actions one transaction each, and give the number's state on every line."""
    for action in actions:
        told = action if isinstance(action, RecordConsent) else telling(action)
        write_now(engine, record_consents, account_id, told)
    return consent(engine, account_id)


def consent(engine: Engine, account_id: int, line_id: int = EVERY_LINE, number: Phone = NUMBER) -> Consent:
    return engine.read(lambda tx: consents_of(tx, account_id, [number], line_id))[number]


def flags(state: Consent) -> tuple[bool, bool, bool]:
    return state.by_person, state.by_team, state.is_blocked


def ledger(engine: Engine, account_id: int, **rest: Any) -> list[tuple[int, ConsentAction]]:
    entries = engine.read(lambda tx: consent_ledger(tx, account_id, NUMBER, **rest))
    return [(entry.id, entry.action) for entry in entries]


# Refusals.


def test_nobody_keeps_consents(engine: Engine) -> None:
    with pytest.raises(NotFound):
        tell(engine, 99, STOP)


@pytest.mark.parametrize("member", ["word", "evidence"])
def test_a_text_that_cannot_be_stored_is_refused_and_harms_no_neighbour(
    engine: Engine, account: Account, member: str
) -> None:
    bad: dict[str, Any] = {member: "a\0"}
    outcomes = run(
        engine,
        record_consents,
        account.id,
        telling(STOP, **bad),
        telling(BLOCK),
        telling(STOP, STRANGER, **bad | {member: "\ud800"}),
    )
    assert refusal(InvalidMember, outcomes[0]).member == member
    refusal(InvalidMember, outcomes[2])
    assert flags(consent(engine, account.id)) == (False, False, True)
    assert consent(engine, account.id, number=STRANGER).may_text


# The two opt-outs and the block.


def test_a_number_that_nobody_spoke_of_may_be_texted(engine: Engine, account: Account) -> None:
    assert consent(engine, account.id) == Consent(phone=NUMBER)
    assert ledger(engine, account.id) == []


@pytest.mark.parametrize(
    ("actions", "wanted"),
    [
        ([STOP], (True, False, False)),
        ([TEAM_STOP], (False, True, False)),
        ([STOP, TEAM_STOP, BLOCK], (True, True, True)),
        ([STOP, TEAM_START], (True, False, False)),
        ([STOP, TEAM_STOP, TEAM_START], (True, False, False)),
        ([STOP, TEAM_STOP, START], (False, True, False)),
        ([STOP, TEAM_STOP, BLOCK, OVERRIDE], (False, False, True)),
        ([BLOCK, STOP, UNBLOCK], (True, False, False)),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_each_opt_out_is_lifted_by_its_own_side_alone(
    engine: Engine, account: Account, actions: list[ConsentAction], wanted: tuple[bool, bool, bool]
) -> None:
    assert flags(tell(engine, account.id, *actions)) == wanted
    together = [telling(action, STRANGER) for action in actions]
    outcomes = run(engine, record_consents, account.id, *together)
    assert isinstance(outcomes[-1], Consent)
    assert flags(outcomes[-1]) == flags(consent(engine, account.id, number=STRANGER)) == wanted


def test_an_action_that_changes_nothing_leaves_no_entry(engine: Engine, account: Account, clock: TestClock) -> None:
    tell(engine, account.id, STOP)
    clock.advance(10)
    assert tell(engine, account.id, STOP, START, START, TEAM_START, UNBLOCK).changed_ms == START_MS + 10
    assert ledger(engine, account.id) == [(2, START), (1, STOP)]


def test_the_ledger_tells_everything_newest_first(engine: Engine, account: Account, clock: TestClock) -> None:
    tell(engine, account.id, telling(STOP, word="ARRÊT", evidence="message 5", line_id=LINE))
    clock.advance(10)
    tell(engine, account.id, RecordConsent(phone=NUMBER, action=TEAM_STOP, author=Author("import")))
    tell(engine, account.id, telling(BLOCK, STRANGER))
    entries = engine.read(lambda tx: consent_ledger(tx, account.id, NUMBER))
    assert [
        (one.id, one.phone, one.line_id, one.action, one.word, one.evidence, one.at_ms, one.door, one.credential_id)
        for one in entries
    ] == [
        (2, NUMBER, EVERY_LINE, TEAM_STOP, "", "", START_MS + 10, "import", None),
        (1, NUMBER, LINE, STOP, "ARRÊT", "message 5", START_MS, AUTHOR.door, AUTHOR.credential_id),
    ]
    assert ledger(engine, account.id, limit=1) == [(2, TEAM_STOP)]


# Scopes.


def test_a_stop_to_one_line_leaves_the_others_open(engine: Engine, account: Account) -> None:
    tell(engine, account.id, telling(STOP, line_id=LINE))
    assert not consent(engine, account.id, LINE).may_text
    assert consent(engine, account.id, OTHER_LINE).may_text
    assert consent(engine, account.id).may_text


def test_a_stop_to_all_lines_is_not_lifted_by_a_start_to_one(engine: Engine, account: Account) -> None:
    tell(engine, account.id, telling(STOP), telling(TEAM_STOP, line_id=LINE), telling(START, line_id=LINE))
    assert flags(consent(engine, account.id, LINE)) == (True, True, False)
    assert flags(consent(engine, account.id, OTHER_LINE)) == (True, False, False)
    tell(engine, account.id, START)
    assert flags(consent(engine, account.id, LINE)) == (False, True, False)


def test_the_consent_of_many_numbers_is_given_at_once(engine: Engine, account: Account) -> None:
    tell(engine, account.id, STOP)
    found = engine.read(lambda tx: consents_of(tx, account.id, [STRANGER, NUMBER, NUMBER]))
    assert {number: state.may_text for number, state in found.items()} == {NUMBER: False, STRANGER: True}
    assert engine.read(lambda tx: consents_of(tx, account.id, [])) == {}


# Consent and contacts.


@pytest.fixture
def contact(engine: Engine, account: Account) -> Contact:
    return save(engine, account.id, "2065551234", email="ada@example.org", first_name="Ada")


def test_a_contact_whose_consent_changes_counts_as_changed(
    engine: Engine, account: Account, contact: Contact, clock: TestClock
) -> None:
    clock.advance(10)
    tell(engine, account.id, STOP, STOP, TEAM_START)
    after = get(engine, account.id, contact.id)
    assert after is not None
    assert (after.rev, after.change_no, after.updated_ms) == (2, 2, START_MS + 10)
    (change,) = engine.read(lambda tx: contact_history(tx, account.id, contact.id))
    assert (change.action, change.old) == ("update", {"by_person": False})


def test_consent_outlives_its_contact_and_meets_the_next_one(
    engine: Engine, account: Account, contact: Contact
) -> None:
    tell(engine, account.id, STOP, BLOCK)
    delete(engine, account.id, contact.id)
    assert flags(consent(engine, account.id)) == (True, False, True)
    save(engine, account.id, "2065551234", team_opt_out=False)
    assert flags(consent(engine, account.id)) == (True, False, True)


def test_a_save_sets_and_lifts_the_teams_opt_out_and_the_block(
    engine: Engine, account: Account, contact: Contact
) -> None:
    requests: list[dict[str, Any]] = [
        {"team_opt_out": True, "block": True},
        {"team_opt_out": True, "block": True},
        {"team_opt_out": False},
        {"team_opt_out": False, "touches": True},
    ]
    outcomes = [save_all(engine, account.id, saving("2065551234", **told))[0] for told in requests]
    kinds = [outcome.kind for outcome in outcomes if isinstance(outcome, Saved)]
    assert kinds == [SaveKind.UPDATED, SaveKind.UNCHANGED, SaveKind.UPDATED, SaveKind.UPDATED]
    told = [change.old for change in engine.read(lambda tx: contact_history(tx, account.id, contact.id))]
    assert told == [{}, {"by_team": True}, {"by_team": False, "is_blocked": False}]
    assert flags(consent(engine, account.id)) == (False, False, True)
    assert ledger(engine, account.id) == [(3, TEAM_START), (2, BLOCK), (1, TEAM_STOP)]


def test_a_new_contact_may_be_opted_out_from_the_start(engine: Engine, account: Account) -> None:
    (outcome,) = save_all(engine, account.id, saving("2065551234", team_opt_out=True))
    assert isinstance(outcome, Saved)
    assert (outcome.kind, outcome.contact.rev) == (SaveKind.CREATED, 1)
    assert flags(consent(engine, account.id)) == (False, True, False)


@pytest.mark.parametrize("member", ["team_opt_out", "block"])
def test_somebody_without_a_number_cannot_be_opted_out_or_blocked(
    engine: Engine, account: Account, member: str
) -> None:
    ada = save(engine, account.id, None, first_name="Ada", **{member: False})
    told: dict[str, Any] = {member: True, "tags": SetChange(("VIP",))}
    for outcome in save_all(engine, account.id, saving(**told), saving(match=Match(id=ada.id), **told)):
        assert refusal(InvalidMember, outcome).member == "phone"
    assert get(engine, account.id, ada.id) == ada
    assert engine.read(lambda tx: list_tags(tx, account.id)) == []
    assert look(engine, "SELECT * FROM consent") == look(engine, "SELECT * FROM consent_entry") == []


@pytest.mark.parametrize("match", ["id", "uuid", "email"])
def test_a_save_that_names_no_number_never_lifts_a_stop(
    engine: Engine, account: Account, contact: Contact, match: str
) -> None:
    tell(engine, account.id, STOP)
    by, rest = {
        "id": (Match(id=contact.id), {}),
        "uuid": (Match(uuid=contact.uuid), {}),
        "email": (Match(by_email=True), {"email": "ada@example.org"}),
    }[match]
    save_all(engine, account.id, saving(match=by, team_opt_out=True, **rest))  # type: ignore[arg-type]
    assert flags(consent(engine, account.id)) == (True, True, False)


def test_a_number_that_came_with_an_earlier_save_of_the_batch_keeps_its_stop(
    engine: Engine, account: Account, contact: Contact
) -> None:
    tell(engine, account.id, telling(STOP, STRANGER), telling(BLOCK, STRANGER, line_id=LINE))
    save_all(
        engine,
        account.id,
        saving("2065550000", match=Match(id=contact.id)),
        saving(match=Match(id=contact.id), team_opt_out=True),
    )
    assert flags(consent(engine, account.id, LINE, STRANGER)) == (True, True, True)
    assert consent(engine, account.id).may_text


def test_a_new_number_of_a_contact_is_the_one_that_is_opted_out(
    engine: Engine, account: Account, contact: Contact
) -> None:
    save(engine, account.id, "2065550000", match=Match(id=contact.id), team_opt_out=True)
    assert consent(engine, account.id).may_text
    assert flags(consent(engine, account.id, number=STRANGER)) == (False, True, False)


def test_a_refused_save_changes_no_consent(engine: Engine, account: Account, contact: Contact) -> None:
    refused = saving("2065551234", team_opt_out=True, notes="\0", tags=SetChange(("VIP",)))
    refusal(InvalidMember, save_all(engine, account.id, refused)[0])
    assert consent(engine, account.id).may_text
    assert engine.read(lambda tx: list_tags(tx, account.id)) == []


def test_saves_and_words_in_one_batch_count_in_order(engine: Engine, account: Account, contact: Contact) -> None:
    outcomes = run(
        engine,
        record_consents,
        account.id,
        *(telling(action, number) for action in (STOP, TEAM_STOP, START, STOP) for number in (NUMBER, STRANGER)),
    )
    assert [flags(one) for one in outcomes if isinstance(one, Consent)] == [
        state
        for state in ((True, False, False), (True, True, False), (False, True, False), (True, True, False))
        for _ in range(2)
    ]
    after = get(engine, account.id, contact.id)
    assert after is not None
    assert after.rev == 5
    assert [number for number, _ in ledger(engine, account.id)] == [7, 5, 3, 1]
