"""POST /contacts: which contact is meant, what is refused, and what becomes of keys, fields and groups."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from linebook.core.contact import SetChange
from linebook.services.contacts import contact_history
from tests.dialects.inwise.form import CONTACTS, FORM, GROUPS, bad, get, missing, post, unknown
from tests.dialects.inwise.tenants import ADA_EMAIL, ADA_MOBILE, GROUP, add_tenant
from tests.kit.builders import save
from tests.kit.hub import RunningHub
from tests.kit.invariants import check_book
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEN_EMAIL, BEN_MOBILE = "ben@example.test", "972501234502"
NEW_EMAIL, NEW_MOBILE = "new@example.test", "972501234509"


def conflict(email: object = None, mobile: object = None) -> dict[str, object]:
    """Give the refusal of keys that belong to others."""
    message = f"The email exists for contact ID #{email}." if email else ""
    message += f"The mobile number exists for contact ID #{mobile}." if mobile else ""
    return {"code": 422, "message": message}


async def saved(runner: Runner, **body: Any) -> dict[str, Any]:
    """Save a contact that must be accepted, and give it."""
    answer = await runner.run(Case(label="", ask=post(CONTACTS, body), changes=True))
    contact: dict[str, Any] = answer.json()
    return contact


async def contact_of(runner: Runner, contact_id: int) -> dict[str, Any]:
    """Give a contact as it is shown now."""
    contact: dict[str, Any] = (await runner.send(get(f"{CONTACTS}/{contact_id}"))).json()
    return contact


async def refused(runner: Runner, body: Any, status: int, answer: dict[str, object]) -> None:
    """Send what must be refused; the runner sees to it that nothing is changed."""
    await runner.run(Case(label="", ask=post(CONTACTS, body), status=status, body=answer))


# -- refusals

BAD_BODIES: list[tuple[str, Any, dict[str, object]]] = [
    ("nothing", {}, missing("email")),
    ("nulls", {"id": None, "email": None, "mobile_number": None}, missing("email")),
    ("blanks", {"id": 0, "email": " ", "mobile_number": "\t"}, missing("email")),
    ("members that are not known", {"Email": "x@example.test", "phone": "972501234500"}, missing("email")),
    ("other members only", {"fields": [{"name": "field1", "content": "x"}], "external_id": "7"}, missing("email")),
    ("a negative id", {"id": -5, "email": "x@example.test"}, bad("id")),
    ("an id of letters", {"id": "x", "email": "x@example.test"}, bad("id")),
    ("an id that is an object", {"id": {}, "email": "x@example.test"}, bad("id")),
    ("an id that is true", {"id": True, "email": "x@example.test"}, bad("id")),
    *(
        (f"the e-mail address {email!r}", {"email": email}, bad("email"))
        for email in (
            "None",
            "x",
            "x@",
            "@example.test",
            "x@example",
            "x@y@example.test",
            "x y@example.test",
            "x@exam ple.test",
            "x@example.test\u2003y",
            "x\0@example.test",
            "x" * 250 + "@example.test",
            17,
        )
    ),
    ("an address that is an object", {"email": {"a": "x@example.test"}}, bad("email")),
    ("an address that is a list", {"email": ["x@example.test"]}, bad("email")),
    *(
        (f"the mobile number {mobile!r}", {"mobile_number": mobile}, bad("mobile_number"))
        for mobile in (
            "12345",
            "1" * 16,
            "0541-111-11a",
            "five",
            "+",
            "---",
            "972501234500x",
            "9" * 100,
            972501234500.0,
        )
    ),
    ("a mobile number that is true", {"mobile_number": True}, bad("mobile_number")),
    (
        "a country code of letters",
        {"mobile_number": "0541111111", "mobile_number_default_country_code": "il"},
        bad("mobile_number_default_country_code"),
    ),
    (
        "a flag that is none",
        {"mobile_number": "0541111111", "trim_mobile_number_leading_zero": "perhaps"},
        bad("trim_mobile_number_leading_zero"),
    ),
    ("a status that is none", {"email": "x@example.test", "confirmation_status": "maybe"}, bad("confirmation_status")),
    ("a status that is a number", {"email": "x@example.test", "confirmation_status": 1}, bad("confirmation_status")),
    *(
        (f"the field {name!r}", {"email": "x@example.test", "fields": [{"name": name, "content": "x"}]}, bad("fields"))
        for name in (
            "first_name",
            "field",
            "field0",
            "0",
            "fieldx",
            "#field1",
            "field1#",
            "-1",
            "",
            None,
            "field1 field2",
        )
    ),
    ("a field without a name", {"email": "x@example.test", "fields": [{"content": "x"}]}, bad("fields")),
    ("a field that is text", {"email": "x@example.test", "fields": ["field1"]}, bad("fields")),
    ("fields that are a number", {"email": "x@example.test", "fields": 1}, bad("fields")),
    (
        "a field number in the range we count in",
        {"email": "x@example.test", "fields": [{"name": "field10001", "content": "x"}]},
        bad("fields"),
    ),
    (
        "a content that is an object",
        {"email": "x@example.test", "fields": [{"name": "field3", "content": {"a": 1}}]},
        bad("fields"),
    ),
    (
        "a content that cannot be stored",
        {"email": "x@example.test", "fields": [{"name": "field3", "content": "a\0b"}]},
        bad("fields"),
    ),
    (
        "a first name that cannot be stored",
        {"email": "x@example.test", "fields": [{"name": "field1", "content": "a\0b"}]},
        bad("fields"),
    ),
    (
        "too many fields",
        {"email": "x@example.test", "fields": [{"name": "field3", "content": "x"}] * 1001},
        bad("fields"),
    ),
    ("a group of letters", {"email": "x@example.test", "add_to_groups_ids": ["customers"]}, bad("add_to_groups_ids")),
    ("a group with a part", {"email": "x@example.test", "add_to_groups_ids": [1.5]}, bad("add_to_groups_ids")),
    (
        "a group in the range we count in",
        {"email": "x@example.test", "add_to_groups_ids": [1_000_000_001]},
        bad("add_to_groups_ids"),
    ),
    ("too many groups", {"email": "x@example.test", "add_to_groups_ids": [*range(1, 1002)]}, bad("add_to_groups_ids")),
    (
        "left groups of letters",
        {"email": "x@example.test", "remove_from_groups_ids": "x"},
        bad("remove_from_groups_ids"),
    ),
    ("an external id that cannot be stored", {"email": "x@example.test", "external_id": "\0"}, bad("external_id")),
    ("an external id without end", {"email": "x@example.test", "external_id": "x" * 256}, bad("external_id")),
    ("a text", "contact", bad("body")),
    ("a number", 5, bad("body")),
]


@pytest.mark.parametrize(
    ("body", "answer"), [(body, answer) for _, body, answer in BAD_BODIES], ids=[b[0] for b in BAD_BODIES]
)
async def test_a_bad_body_is_refused_and_the_parameter_named(
    body: Any, answer: dict[str, object], guest: Runner
) -> None:
    await refused(guest, body, 400, answer)


@pytest.mark.parametrize("contact_id", ["<unknown_id>", "<foreign_id>", 2**31, 2**63, 2**70])
async def test_an_unknown_id_is_refused_and_no_contact_made_under_it(contact_id: object, guest: Runner) -> None:
    body = {"id": contact_id, "email": "x@example.test"}
    shown = guest.names.get(str(contact_id).strip("<>"), contact_id)
    await refused(guest, body, 404, unknown("Contact", shown))


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


# -- status


@pytest.mark.parametrize(
    ("given", "kept"),
    [("confirmed", "confirmed"), ("UNCONFIRMED", "unconfirmed"), (" Pending ", "pending"), ("", "confirmed")],
)
async def test_a_status_is_taken_in_any_letter_case(given: str, kept: str, runner: Runner) -> None:
    contact = await saved(runner, **E_NEW, confirmation_status=given)
    assert contact["confirmation_status"] == kept
    assert (await saved(runner, **E_NEW))["confirmation_status"] == kept, "absent keeps it"


# -- personal fields


def fields(**contents: object) -> list[dict[str, object]]:
    return [{"name": name, "content": content} for name, content in contents.items()]


def shown(contact: dict[str, Any]) -> dict[str, str]:
    return {field["name"]: field["content"] for field in contact["fields"]}


async def test_fields_one_and_two_are_the_name_that_everybody_sees(runner: Runner) -> None:
    contact = await saved(runner, **E_NEW, fields=fields(field1="Grace", field2="Hopper"))
    assert shown(contact) == {"field1": "Grace", "field2": "Hopper"}
    assert shown(await contact_of(runner, int(runner.names["ada_id"]))) == {"field1": "Ada", "field2": "Lovelace"}


async def test_every_spelling_of_a_field_is_the_same_field(runner: Runner) -> None:
    for name in ("field7", "7", "#field7#", "FIELD7", "#Field007#", " field7 ", 7):
        contact = await saved(runner, **E_NEW, fields=[{"name": name, "content": f"by {name}"}])
        assert shown(contact) == {"field7": f"by {name}"}


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("12/06/1980", "12/06/1980"),
        (" as it is ", " as it is "),
        ("שלום", "שלום"),
        ("\U0001f600", "\U0001f600"),
        (5, "5"),
        (-1.50, "-1.5"),
        (12345678901234567890, "12345678901234567890"),
        (True, "true"),
        (False, "false"),
    ],
)
async def test_a_content_is_kept_as_its_text(content: object, kept: str, runner: Runner) -> None:
    contact = await saved(runner, **E_NEW, fields=[{"name": "field9", "content": content, "type": "string"}])
    assert shown(contact) == {"field9": kept}


async def test_only_named_fields_change_and_empty_ones_are_emptied(runner: Runner) -> None:
    await saved(runner, **E_NEW, fields=fields(field1="Grace", field7="VIP", field8="x", field9="y"))
    contact = await saved(runner, **E_NEW, fields=fields(field7="", field8=None, field21="z"))
    assert shown(contact) == {"field1": "Grace", "field9": "y", "field21": "z"}


async def test_of_a_field_named_twice_the_last_counts(runner: Runner) -> None:
    twice = [{"name": "field7", "content": "one"}, {"name": "7", "content": "two"}]
    assert shown(await saved(runner, **E_NEW, fields=twice)) == {"field7": "two"}


async def test_clearing_empties_every_field_the_name_too_and_nothing_else(runner: Runner) -> None:
    await saved(
        runner,
        **E_ADA,
        fields=fields(field1="Ada", field7="VIP"),
        add_to_groups_ids=[8],
        external_id="crm",
        confirmation_status="pending",
    )
    contact = await saved(runner, **E_ADA, clear_existing_fields=True, fields=fields(field9="left"))
    assert shown(contact) == {"field9": "left"}
    assert contact["mobile_number"] == ADA_MOBILE and contact["external_id"] == "crm"
    assert contact["groups_ids"] == [8, GROUP] and contact["confirmation_status"] == "pending"
    assert shown(await saved(runner, **E_ADA, clear_existing_fields=True)) == {}


async def test_an_account_may_keep_the_name_apart_from_the_fields(hub: RunningHub) -> None:
    runner = Runner(FORM, hub, add_tenant(hub.runtime, name_fields=False))
    contact = await saved(runner, **E_ADA, fields=fields(field1="one"), clear_existing_fields=True)
    assert shown(contact) == {"field1": "one"}
    engine, account_id = hub.runtime.store.engine, int(runner.names["account_id"])
    ada = save(engine, account_id, "2065550111", email="x@example.test", first_name="Grace")
    assert ada.first_name == "Grace"
    assert shown(await saved(runner, id=ada.id, clear_existing_fields=True)) == {}
    assert save(engine, account_id, "2065550111").first_name == "Grace", "the name is no field here"
    await runner.close()


# -- groups


@both_engines
async def test_groups_are_joined_and_left(runner: Runner) -> None:
    joined = await saved(runner, **E_ADA, add_to_groups_ids=[6, 7, 0, -3, 6, "8"])
    assert joined["groups_ids"] == [6, 7, 8, GROUP]
    left = await saved(runner, **E_ADA, add_to_groups_ids=[7, 9], remove_from_groups_ids=[7, 6, 0, 12345])
    assert left["groups_ids"] == [7, 8, 9, GROUP], "what is in both lists is joined"
    only = await saved(runner, **E_ADA, add_to_groups_ids=[9, 10], remove_from_all_other_groups=True)
    assert only["groups_ids"] == [9, 10]
    none = await saved(runner, **E_ADA, remove_from_all_other_groups=True, add_to_groups_ids=[0])
    assert none["groups_ids"] == []
    check_book(runner.hub.runtime.store.engine, int(runner.names["account_id"]))


async def test_an_unknown_group_is_made_under_its_id_and_unknown_ones_to_leave_are_not(runner: Runner) -> None:
    await saved(runner, **E_ADA, add_to_groups_ids=721129, remove_from_groups_ids=[721130])
    groups = (await runner.send(get(GROUPS))).json()
    assert {group["id"]: group["name"] for group in groups} == {GROUP: f"Group {GROUP}", 721129: "Group 721129"}


async def test_groups_left_by_another_door_are_left_here(runner: Runner) -> None:
    engine, account_id = runner.hub.runtime.store.engine, int(runner.names["account_id"])
    contact = await saved(runner, **M_NEW, add_to_groups_ids=[6, 7])
    save(engine, account_id, f"+{NEW_MOBILE}", groups=SetChange(remove=(6,)))
    assert (await contact_of(runner, contact["id"]))["groups_ids"] == [7]


# -- what counts as a change


async def test_a_call_that_changes_nothing_counts_as_a_change(runner: Runner) -> None:
    first = await saved(runner, **E_NEW)
    engine, account_id = runner.hub.runtime.store.engine, int(runner.names["account_id"])
    await saved(runner, **E_NEW)
    assert len(engine.read(lambda tx: contact_history(tx, account_id, first["id"]))) == 1
