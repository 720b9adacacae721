"""Files of contacts from the shell: what is shown, what comes in, what is told, and how the command ends."""

from __future__ import annotations

import csv
import io
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from linebook.clock import system_clock
from linebook.core.imports import Chunk, ImportState
from linebook.errors import InvalidFile
from linebook.importing.reading import FileReader
from linebook.services.imports import STAGING_KEPT_MS, BeginImport, WorkOn, apply_imports, begin_imports
from linebook.services.kept_imports import list_imports
from linebook.storage.store import open_engine, write_now
from tests.kit.builders import AUTHOR
from tests.kit.clock import TestClock
from tests.kit.hub import hub_process, run_linebook
from tests.kit.importing import plan_of, stage
from tests.kit.shell import CommandLine

GOOD = "Mobile,First name,Email\n(206) 555-0101,Ada,ada@example.org\n2065550102,Bo,\n"
BAD = GOOD + '9.72541E+11,Cy,\n2065550104,"D\nE",x@\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


# Refusals.


def test_a_file_that_is_not_there_is_refused(shop: CommandLine) -> None:
    ended = shop("contacts", "import", "nowhere.csv")
    assert (ended.code, ended.sentence) == (2, "There is no file nowhere.csv.")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--map", "Shoe=notes"], 2, "names no column of the file"),
        (["--map", "Mobile=shoe"], 2, "a column is field:LABEL, or one of assignee_email"),
        (["--map", "Mobile"], 2, "names no column"),
        (["--map", "Mobile=ignore", "--map", "Email=ignore"], 1, "whom do the records mean?"),
        (["--region", "ZZ"], 1, "There is no numbering plan"),
        (["--country-code", "x"], 1, "A country code is made of digits"),
        (["--encoding", "klingon"], 1, "klingon"),
        (["--group", ""], 2, "is empty"),
    ],
)
def test_what_cannot_be_understood_imports_nothing(
    shop: CommandLine, file: Path, arguments: list[str], code: int, told: str
) -> None:
    ended = shop("contacts", "import", str(file), *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert told in ended.err
    assert shop.data("contacts", "list") == []
    assert shop.data("imports", "list") == []


def test_a_file_that_is_no_table_is_refused(shop: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    assert shop("contacts", "import", "empty.csv").code == 1


def test_a_file_that_breaks_off_half_way_leaves_nothing_in_the_book(
    shop: CommandLine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(reader: Any, plan: Any) -> Iterator[Chunk]:
        yield from whole(reader, plan)
        raise InvalidFile("The file ends in the middle.")

    whole = FileReader.chunks
    monkeypatch.setattr(FileReader, "chunks", breaking)
    ended = shop("contacts", "import", str(file))
    assert (ended.code, ended.err.splitlines()[-1]) == (1, "linebook: The file ends in the middle.")
    assert shop.data("contacts", "list") == []
    (told,) = shop.data("imports", "list")
    assert (told["state"], told["waiting"]) == ("discarded", 0)


@pytest.mark.parametrize("words", [["show"], ["resume"], ["cancel"], ["undo"], ["rejects"]])
def test_an_import_that_is_not_there_is_refused(shop: CommandLine, words: list[str]) -> None:
    ended = shop("imports", *words, "7")
    assert (ended.code, ended.sentence) == (1, "There is no import 7.")


# What works.


def test_a_file_comes_in_and_a_second_time_changes_nothing(shop: CommandLine, file: Path) -> None:
    ended = shop.done("contacts", "import", str(file), "--group", "News")
    assert "Mobile: phone" in ended.err and "First name: first_name" in ended.err
    assert "2 created, 0 updated" in ended.out
    assert [one["first_name"] for one in shop.data("contacts", "list")] == ["Ada", "Bo"]
    again = shop.data("contacts", "import", str(file), "--group", "News")
    assert (again["unchanged"], again["state"]) == (2, "done")


def test_what_failed_is_told_by_the_exit_code_and_comes_back_as_a_file(shop: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(BAD, encoding="utf-8")
    ended = shop("contacts", "import", "bad.csv", "--json")
    assert ended.code == 5
    assert (ended.data["created"], ended.data["failed"], ended.data["records"]) == (2, 2, 4)
    rows = list(csv.reader(io.StringIO(shop.done("imports", "rejects", "1").out)))
    assert rows[0] == ["Mobile", "First name", "Email", "row", "reason"]
    assert rows[1][:4] == ["9.72541E+11", "Cy", "", "4"] and "9.72541E+11" in rows[1][4]
    assert rows[2] == ["2065550104", "D\nE", "x@", "5", "Email: is no e-mail address"]
    assert [one["row"] for one in shop.data("imports", "rejects", "1")] == [4, 5]
    # Mended, the file of rejects is a file like any other.
    shop.done("imports", "rejects", "1", "--output", "again.csv")
    mended = Path("again.csv").read_text(encoding="utf-8").replace("9.72541E+11", "2065550103").replace("x@", "")
    Path("again.csv").write_text(mended, encoding="utf-8")
    assert shop.data("contacts", "import", "again.csv")["created"] == 2
    shown = shop.data("imports", "show", "1")
    assert shown["rejects"][0]["row"] == 4
    assert shown["columns"][0] == {"column": "Mobile", "member": "phone", "field": None}
    assert "row 5: Email: is no e-mail address" in shop.done("imports", "show", "1").out


def test_cells_of_rejects_start_no_formula(shop: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "evil.csv").write_text("Mobile,First name\nx,=1+1\n", encoding="utf-8")
    assert shop("contacts", "import", "evil.csv").code == 5
    assert "'=1+1" in shop.done("imports", "rejects", "1").out


def test_a_dry_run_stops_before_the_book_and_can_go_on(shop: CommandLine, file: Path) -> None:
    told = shop.data("contacts", "import", str(file), "--dry-run")
    assert (told["state"], told["waiting"], told["created"]) == ("staged", 2, 0)
    assert shop.data("contacts", "list") == []
    assert shop.data("imports", "resume", "1")["created"] == 2
    ended = shop("imports", "resume", "1")
    assert (ended.code, ended.sentence) == (1, "Import 1 is done.")


def test_columns_are_mapped_by_hand_where_the_guess_is_not_meant(shop: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("Mobile,Cell,Card\n1,2065550101,77\n", encoding="utf-8")
    maps = ["--map", "Cell=phone", "--map", "Card=field:Loyalty"]
    assert shop.data("contacts", "import", "odd.csv", *maps)["created"] == 1
    (contact,) = shop.data("contacts", "list")
    assert (contact["phone"], contact["fields"][0]["label"], contact["fields"][0]["value"]) == (
        "+12065550101",
        "Loyalty",
        "77",
    )


def test_an_import_is_undone(shop: CommandLine, file: Path) -> None:
    shop.done("contacts", "import", str(file))
    assert shop.data("imports", "undo", "1")["undone"] == 2
    assert shop.data("contacts", "list") == []
    assert shop.data("imports", "list")[0]["state"] == "undone"


def test_an_import_that_was_only_checked_is_cancelled(shop: CommandLine, file: Path) -> None:
    shop.done("contacts", "import", str(file), "--dry-run")
    assert "cancelled" in shop.done("imports", "cancel", "1").out
    assert shop.data("imports", "list")[0]["state"] == "cancelled"


def test_an_import_whose_shell_was_killed_goes_on(shop: CommandLine, database_url: str) -> None:
    engine = open_engine(database_url)
    try:
        (account,) = shop.data("account", "list")
        one = stage(engine, account["id"], GOOD)
        # A process of this machine that is gone had begun to apply it.
        dead = run_dead()
        write_now(engine, apply_imports, account["id"], WorkOn(import_id=one.id, owner=dead))
        assert shop.data("imports", "resume", str(one.id))["created"] == 2
    finally:
        engine.close()


def test_what_was_read_of_a_file_before_the_shell_was_killed_goes_with_a_later_import(
    shop: CommandLine, file: Path, database_url: str
) -> None:
    long_ago = TestClock(system_clock() - STAGING_KEPT_MS - 60_000)
    engine = open_engine(database_url, clock=long_ago)
    try:
        (account,) = shop.data("account", "list")
        begin = BeginImport(name="half.csv", plan=plan_of(["Phone"]), author=AUTHOR)
        write_now(engine, begin_imports, account["id"], begin)
    finally:
        engine.close()
    assert [one["state"] for one in shop.data("imports", "list")] == ["staging"]
    shop.done("contacts", "import", str(file))
    assert [(one["file"], one["state"]) for one in shop.data("imports", "list")] == [
        ("people.csv", "done"),
        ("half.csv", "discarded"),
    ]


def run_dead() -> str:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return f"shell {child.pid} {socket.gethostname()}"


def test_standard_input_is_a_file_too(shop: CommandLine, database_url: str) -> None:
    ended = run_linebook("contacts", "import", "-", "--json", "--database", database_url, stdin=GOOD)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert (told["file"], told["created"]) == ("standard input", 2)


def test_while_a_hub_serves_the_database_the_file_comes_in_beside_it(
    shop: CommandLine, database_url: str, file: Path
) -> None:
    with hub_process("serve", "--database", database_url):
        ended = run_linebook("contacts", "import", str(file), "--json", "--database", database_url)
        assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["created"] == 2
    engine = open_engine(database_url)
    try:
        (account,) = shop.data("account", "list")
        (one,) = engine.read(lambda tx: list_imports(tx, account["id"]))
        assert one.state is ImportState.DONE
    finally:
        engine.close()
