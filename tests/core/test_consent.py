"""Who may set and lift which of the two opt-outs and the block, and which state counts on a line."""

from __future__ import annotations

import itertools

import pytest

from linebook.core.consent import EVERY_LINE, Consent, ConsentAction, apply, effective
from linebook.core.phone import Phone

NUMBER = Phone("+12065551234")
STRANGER = Phone("+12065559999")
THEN, NOW = 1_000, 2_000

EFFECTS = {
    ConsentAction.PERSON_STOP: {"by_person": True},
    ConsentAction.PERSON_START: {"by_person": False},
    ConsentAction.TEAM_STOP: {"by_team": True},
    ConsentAction.TEAM_START: {"by_team": False},
    ConsentAction.OVERRIDE: {"by_person": False, "by_team": False},
    ConsentAction.BLOCK: {"is_blocked": True},
    ConsentAction.UNBLOCK: {"is_blocked": False},
}
STATES = list(itertools.product([False, True], repeat=3))


def consent(
    by_person: bool = False, by_team: bool = False, is_blocked: bool = False, line_id: int = 0, changed_ms: int = THEN
) -> Consent:
    return Consent(
        phone=NUMBER,
        line_id=line_id,
        by_person=by_person,
        by_team=by_team,
        is_blocked=is_blocked,
        changed_ms=changed_ms,
    )


def test_every_action_is_covered_here() -> None:
    assert set(EFFECTS) == set(ConsentAction)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ConsentAction)
def test_an_action_sets_its_own_members_and_leaves_the_others(
    action: ConsentAction, state: tuple[bool, bool, bool]
) -> None:
    before = consent(*state)
    after = apply(before, action, NOW)
    wanted = dict(zip(("by_person", "by_team", "is_blocked"), state, strict=True)) | EFFECTS[action]
    assert (after.by_person, after.by_team, after.is_blocked) == tuple(wanted.values())
    assert (after.phone, after.line_id) == (before.phone, before.line_id)
    if tuple(wanted.values()) == state:
        assert after is before
    else:
        assert after.changed_ms == NOW


@pytest.mark.parametrize("action", [ConsentAction.TEAM_START, ConsentAction.UNBLOCK, ConsentAction.TEAM_STOP])
def test_the_team_never_lifts_what_the_person_asked_for(action: ConsentAction) -> None:
    assert apply(consent(by_person=True, by_team=True), action, NOW).by_person
    assert apply(consent(by_person=True), action, NOW).is_opted_out


@pytest.mark.parametrize("state", STATES)
def test_a_text_may_be_sent_only_when_nothing_speaks_against_it(state: tuple[bool, bool, bool]) -> None:
    by_person, by_team, is_blocked = state
    assert consent(*state).is_opted_out == (by_person or by_team)
    assert consent(*state).may_text == (not (by_person or by_team or is_blocked))


@pytest.mark.parametrize(
    ("states", "line_id", "wanted"),
    [
        ([], 5, consent(line_id=5, changed_ms=0)),
        ([consent(by_person=True)], 5, consent(by_person=True, line_id=5)),
        ([consent(by_person=True, line_id=5)], 5, consent(by_person=True, line_id=5)),
        ([consent(by_person=True, line_id=5)], 6, consent(line_id=6, changed_ms=0)),
        ([consent(by_person=True, line_id=5)], EVERY_LINE, consent(changed_ms=0)),
        (
            [consent(by_team=True), consent(by_person=True, line_id=5, changed_ms=NOW)],
            5,
            consent(True, True, line_id=5, changed_ms=NOW),
        ),
        ([consent(is_blocked=True), consent(line_id=5)], 5, consent(is_blocked=True, line_id=5)),
    ],
)
def test_the_account_and_the_line_close_each_on_their_own(states: list[Consent], line_id: int, wanted: Consent) -> None:
    assert effective(NUMBER, states, line_id) == wanted


def test_another_number_has_no_say() -> None:
    states = [Consent(phone=STRANGER, by_person=True, by_team=True, is_blocked=True, changed_ms=NOW)]
    assert effective(NUMBER, states).may_text
    assert not effective(STRANGER, states).may_text
