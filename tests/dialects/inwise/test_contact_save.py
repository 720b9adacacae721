"""POST /contacts: which contact is meant, what is refused, and what becomes of keys, fields and groups."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from linebook.services.contact_history import contact_history
from tests.dialects.inwise.asking import contact_of, refused, saved
from tests.dialects.inwise.form import CONTACTS, get, post
from tests.dialects.inwise.tenants import ADA_EMAIL, ADA_MOBILE
from tests.kit.builders import save
from tests.kit.invariants import check_book
from tests.kit.wire import Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEN_EMAIL, BEN_MOBILE = "ben@example.test", "972501234502"
NEW_EMAIL, NEW_MOBILE = "new@example.test", "972501234509"


def conflict(email: object = None, mobile: object = None) -> dict[str, object]:
    """Give the refusal of keys that belong to others."""
    message = f"The email exists for contact ID #{email}." if email else ""
    message += f"The mobile number exists for contact ID #{mobile}." if mobile else ""
    return {"code": 422, "message": message}


# -- which contact is meant: the decision table


class World:
    """Ada and Ben, and what the table calls their things."""

    def __init__(self, runner: Runner, ada: int, ben: int) -> None:
        self.runner = runner
        self.ids = {"A": ada, "B": ben}


async def world(runner: Runner) -> World:
    ben = await saved(runner, email=BEN_EMAIL, mobile_number=BEN_MOBILE)
    return World(runner, int(runner.names["ada_id"]), ben["id"])


E_ADA, E_BEN, E_NEW = {"email": ADA_EMAIL}, {"email": BEN_EMAIL}, {"email": NEW_EMAIL}
M_ADA, M_BEN, M_NEW = {"mobile_number": ADA_MOBILE}, {"mobile_number": BEN_MOBILE}, {"mobile_number": NEW_MOBILE}

UPDATES = [
    ("both keys of one", E_ADA | M_ADA, "", "A"),
    ("e-mail address alone", E_ADA, "", "A"),
    ("mobile number alone", M_BEN, "", "B"),
    ("address of one, new number", E_ADA | M_NEW, "", "A"),
    ("number of one, new address", M_BEN | E_NEW, "", "B"),
    ("id alone", {}, "A", "A"),
    ("id with its own keys", E_ADA | M_ADA, "A", "A"),
    ("id with new keys", E_NEW | M_NEW, "B", "B"),
    ("id with one own and one new key", E_ADA | M_NEW, "A", "A"),
    ("address in another spelling", {"email": f"  {ADA_EMAIL.upper()} "}, "", "A"),
    ("number in another spelling", {"mobile_number": "+972 (50) 123-45.02"}, "", "B"),
]


@both_engines
@pytest.mark.parametrize(("keys", "by_id", "who"), [row[1:] for row in UPDATES], ids=[row[0] for row in UPDATES])
async def test_keys_name_the_contact_that_is_updated(
    keys: dict[str, str], by_id: str, who: str, runner: Runner
) -> None:
    people = await world(runner)
    body: dict[str, Any] = {**keys, "external_id": "seen"}
    if by_id:
        body["id"] = people.ids[by_id]
    contact = await saved(runner, **body)
    assert contact["id"] == people.ids[who]
    assert contact["external_id"] == "seen"
    for name, value in keys.items():
        given = value.strip() if name == "email" else "".join(filter(str.isdigit, value))
        assert contact[name] == given, "the keys that are given are the contact's now"
    assert contact == await contact_of(runner, contact["id"])
    check_book(runner.hub.runtime.store.engine, int(runner.names["account_id"]))


CONFLICTS = [
    ("two people", E_ADA | M_BEN, "", "A", "B"),
    ("two people, the other way", E_BEN | M_ADA, "", "B", "A"),
    ("id, address of another", E_BEN, "A", "B", ""),
    ("id, number of another", M_BEN, "A", "", "B"),
    ("id, both of another", E_BEN | M_BEN, "A", "B", "B"),
    ("id, own address, number of another", E_ADA | M_BEN, "A", "", "B"),
]


@both_engines
@pytest.mark.parametrize(
    ("keys", "by_id", "email", "mobile"), [row[1:] for row in CONFLICTS], ids=[row[0] for row in CONFLICTS]
)
async def test_keys_of_two_people_are_refused_with_the_documented_words(
    keys: dict[str, str], by_id: str, email: str, mobile: str, runner: Runner
) -> None:
    people = await world(runner)
    body: dict[str, Any] = {**keys, "external_id": "never", "add_to_groups_ids": [9], "clear_existing_fields": True}
    if by_id:
        body["id"] = people.ids[by_id]
    await refused(runner, body, 422, conflict(people.ids.get(email), people.ids.get(mobile)))


async def test_the_words_of_a_conflict_stand_in_the_answer_as_they_are(runner: Runner) -> None:
    people = await world(runner)
    answer = await runner.send(post(CONTACTS, E_ADA | M_BEN))
    text = (
        f"The email exists for contact ID #{people.ids['A']}."
        f"The mobile number exists for contact ID #{people.ids['B']}."
    )
    assert text.encode() in answer.body


@both_engines
async def test_a_new_contact_gets_an_id_and_another_one_the_next(runner: Runner) -> None:
    first, second = await saved(runner, **E_NEW), await saved(runner, **M_NEW)
    assert 0 < first["id"] < second["id"] < 2**31
    assert (first["email"], first["mobile_number"]) == (NEW_EMAIL, None)
    assert (second["email"], second["mobile_number"]) == (None, NEW_MOBILE)
    assert first["confirmation_status"] == "confirmed"
    assert first["fields"] == [] and first["groups_ids"] == [] and first["external_id"] is None


async def test_an_old_key_is_free_when_another_has_replaced_it(runner: Runner) -> None:
    ada = await saved(runner, **E_ADA, **M_NEW)
    other = await saved(runner, **M_ADA)
    assert other["id"] != ada["id"]
    engine, account_id = runner.hub.runtime.store.engine, int(runner.names["account_id"])
    changes = engine.read(lambda tx: contact_history(tx, account_id, ada["id"]))
    assert changes[0].old["phone"] == f"+{ADA_MOBILE}", "the number that was replaced is in the history"


async def test_blank_and_null_keys_say_nothing(runner: Runner) -> None:
    contact = await saved(runner, id=int(runner.names["ada_id"]), email="", mobile_number=None)
    assert (contact["email"], contact["mobile_number"]) == (ADA_EMAIL, ADA_MOBILE)


async def test_an_external_id_is_no_key(runner: Runner) -> None:
    first, second = (
        await saved(runner, **E_NEW, external_id="string"),
        await saved(runner, **M_NEW, external_id="string"),
    )
    assert first["id"] != second["id"]
    assert (await saved(runner, **E_NEW))["external_id"] == "string", "absent keeps it"
    assert (await saved(runner, **E_NEW, external_id=""))["external_id"] is None, "empty empties it"
    assert (await saved(runner, **E_NEW, external_id=88))["external_id"] == "88"


@both_engines
async def test_two_posts_at_once_of_a_new_address_make_one_contact(runner: Runner) -> None:
    rivals = [Runner(runner.form, runner.hub, runner.tenant) for _ in range(8)]
    answers = await asyncio.gather(*(one.send(post(CONTACTS, E_NEW)) for one in rivals))
    for one in rivals:
        await one.close()
    assert [answer.status for answer in answers] == [200] * 8
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await runner.send(get(CONTACTS))).json()) == 2


# -- an address that two people share


async def share(runner: Runner) -> tuple[int, int]:
    """Give Ada, who claimed her address, and somebody whom another door gave the same one."""
    engine, account_id = runner.hub.runtime.store.engine, int(runner.names["account_id"])
    other = save(engine, account_id, "2065550123", email=ADA_EMAIL)
    return int(runner.names["ada_id"]), other.id


async def test_a_shared_address_names_the_one_who_claimed_it(runner: Runner) -> None:
    ada, _ = await share(runner)
    assert (await saved(runner, **E_ADA))["id"] == ada


async def test_the_other_owner_of_a_shared_address_can_be_saved_as_read(runner: Runner) -> None:
    _, other = await share(runner)
    shown = await contact_of(runner, other)
    again = await saved(runner, id=other, email=shown["email"], mobile_number=shown["mobile_number"])
    assert again["id"] == other
    by_keys = await saved(runner, email=shown["email"], mobile_number=shown["mobile_number"])
    assert by_keys["id"] == other, "both keys are this contact's own"


async def test_a_shared_address_that_the_first_one_gave_up_is_claimed_by_the_next_save(runner: Runner) -> None:
    ada, other = await share(runner)
    await saved(runner, id=ada, email=NEW_EMAIL)
    await saved(runner, id=other, email=ADA_EMAIL)
    assert (await saved(runner, **E_ADA))["id"] == other


# -- what counts as a change


async def test_a_call_that_changes_nothing_counts_as_a_change(runner: Runner) -> None:
    first = await saved(runner, **E_NEW)
    engine, account_id = runner.hub.runtime.store.engine, int(runner.names["account_id"])
    await saved(runner, **E_NEW)
    assert len(engine.read(lambda tx: contact_history(tx, account_id, first["id"]))) == 1
