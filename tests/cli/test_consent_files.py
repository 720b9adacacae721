"""`consent import` and `consent export`: lists of numbers that may not be texted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from linebook.cli import consents
from tests.kit.shell import CommandLine

HEADER = "number,closed_by,line,date,word,source\r\n"


def opted_out(shop: CommandLine, key: str) -> tuple[bool, bool, bool]:
    shown = shop.data("contacts", "show", key)
    return shown["opted_out_by_person"], shown["opted_out_by_team"], shown["blocked"]


def brought(shop: CommandLine, text: str, *options: str) -> dict[str, Any]:
    """Import a list, and give what was told of it."""
    ended = shop("consent", "import", "-", "--json", *options, stdin=text)
    assert ended.code in (0, 5), ended.err
    told: dict[str, Any] = ended.data
    assert (ended.code == 5) == bool(told["rejected"])
    return told


# -- refusals


@pytest.mark.parametrize(
    ("stdin", "options", "code", "sentence"),
    [
        ("", [], 1, "The file is empty."),
        (
            "Name,Date\nAda,2024-01-01\n",
            [],
            1,
            "No column of the list, or not the first of one without a header, holds numbers: Name, Date.",
        ),
        (
            "2024-01-31,2065550100\n",
            [],
            1,
            "No column of the list, or not the first of one without a header, holds numbers: 2024-01-31, 2065550100.",
        ),
        ("2065550100\n", ["--region", "XX"], 2, "There is no numbering plan for the region 'XX'."),
        ("2065550100\n", ["--encoding", "klingon"], 1, "There is no encoding klingon."),
    ],
)
def test_what_is_no_list_is_refused(
    shop: CommandLine, stdin: str, options: list[str], code: int, sentence: str
) -> None:
    ended = shop("consent", "import", "-", *options, stdin=stdin)
    assert (ended.code, ended.sentence) == (code, sentence)
    assert shop.done("consent", "export").out == HEADER


def test_a_list_that_is_not_there_is_refused(shop: CommandLine) -> None:
    ended = shop("consent", "import", "missing.txt")
    assert (ended.code, ended.sentence) == (2, "missing.txt cannot be read: No such file or directory.")


def test_a_record_that_cannot_be_used_takes_no_other_with_it(shop: CommandLine) -> None:
    told = brought(
        shop,
        "Phone,Date,Closed by,Line\n"
        "2065550100,2024-01-31,team,\n"
        "word,2024-01-31,team,\n"
        ",2024-01-31,team,\n"
        "2065550101,31/01/2024,team,\n"
        "2065550102,2999-01-01,team,\n"
        "2065550103,2024-01-31,neighbour,\n"
        "2065550104,2024-01-31,team,2065550199\n"
        '2065550105,"2024\n'
        "2065550106,2024-01-31,team,,surplus\n"
        "2065550107,2024-01-31,person,5556661234\n",
    )
    assert (told["recorded"], told["unchanged"], told["rejected"]) == (2, 0, 8)
    assert [(one["row"], one["reason"]) for one in told["rejects"]] == [
        (3, "It is not a phone number."),
        (4, "There is no number."),
        (5, "'31/01/2024' is no date: the year comes first, as in 2026-01-31."),
        (6, "Its date is not in the past."),
        (7, "'neighbour' is none of person, team, block."),
        (8, "There is no line 2065550199 in this account."),
        (9, "A quote is opened and never closed."),
        (10, "The row has 5 cells, the header 4."),
    ]
    assert shop.done("consent", "export").out == (
        HEADER
        + "+12065550100,team,,2024-01-31T00:00:00.000Z,,standard input\r\n"
        + "+12065550107,person,+15556661234,2024-01-31T00:00:00.000Z,,standard input\r\n"
    )


# -- what works


def test_bare_numbers_opt_out_by_the_team(shop: CommandLine) -> None:
    shop.done("contacts", "save", "2065550100")
    Path("stops.txt").write_text("(206) 555-0100\n\n+12065550101\n206.555.0100\n")
    ended = shop.done("consent", "import", "stops.txt")
    assert ended.out == "recorded   2\nunchanged  1\nrejected   0\n"
    assert opted_out(shop, "2065550100") == (False, True, False)
    assert [line.split(",")[0] for line in shop.done("consent", "export").out.splitlines()[1:]] == [
        "+12065550100",
        "+12065550101",
    ]


def test_numbers_of_a_region_are_completed(shop: CommandLine) -> None:
    brought(shop, "0501234567\n", "--region", "il")
    assert "+972501234567,team" in shop.done("consent", "export").out


def test_a_persons_stop_is_recorded_as_the_persons_with_date_word_and_source(shop: CommandLine) -> None:
    shop.done("contacts", "save", "2065550100")
    told = brought(
        shop,
        "Mobile;Unsubscribed at;Keyword;Reason\n2065550100;2023-05-06T07:08:09+02:00;STOP;old provider\n",
        "--by",
        "person",
    )
    assert told["recorded"] == 1
    assert opted_out(shop, "2065550100") == (True, False, False)
    assert shop.done("consent", "export", "--by", "person").out == (
        HEADER + "+12065550100,person,,2023-05-06T05:08:09.000Z,STOP,old provider\r\n"
    )
    assert shop.done("consent", "export", "--by", "team").out == HEADER


def test_the_same_list_again_changes_nothing_and_nothing_is_ever_lifted(shop: CommandLine) -> None:
    shop.done("contacts", "save", "2065550100", "--block")
    brought(shop, "2065550100\n", "--by", "person")
    before = shop.data("contacts", "show", "2065550100")
    assert brought(shop, "2065550100\n", "--by", "person")["unchanged"] == 1
    assert shop.data("contacts", "show", "2065550100") == before
    assert brought(shop, "2065550100\n")["recorded"] == 1
    assert opted_out(shop, "2065550100") == (True, True, True)


def test_a_list_longer_than_a_chunk_is_recorded_whole(shop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consents, "CHUNK", 10)
    told = brought(shop, "".join(f"20655501{place:02d}\n" for place in range(45)))
    assert (told["recorded"], told["rejected"]) == (45, 0)
    assert shop.done("consent", "export").out.count("\r\n") == 46


def test_rejects_beyond_what_is_shown_are_counted(shop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consents, "REJECTS_SHOWN", 2)
    ended = shop("consent", "import", "-", stdin="2065550100\n" + "x\n" * 5)
    assert (ended.code, ended.out) == (5, "recorded   1\nunchanged  0\nrejected   5\n")
    assert ended.err == "row 2: It is not a phone number.\nrow 3: It is not a phone number.\nand 3 more\n"


def test_what_is_exported_is_what_comes_back(shop: CommandLine) -> None:
    brought(shop, "number,closed by,word,source,line\n2065550100,person,STOP,=1+1,5556661234\n2065550101,block,,'x,\n")
    shop.done("consent", "export", "-o", "stops.csv")
    shop.done("account", "create", "Second")
    ended = shop("--account", "Second", "consent", "import", "stops.csv", "--json")
    assert ended.code == 5
    assert ended.data["rejects"][0]["reason"] == "There is no line +15556661234 in this account."
    assert Path("stops.csv").read_text().splitlines()[2].endswith(",,'x")
    again = shop.data("--account", "Shop", "consent", "import", "stops.csv")
    assert (again["unchanged"], again["rejected"]) == (2, 0)


def test_the_book_keeps_its_history_of_it(shop: CommandLine) -> None:
    shop.done("contacts", "save", "2065550100")
    brought(shop, "2065550100\n")
    newest = shop.data("contacts", "history", "2065550100")[0]
    assert (newest["door"], newest["changes"]) == ("shell", {"by_team": [False, True]})
