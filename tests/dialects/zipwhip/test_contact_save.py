"""contact/save: which numbers and texts it takes, and what it answers."""

from __future__ import annotations

import calendar
import time
from typing import Any

import pytest

from tests.dialects.zipwhip.form import CONTACT_TYPES
from tests.dialects.zipwhip.saving import raw_save, save, saved, succeed
from tests.kit.raw_http import Answer
from tests.kit.wire import Ask, Case, Runner, Shows, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXTS = (
    "firstName",
    "lastName",
    "email",
    "notes",
    "businessName",
    "jobTitle",
    "addressLine1",
    "addressLine2",
    "city",
    "state",
    "zipcode",
    "country",
    "loc",
    "phoneKey",
    "custom1",
    "custom2",
)
MISSING = {"success": False, "response": "Required String parameter 'mobileNumber' is not present"}


def code_of(code: int) -> Any:
    def check(answer: Answer) -> None:
        assert answer.json()["response"]["code"] == code

    return check


def refused(label: str, asked: Ask, blames: str, code: int = -703) -> Case:
    return Case(label=label, ask=asked, status=400, blames=blames, check=code_of(code))


# -- refusals


@pytest.mark.parametrize(
    "case",
    [
        Case(label="no number", ask=save(firstName="Grace"), status=400, body=MISSING),
        Case(label="nothing at all", ask=save(), status=400, body=MISSING),
        Case(
            label="the names that a PHP client made of its parameters",
            ask=raw_save(b"0=mobileNumber%3D2065550123&1=firstName%3DGrace"),
            status=400,
            body=MISSING,
        ),
        Case(label="the name in another case", ask=save(mobilenumber="2065550123"), status=400, body=MISSING),
        Case(
            label="a number that is null",
            ask=Ask(path="/contact/save", json={"mobileNumber": None}),
            status=400,
            body=MISSING,
        ),
        refused("an empty number", save(mobileNumber=""), "mobileNumber"),
        refused("a blank number", save(mobileNumber="  "), "mobileNumber"),
        refused("the text None", save(mobileNumber="None"), "mobileNumber"),
        refused("letters", save(mobileNumber="call me"), "mobileNumber"),
        refused("one digit", save(mobileNumber="7"), "mobileNumber"),
        refused("too many digits", save(mobileNumber="1" * 16), "mobileNumber"),
        refused("too many characters", save(mobileNumber="+12065550123" + " " * 30), "mobileNumber"),
        refused("a plus before a zero", save(mobileNumber="+0123456789"), "mobileNumber"),
        refused("an extension", save(mobileNumber="2065550123 x5"), "mobileNumber"),
        refused("a NUL", save(mobileNumber="206555\x000123"), "mobileNumber"),
        refused("two numbers", save(mobileNumber="2065550123,2065550124"), "mobileNumber"),
        refused("an empty address", save(address=""), "address"),
        refused("an address without a number", save(address="ptn:/"), "address"),
        refused("the address of a line", save(address="device:/5550001111/0"), "address"),
        refused("an address of another kind", save(address="mailto:grace@example.org"), "address"),
        refused(
            "a usable address beside an unusable number",
            save(mobileNumber="x", address="ptn:/2065550123"),
            "mobileNumber",
        ),
        refused("a nested number", Ask(path="/contact/save", json={"mobileNumber": {"a": 1}}), "mobileNumber"),
        refused("notes of 1001 characters", save(mobileNumber="2065550123", notes="é" * 1001), "notes", -394),
        *(refused(f"a NUL in {name}", save(mobileNumber="2065550123", **{name: "a\0b"}), name) for name in TEXTS),
    ],
    ids=str,
)
async def test_a_contact_is_refused_and_the_parameter_named(case: Case, guest: Runner) -> None:
    await guest.run(case)


@both_engines
@pytest.mark.parametrize(
    "case",
    [
        refused("a NUL in a text", save(mobileNumber="2065550123", firstName="a\0b"), "firstName"),
        refused("a NUL in a further text", save(mobileNumber="2065550123", city="a\0b"), "city"),
        refused(
            "a NUL in JSON", Ask(path="/contact/save", json={"mobileNumber": "2065550123", "notes": "\0"}), "notes"
        ),
        refused("notes that are too long", save(mobileNumber="2065550123", notes="x" * 1001), "notes", -394),
    ],
    ids=str,
)
async def test_what_one_engine_cannot_keep_is_refused_on_both(case: Case, guest: Runner) -> None:
    await guest.run(case)


async def test_a_refused_change_leaves_the_contact_as_it_was(runner: Runner) -> None:
    await runner.run(refused("", save(mobileNumber="<ada_number>", firstName="Eve", notes="x" * 1001), "notes", -394))
    assert (await succeed(runner, save(mobileNumber="<ada_number>")))["firstName"] == "Ada"


# -- what is answered


@both_engines
async def test_the_documented_request_gives_the_documented_contact(runner: Runner) -> None:
    before_s = int(time.time())
    asked = save(
        mobileNumber="2065550123", firstName="Grace", lastName="Hopper", email="grace@example.org", notes="Likes clocks"
    )
    answer = await runner.run(Case(label="", ask=asked, changes=True))
    body = answer.json()
    contact = body["response"]
    assert list(body) == ["success", "response", "sessions"]
    assert list(contact)[:11] == [
        "id",
        "version",
        "lastUpdated",
        "dateCreated",
        "deviceId",
        "firstName",
        "lastName",
        "email",
        "mobileNumber",
        "address",
        "notes",
    ], "the members of the vendor's sample come first, in its order"
    assert contact["id"] > 2**30
    assert contact["version"] == 1
    assert contact["deviceId"] == int(runner.names["line_id"])
    assert contact["lastUpdated"] == contact["dateCreated"]
    created_s = calendar.timegm(time.strptime(contact["dateCreated"], "%Y-%m-%dT%H:%M:%S+00:00"))
    assert before_s <= created_s <= time.time() + 2
    texts = {name: value for name, value in contact.items() if CONTACT_TYPES[name] is str}
    del texts["lastUpdated"], texts["dateCreated"]
    given = {
        "firstName": "Grace",
        "lastName": "Hopper",
        "email": "grace@example.org",
        "mobileNumber": "2065550123",
        "address": "ptn:/2065550123",
        "notes": "Likes clocks",
    }
    assert texts == dict.fromkeys(texts, "") | given
    rest = {name: contact[name] for name, kind in CONTACT_TYPES.items() if kind is not str}
    del rest["id"], rest["version"], rest["deviceId"]
    assert rest == {
        "birthday": None,
        "business": None,
        "phoneId": 0,
        "targetGroupDevice": -1,
        "deleted": False,
        "MOCount": 0,
        "ZOCount": 0,
        "isZwUser": False,
        "new": False,
        "dtoParentId": 0,
    }


@both_engines
async def test_a_second_save_changes_the_same_contact_and_keeps_what_it_does_not_mention(runner: Runner) -> None:
    first = await succeed(runner, save(mobileNumber="2065550123", firstName="Grace", city="Arlington"))
    second = await succeed(runner, save(mobileNumber="+12065550123", lastName="Hopper"))
    assert second["id"] == first["id"]
    assert second["version"] == first["version"] + 1
    assert (second["firstName"], second["lastName"], second["city"]) == ("Grace", "Hopper", "Arlington")
    assert second["dateCreated"] == first["dateCreated"]


async def test_an_empty_parameter_empties(runner: Runner) -> None:
    await succeed(runner, save(mobileNumber="2065550123", **dict.fromkeys(TEXTS, "something")))
    contact = await succeed(runner, save(mobileNumber="2065550123", **dict.fromkeys(TEXTS, "")))
    assert {contact[name] for name in TEXTS} == {""}


async def test_an_equal_save_is_no_change(runner: Runner) -> None:
    params = {"mobileNumber": "2065550123", "firstName": "Grace", "city": "Arlington"}
    assert await succeed(runner, save(**params)) == await succeed(runner, save(**params))


@both_engines
async def test_every_further_text_comes_back_and_the_others_are_empty(runner: Runner) -> None:
    texts = {name: f"{name} – žluťoučký 🐴 {{}} <b> & = + % \\ \" '" for name in TEXTS}
    contact = await succeed(runner, save(mobileNumber="2065550123", **texts))
    assert {name: contact[name] for name in TEXTS} == texts
    contact = await succeed(runner, save(mobileNumber="2065550124", city="Delft"))
    assert {name: contact[name] for name in TEXTS} == dict.fromkeys(TEXTS, "") | {"city": "Delft"}


@both_engines
async def test_the_text_none_is_stored_as_it_comes(runner: Runner) -> None:
    nones = dict.fromkeys(TEXTS, "None")
    first = await succeed(runner, save(mobileNumber="2065550123", **nones))
    second = await succeed(runner, save(mobileNumber="2065550124", **nones))
    assert first["id"] != second["id"], "an e-mail address None is nobody's"
    for contact in (first, second):
        assert {name: contact[name] for name in TEXTS} == nones


async def test_one_email_address_may_belong_to_two_numbers(runner: Runner) -> None:
    first = await succeed(runner, save(mobileNumber="2065550123", email="office@example.org"))
    second = await succeed(runner, save(mobileNumber="2065550124", email="office@example.org"))
    assert first["id"] != second["id"]
    assert first["email"] == second["email"] == "office@example.org"


async def test_notes_may_have_a_thousand_characters_however_many_bytes(runner: Runner) -> None:
    notes = "🐴" * 1000
    assert (await succeed(runner, save(mobileNumber="2065550123", notes=notes)))["notes"] == notes


@both_engines
async def test_a_very_long_text_is_kept_whole(runner: Runner) -> None:
    long = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(2_500))
    asked = save(mobileNumber="2065550123", firstName=long, email=f"{long}@example.org", city=long)
    contact = await succeed(runner, asked)
    assert (contact["firstName"], contact["email"], contact["city"]) == (long, f"{long}@example.org", long)


async def test_line_breaks_and_control_characters_are_kept(runner: Runner) -> None:
    notes = "one\r\ntwo\nthree\ttab \x01\x1f\x7f\ufeff\uffff"
    assert (await succeed(runner, save(mobileNumber="2065550123", notes=notes)))["notes"] == notes


async def test_parameters_that_nobody_knows_are_ignored(runner: Runner) -> None:
    asked = save(mobileNumber="2065550123", date="1589000000000", apiKey="k3y", signature="c2lnbg==", nonsense="\0")
    assert (await succeed(runner, asked))["mobileNumber"] == "2065550123"


@both_engines
@pytest.mark.parametrize("is_json", [False, True], ids=["as a form", "as JSON"])
async def test_a_whole_contact_posted_back_changes_nothing(is_json: bool, runner: Runner) -> None:
    contact = await succeed(runner, save(mobileNumber="2065550123", firstName="Grace", city="Arlington"))
    form = {name: "" if value is None else str(value) for name, value in contact.items()}
    asked = Ask(path="/contact/save", json=contact) if is_json else save(**form)
    assert await succeed(runner, asked) == contact
    changed = {**contact, "id": 7, "version": 99, "deviceId": 1, "deleted": True, "MOCount": 5, "lastName": "Hopper"}
    answer = await succeed(runner, Ask(path="/contact/save", json=changed))
    assert answer == {**contact, "version": 2, "lastName": "Hopper", "lastUpdated": answer["lastUpdated"]}


@both_engines
async def test_an_operator_may_save_and_sees_the_own_line(runner: Runner) -> None:
    asked = save(session="<operator_session>", mobileNumber="2065550123", firstName="Grace")
    answer = await runner.run(Case(label="", ask=asked, shows=Shows.NONE, changes=True))
    assert saved(answer)["deviceId"] == int(runner.names["multi_id"])
    assert (await succeed(runner, save(mobileNumber="2065550123")))["firstName"] == "Grace", "the same book"


# -- numbers


AMERICAN = [
    b"2065550123",
    b"12065550123",
    b"+12065550123",
    b"%2B12065550123",
    b"++12065550123",
    b"1+206+555+0123",
    b"(206)+555-0123",
    b"%28206%29%20555-0123",
    b"206.555.0123",
    b"206-555-0123",
    b"+1+(206)+555-0123",
    b"%2B1-206-555-0123",
    b"++2065550123",
    b"ptn:/2065550123",
    b"ptn:/12065550123",
    b"ptn:/+12065550123",
    b"ptn:/%2B12065550123",
    b"ptn%3A%2F%2B12065550123",
    b"ptn%3A%2F2065550123",
    b"ptn:/(206)+555-0123",
]


@pytest.mark.parametrize("name", ["mobileNumber", "address"])
@pytest.mark.parametrize("text", AMERICAN, ids=bytes.decode)
async def test_every_way_of_writing_an_american_number_is_the_same_contact(
    text: bytes, name: str, runner: Runner
) -> None:
    contact = await succeed(runner, raw_save(f"{name}=".encode() + text))
    assert (contact["mobileNumber"], contact["address"]) == ("2065550123", "ptn:/2065550123")
    assert (await succeed(runner, save(mobileNumber="2065550123")))["id"] == contact["id"]


@pytest.mark.parametrize("name", ["mobileNumber", "address"])
@pytest.mark.parametrize(
    "text",
    [b"+447700900123", b"%2B447700900123", b"%2B44+7700+900123", b"ptn:/+447700900123", b"ptn:/%2B447700900123"],
    ids=bytes.decode,
)
async def test_a_number_abroad_stays_in_the_international_form(text: bytes, name: str, runner: Runner) -> None:
    contact = await succeed(runner, raw_save(f"{name}=".encode() + text))
    assert (contact["mobileNumber"], contact["address"]) == ("+447700900123", "ptn:/+447700900123")


async def test_the_number_counts_where_an_address_stands_beside_it(runner: Runner) -> None:
    contact = await succeed(runner, save(address="ptn:/2065550199", mobileNumber="2065550123"))
    assert contact["mobileNumber"] == "2065550123"


@pytest.mark.parametrize("nothing", ["", "None"])
async def test_the_address_counts_where_the_number_says_nothing(nothing: str, runner: Runner) -> None:
    contact = await succeed(runner, save(mobileNumber=nothing, address="ptn:/2065550123"))
    assert contact["mobileNumber"] == "2065550123"


@pytest.mark.parametrize("number", [2065550123, 12065550123, 2065550123.0, "2065550123", ["2065550123", "7"]])
async def test_a_number_may_be_a_number_in_json(number: object, runner: Runner) -> None:
    contact = await succeed(runner, Ask(path="/contact/save", json={"mobileNumber": number}))
    assert contact["mobileNumber"] == "2065550123"
