"""`contacts export`: what is refused, what comes out, and that it comes back."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from linebook.files import writers
from tests.files.reading import table
from tests.kit.shell import CommandLine


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def fill(shop: CommandLine) -> None:
    """Put two people with everything into the book, and one without a number."""
    shop.done("user", "add", "ada@example.org")
    save = ("contacts", "save")
    shop.done(
        *(*save, "2065550100", "--first-name", "Ada", "--last-name", "='x", "--email", "a@example.org"),
        *("--display-name", "@da", "--company", 'A, "B"', "--notes", "one\r\ntwo", "--avatar", "https://example.org/a"),
        *("--external-id", "-7", "--assignee", "ada@example.org", "--line-number", "5556661234"),
        *("--confirmation", "pending", "--verified", "--tag", "a;b", "--tag", "VIP", "--tag", '"', "--group", "x|y"),
        *("--field", "City=Tel, Aviv", "--field", "odd;label=+1", "--opt-out", "--block"),
    )
    shop.done(*save, "5550101", "--first-name", "דנה", "--group", "x|y", "--group", "Others")
    shop.done(*save, "--new", "--email", "nobody@example.org", "--field", "City= Haifa")


# -- refusals


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--group", "None such"], 1, "There is no group None such."),
        (["--tag", "id:5"], 1, "There is no tag id:5."),
        (["--changed-since", "yesterday"], 2, "'yesterday' is no time: write 2026-01-31 or 2026-01-31T08:00:00Z."),
        (["--changed-since", "01/02/2026"], 2, "'01/02/2026' is no time: write 2026-01-31 or 2026-01-31T08:00:00Z."),
        (["-o", "missing/book.csv"], 2, "missing/book.csv cannot be written: No such file or directory."),
        (["-o", "."], 2, ". cannot be written: it is a folder."),
    ],
)
def test_what_cannot_be_done_is_refused_and_leaves_nothing(
    shop: CommandLine, arguments: list[str], code: int, sentence: str
) -> None:
    before = sorted(Path().iterdir())
    ended = shop("contacts", "export", *arguments)
    assert (ended.code, ended.sentence) == (code, sentence)
    assert sorted(Path().iterdir()) == before


def test_one_of_several_groups_of_a_name_must_be_chosen(shop: CommandLine, tmp_path: Path) -> None:
    shop.done("contacts", "save", "2065550100", "--group", "id:5", "--group", "Group 5'")
    shop.done("contacts", "save", "2065550101", "--group", "id:6")
    assert len(rows(shop.done("contacts", "export", "--group", "id:5").out)) == 1
    assert len(rows(shop.done("contacts", "export", "--group", "group 6").out)) == 1


def test_a_file_stays_as_it_was_when_the_export_fails(shop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.done("contacts", "save", "2065550100")
    Path("book.xlsx").write_text("old")
    monkeypatch.setattr(writers, "SHEET_ROWS_MAX", 1)
    ended = shop("contacts", "export", "-o", "book.xlsx")
    assert (ended.code, ended.sentence) == (1, "A sheet ends at 1 rows, and there are more contacts: choose CSV.")
    assert Path("book.xlsx").read_text() == "old"
    assert [path.name for path in Path().iterdir() if path.suffix in (".part", ".xlsx")] == ["book.xlsx"]


# -- what comes out


def test_an_empty_book_is_a_header(shop: CommandLine) -> None:
    ended = shop.done("contacts", "export")
    assert ended.out.startswith("id,uuid,phone,email,")
    assert ended.out.count("\r\n") == 1
    assert ended.err == "Exported 0 contact(s).\n"


def test_every_member_is_in_the_table(shop: CommandLine) -> None:
    fill(shop)
    ended = shop.done("contacts", "export")
    first, second, third = rows(ended.out)
    shown = shop.data("contacts", "show", "2065550100")
    assert first == {
        "id": str(shown["id"]),
        "uuid": shown["uuid"],
        "phone": "+12065550100",
        "email": "a@example.org",
        "first_name": "Ada",
        "last_name": "'='x",
        "display_name": "'@da",
        "company": 'A, "B"',
        "notes": "one\r\ntwo",
        "avatar": "https://example.org/a",
        "external_id": "'-7",
        "assignee_email": "ada@example.org",
        "line_number": "+15556661234",
        "confirmation": "pending",
        "verified": "yes",
        "tags": '"a;b";VIP;""""',
        "groups": '"x|y"',
        "opted_out_by_person": "",
        "opted_out_by_team": "yes",
        "blocked": "yes",
        "created": shown["created"],
        "updated": shown["updated"],
        "field:City": "Tel, Aviv",
        "field:odd;label": "'+1",
    }
    assert (second["phone"], second["first_name"], second["groups"]) == ("5550101", "דנה", '"x|y";Others')
    assert (third["phone"], third["email"], third["field:City"]) == ("", "nobody@example.org", " Haifa")


@pytest.mark.parametrize(
    ("name", "begins"),
    [("book.csv", b"id,uuid,"), ("book.jsonl", b'{"id":'), ("book.xlsx", b"PK"), ("book.vcf", b"BEGIN:VCARD\r\n")],
)
def test_the_end_of_the_name_says_what_kind_of_file_it_is(shop: CommandLine, name: str, begins: bytes) -> None:
    fill(shop)
    Path(name).write_text("old")
    os.chmod(name, 0o640)
    told = shop.data("contacts", "export", "-o", name)
    assert told["exported"] == 3
    assert Path(name).read_bytes().startswith(begins)
    assert stat.S_IMODE(Path(name).stat().st_mode) == 0o640


def test_a_format_that_is_named_counts_more_than_the_name(shop: CommandLine) -> None:
    fill(shop)
    shop.done("contacts", "export", "-o", "book.csv", "--format", "jsonl")
    records: list[dict[str, Any]] = [json.loads(line) for line in Path("book.csv").read_text("utf-8").splitlines()]
    assert [one["first_name"] for one in records] == ["Ada", "דנה", ""]
    assert (records[0]["tags"][0]["name"], records[0]["opted_out_by_team"]) == ("a;b", True)


def test_a_workbook_holds_the_same_table(shop: CommandLine) -> None:
    fill(shop)
    shop.done("contacts", "export", "-o", "book.csv")
    shop.done("contacts", "export", "-o", "book.xlsx")
    one, other = (table(Path(name).read_bytes()) for name in ("book.csv", "book.xlsx"))
    assert one.header == other.header
    assert [row.cells for row in one.rows()] == [row.cells for row in other.rows()]


def test_filters_choose_who_is_written(shop: CommandLine) -> None:
    fill(shop)

    def names(*filters: str) -> list[str]:
        return [one["first_name"] for one in rows(shop.done("contacts", "export", *filters).out)]

    assert names("--group", "X|Y") == ["Ada", "דנה"]
    assert names("--group", "x|y", "--group", "others") == ["דנה"]
    assert names("--tag", "vip") == names("--opted-out") == names("--blocked") == ["Ada"]
    assert names("--not-opted-out") == names("--not-blocked") == ["דנה", ""]
    assert names("--changed-since", "2001-01-01") == ["Ada", "דנה", ""]
    assert names("--changed-since", "2999-01-01") == []


def test_a_persons_own_opt_out_is_told_with_the_way_to_carry_it(shop: CommandLine) -> None:
    fill(shop)
    shop.done("consent", "import", "-", "--by", "person", stdin="2065550100\n")
    ended = shop.done("contacts", "export")
    assert rows(ended.out)[0]["opted_out_by_person"] == "yes"
    assert "1 of them opted out themselves: `linebook consent export` carries that" in ended.err


# -- the way back


@pytest.mark.parametrize("name", ["book.csv", "book.xlsx"])
def test_a_book_comes_back_whole_in_an_empty_account(shop: CommandLine, name: str) -> None:
    fill(shop)
    shop.done("consent", "import", "-", "--by", "person", stdin="2065550100,2024-05-06\n2065550199\n")
    shop.done("contacts", "export", "-o", name)
    shop.done("consent", "export", "-o", "stops.csv")
    shop.done("account", "create", "Second")
    shop.done("--account", "Second", "contacts", "import", name)
    shop.done("--account", "Second", "consent", "import", "stops.csv")

    def book(account: str) -> list[dict[str, str]]:
        found = rows(shop.done("--account", account, "contacts", "export").out)
        return [{key: one[key] for key in one if key not in ("id", "uuid", "created", "updated")} for one in found]

    first, second = book("Shop"), book("Second")
    # The import takes blanks around texts for slips of the pen.
    assert [{key: text.strip() for key, text in one.items()} for one in first] == second
    stops = [shop.done("--account", one, "consent", "export").out for one in ("Shop", "Second")]
    assert [[(one["number"], one["closed_by"]) for one in rows(text)] for text in stops] == [
        [
            ("+12065550100", "person"),
            ("+12065550100", "team"),
            ("+12065550100", "block"),
            ("+12065550199", "person"),
        ]
    ] * 2
    assert rows(stops[1])[0]["date"] == "2024-05-06T00:00:00.000Z"
