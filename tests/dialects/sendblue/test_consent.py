"""Opting out, by the call of its own and as a member of a contact: the team's word, and never the person's."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.consent import ConsentAction
from linebook.core.phone import Phone
from linebook.services.consents import RecordConsent, consent_ledger, record_consents
from tests.dialects.sendblue.asking import answered, found, listed, saved, updated
from tests.dialects.sendblue.form import BULK, CONTACTS, COUNT, OPT_OUT, VERIFY, delete, get, post, refused
from tests.dialects.sendblue.tenants import ADA, AUTHOR
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

STRANGER = "+12065550166"

REFUSED: list[tuple[Any, dict[str, object]]] = [
    ({}, refused("Missing fields", "number")),
    ({"number": None}, refused("Missing fields", "number")),
    ({"number": " "}, refused("Missing fields", "number")),
    ({"phone_number": ADA}, refused("Missing fields", "number")),
    ({"number": "abc"}, refused("Invalid phone number", "number")),
    ({"number": "5551234"}, refused("Invalid phone number", "number")),
    ({"number": 5}, refused("number: Expected `str | null`, got `int`", "number")),
]


@pytest.mark.parametrize("path", [OPT_OUT, VERIFY])
@pytest.mark.parametrize(("body", "answer"), REFUSED, ids=[str(body) for body, _ in REFUSED])
async def test_a_number_that_cannot_be_used(path: str, body: Any, answer: dict[str, object], guest: Runner) -> None:
    await guest.run(Case(label="", ask=post(path, body), status=400, body=answer))


async def test_a_flag_that_is_none_is_refused(guest: Runner) -> None:
    asked = post(OPT_OUT, {"number": ADA, "opted_out": "false"})
    await guest.run(Case(label="", ask=asked, status=400, blames="opted_out"))


async def opted_out(runner: Runner, number: str, **members: Any) -> Any:
    """Opt a number out, or in, and give the state in force."""
    answer = await answered(runner, post(OPT_OUT, {"number": number, **members}))
    assert answer.keys() == {"status", "number", "opted_out"}
    return answer["opted_out"]


async def stop(runner: Runner, number: str) -> None:
    """Record that the person texted STOP."""
    change = RecordConsent(phone=Phone.stored(number), action=ConsentAction.PERSON_STOP, author=AUTHOR, word="STOP")
    await runner.hub.runtime.store.write(record_consents, int(runner.names["account_id"]), change)


@both_engines
async def test_opting_out_and_in_again_shows_everywhere(runner: Runner) -> None:
    assert await opted_out(runner, "(206) 555-0101") is True
    assert (await found(runner, ADA))["opt_out"] is True
    assert [one["opt_out"] for one in await listed(runner)] == [True]
    assert (await saved(runner, ADA, first_name="Eve"))["opt_out"] is True
    assert await opted_out(runner, ADA, opted_out=None) is True
    assert await opted_out(runner, ADA, opted_out=False) is False
    assert (await found(runner, ADA))["opt_out"] is False


@both_engines
async def test_the_answer_has_the_number_in_its_complete_form(runner: Runner) -> None:
    answer = await answered(runner, post(OPT_OUT, {"number": "206 555 0166", "opted_out": True}))
    assert answer == {"status": "OK", "number": STRANGER, "opted_out": True}


@both_engines
async def test_a_number_without_a_contact_keeps_its_consent_for_when_it_has_one(runner: Runner) -> None:
    assert await opted_out(runner, STRANGER) is True
    assert (await answered(runner, get(COUNT)))["count"] == 1
    contact = (await answered(runner, post(CONTACTS, {"number": STRANGER})))["contact"]
    assert contact["opt_out"] is True
    await answered(runner, delete(f"{CONTACTS}/{STRANGER}"))
    assert (await saved(runner, STRANGER))["opt_out"] is True


@both_engines
@pytest.mark.parametrize("name", ["opt_out", "optOut"])
async def test_an_update_writes_the_same_record(name: str, runner: Runner) -> None:
    assert (await updated(runner, ADA, **{name: True}))["opt_out"] is True
    account_id = int(runner.names["account_id"])
    ledger = runner.hub.runtime.store.engine.read(lambda tx: consent_ledger(tx, account_id, Phone.stored(ADA)))
    assert [(one.action, one.door) for one in ledger] == [(ConsentAction.TEAM_STOP, "sendblue")]
    assert (await updated(runner, ADA, first_name="Eve"))["opt_out"] is True
    assert (await updated(runner, ADA, **{name: False}))["opt_out"] is False


async def test_the_preferred_spelling_of_the_flag_wins(runner: Runner) -> None:
    assert (await updated(runner, ADA, opt_out=True, optOut=False))["opt_out"] is True


@both_engines
async def test_nothing_that_a_program_sends_lifts_the_stop_of_a_person(runner: Runner) -> None:
    await stop(runner, ADA)
    assert await opted_out(runner, ADA, opted_out=False) is True
    assert (await updated(runner, ADA, opt_out=False))["opt_out"] is True
    assert (await saved(runner, ADA))["opt_out"] is True
    many = await answered(runner, post(BULK, {"contacts": [{"phone": ADA, "opt_out": False}]}))
    assert many["contacts"][0]["opt_out"] is True


async def test_opting_out_twice_leaves_one_entry(runner: Runner) -> None:
    await opted_out(runner, ADA)
    await runner.run(Case(label="", ask=post(OPT_OUT, {"number": ADA})))


async def test_a_verification_of_a_stranger_makes_no_contact(guest: Runner) -> None:
    await guest.run(Case(label="", ask=post(VERIFY, {"number": STRANGER}), body={"status": "OK"}))
