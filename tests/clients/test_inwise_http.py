"""inwise's documented samples as they are printed, sent by a plain HTTP client and by curl to a demo of their own."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.kit.hub import hub_process

KEY = "0123456789abcdef0123456789abcdef"

ADD_ONE = """{
  "id": 0,
  "email": "contact1@company.com",
  "mobile_number": "972541111111",
  "fields": [
    {
      "name": "field1",
      "content": "test name"
    }
  ],
  "confirmation_status": "confirmed",
  "add_to_groups_ids": [
    721129
  ],
  "remove_from_groups_ids": [
    0
  ],
  "remove_from_all_other_groups": true,
  "clear_existing_fields": true,
  "external_id": "string"
}"""

WITH_FIELDS = """{
  "email": "contact1@company.com",
  "mobile_number": "972541111111",
  "fields": [
    { "name": "field1",
      "content": "fname1"
    },
    { "name": "field2",
      "content": "lname1"
    },
    { "name": "field21",
      "content": "12/06/1980"
    }
  ],
  "confirmation_status": "confirmed",
  "add_to_groups_ids": [715983]
}"""

LOCAL_MOBILE = """{

"email": "contact1@company.com",

"mobile_number": "0541111111",

"trim_mobile_number_leading_zero":true,

"add_default_country_to_mobile_number_only_if_not_exists":true,

"mobile_number_default_country_code":"972",

"fields": [

{ "name": "field1",

"content": "fname1"

},

{ "name": "field2",

"content": "lname1"

},

{ "name": "field21",

"content": "12/06/1980"

}

],

"confirmation_status": "confirmed",

"add_to_groups_ids": [715983]

}"""

IMPORT = """{
"csv_file": 
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
        "group_id": "XXXXXX",
  "updateExistingContacts": true,
  "country_code": "972",
  "trim_leading_zero": true
}
"""  # noqa: W291 - as it is printed

WITH_QUOTE = IMPORT.replace('"csv_file": \n', '"csv_file": "\n')


@pytest.fixture
def url() -> Iterator[str]:
    """The base URL that a program is pointed at, of a demo that nobody has called yet."""
    with hub_process("demo") as hub:
        yield f"{hub.base_url}/rest/v1"


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    """A plain HTTP client with the headers of the guide."""
    headers = {"Accept": "application/json", "Content-Type": "application/json", "X-API-Key": KEY}
    with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
        yield client


def post(client: httpx.Client, body: str, path: str = "/contacts") -> Any:
    answer = client.post(path, content=body.encode())
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_guide_as_it_is_read(client: httpx.Client) -> None:
    first = post(client, ADD_ONE)
    assert isinstance(first["id"], int) and first["id"] > 0
    assert first["groups_ids"] == [721129]
    second, third = post(client, WITH_FIELDS), post(client, LOCAL_MOBILE)
    assert first["id"] == second["id"] == third["id"], "the local number is the same one"
    assert {field["name"]: field["content"] for field in third["fields"]} == {
        "field1": "fname1",
        "field2": "lname1",
        "field21": "12/06/1980",
    }
    assert third["groups_ids"] == [715983, 721129] and third["external_id"] == "string"
    again = post(client, ADD_ONE)
    assert [field["content"] for field in again["fields"]] == ["test name"], "the other fields are cleared"
    assert again["groups_ids"] == [721129], "the other groups are left"


def test_the_conflict_has_the_documented_status_and_words(client: httpx.Client) -> None:
    one = post(client, '{"email": "contact1@company.com"}')["id"]
    two = post(client, '{"mobile_number": "972541111111"}')["id"]
    answer = client.post("/contacts", content=WITH_FIELDS.encode())
    assert answer.status_code == 422
    assert f"The email exists for contact ID #{one}.The mobile number exists for contact ID #{two}." in answer.text
    assert client.get(f"/contacts/{one}").json()["fields"] == []


@pytest.mark.parametrize(
    ("body", "name"),
    [(IMPORT, "csv_file"), (IMPORT.replace("XXXXXX", "721129"), "csv_file"), (WITH_QUOTE, "group_id")],
    ids=["as printed", "as printed with a group", "with its quote"],
)
def test_the_import_as_printed_is_refused_and_the_parameter_named(client: httpx.Client, body: str, name: str) -> None:
    answer = client.post("/contacts/batchInsert", content=body.encode())
    assert answer.status_code == 400
    assert f"Parameter '{name}' is invalid." in answer.json()["message"]
    assert client.get("/contacts").json() == []


def test_the_import_works_with_its_quote_and_a_group_of_digits(client: httpx.Client) -> None:
    report = post(client, WITH_QUOTE.replace("XXXXXX", "721129"), "/contacts/batchInsert")
    assert (report["total"], report["added"], report["failed"]) == (2, 2, 0)
    contacts = client.get("/contacts").json()
    assert [one["mobile_number"] for one in contacts] == ["972541111112", "972541111111"]
    assert {one["groups_ids"][0] for one in contacts} == {721129}
    assert contacts[1]["fields"][0] == {"name": "field1", "content": "fname1"}, "without the blanks around it"
    assert client.get(f"/contacts/batchInsert/{report['id']}").json() == report


def test_the_reading_of_what_is_new_by_the_command_of_the_guide(client: httpx.Client, url: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl here")
    post(client, WITH_FIELDS)
    command = [
        *("curl", "--silent", "-X", "GET", "--header", "Accept: application/json", "--header", f"X-API-Key: {KEY}"),
        f"{url}/contacts/recently_updated?search_by_updated_or_added_date=false&reset=false&limit=1000",
    ]
    once, twice = (json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(2))
    assert [contact["email"] for contact in once] == ["contact1@company.com"]
    assert twice == []


def test_the_habits_of_known_programs(client: httpx.Client, url: str) -> None:
    """A serializer that writes every unset member as null, a header in lower case, a path put together by hand."""
    body = {
        "id": 0,
        "email": "contact1@company.com",
        "mobile_number": None,
        "fields": None,
        "confirmation_status": None,
        "add_to_groups_ids": None,
        "remove_from_groups_ids": None,
        "remove_from_all_other_groups": None,
        "clear_existing_fields": None,
        "external_id": None,
    }
    with httpx.Client(headers={"x-api-key": KEY}, trust_env=False) as program:
        saved = program.post(f"{url}/contacts/", json=body)
        assert saved.status_code == 200
        got = program.get(url.replace("/rest/", "/REST/") + "/contacts/" + str(saved.json()["id"]))
        assert got.json() == saved.json()
    old = httpx.post(f"{url}/contacts", json={"api_key": KEY, "email": "contact1@company.com"}, trust_env=False)
    assert old.json()["id"] == saved.json()["id"]


def test_who_shows_no_key_or_a_wrong_one_is_told_so(url: str) -> None:
    for headers, text in (
        ({}, "Parameter 'X-API-Key' was missing."),
        ({"Authorization": f"Bearer {KEY}"}, "Parameter 'X-API-Key' was missing."),
        ({"X-API-Key": "f" * 32}, "Parameter 'X-API-Key' is invalid."),
    ):
        answer = httpx.get(f"{url}/contacts", headers=headers, trust_env=False)
        assert answer.status_code == 401 and answer.json()["message"] == text
