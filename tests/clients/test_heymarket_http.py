"""Heymarket's documented samples as they are printed, run by curl against a demo; only host and key are replaced.

An account that moves in brings its ids along, so the tags, fields, users and the contact of the samples exist.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.clients.heymarket import CONTACT_ID, KEY, PHONE, SAMPLE_UUID, Printed, moved_in_hub, signed_token
from tests.kit.hub import HubProcess

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    """A demo whose account has moved in with the ids of the samples."""
    with moved_in_hub(tmp_path) as hub:
        yield hub


@pytest.fixture
def printed(hub: HubProcess) -> Printed:
    """Runs commands against the demo."""
    return Printed(hub)


# -- credentials


def test_the_three_ways_to_show_a_credential(printed: Printed) -> None:
    by_key = printed('curl https://api.heymarket.com/v1/contacts -H "Authorization: Bearer YOUR_API_KEY"')
    assert [one["id"] for one in by_key] == [CONTACT_ID]
    assert printed('curl https://api.heymarket.com/v1/contacts -u "YOUR_API_KEY:"') == by_key
    by_token = printed('curl https://api.heymarket.com/v1/inboxes -H "Authorization: Bearer YOUR_SIGNED_JWT"')
    assert [inbox["phone"] for inbox in by_token] == ["15556661234", "14255551212", "18885550100"]


def test_a_wrong_key_and_an_old_token_are_refused(printed: Printed) -> None:
    command = "curl https://api.heymarket.com/v1/inboxes -H 'Authorization: Bearer {}'"
    for shown in ("nobody", signed_token("another"), signed_token(age_s=360)):
        refused = printed(command.format(shown), status=401)
        assert refused["error"] == "unauthorized"
        assert isinstance(refused["message"], str)


# -- the guide


def test_the_guide_from_top_to_bottom(printed: Printed) -> None:
    made = printed("""curl -X POST https://api.heymarket.com/v1/contact \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "phone": "15105553344",
    "first": "Jordan",
    "last": "Rivera",
    "email": "jordan.rivera@example.com",
    "tags": [{"tag_id": 55}, {"tag_id": 56}]
  }'""")
    assert made == {"id": CONTACT_ID, "rev": 2, "uuid": printed.uuid}
    view = printed("""curl -X GET https://api.heymarket.com/v1/contact/98765 \\
  -H "Authorization: Bearer YOUR_API_KEY\"""")
    assert (view["display_name"], [tag["tag_id"] for tag in view["tags"]]) == ("Jordan Rivera", [55, 56])
    printed("""curl -X PUT https://api.heymarket.com/v1/contact/98765 \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "phone": "15105553344",
    "first": "Jordan",
    "custom": {
      "123": "Premium",
      "456": "2024-01-15"
    }
  }'""")
    printed("""curl -X PUT "https://api.heymarket.com/v1/contact/98765?overwrite=false" \\
  -H "Authorization: Bearer YOUR_SIGNED_JWT" \\
  -H "Content-Type: application/json" \\
  -d '{"phone": "15105553344", "first": "Jordan", "custom": {"456": "2026-06-01"}}'""")
    found = printed("""curl -X POST https://api.heymarket.com/v1/contact/get \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"phone": "15105553344"}'""")
    assert found["custom"] == {"123": "Premium", "456": "2026-06-01"}
    fields = printed('curl -X POST https://api.heymarket.com/v1/contact-fields -H "Authorization: Bearer YOUR_API_KEY"')
    assert [field["id"] for field in fields] == [123, 456]
    deleted = printed("""curl -X DELETE https://api.heymarket.com/v1/contact/98765 \\
  -H "Authorization: Bearer YOUR_API_KEY\"""")
    assert deleted == "ok"


def test_the_reference_of_the_writes(printed: Printed) -> None:
    made = printed("""curl -X POST https://api.heymarket.com/v1/contact \\
-H "Authorization: Bearer YOUR_API_KEY" \\
-H "Content-Type: application/json" \\
-d '{
"phone": "15105553344",
"first": "API",
"last": "Contact",
"display_name": "API Contact",
"email": "help@heymarket.com",
"is_opted_out": false
}'""")
    assert made["id"] == CONTACT_ID
    printed("""curl -X PUT https://api.heymarket.com/v1/contact/98765 \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "phone": "15105553344",
    "first": "Updated",
    "last": "Name",
    "email": "updated@example.com"
  }'""")
    view = printed("curl https://api.heymarket.com/v1/contact/98765 -H 'Authorization: Bearer YOUR_API_KEY'")
    assert (view["display_name"], view["email"]) == ("Updated Name", "updated@example.com")


# -- many at once

BATCH = """
[
  {
    "phone": "12345678900",
    "avatar": "https://some.image.url.com/img.jpg",
    "custom": {},
    "display_name": "John Smith",
    "email": "john.s@heymarket.com",
    "first": "John",
    "last": "Smith",
    "assignee_id": 42,
    "tags": [
      {
        "tag_id": 1
      },
      {
        "tag_id": 2
      }
    ],
    "is_opted_out": true,
    "email_suppressions": [
      123
    ]
  }
]
"""


def test_the_batches(printed: Printed) -> None:
    start = (
        "curl --request POST --url https://api.heymarket.com/v1/batch/contacts --header 'Authorization: Bearer <token>'"
    )
    assert printed(f"{start} --header 'Content-Type: application/json' --data '{BATCH}'") == "ok"
    answer = printed("""curl -X POST https://api.heymarket.com/v1/batch/contacts \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '[
    {
      "phone": "15105551234",
      "first": "Alice",
      "last": "Smith",
      "email": "alice@example.com",
      "is_opted_out": false
    },
    {
      "phone": "15105555678",
      "first": "Bob",
      "last": "Jones",
      "display_name": "Bob Jones"
    }
  ]'""")
    assert answer == "ok"
    found = printed("""curl -X POST https://api.heymarket.com/v2/contacts/search \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"contact_channels": [{"channel_ids": ["12345678900", "alice@example.com"]}]}'""")
    assert [(one["display_name"], one["is_opted_out"]) for one in found] == [
        ("John Smith", True),
        ("Alice Smith", False),
    ]
    assert (found[0]["assigned_user_id"], [tag["tag_id"] for tag in found[0]["tags"]]) == (42, [1, 2])


def test_the_lists(printed: Printed) -> None:
    every_parameter = """{"archived": true, "ascending": true, "assigned": 123, "date": "2024-01-01T00:00:00Z",
        "filter": "sample", "id": 123, "limit": 123, "order": "updated", "page": 1, "parent_id": 123}"""
    start = "-H 'Authorization: Bearer <token>' -H 'Content-Type: application/json' --data"
    assert printed(f"curl https://api.heymarket.com/v1/contacts {start} '{every_parameter}'") == []
    second = '{"limit": 30, "page": 0, "date": "2024-01-01T00:00:00Z", "ascending": false}'
    assert printed(f"curl https://api.heymarket.com/v2/contacts/list {start} '{second}'") == []
    ascending = second.replace("false", "true")
    found = printed(f"curl https://api.heymarket.com/v2/contacts/list {start} '{ascending}'")
    assert [one["id"] for one in found] == [CONTACT_ID]


# -- opt-out, fields, tags


def test_the_status(printed: Printed) -> None:
    state = printed("""curl -X POST https://api.heymarket.com/v1/contact/status \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"phone": "15105553344"}'""")
    assert {name: state[name] for name in ("id", "phone", "unsubscribed", "blocked")} == {
        "id": CONTACT_ID,
        "phone": PHONE,
        "unsubscribed": False,
        "blocked": False,
    }
    answer = printed("""curl --request POST --url https://api.heymarket.com/v1/contact/set_status \\
  --header 'Authorization: Bearer <token>' \\
  --header 'Content-Type: application/json' \\
  --data '
{
  "id": 10000,
  "phone": "12345678900",
  "status": "active"
}
'""")
    assert answer == "success"


def test_the_tags_and_fields(printed: Printed) -> None:
    made = printed("""curl --request POST \\
--url https://api.heymarket.com/v1/tag \\
--header 'Authorization: Bearer YOUR_API_KEY' \\
--header 'Content-Type: application/json' \\
--data '{
"tag": "VIP",
"color": "#FFD700"
}'""")
    assert set(made) == {"id", "rev", "uuid"}
    start = "--header 'Authorization: Bearer YOUR_API_KEY'"
    tag = printed(f"curl --request GET --url https://api.heymarket.com/v1/tag/55 {start}")
    assert set(tag) == {"id", "tag", "color", "team_id", "created", "updated", "rev"}
    listed = printed(
        f"curl --request POST --url https://api.heymarket.com/v1/tags {start} "
        "--header 'Content-Type: application/json' --data '{}'"
    )
    assert listed[0]["tag"] == "VIP"
    assert printed(f"curl --request DELETE --url https://api.heymarket.com/v1/tag/55 {start}") == "ok"
    fields = printed("""curl --request POST --url https://api.heymarket.com/v1/contacts/fields \\
  --header 'Authorization: Bearer <token>' --header 'Content-Type: application/json' \\
  --data '[{"title": "<string>"}, {"title": "Field 123"}]'""")
    assert [one["duplicate"] for one in fields] == [False, True]


# -- the second version


def test_the_channels(printed: Printed) -> None:
    added = printed("""curl -X POST https://api.heymarket.com/v2/contact/a1b2c3d4-e5f6-7890-abcd-ef1234567890/channel \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "channel_type": "email",
    "channel_id": "alice@example.com"
  }'""")
    members = {"id", "team_id", "contact_id", "channel_type", "channel_id", "info_channel", "channel_handle"}
    assert [one["channel_type"] for one in added] == ["phone", "email"]
    assert members | {"created", "updated"} <= set(added[1])
    view = printed("""curl -X GET https://api.heymarket.com/v2/contact/a1b2c3d4-e5f6-7890-abcd-ef1234567890 \\
  -H "Authorization: Bearer YOUR_API_KEY\"""")
    assert (view["email"], view["contact_channels"]) == ("alice@example.com", added)
    deleted = printed("""curl -X DELETE https://api.heymarket.com/v2/contact/a1b2c3d4-e5f6-7890-abcd-ef1234567890 \\
-H "Authorization: Bearer YOUR_API_KEY\"""")
    assert deleted == "ok"


def test_the_bulk_delete(printed: Printed) -> None:
    command = """curl --request DELETE \\
  --url https://api.heymarket.com/v2/contacts \\
  --header 'Authorization: Bearer <token>' \\
  --header 'Content-Type: application/json' \\
  --data '
{
  "contact_channels": [
    {
      "channel_type": "id",
      "channel_ids": [
        "uuid-1",
        "uuid-2"
      ]
    }
  ]
}
'"""
    assert printed(command, status=400)["field"] == "contact_channels", "the placeholders are no UUIDs"
    assert printed(command.replace("uuid-1", SAMPLE_UUID).replace("uuid-2", SAMPLE_UUID)) == "ok"
    assert printed('curl https://api.heymarket.com/v1/contacts -u "YOUR_API_KEY:"') == []


# -- team and users


def test_the_users_by_a_get_with_a_body(printed: Printed) -> None:
    found = printed("""curl --request GET \\
  --url https://api.heymarket.com/v1/users/get \\
  --header 'Authorization: Bearer YOUR_API_KEY' \\
  --header 'Content-Type: application/json' \\
  --data '{
    "phone": ["15105553344"],
    "email": ["user42@example.com"]
  }'""")
    assert [one["id"] for one in found["memberships"]] == [42]
    changed = printed("""curl --request POST \\
--url https://api.heymarket.com/v1/users/update \\
--header 'Authorization: Bearer YOUR_API_KEY' \\
--header 'Content-Type: application/json' \\
--data '{
"users": [
{"id": 1, "first_name": "Jane", "last_name": "Doe"},
{"id": 2, "role_id": 4}
]
}'""")
    assert [(one["id"], one["role_id"]) for one in changed["memberships"]] == [(1, 4), (2, 4)]
    team = printed(
        "curl --request GET --url https://api.heymarket.com/v1/team --header 'Authorization: Bearer <token>'"
    )
    assert set(team) == {"id", "name", "list_size", "members"}
    assert {"id", "name", "role"} <= set(team["members"][0])


# -- what client programs do


def test_a_php_client_puts_a_body_on_everything(hub: HubProcess) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", "Accept": "application/json"}
    with httpx.Client(base_url=hub.base_url, headers=headers, trust_env=False) as client:
        for method, path in (
            ("GET", "/v1/inboxes"),
            ("GET", "/v1/team"),
            ("GET", f"/v1/contact/{CONTACT_ID}"),
            ("POST", "/v1/contacts"),
            ("POST", "/v1/contact-fields"),
            ("DELETE", f"/v1/contact/{CONTACT_ID}"),
        ):
            answer = client.request(method, path, content=b"[]")
            assert answer.status_code == 200, (path, answer.text)
        creator = client.request("GET", "/v1/users/get", json={"email": ["admin@demo.example"]}).json()
        inbox = client.get("/v1/inboxes").json()[0]
        assert creator["memberships"][0]["id"] in inbox["members"]


def test_a_sync_program_that_runs_every_night_makes_nobody_twice(hub: HubProcess) -> None:
    headers = {"Authorization": f"bearer {KEY}", "X-Request-Id": "mine", "X-Creator-Id": "7"}
    with httpx.Client(base_url=hub.base_url, headers=headers, trust_env=False) as client:
        for _ in range(3):
            for number in range(5):
                body = {
                    "phone": f"+1206555015{number}",
                    "first": f"N{number}",
                    "is_opted_out": False,
                    "media_url": None,
                }
                assert client.post("/v1/contact", json=body).status_code == 200
        assert client.post("/v1/contacts/count").json() == {"count": 6}


def test_the_node_of_n8n_with_its_base_url_pointed_here(hub: HubProcess) -> None:
    headers = {"X-Heymarket-API-Key": "demo-n8n-key"}
    with httpx.Client(base_url=f"{hub.base_url}/n8n/v1", headers=headers, trust_env=False) as client:
        assert client.get("/test_auth").json()["team_name"] == "Demo"
        for path in ("/inboxes", "/lists", "/templates", "/contact_fields"):
            assert all(set(one) == {"id", "name"} for one in client.get(path).json())
        body = {
            "phone_number": "+12065550159",
            "first_name": "Ada",
            "note": "Met at the fair",
            "custom": {"123": "Gold"},
        }
        rehearsed = client.post("/contacts", json=body, headers={"X-Heymarket-Dry-Run": "true"}).json()
        assert rehearsed == {"id": 0, "created": True, "dry_run": True}
        assert client.post("/contacts", json=body).json()["created"] is True
        assert client.post("/contacts", json=body).json()["created"] is False
        refused = client.post("/contacts", json=body | {"phone_number": "nobody"})
        assert (refused.status_code, refused.json()["error_code"]) == (400, "invalid_phone_number")
