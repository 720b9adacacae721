"""contact/get, contact/list and contact/delete: which contact is meant, how pages are counted, what is gone."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.author import Author
from linebook.core.contact import ContactPatch
from linebook.core.phone import Phone
from linebook.dialects.zipwhip.routes.contacts import DELETE_MAX, PAGE_MAX
from linebook.services.contacts import SaveContact, save_contacts
from tests.dialects.zipwhip.form import NOT_FOUND
from tests.kit.raw_http import Answer
from tests.kit.wire import Ask, Case, Runner, Shows, ask, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

FORM_TYPE = "application/x-www-form-urlencoded"


def get(**params: str) -> Ask:
    return ask("/contact/get", **params)


def list_(**params: str) -> Ask:
    return ask("/contact/list", **params)


def delete(*wanted: str) -> Ask:
    return Ask(path="/contact/delete", params=tuple(("contact", one) for one in wanted))


def code_703(answer: Answer) -> None:
    assert answer.json()["response"]["code"] == -703


def unusable(label: str, asked: Ask, blames: str) -> Case:
    return Case(label=label, ask=asked, status=400, blames=blames, check=code_703)


def missing(label: str, asked: Ask, name: str, kind: str = "String") -> Case:
    text = f"Required {kind} parameter '{name}' is not present"
    return Case(label=label, ask=asked, status=400, body={"success": False, "response": text})


def unknown(label: str, asked: Ask) -> Case:
    return Case(label=label, ask=asked, status=400, body=NOT_FOUND)


async def succeed(runner: Runner, asked: Ask) -> Any:
    answer = await runner.send(asked)
    assert answer.status == 200, answer.body
    return answer.json()


def fill(runner: Runner, count: int) -> list[int]:
    """Add contacts to the tenant's book, and give their ids."""
    saves = [
        SaveContact(patch=ContactPatch(phone=Phone.stored(f"+1303{number:07}")), author=Author("test", None))
        for number in range(count)
    ]
    account_id = int(runner.names["account_id"])
    outcomes = runner.hub.runtime.store.engine.write(lambda tx: save_contacts(tx, account_id, saves))
    return [outcome.contact.id for outcome in outcomes if not isinstance(outcome, Exception)]


# -- contact/get


@pytest.mark.parametrize(
    "case",
    [
        missing("no key at all", get(), "id", "Long"),
        missing("an empty id", get(id=""), "id", "Long"),
        missing("the id None", get(id="None"), "id", "Long"),
        unusable("an id in words", get(id="five"), "id"),
        unusable("an id with a fraction", get(id="1.5"), "id"),
        unusable("an id of 5,000 digits", get(id="9" * 5_000), "id"),
        unusable("a number in words", get(mobileNumber="call me"), "mobileNumber"),
        unusable("an empty number", get(mobileNumber=""), "mobileNumber"),
        unusable("the address of a line", get(address="device:/5550001111/0"), "address"),
        unknown("an id of nobody", get(id="<unknown_id>")),
        unknown("the id 0", get(id="0")),
        unknown("a negative id", get(id="-1")),
        unknown("an id beyond 32 bits", get(id="4294967297")),
        unknown("an id beyond 64 bits", get(id="99999999999999999999999999")),
        unknown("an id beyond 64 bits in JSON", Ask(path="/contact/get", json={"id": 2**64 - 1})),
        unknown("a number of nobody", get(mobileNumber="2065550188")),
        unknown("an address of nobody", get(address="ptn:/2065550188")),
        unknown("a number of another account", get(mobileNumber="<foreign_number>")),
        unknown("an address of another account", get(address="ptn:/<foreign_number>")),
    ],
    ids=str,
)
async def test_no_contact_is_given(case: Case, guest: Runner) -> None:
    await guest.run(case)


@both_engines
@pytest.mark.parametrize("digits", ["2147483648", "9223372036854775808", "99999999999999999999999999"])
async def test_an_id_that_no_engine_could_keep_is_unknown(digits: str, guest: Runner) -> None:
    await guest.run(unknown("get", get(id=digits)))
    await guest.run(
        Case(label="huge", ask=Ask(path="/contact/get", json={"id": int(digits)}), status=400, body=NOT_FOUND)
    )


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(get(id="<ada_id>"), id="by id"),
        pytest.param(get(mobileNumber="<ada_number>"), id="by number"),
        pytest.param(get(mobileNumber="+1<ada_number>"), id="by international number"),
        pytest.param(get(address="ptn:/<ada_number>"), id="by address"),
        pytest.param(
            get(id="None", mobileNumber="None", address="ptn:/<ada_number>"), id="by address, the others None"
        ),
        pytest.param(get(id="<ada_id>", mobileNumber="2065550188"), id="by id before a number"),
        pytest.param(Ask(path="/contact/get", method="GET", query=(("id", "<ada_id>"),)), id="by GET"),
        pytest.param(
            Ask(path="/contact/get", raw=b"address=ptn:/+12065550101", content_type=FORM_TYPE), id="a plus not encoded"
        ),
    ],
)
async def test_a_contact_is_given(asked: Ask, guest: Runner) -> None:
    contact = (await succeed(guest, asked))["response"]
    assert (contact["id"], contact["firstName"]) == (int(guest.names["ada_id"]), "Ada")


async def test_an_operator_may_read(guest: Runner) -> None:
    for asked in (get(session="<operator_session>", id="<ada_id>"), list_(session="<operator_session>")):
        await guest.run(Case(label="", ask=asked, shows=Shows.NONE))


# -- contact/list


@pytest.mark.parametrize(
    "case",
    [
        unusable("a negative page", list_(page="-1"), "page"),
        unusable("a page in words", list_(page="first"), "page"),
        unusable("a page with a fraction", list_(page="1.5"), "page"),
        unusable("a page of 21 digits", list_(page="999999999999999999999"), "page"),
        unusable("a page of 5,000 digits", list_(page="9" * 5_000), "page"),
        unusable("a page of a kind of its own", Ask(path="/contact/list", json={"page": {"a": 1}}), "page"),
        unusable("no contacts a page", list_(pageSize="0"), "pageSize"),
        unusable("fewer than no contacts a page", list_(pageSize="-5"), "pageSize"),
        unusable("a page size in words", list_(pageSize="all"), "pageSize"),
        unusable("a start before the first", list_(start="-1"), "start"),
        unusable("a start in words", list_(start="top"), "start"),
        unusable("a start of 21 digits", list_(start="999999999999999999999"), "start"),
        unusable("a limit of none", list_(start="0", limit="0"), "limit"),
        unusable("a negative limit", list_(limit="-1"), "limit"),
    ],
    ids=str,
)
async def test_a_list_is_refused_and_the_parameter_named(case: Case, guest: Runner) -> None:
    await guest.run(case)


@both_engines
async def test_pages_have_their_own_total_and_the_number_of_all_pages(runner: Runner) -> None:
    ids = [int(runner.names["ada_id"]), *fill(runner, 6)]

    async def page(**params: str) -> tuple[list[int], int, int, int]:
        body = await succeed(runner, list_(**params))
        assert list(body) == ["success", "total", "response", "page", "pages"]
        return [one["id"] for one in body["response"]], body["total"], body["page"], body["pages"]

    assert await page() == (ids, 7, 1, 1)
    assert await page(page="0") == await page(page="1") == (ids, 7, 1, 1)
    assert await page(pageSize="1") == (ids[:1], 1, 1, 7)
    assert await page(page="0", pageSize="3") == await page(page="1", pageSize="3") == (ids[:3], 3, 1, 3)
    assert await page(page="2", pageSize="3") == (ids[3:6], 3, 2, 3)
    assert await page(page="3", pageSize="3") == (ids[6:], 1, 3, 3)
    assert await page(page="4", pageSize="3") == ([], 0, 4, 3)
    assert await page(page="9007199254740992", pageSize="1000") == ([], 0, 9007199254740992, 1)
    assert await page(start="0", limit="2") == (ids[:2], 2, 1, 4)
    assert await page(start="3", limit="2") == (ids[3:5], 2, 2, 4)
    assert await page(start="6", limit="2") == (ids[6:], 1, 4, 4)
    assert await page(start="7", limit="2") == ([], 0, 4, 4)
    assert await page(start="9007199254740992") == ([], 0, 9007199254741, 1)
    assert await page(start="2") == (ids[2:], 5, 1, 1)
    assert await page(limit="2") == (ids[:2], 2, 1, 4)
    assert await page(page="None", pageSize="", start="None", limit="") == (ids, 7, 1, 1)
    assert await page(start="3", limit="2", page="9", pageSize="9") == (ids[3:5], 2, 2, 4)
    asked = Ask(path="/contact/list", json={"page": 2, "pageSize": 3.0})
    assert [one["id"] for one in (await succeed(runner, asked))["response"]] == ids[3:6]


async def test_an_empty_book_has_no_page(runner: Runner) -> None:
    await runner.run(Case(label="", ask=delete("<ada_id>"), changes=True))
    assert await succeed(runner, list_()) == {"success": True, "total": 0, "response": [], "page": 1, "pages": 0}


async def test_a_page_never_has_more_than_a_thousand_contacts(runner: Runner) -> None:
    fill(runner, PAGE_MAX + 5)
    for asked in (list_(), list_(pageSize="5000"), list_(pageSize="99999999999999999999999"), list_(limit="1000000")):
        body = await succeed(runner, asked)
        assert (body["total"], body["pages"]) == (PAGE_MAX, 2)
    body = await succeed(runner, list_(page="2", pageSize="5000"))
    assert (body["total"], body["page"]) == (6, 2)


async def test_a_list_holds_the_contacts_of_the_own_account_alone(guest: Runner) -> None:
    body = await succeed(guest, list_())
    assert [one["firstName"] for one in body["response"]] == ["Ada"]
    asked = list_(session="<foreign_session>")
    body = (await guest.run(Case(label="", ask=asked, shows=Shows.NONE))).json()
    assert {one["firstName"] for one in body["response"]} == {"Neighbour"}


async def test_an_account_abroad_reads_and_shows_numbers_its_own_way(runner: Runner) -> None:
    account_id = int(runner.names["account_id"])
    save = SaveContact(patch=ContactPatch(phone=Phone.stored("0551"), email="x"), author=Author("test", None))
    runner.hub.runtime.store.engine.write(lambda tx: save_contacts(tx, account_id, [save]))
    contact = (await succeed(runner, list_(start="1")))["response"][0]
    assert (contact["mobileNumber"], contact["address"]) == ("0551", "ptn:/0551")


async def test_a_contact_without_a_number_has_no_address(runner: Runner) -> None:
    account_id = int(runner.names["account_id"])
    save = SaveContact(patch=ContactPatch(first_name="Nobody", email="x@example.org"), author=Author("test", None))
    runner.hub.runtime.store.engine.write(lambda tx: save_contacts(tx, account_id, [save]))
    contact = (await succeed(runner, list_(start="1")))["response"][0]
    assert (contact["firstName"], contact["mobileNumber"], contact["address"]) == ("Nobody", "", "")


# -- contact/delete


@pytest.mark.parametrize(
    "case",
    [
        missing("no contact", delete(), "contact"),
        missing("an empty contact", delete(""), "contact"),
        missing("commas alone", delete(" , ,", ","), "contact"),
        unusable("an id in words", delete("Ada"), "contact"),
        unusable("the text None", delete("None"), "contact"),
        unusable("a negative id", delete("-1"), "contact"),
        unusable("an id in other digits", delete("٣"), "contact"),
        unusable("an id of 17 digits", delete("1" * 17), "contact"),
        unusable("an unusable id behind a good one", delete("<ada_id>", "Ada"), "contact"),
        unusable("an unusable id behind a good one and a comma", delete("<ada_id>,Ada"), "contact"),
        unusable("an unusable address behind a good one", delete("ptn:/<ada_number>", "ptn:/x"), "contact"),
        unusable("the address of a line", delete("device:/5550001111/0"), "contact"),
        unusable("an address alone", delete("ptn:/"), "contact"),
        unusable("a NUL", delete("<ada_id>\0"), "contact"),
        unusable("more than a thousand", delete(",".join(["<ada_id>"] * (DELETE_MAX + 1))), "contact"),
    ],
    ids=str,
)
async def test_a_deletion_is_refused_and_nothing_is_deleted(case: Case, guest: Runner) -> None:
    await guest.run(case)


@pytest.mark.parametrize(
    "wanted",
    [("<unknown_id>",), ("0",), ("9" * 16,), ("<foreign_id>",), ("ptn:/<foreign_number>",), ("<unknown_id>,0", "7")],
    ids=str,
)
async def test_deleting_contacts_of_nobody_does_nothing_and_says_so(wanted: tuple[str, ...], guest: Runner) -> None:
    await guest.run(Case(label="", ask=delete(*wanted), body={"success": True, "response": False}))


@pytest.mark.parametrize(
    "wanted",
    [
        ("<0>,<1>,<2>",),
        ("<0>", "<1>", "<2>"),
        (" <0> , <1>", "", "<2>,"),
        ("<0>,<0>", "<1>", "<unknown_id>", "<2>"),
        ("ptn:/3030000000", "ptn:/+13030000001", "<2>"),
        ("ptn:/ 13030000000,ptn:/(303) 000-0001", "ptn:/3030000002"),
    ],
    ids=str,
)
async def test_contacts_are_deleted_together(wanted: tuple[str, ...], runner: Runner) -> None:
    ids = {str(number): str(contact_id) for number, contact_id in enumerate(fill(runner, 3))}
    asked = delete(*wanted).filled(ids)
    await runner.run(Case(label="", ask=asked, body={"success": True, "response": True}, changes=True))
    for contact_id in ids.values():
        await runner.run(unknown("gone", get(id=contact_id)))
    assert [one["firstName"] for one in (await succeed(runner, list_()))["response"]] == ["Ada"]
    await runner.run(Case(label="again", ask=asked, body={"success": True, "response": False}))


@both_engines
async def test_every_engine_gives_and_deletes_contacts_and_nothing_halfway(runner: Runner) -> None:
    await runner.run(unusable("halfway", delete("<ada_id>", "ptn:/x"), "contact"))
    contact = (await succeed(runner, get(address="ptn:/ 1<ada_number>")))["response"]
    assert (contact["id"], contact["firstName"]) == (int(runner.names["ada_id"]), "Ada")
    await runner.run(unknown("foreign", get(id="<foreign_id>")))
    await runner.run(Case(label="none", ask=delete("<foreign_id>"), body={"success": True, "response": False}))
    asked = delete("<unknown_id>", "ptn:/<ada_number>")
    await runner.run(Case(label="one", ask=asked, body={"success": True, "response": True}, changes=True))
    await runner.run(unknown("gone", get(id="<ada_id>")))


async def test_a_thousand_contacts_are_deleted_at_once(runner: Runner) -> None:
    ids = fill(runner, DELETE_MAX)
    asked = delete(",".join(map(str, ids)))
    await runner.run(Case(label="", ask=asked, body={"success": True, "response": True}, changes=True))
    assert (await succeed(runner, list_()))["total"] == 1


async def test_a_contact_may_be_deleted_by_get_and_by_an_operator(runner: Runner) -> None:
    query = (("session", "<operator_session>"), ("contact", "<ada_id>"))
    asked = Ask(path="/contact/delete", method="GET", query=query)
    await runner.run(
        Case(label="", ask=asked, body={"success": True, "response": True}, shows=Shows.NONE, changes=True)
    )


async def test_ids_may_be_a_json_list_of_numbers(runner: Runner) -> None:
    asked = Ask(path="/contact/delete", json={"contact": fill(runner, 2)})
    await runner.run(Case(label="", ask=asked, body={"success": True, "response": True}, changes=True))


async def test_who_comes_back_after_a_deletion_is_a_new_contact(runner: Runner) -> None:
    await runner.run(Case(label="", ask=delete("<ada_id>"), changes=True))
    again = ask("/contact/save", mobileNumber="<ada_number>")
    contact = (await runner.run(Case(label="", ask=again, changes=True))).json()["response"]
    assert contact["id"] > int(runner.names["ada_id"])
    assert (contact["version"], contact["firstName"]) == (1, "")
