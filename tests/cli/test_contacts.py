"""The commands about contacts: refusals first, then saving, finding, listing, deleting and what history tells."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.kit.shell import CommandLine

sqlite_only = pytest.mark.parametrize("engine_name", ["sqlite"])


def names(records: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in records]


# -- refusals


@sqlite_only
@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["show", "2065550199"], 1, "There is no contact 2065550199 in the account Shop."),
        (["show", "id:5"], 1, "There is no contact id:5 in the account Shop."),
        (["show", "who?"], 1, "phone: 'who?' is not a phone number."),
        (["show", "id:five"], 1, "id: 'five' is not an id."),
        (["history", "+12065550199"], 1, "There is no contact +12065550199 in the account Shop; a deleted one is"),
        (["history", "2065550199"], 1, "There is no such contact in this account."),
        (["history", "7"], 1, "There is no such contact in this account."),
        (["delete", "id:5", "--yes"], 1, "There is no contact id:5 in the account Shop."),
        (["delete", "id:5"], 1, "There is no contact id:5 in the account Shop."),
        (["save"], 2, "Say whom to save: an id or a number, --email, or --new."),
        (["save", "id:5", "--first-name", "Ada"], 1, "There is no contact id:5 in the account Shop."),
        (["save", "2065550100", "--existing", "--first-name", "A"], 1, "There is no such contact in this account."),
        (["save", "2065550100", "--new", "--existing"], 2, "--new and --existing exclude each other."),
        (["save", "2065550100", "--field", "City"], 2, "--field 'City' is not of the form LABEL=VALUE."),
        (["save", "2065550100", "--tag", " "], 2, "The name of a field, tag or group is empty."),
        (["save", "2065550100", "--assignee", "no@example.com"], 1, "There is no user no@example.com"),
        (["save", "2065550100", "--confirmation", "perhaps"], 2, "Invalid value for '--confirmation'"),
        (["save", "2065550100", "--new-id", "1073741999"], 1, "The id is "),
        (["list", "--limit", "0"], 2, "Invalid value for '--limit'"),
    ],
)
def test_a_refusal_is_one_sentence_and_changes_nothing(
    shop: CommandLine, arguments: list[str], code: int, sentence: str
) -> None:
    ended = shop("contacts", *arguments)
    assert ended.code == code
    if not sentence.startswith("The id is "):
        assert ended.sentence.startswith(sentence.removesuffix("."))
    assert shop.data("account", "show")["contacts"] == 0


@sqlite_only
def test_a_number_that_belongs_to_another_contact_is_not_taken_away(shop: CommandLine) -> None:
    shop.done("contacts", "save", "2065550100", "--first-name", "Ada")
    grace = shop.data("contacts", "save", "2065550101", "--first-name", "Grace")["contact"]
    ended = shop("contacts", "save", f"id:{grace['id']}", "--phone", "2065550100")
    assert (ended.code, ended.sentence) == (1, "A key given for this contact belongs to another one.")
    taken = shop("contacts", "save", "2065550100", "--new", "--first-name", "Eve")
    assert (taken.code, taken.sentence) == (1, "A contact with this key exists already.")
    assert shop.data("contacts", "show", "2065550100")["first_name"] == "Ada"


# -- saving


def test_every_member_is_saved_and_shown(shop: CommandLine) -> None:
    user = shop.data("user", "add", "scott@example.com")
    texts = {
        "email": "ada@example.com",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "display_name": "Countess",
        "company": "Engines Ltd",
        "notes": "Prefers texts",
        "avatar": "https://example.com/ada.png",
        "external_id": "crm-7",
    }
    options = [part for name, text in texts.items() for part in (f"--{name.replace('_', '-')}", text)]
    options += ["--assignee", "scott@example.com", "--line-number", "5556661234", "--confirmation", "pending"]
    options += ["--verified", "--field", "City=London", "--field", "Size==7", "--tag", "VIP", "--tag", "New"]
    options += ["--group", "Friends", "--opt-out", "--block"]
    saved = shop.data("contacts", "save", "(206) 555-0100", *options)
    assert saved["outcome"] == "created"
    contact = shop.data("contacts", "show", "+12065550100")
    assert contact | saved["contact"] == contact
    assert {name: contact[name] for name in texts} == texts
    assert (contact["assignee_id"], contact["line_number"]) == (user["id"], "+15556661234")
    assert (contact["confirmation"], contact["verified"]) == ("pending", True)
    assert {one["label"]: one["value"] for one in contact["fields"]} == {"City": "London", "Size": "=7"}
    assert sorted(names(contact["tags"])) == ["New", "VIP"]
    assert names(contact["groups"]) == ["Friends"]
    assert (contact["opted_out_by_team"], contact["opted_out_by_person"], contact["blocked"]) == (True, False, True)
    assert (contact["origin_door"], contact["rev"]) == ("shell", 1)


@sqlite_only
def test_what_is_not_given_stays_and_what_is_empty_empties(shop: CommandLine) -> None:
    first = ["--first-name", "Ada", "--email", "ada@example.com", "--notes", "x", "--field", "City=London"]
    shop.done("contacts", "save", "2065550100", *first, "--tag", "VIP", "--tag", "New", "--group", "Friends")
    second = ["--notes", "", "--field", "city=", "--untag", "vip", "--ungroup", "Friends", "--opt-in"]
    saved = shop.data("contacts", "save", "2065550100", *second)
    contact = saved["contact"]
    assert saved["outcome"] == "updated"
    assert (contact["first_name"], contact["email"], contact["notes"]) == ("Ada", "ada@example.com", "")
    assert (contact["fields"], names(contact["tags"]), contact["groups"]) == ([], ["New"], [])
    assert shop.data("contacts", "save", "2065550100", "--first-name", "Ada")["outcome"] == "unchanged"
    assert shop("contacts", "save", "2065550100", "--first-name", "Ada").err == "Nothing changed.\n"


@sqlite_only
def test_a_contact_is_found_by_id_number_or_address_and_its_number_can_change(shop: CommandLine) -> None:
    made = shop.data("contacts", "save", "2065550100", "--email", "ada@example.com")["contact"]
    key = str(made["id"])
    for wanted in (key, f"id:{key}", "1-206-555-0100", "+12065550100"):
        assert shop.data("contacts", "show", wanted)["id"] == made["id"]
    assert (
        shop.data("contacts", "save", "--email", "ADA@example.com", "--first-name", "Ada")["contact"]["id"]
        == made["id"]
    )
    shop.done("contacts", "save", "2065550100", "--phone", "2065550102")
    assert shop.data("contacts", "show", key)["phone"] == "+12065550102"
    assert shop("contacts", "show", "2065550100").code == 1
    shop.done("contacts", "save", key, "--phone", "")
    assert shop.data("contacts", "show", key)["phone"] is None
    nobody = shop.data("contacts", "save", "--new", "--first-name", "Nobody")["contact"]
    assert (nobody["phone"], nobody["email"]) == (None, "")


@sqlite_only
def test_digits_that_mean_two_contacts_mean_neither(shop: CommandLine) -> None:
    shop.done("contacts", "save", "2065550100", "--new-id", "12345")
    other = shop.data("contacts", "save", "12345", "--new")["contact"]
    ended = shop("contacts", "show", "12345")
    assert (ended.code, ended.sentence) == (
        1,
        f"contact: 12345 is the id of one contact and the number of another: write id:12345 or id:{other['id']}.",
    )
    assert shop.data("contacts", "show", "id:12345")["phone"] == "+12065550100"


@sqlite_only
def test_fields_and_tags_can_be_named_by_id(shop: CommandLine) -> None:
    contact = shop.data("contacts", "save", "2065550100", "--field", "id:7=x", "--tag", "2024")["contact"]
    assert [(one["id"], one["value"]) for one in contact["fields"]] == [(7, "x")]
    (tag,) = contact["tags"]
    assert tag["name"] == "2024"
    contact = shop.data("contacts", "save", "2065550100", "--untag", f"id:{tag['id']}")["contact"]
    assert contact["tags"] == []


# -- listing


def fill(shop: CommandLine, count: int) -> list[int]:
    return [
        shop.data("contacts", "save", f"20655501{number:02}", "--first-name", f"P{number}")["contact"]["id"]
        for number in range(count)
    ]


def test_a_list_goes_on_behind_an_id(shop: CommandLine) -> None:
    empty = shop("contacts", "list")
    assert (empty.code, empty.out, empty.err) == (0, "", "There is no contact yet.\n")
    ids = fill(shop, 5)
    page = shop("contacts", "list", "--limit", "2")
    assert page.err == f"There are more: --after {ids[1]}\n"
    assert [line.split()[2] for line in page.out.splitlines()[2:]] == ["P0", "P1"]
    rest = shop.data("contacts", "list", "--after", str(ids[1]), "--limit", "3")
    assert [one["id"] for one in rest] == ids[2:]
    end = shop("contacts", "list", "--after", str(ids[-1]))
    assert (end.out, end.err) == ("", "There are no more contacts.\n")
    assert shop.done("contacts", "list", "--limit", "5").err == ""


@sqlite_only
def test_all_contacts_come_page_after_page(shop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = fill(shop, 5)
    monkeypatch.setattr("linebook.cli.contacts.PAGE", 2)
    assert [one["id"] for one in shop.data("contacts", "list", "--all")] == ids
    lines = shop.done("contacts", "list", "--all", "--after", str(ids[0])).out.splitlines()
    assert lines[0].split("\t")[:3] == ["id", "phone", "name"]
    assert [line.split("\t")[2] for line in lines[1:]] == ["P1", "P2", "P3", "P4"]


@sqlite_only
def test_control_characters_and_markup_in_the_book_never_reach_a_terminal(shop: CommandLine) -> None:
    shop.done("contacts", "save", "2065550100", "--first-name", "\x1b[31mRed\x07", "--company", "[bold]A\tB\nC[/bold]")
    for arguments in (["show", "2065550100"], ["list"], ["list", "--all"], ["history", "2065550100"]):
        out = shop.done("contacts", *arguments).out
        assert "\x1b" not in out
        assert "\x07" not in out
        assert out.count("\t") in (0, 14)
    assert "[bold]A B C[/bold]" in shop("contacts", "list").out
    assert shop.data("contacts", "show", "2065550100")["first_name"] == "\x1b[31mRed\x07"


# -- deleting, and history


@sqlite_only
def test_deleting_asks_first(shop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(shop, 2)
    unasked = shop("contacts", "delete", "2065550100")
    assert (unasked.code, unasked.sentence) == (2, "There is no terminal to ask whether to delete: say --yes.")
    refused = shop("contacts", "delete", "2065550100", stdin="n\n", terminal=True)
    assert (refused.code, shop.data("account", "show")["contacts"]) == (130, 2)
    assert shop("contacts", "delete", "2065550100", stdin="y\n", terminal=True).code == 0
    assert shop.data("account", "show")["contacts"] == 1


@sqlite_only
def test_all_are_deleted_or_none(shop: CommandLine) -> None:
    ids = fill(shop, 3)
    ended = shop("contacts", "delete", str(ids[0]), "2065550199", "--yes")
    assert (ended.code, shop.data("account", "show")["contacts"]) == (1, 3)
    assert shop.data("contacts", "delete", str(ids[0]), "2065550101", "--yes") == {"deleted": ids[:2]}
    assert [one["id"] for one in shop.data("contacts", "list")] == ids[2:]


def test_history_tells_every_change_with_old_and_new_values(shop: CommandLine) -> None:
    first = ["--first-name", "Ada", "--field", "City=London", "--tag", "VIP"]
    contact_id = shop.data("contacts", "save", "2065550100", *first)["contact"]["id"]
    shop.done("contacts", "save", "2065550100", "--first-name", "Grace", "--untag", "VIP", "--opt-out")
    shop.done("contacts", "save", "2065550100", "--first-name", "Joan", "--phone", "", "--field", "City=Paris")
    changes = shop.data("contacts", "history", str(contact_id))
    assert [(one["action"], one["door"]) for one in changes] == [("update", "shell")] * 2 + [("create", "shell")]
    assert changes[0]["changes"] == {
        "phone": ["+12065550100", None],
        "first_name": ["Grace", "Joan"],
        "fields": [{"City": "London"}, {"City": "Paris"}],
    }
    assert changes[1]["changes"] == {
        "first_name": ["Ada", "Grace"],
        "tags": [["VIP"], []],
        "by_team": [False, True],
    }
    numbers = [one["change_no"] for one in changes]
    assert numbers == sorted(numbers, reverse=True)
    text = shop.done("contacts", "history", str(contact_id)).out
    assert "    first_name: Ada -> Grace\n    tags: VIP -> (empty)\n    by_team: no -> yes\n" in text
    assert text.splitlines()[-1].endswith(f"create through shell  (change {numbers[-1]})")
    assert shop.data("contacts", "history", str(contact_id), "--limit", "1") == changes[:1]


@sqlite_only
def test_a_deleted_contact_has_its_history_under_its_id(shop: CommandLine) -> None:
    contact_id = shop.data("contacts", "save", "2065550100", "--first-name", "Ada")["contact"]["id"]
    shop.done("contacts", "save", "2065550100", "--first-name", "Grace")
    shop.done("contacts", "delete", "2065550100", "--yes")
    assert shop("contacts", "history", "2065550100").code == 1
    changes = shop.data("contacts", "history", f"id:{contact_id}")
    assert [one["action"] for one in changes] == ["delete", "update", "create"]
    assert changes[0]["changes"]["first_name"] == ["Grace", None]
    assert changes[1]["changes"] == {"first_name": ["Ada", "Grace"]}
    assert "    first_name: Grace\n" in shop.done("contacts", "history", f"id:{contact_id}").out


@sqlite_only
def test_errors_are_json_where_data_is(shop: CommandLine) -> None:
    ended = shop("contacts", "show", "id:5", "--json")
    assert (ended.code, ended.out) == (1, "")
    assert json.loads(ended.err) == {
        "error": {
            "kind": "ContactNotFound",
            "message": "There is no contact id:5 in the account Shop.",
            "exit_code": 1,
        }
    }
