"""POST /contacts/batchInsert: what is refused as a whole, what fails alone, and what the report says."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.services.contact_history import contact_history
from tests.dialects.inwise.files import HEADER, MAPPING, contact, counts, file, imported
from tests.dialects.inwise.form import BATCH, CONTACTS, GROUPS, UNREAD, bad, get, missing, post, raw_post, unknown
from tests.dialects.inwise.tenants import ADA_EMAIL, ADA_MOBILE, GROUP
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

# -- refused as a whole

BAD_MAPPINGS: list[tuple[str, Any]] = [
    ("a column that is not there", [{"field_name": "[Email]", "file_column_name": "E-mail"}]),
    ("a blank column", [{"field_name": "[Email]", "file_column_name": " "}]),
    ("no column", [{"field_name": "[Email]"}]),
    ("no field", [{"file_column_name": "Mail"}]),
    ("a field that is none", [{"field_name": "Email address", "file_column_name": "Mail"}]),
    ("no key", [{"field_name": "1", "file_column_name": "Given"}]),
    ("a field twice", [*MAPPING, {"field_name": "[email]", "file_column_name": "Given"}]),
    ("a field twice in two spellings", [*MAPPING, {"field_name": "field1", "file_column_name": "Level"}]),
    ("a text", "Mail=Email"),
    ("a list of texts", ["Mail"]),
]

BAD_GROUPS: list[object] = ["XXXXXX", "-5", "1.5", "5001x", 1.5, [], {}, "0x10", "٥", "1000000001", "9" * 30]

BAD_FILES: list[tuple[str, Any, dict[str, object]]] = [
    ("no file", {"fields_mapping": MAPPING}, missing("csv_file")),
    ("a blank file", file("", header=" \r\n\n \n"), missing("csv_file")),
    ("a file that is a list", {"csv_file": [HEADER], "fields_mapping": MAPPING}, bad("csv_file")),
    ("a header whose quotes stay open", file("", header='"Mail,Cell\nx'), bad("csv_file")),
    ("no mapping", {"csv_file": HEADER}, missing("fields_mapping")),
    ("an empty mapping", {"csv_file": HEADER, "fields_mapping": []}, missing("fields_mapping")),
    *(
        (f"a mapping with {word}", file("", fields_mapping=mapping), bad("fields_mapping"))
        for word, mapping in BAD_MAPPINGS
    ),
    *((f"the group {group!r}", file("x@example.test\n", group_id=group), bad("group_id")) for group in BAD_GROUPS),
    ("a country code of letters", file("x@example.test\n", country_code="il"), bad("country_code")),
    ("a flag that is none", file("x@example.test\n", updateExistingContacts="yes"), bad("updateExistingContacts")),
]


@pytest.mark.parametrize(("body", "answer"), [row[1:] for row in BAD_FILES], ids=[row[0] for row in BAD_FILES])
async def test_a_bad_request_is_refused_and_nothing_imported(
    body: Any, answer: dict[str, object], guest: Runner
) -> None:
    await guest.run(Case(label="", ask=post(BATCH, body), status=400, body=answer))


@pytest.mark.parametrize(
    ("given", "status", "answer"),
    [
        ("x", 400, bad("id")),
        ("<unknown_id>", 404, unknown("Import", "<unknown_id>")),
        ("3", 404, unknown("Import", 3)),  # the neighbour's
        ("0", 404, unknown("Import", 0)),
        ("9" * 30, 404, unknown("Import", "9" * 30)),
    ],
)
async def test_a_report_that_is_not_there_is_refused(
    given: str, status: int, answer: dict[str, object], guest: Runner
) -> None:
    await guest.run(Case(label="", ask=get(f"{BATCH}/{given}"), status=status, body=answer))


# -- the documented sample

SAMPLE = """{
"csv_file": %s
Email,Mobile,Firstname,Lastname
contact1@company.com,0541111111,fname1  ,lname1
contact2@company.com,0541111112,fname2,lname2
",
  "fields_mapping": [
    { "field_name": "[Email]", "file_column_name": "Email" },
    { "field_name": "[MobileNumber]", "file_column_name": "Mobile" },
    { "field_name": "1", "file_column_name": "Firstname" },
    { "field_name": "2", "file_column_name": "Lastname" }
  ],
        "group_id": "%s",
  "updateExistingContacts": true,
  "country_code": "972",
  "trim_leading_zero": true
}
"""


@pytest.mark.parametrize(
    ("quote", "group", "name"), [("", "XXXXXX", "csv_file"), ("", "5001", "csv_file"), ('"', "XXXXXX", "group_id")]
)
async def test_the_sample_as_printed_is_refused_with_the_name_of_what_is_wrong(
    quote: str, group: str, name: str, guest: Runner
) -> None:
    case = Case(label="", ask=raw_post(BATCH, SAMPLE % (quote, group)), status=400, blames=f"'{name}'")
    await guest.run(case)


@both_engines
async def test_the_sample_works_with_its_quote_and_a_group(runner: Runner) -> None:
    answer = await runner.run(Case(label="", ask=raw_post(BATCH, SAMPLE % ('"', "5001")), changes=True))
    assert counts(answer.json()) == (2, 2, 0, 0, 0)
    first = await contact(runner, email="contact1@company.com")
    assert first["mobile_number"] == "972541111111"
    assert first["fields"] == [{"name": "field1", "content": "fname1"}, {"name": "field2", "content": "lname1"}]
    assert first["groups_ids"] == [5001] and first["confirmation_status"] == "confirmed"


# -- rows

ROWS = (
    "two@example.test,0502223344,Beta,gold,r-2\n"
    ",0502223355,Gamma\n"
    "TWO@example.test , 050-222-3344,,silver\n"
    ",,Nobody\n"
    "not an address,0502223366\n"
    "ok@example.test,12\n"
    "two@example.test,0502223355\n"
    "a,b,c,d,e,f\n"
    f"{ADA_EMAIL},,,\n"
)


@both_engines
async def test_every_row_has_an_outcome_and_a_bad_one_harms_no_other(runner: Runner) -> None:
    report = await imported(runner, file(ROWS, group_id=5002))
    two, gamma = await contact(runner, email="two@example.test"), await contact(runner, mobile_number="972502223355")
    assert counts(report) == (9, 2, 2, 0, 5)
    assert report["errors"] == [
        {"row": 5, "message": "Parameter 'email' was missing."},
        {"row": 6, "message": "Parameter 'email' is invalid."},
        {"row": 7, "message": "Parameter 'mobile_number' is invalid."},
        {
            "row": 8,
            "message": f"The email exists for contact ID #{two['id']}."
            f"The mobile number exists for contact ID #{gamma['id']}.",
        },
        {"row": 9, "message": "The row has more cells than the header."},
    ]
    assert two["fields"] == [{"name": "field1", "content": "Beta"}, {"name": "field7", "content": "silver"}]
    assert two["external_id"] == "r-2" and two["groups_ids"] == [5002]
    assert two["email"] == "TWO@example.test", "a later row changes what an earlier one made"
    ada = await contact(runner, email=ADA_EMAIL)
    assert ada["mobile_number"] == ADA_MOBILE and len(ada["fields"]) == 2, "empty cells erase nothing"
    assert ada["groups_ids"] == [GROUP, 5002]
    groups = {group["id"]: group["contacts_count"] for group in (await runner.send(get(GROUPS))).json()}
    assert groups == {GROUP: 1, 5002: 3}


@both_engines
async def test_without_updating_existing_contacts_keep_everything_but_join_the_group(runner: Runner) -> None:
    await runner.send(post(CONTACTS, {"email": "two@example.test", "fields": {"name": "7", "content": "gold"}}))
    rows = f"two@example.test,0502223344,New,new,new\n,{ADA_MOBILE},New\nthree@example.test\n"
    for given in (False, None):
        body = file(rows, group_id="5002", updateExistingContacts=given)
        added = 1 if given is False else 0
        assert counts(await imported(runner, body)) == (3, added, 0, 3 - added, 0)
    two = await contact(runner, email="two@example.test")
    assert (two["mobile_number"], two["external_id"], two["groups_ids"]) == (None, None, [5002])
    assert two["fields"] == [{"name": "field7", "content": "gold"}]


async def test_a_row_that_changes_nothing_is_skipped_and_no_change(runner: Runner) -> None:
    body = file("two@example.test,0502223344,Beta\n", group_id=5002)
    await imported(runner, body)
    while (await runner.send(get(UNREAD))).json():
        pass
    assert counts(await imported(runner, body)) == (1, 0, 0, 1, 0)
    assert (await runner.send(get(UNREAD))).json() == []
    assert counts(await imported(runner, body | {"group_id": 5003})) == (1, 0, 1, 0, 0)
    assert len((await runner.send(get(UNREAD))).json()) == 1


@pytest.mark.parametrize("given", [None, "", "0", 0, "  "])
async def test_there_may_be_no_group(given: object, runner: Runner) -> None:
    await imported(runner, file("two@example.test\n", group_id=given))
    assert (await contact(runner, email="two@example.test"))["groups_ids"] == []


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\r"])
async def test_a_file_is_read_whatever_its_lines_end_in(separator: str, runner: Runner) -> None:
    lines = ["", "  ", "cell ,MAIL", "", '0502223344,"two@example.test "', " ", '"050222\n3355",', ""]
    mapping = [
        {"field_name": "email", "file_column_name": " mail "},
        {"field_name": "mobile_number", "file_column_name": "Cell"},
    ]
    report = await imported(runner, file(separator.join(lines), header="", fields_mapping=mapping))
    assert counts(report) == (2, 2, 0, 0, 0)
    assert (await contact(runner, email="two@example.test"))["mobile_number"] == "972502223344"
    assert (await contact(runner, mobile_number="972502223355"))["email"] is None


async def test_quoted_cells_keep_their_blanks_and_their_line_breaks(runner: Runner) -> None:
    rows = 'two@example.test,,"  Beta ""B"", \nof the lot ",  plain  \n'
    await imported(runner, file(rows))
    assert (await contact(runner, email="two@example.test"))["fields"] == [
        {"name": "field1", "content": '  Beta "B", \nof the lot '},
        {"name": "field7", "content": "plain"},
    ]


async def test_a_row_whose_quotes_stay_open_fails_and_what_was_before_it_counts(runner: Runner) -> None:
    report = await imported(runner, file('two@example.test\n"three@example.test\nfour@example.test\n'))
    assert counts(report) == (2, 1, 0, 0, 1)
    assert report["errors"] == [{"row": 3, "message": "The quotes of the row are not closed."}]


async def test_a_header_alone_imports_nothing(runner: Runner) -> None:
    report = await imported(runner, file("", group_id=5009))
    assert counts(report) == (0, 0, 0, 0, 0)
    assert [group["id"] for group in (await runner.send(get(GROUPS))).json()] == [GROUP]


async def test_a_column_may_stand_for_two_fields_and_a_name_twice_means_the_first_column(runner: Runner) -> None:
    mapping = [*MAPPING[:1], *({"field_name": name, "file_column_name": "Given"} for name in ("1", "8"))]
    rows = "two@example.test,first,second\n"
    await imported(runner, file(rows, header="Mail,Given,Given\n", fields_mapping=mapping))
    fields = (await contact(runner, email="two@example.test"))["fields"]
    assert fields == [{"name": "field1", "content": "first"}, {"name": "field8", "content": "first"}]


async def test_a_row_with_what_cannot_be_stored_fails_alone(runner: Runner) -> None:
    rows = f"two@example.test,,a\0b\nthree@example.test,,,,{'x' * 300}\nfour@example.test,,,c\0d\nfive@example.test\n"
    report = await imported(runner, file(rows))
    assert counts(report) == (4, 1, 0, 0, 3)
    assert [error["message"] for error in report["errors"]] == [
        "Parameter 'fields' is invalid.",
        "Parameter 'external_id' is invalid.",
        "Parameter 'fields' is invalid.",
    ]


async def test_only_the_first_thousand_failures_are_named(runner: Runner) -> None:
    report = await imported(runner, file(",,x\n" * 1200))
    assert counts(report) == (1200, 0, 0, 0, 1200)
    assert [error["row"] for error in report["errors"]] == [*range(2, 1002)]


@both_engines
async def test_a_file_of_many_parts_is_imported_in_order(runner: Runner) -> None:
    rows = "".join(f"{number}@example.test,05{number % 700:08},n{number}\n" for number in range(1400))
    report = await imported(runner, file(rows))
    # The second half has new addresses for the same numbers: the number finds the contact, the address becomes its.
    assert counts(report) == (1400, 700, 700, 0, 0)
    assert (await contact(runner, mobile_number="972500000000"))["email"] == "700@example.test"


async def test_an_import_is_written_in_the_history_as_ours(runner: Runner) -> None:
    await imported(runner, file(f"{ADA_EMAIL},,Augusta\n"))
    engine, account_id = runner.hub.runtime.store.engine, int(runner.names["account_id"])
    change = engine.read(lambda tx: contact_history(tx, account_id, int(runner.names["ada_id"])))[0]
    assert (change.door, change.old) == ("inwise", {"first_name": "Ada"})
    assert change.credential_id is not None
