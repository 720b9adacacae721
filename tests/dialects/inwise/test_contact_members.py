"""POST /contacts: what becomes of status, personal fields and groups."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.contact import SetChange
from tests.dialects.inwise.asking import contact_of, saved
from tests.dialects.inwise.form import FORM, GROUPS, get
from tests.dialects.inwise.tenants import ADA_EMAIL, ADA_MOBILE, GROUP, add_tenant
from tests.kit.builders import save
from tests.kit.hub import RunningHub
from tests.kit.invariants import check_book
from tests.kit.wire import Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEW_EMAIL, NEW_MOBILE = "new@example.test", "972501234509"
E_ADA, E_NEW, M_NEW = {"email": ADA_EMAIL}, {"email": NEW_EMAIL}, {"mobile_number": NEW_MOBILE}


# -- status


@pytest.mark.parametrize(
    ("given", "kept"),
    [("confirmed", "confirmed"), ("UNCONFIRMED", "unconfirmed"), (" Pending ", "pending"), ("", "confirmed")],
)
async def test_a_status_is_taken_in_any_letter_case(given: str, kept: str, runner: Runner) -> None:
    contact = await saved(runner, **E_NEW, confirmation_status=given)
    assert contact["confirmation_status"] == kept
    assert (await saved(runner, **E_NEW))["confirmation_status"] == kept, "absent keeps it"


# -- personal fields


def fields(**contents: object) -> list[dict[str, object]]:
    return [{"name": name, "content": content} for name, content in contents.items()]


def shown(contact: dict[str, Any]) -> dict[str, str]:
    return {field["name"]: field["content"] for field in contact["fields"]}


async def test_fields_one_and_two_are_the_name_that_everybody_sees(runner: Runner) -> None:
    contact = await saved(runner, **E_NEW, fields=fields(field1="Grace", field2="Hopper"))
    assert shown(contact) == {"field1": "Grace", "field2": "Hopper"}
    assert shown(await contact_of(runner, int(runner.names["ada_id"]))) == {"field1": "Ada", "field2": "Lovelace"}


async def test_every_spelling_of_a_field_is_the_same_field(runner: Runner) -> None:
    for name in ("field7", "7", "#field7#", "FIELD7", "#Field007#", " field7 ", 7):
        contact = await saved(runner, **E_NEW, fields=[{"name": name, "content": f"by {name}"}])
        assert shown(contact) == {"field7": f"by {name}"}


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("12/06/1980", "12/06/1980"),
        (" as it is ", " as it is "),
        ("שלום", "שלום"),
        ("\U0001f600", "\U0001f600"),
        (5, "5"),
        (-1.50, "-1.5"),
        (12345678901234567890, "12345678901234567890"),
        (True, "true"),
        (False, "false"),
    ],
)
async def test_a_content_is_kept_as_its_text(content: object, kept: str, runner: Runner) -> None:
    contact = await saved(runner, **E_NEW, fields=[{"name": "field9", "content": content, "type": "string"}])
    assert shown(contact) == {"field9": kept}


async def test_only_named_fields_change_and_empty_ones_are_emptied(runner: Runner) -> None:
    await saved(runner, **E_NEW, fields=fields(field1="Grace", field7="VIP", field8="x", field9="y"))
    contact = await saved(runner, **E_NEW, fields=fields(field7="", field8=None, field21="z"))
    assert shown(contact) == {"field1": "Grace", "field9": "y", "field21": "z"}


async def test_of_a_field_named_twice_the_last_counts(runner: Runner) -> None:
    twice = [{"name": "field7", "content": "one"}, {"name": "7", "content": "two"}]
    assert shown(await saved(runner, **E_NEW, fields=twice)) == {"field7": "two"}


async def test_clearing_empties_every_field_the_name_too_and_nothing_else(runner: Runner) -> None:
    await saved(
        runner,
        **E_ADA,
        fields=fields(field1="Ada", field7="VIP"),
        add_to_groups_ids=[8],
        external_id="crm",
        confirmation_status="pending",
    )
    contact = await saved(runner, **E_ADA, clear_existing_fields=True, fields=fields(field9="left"))
    assert shown(contact) == {"field9": "left"}
    assert contact["mobile_number"] == ADA_MOBILE and contact["external_id"] == "crm"
    assert contact["groups_ids"] == [8, GROUP] and contact["confirmation_status"] == "pending"
    assert shown(await saved(runner, **E_ADA, clear_existing_fields=True)) == {}


async def test_an_account_may_keep_the_name_apart_from_the_fields(hub: RunningHub) -> None:
    runner = Runner(FORM, hub, add_tenant(hub.runtime, name_fields=False))
    contact = await saved(runner, **E_ADA, fields=fields(field1="one"), clear_existing_fields=True)
    assert shown(contact) == {"field1": "one"}
    engine, account_id = hub.runtime.store.engine, int(runner.names["account_id"])
    ada = save(engine, account_id, "2065550111", email="x@example.test", first_name="Grace")
    assert ada.first_name == "Grace"
    assert shown(await saved(runner, id=ada.id, clear_existing_fields=True)) == {}
    assert save(engine, account_id, "2065550111").first_name == "Grace", "the name is no field here"
    await runner.close()


# -- groups


@both_engines
async def test_groups_are_joined_and_left(runner: Runner) -> None:
    joined = await saved(runner, **E_ADA, add_to_groups_ids=[6, 7, 0, -3, 6, "8"])
    assert joined["groups_ids"] == [6, 7, 8, GROUP]
    left = await saved(runner, **E_ADA, add_to_groups_ids=[7, 9], remove_from_groups_ids=[7, 6, 0, 12345])
    assert left["groups_ids"] == [7, 8, 9, GROUP], "what is in both lists is joined"
    only = await saved(runner, **E_ADA, add_to_groups_ids=[9, 10], remove_from_all_other_groups=True)
    assert only["groups_ids"] == [9, 10]
    none = await saved(runner, **E_ADA, remove_from_all_other_groups=True, add_to_groups_ids=[0])
    assert none["groups_ids"] == []
    check_book(runner.hub.runtime.store.engine, int(runner.names["account_id"]))


async def test_an_unknown_group_is_made_under_its_id_and_unknown_ones_to_leave_are_not(runner: Runner) -> None:
    await saved(runner, **E_ADA, add_to_groups_ids=721129, remove_from_groups_ids=[721130])
    groups = (await runner.send(get(GROUPS))).json()
    assert {group["id"]: group["name"] for group in groups} == {GROUP: f"Group {GROUP}", 721129: "Group 721129"}


async def test_groups_left_by_another_door_are_left_here(runner: Runner) -> None:
    engine, account_id = runner.hub.runtime.store.engine, int(runner.names["account_id"])
    contact = await saved(runner, **M_NEW, add_to_groups_ids=[6, 7])
    save(engine, account_id, f"+{NEW_MOBILE}", groups=SetChange(remove=(6,)))
    assert (await contact_of(runner, contact["id"]))["groups_ids"] == [7]
