"""One person's way through all platforms: what one was told, every other one shows, and the history says who."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.shared_book.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

MOBILE: Final = "+972545550101"
DIGITS: Final = MOBILE.removeprefix("+")
CONTACTS: Final = "/api/v2/contacts"


async def made_through_inwise(world: World) -> int:
    """A contact with a number as people in its country write it."""
    body = {
        "email": "ada@example.test",
        "mobile_number": "054-555-0101",
        "trim_mobile_number_leading_zero": True,
        "add_default_country_to_mobile_number_only_if_not_exists": True,
        "mobile_number_default_country_code": "972",
        "fields": [{"name": "field1", "content": "Ada"}, {"name": "field2", "content": "Lovelace"}],
    }
    return int((await world.inwise.call("POST", "/rest/v1/contacts", json=body))["id"])


async def updated_through_heymarket(world: World, contact_id: int) -> str:
    """The same contact by the id that inwise told, with a custom field that is new; gives the field's id."""
    (field,) = await world.heymarket.call("POST", "/v1/contacts/fields", json=[{"title": "Plan"}])
    body = {"phone": DIGITS, "last": "King", "custom": {str(field["id"]): "Gold"}}
    stub = await world.heymarket.call("PUT", f"/v1/contact/{contact_id}", json=body)
    assert (stub["id"], stub["rev"]) == (contact_id, 2)
    return str(field["id"])


async def test_one_person_through_all_platforms(world: World) -> None:
    contact_id = await made_through_inwise(world)
    field_id = await updated_through_heymarket(world, contact_id)
    tagged = await world.sendblue.call("PUT", f"{CONTACTS}/{MOBILE}", json={"tags": ["vip"]})
    assert tagged["contact"]["tags"] == ["vip"]
    told = await world.sendblue.call("POST", f"{CONTACTS}/opt-out", json={"number": MOBILE, "opted_out": True})
    assert told == {"status": "OK", "number": MOBILE, "opted_out": True}

    zipwhip = await world.zipwhip.ask("contact/get", mobileNumber=MOBILE)
    assert (zipwhip["id"], zipwhip["mobileNumber"], zipwhip["version"]) == (contact_id, MOBILE, 4)
    assert (zipwhip["firstName"], zipwhip["lastName"], zipwhip["email"]) == ("Ada", "King", "ada@example.test")

    inwise = await world.inwise.call("GET", f"/rest/v1/contacts/{contact_id}")
    assert (inwise["mobile_number"], inwise["email"]) == (DIGITS, "ada@example.test")
    fields = {one["name"]: one["content"] for one in inwise["fields"]}
    assert fields == {"field1": "Ada", "field2": "King", f"field{field_id}": "Gold"}

    sendblue = (await world.sendblue.call("GET", f"{CONTACTS}/{MOBILE}"))["contact"]
    assert (sendblue["first_name"], sendblue["last_name"], sendblue["phone"]) == ("Ada", "King", MOBILE)
    assert (sendblue["tags"], sendblue["custom_variables"]) == (["vip"], {"Plan": "Gold"})
    assert sendblue["opt_out"] is True

    heymarket = await world.heymarket.call("POST", "/v1/contact/get", json={"phone": DIGITS})
    assert (heymarket["id"], heymarket["uuid"]) == (contact_id, sendblue["contact_id"])
    assert (heymarket["display_name"], heymarket["custom"]) == ("Ada King", {field_id: "Gold"})
    assert [one["tag"] for one in heymarket["tags"]] == ["vip"]
    assert heymarket["is_opted_out"] is True

    shown = world.cli.data("contacts", "show", MOBILE)
    assert (shown["id"], shown["opted_out_by_team"], shown["opted_out_by_person"]) == (contact_id, True, False)
    assert [(one["id"], one["label"], one["value"]) for one in shown["fields"]] == [(int(field_id), "Plan", "Gold")]
    check_history(world.cli.data("contacts", "history", MOBILE))


def check_history(newest_first: list[dict[str, Any]]) -> None:
    """Every step by its door and key, back to the creation."""
    told, tagged, changed, made = newest_first
    assert (made["action"], made["door"], made["changes"]) == ("create", "inwise", {})
    assert (changed["action"], changed["door"]) == ("update", "heymarket")
    assert changed["changes"] == {"last_name": ["Lovelace", "King"], "fields": [{}, {"Plan": "Gold"}]}
    assert (tagged["action"], tagged["door"], tagged["changes"]) == ("update", "sendblue", {"tags": [[], ["vip"]]})
    assert (told["action"], told["door"], told["changes"]) == ("update", "sendblue", {"by_team": [False, True]})
    assert told["credential_id"] == tagged["credential_id"]
    assert len({one["credential_id"] for one in newest_first}) == 3
    assert sorted((one["change_no"] for one in newest_first), reverse=True) == [
        one["change_no"] for one in newest_first
    ]
