"""`POST /api/v2/contacts`: spellings and their rank, numbers, conflicts, upserts, members."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.services.contact_history import contact_history
from linebook.services.contact_reads import contacts_by_uuid
from tests.dialects.sendblue.asking import answered, found, saved
from tests.dialects.sendblue.form import CONTACTS, EXISTS, post, refused
from tests.kit.wire import Ask, Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEW = "+12065550142"
NOT_AN_OBJECT = refused("The body is not a JSON object.")
NUL = "has a character that cannot be stored"

NO_NUMBER: list[Any] = [
    {"first_name": "Ada"},
    {},
    {"number": None},
    {"number": "  ", "phone_number": "", "phoneNumber": None},
]
BAD_NUMBERS: list[Any] = [
    *({"number": one} for one in ("abc", "+0123", "+", "5551234", "12345", "+1", "+1234567890123456", "0" * 11)),
    {"number": "+1206\0"},
    {"number": "x" * 999},
    {"number": "abc", "phone_number": NEW},
]
# What else is in the body, the parameter to blame, and what is said of it.
BAD_VALUES: list[tuple[Any, str, str]] = [
    ({"number": 12065550142}, "number", "Expected `str | null`, got `int`"),
    ({"first_name": ["Ada"]}, "first_name", "Expected `str | null`, got `array`"),
    ({"firstName": 5}, "firstName", "Expected `str | null`, got `int`"),
    ({"tags": "vip"}, "tags", "Expected `array | null`, got `str`"),
    ({"tags": ["vip", 7]}, "tags[1]", "Expected `str`, got `int`"),
    ({"custom_variables": []}, "custom_variables", "Expected `object | null`, got `array`"),
    ({"custom_variables": {"Age": 5}}, "custom_variables[...]", "Expected `str | null`, got `int`"),
    ({"update_if_exists": "true"}, "update_if_exists", "Expected `bool | null`, got `str`"),
    ({"first_name": "A\0da"}, "first_name", NUL),
    ({"company_name": "\0"}, "company_name", NUL),
    ({"sendblue_number": "+\0"}, "sendblue_number", NUL),
    ({"tags": ["v\0"]}, "tags", NUL),
    ({"custom_variables": {"Age": "\0"}}, "custom_variables", NUL),
    ({"custom_variables": {"A\0": "5"}}, "custom_variables", NUL),
    ({"custom_variables": {" ": "5"}}, "custom_variables", "is empty"),
    ({"custom_variables": {str(n): "" for n in range(1001)}}, "custom_variables", "at most 1000"),
    ({"tags": ["x" * 256]}, "tags", "has more than 255 characters"),
    ({"tags": ["x"] * 1001}, "tags", "at most 1000"),
    ({"assigned_to_email": "a\0@b.c"}, "assigned_to_email", NUL),
    ({"assigned_to_email": "x" * 256}, "assigned_to_email", "has more than 255 characters"),
]
REFUSED: list[tuple[Any, dict[str, object]]] = [
    *((body, refused("Missing fields", "number")) for body in NO_NUMBER),
    *((body, refused("Invalid phone number", "number")) for body in BAD_NUMBERS),
    *(({"number": NEW, **rest}, refused(f"{name}: {reason}", name)) for rest, name, reason in BAD_VALUES),
]


@both_engines
@pytest.mark.parametrize(("body", "answer"), REFUSED, ids=[repr(body)[:60] for body, _ in REFUSED])
async def test_a_body_that_cannot_be_used_names_the_parameter(
    body: Any, answer: dict[str, object], guest: Runner
) -> None:
    await guest.run(Case(label="", ask=post(CONTACTS, body), status=400, body=answer))


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"number=%2B12065550142",
        b'{"number": "+12065550142",}',
        b"{'number': '+12065550142'}",
        b'{"number": "+12065550142"} {}',
        b'{"first_name": "\\ud800", "number": "+12065550142"}',
        b'{"other": "\\udc00", "number": "+12065550142"}',
        b'{"other": "\xed\xa0\x80", "number": "+12065550142"}',
        b'{"other": "\xff", "number": "+12065550142"}',
        b"\xef\xbb\xbf{}",
        b"\x00",
        b'"text"',
        b"5",
    ],
)
async def test_a_body_that_is_no_json_object(raw: bytes, guest: Runner) -> None:
    for kind in ("application/json", "text/plain", ""):
        asked = Ask(path=CONTACTS, raw=raw, content_type=kind)
        await guest.run(Case(label="", ask=asked, status=400, body=NOT_AN_OBJECT))


async def test_an_empty_body_is_an_empty_object(guest: Runner) -> None:
    for raw in (b"", b" \r\n"):
        asked = Ask(path=CONTACTS, raw=raw, content_type="application/json")
        await guest.run(Case(label="", ask=asked, status=400, body=refused("Missing fields", "number")))


@both_engines
async def test_a_known_number_is_a_conflict_that_clients_do_not_retry(guest: Runner) -> None:
    for number, rest in (("<ada_number>", {}), ("(206) 555-0101", {"update_if_exists": False})):
        body = {"number": number, **rest}
        answer = await guest.run(Case(label="", ask=post(CONTACTS, body), status=409, body=EXISTS))
        assert answer.header("x-should-retry") == "false"


@both_engines
async def test_a_contact_has_every_member_in_both_spellings(runner: Runner) -> None:
    sent = {
        "number": "206-555-0142",
        "first_name": "Willow",
        "last_name": "Brook",
        "company_name": "Hilltop Bikes",
        "assigned_to_email": "desk@example.org",
        "sendblue_number": "+1 (555) 000-1111",
        "tags": ["rider", "newsletter"],
        "custom_variables": {"Frame size": "54"},
    }
    contact = (await answered(runner, post(CONTACTS, sent)))["contact"]
    assert {name: contact.pop(name) for name in ("contact_id", "created_at")}.keys() == {"contact_id", "created_at"}
    assert contact == {
        "phone": NEW,
        "first_name": "Willow",
        "last_name": "Brook",
        "company_name": "Hilltop Bikes",
        "assigned_to_email": "desk@example.org",
        "sendblue_number": "+1 (555) 000-1111",
        "tags": ["rider", "newsletter"],
        "custom_variables": {"Frame size": "54"},
        "opt_out": False,
        "verified": False,
        "firstName": "Willow",
        "lastName": "Brook",
        "companyName": "Hilltop Bikes",
        "assignedToEmail": "desk@example.org",
        "sendblueNumber": "+1 (555) 000-1111",
        "customVariables": {"Frame size": "54"},
    }
    assert (await found(runner, NEW)).items() >= contact.items()


async def test_what_is_not_known_of_a_contact_is_null(runner: Runner) -> None:
    contact = (await answered(runner, post(CONTACTS, {"number": NEW})))["contact"]
    texts = ("first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number")
    assert [contact[name] for name in texts] == [None] * 5
    assert (contact["tags"], contact["custom_variables"]) == ([], {})


SPELLINGS = [
    ("number", ("number", "phone_number", "phoneNumber"), "phone"),
    ("first_name", ("first_name", "firstName"), "first_name"),
    ("last_name", ("last_name", "lastName"), "last_name"),
    ("company_name", ("company_name", "companyName"), "company_name"),
    ("assigned_to_email", ("assigned_to_email", "assignedToEmail"), "assigned_to_email"),
    ("sendblue_number", ("sendblue_number", "sendblueNumber"), "sendblue_number"),
]


@pytest.mark.parametrize(("names", "shown"), [row[1:] for row in SPELLINGS], ids=[row[0] for row in SPELLINGS])
async def test_the_preferred_spelling_wins_and_each_counts_alone(
    names: tuple[str, ...], shown: str, runner: Runner
) -> None:
    values = [f"+1206555014{rank}" for rank in range(len(names))]
    number = {} if shown == "phone" else {"number": NEW}
    for first in range(len(names)):
        # The spellings from this rank on are given, and one of a higher rank that says nothing.
        body = {**number, "update_if_exists": True, **dict(zip(names[first:], values[first:], strict=True))}
        contact = (await answered(runner, post(CONTACTS, body)))["contact"]
        assert contact[shown] == values[first]
        body |= dict.fromkeys(names[:first])
        contact = (await answered(runner, post(CONTACTS, body)))["contact"]
        assert contact[shown] == values[first]


async def test_variables_may_come_in_the_deprecated_spelling(runner: Runner) -> None:
    contact = await saved(runner, NEW, customVariables={"Size": "5"})
    assert contact["custom_variables"] == {"Size": "5"}
    contact = await saved(runner, NEW, customVariables={"Size": "6"}, custom_variables={"Size": "7"})
    assert contact["custom_variables"] == {"Size": "7"}


NUMBERS = [
    ("2065550142", NEW),
    ("12065550142", NEW),
    ("1 206 555 0142", NEW),
    ("(206) 555-0142", NEW),
    ("206.555.0142", NEW),
    (" +12065550142 ", NEW),
    (" 12065550142", NEW),
    ("+1234567890", "+1234567890"),
    ("1234567890", "+11234567890"),
    ("+447700900123", "+447700900123"),
    ("+12", "+12"),
    ("+123456789012345", "+123456789012345"),
    ("0000000000", "+10000000000"),
]


@pytest.mark.parametrize(("sent", "stored"), NUMBERS, ids=[sent for sent, _ in NUMBERS])
async def test_a_number_is_completed_and_judged_by_its_shape_alone(sent: str, stored: str, runner: Runner) -> None:
    assert (await answered(runner, post(CONTACTS, {"number": sent})))["contact"]["phone"] == stored


@both_engines
async def test_an_upsert_changes_what_is_given_and_nothing_else(runner: Runner) -> None:
    before = await saved(
        runner,
        NEW,
        first_name="Ada",
        last_name="Byron",
        tags=["a", "b"],
        custom_variables={"Size": "5", "Color": "red"},
    )
    after = await saved(runner, "206 555 0142", last_name="Lovelace", tags=["c"], custom_variables={"Size": "6"})
    kept = {name: before[name] for name in ("contact_id", "created_at", "first_name", "phone", "opt_out")}
    assert after.items() >= kept.items()
    assert (after["last_name"], after["tags"]) == ("Lovelace", ["c"])
    assert after["custom_variables"] == {"Size": "6", "Color": "red"}
    assert await found(runner, NEW) == after


async def test_null_says_nothing_and_empty_text_empties(runner: Runner) -> None:
    members = {"first_name": "Ada", "company_name": "Engines", "tags": ["a"], "custom_variables": {"Size": "5"}}
    before = await saved(runner, NEW, assigned_to_email="a@example.org", sendblue_number="+15550001111", **members)
    nothing: dict[str, Any] = dict.fromkeys((*members, "assigned_to_email", "sendblue_number"))
    assert await saved(runner, NEW, **nothing, customVariables={"Size": None}) == before
    empty = {"first_name": "", "company_name": "", "assigned_to_email": " ", "sendblue_number": "", "tags": []}
    after = await saved(runner, NEW, **empty, custom_variables={"Size": ""})
    assert (after["first_name"], after["company_name"], after["assigned_to_email"]) == (None, None, None)
    assert (after["sendblue_number"], after["tags"], after["custom_variables"]) == (None, [], {})


async def test_an_equal_upsert_changes_nothing(runner: Runner) -> None:
    members = {
        "first_name": "Ada",
        "tags": ["a"],
        "custom_variables": {"Size": "5"},
        "assigned_to_email": "a@b.example",
    }
    before = await saved(runner, NEW, **members)
    asked = post(CONTACTS, {"number": NEW, "update_if_exists": True, **members})
    await runner.run(Case(label="", ask=asked, body={"status": "OK", "contact": before}))


async def test_tags_and_labels_are_the_same_in_any_case_and_made_once(runner: Runner) -> None:
    first = await saved(runner, NEW, tags=["VIP", " vip ", "", "Late"], custom_variables={"Frame size": "5"})
    assert first["tags"] == ["VIP", "Late"]
    second = await saved(runner, "+12065550143", tags=["late", "Vip"], custom_variables={"FRAME SIZE": "6"})
    assert second["tags"] == ["VIP", "Late"]
    assert second["custom_variables"] == {"Frame size": "6"}


async def test_an_unknown_assignee_becomes_a_user_and_stays_one(runner: Runner) -> None:
    first = await saved(runner, NEW, assigned_to_email="Desk@Example.org")
    second = await saved(runner, "+12065550143", assignedToEmail="desk@example.org")
    assert first["assigned_to_email"] == second["assigned_to_email"] == "Desk@Example.org"


async def test_odd_text_is_kept_as_sent(runner: Runner) -> None:
    odd = "  Zoë \N{SNOWMAN} 😀 \r\n\t</script> 'x\"; DROP TABLE contact; --\u202e "
    contact = await saved(runner, NEW, first_name=odd, custom_variables={"Note": odd}, sendblue_number=odd)
    assert (contact["first_name"], contact["sendblue_number"]) == (odd, odd)
    assert contact["custom_variables"] == {"Note": odd}


async def test_members_that_nobody_knows_are_ignored(runner: Runner) -> None:
    contact = await saved(runner, NEW, opt_out=True, verified=True, contact_id="x", nested={"deep": [1, {"a": None}]})
    assert (contact["opt_out"], contact["verified"]) == (False, False)


@both_engines
async def test_the_change_is_recorded_with_its_door_and_credential(runner: Runner) -> None:
    contact = await saved(runner, NEW, first_name="Ada")
    await saved(runner, NEW, first_name="Eve")
    account_id = int(runner.names["account_id"])
    engine = runner.hub.runtime.store.engine
    stored = engine.read(lambda tx: contacts_by_uuid(tx, account_id, [contact["contact_id"]]))[contact["contact_id"]]
    change = engine.read(lambda tx: contact_history(tx, account_id, stored.id))[0]
    assert (change.door, stored.origin_door, change.old["first_name"]) == ("sendblue", "sendblue", "Ada")
    assert change.credential_id == stored.origin_credential_id is not None
