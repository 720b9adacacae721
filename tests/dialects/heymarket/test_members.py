"""The members of a contact with rules of their own: custom fields, tags, assignee, shown name, notes, opt-out."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.author import Author
from linebook.core.consent import ConsentAction
from linebook.core.contact import ContactPatch, SetChange
from linebook.core.phone import Phone
from linebook.services.consents import RecordConsent, record_consents
from linebook.services.contact_reads import contacts_by_id
from linebook.services.contacts import SaveContact, save_contacts
from tests.dialects.heymarket.test_contacts import GRACE, call, create, shown
from tests.kit.wire import Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

OTHER_DOOR = Author("another door", None)


async def update(runner: Runner, contact_id: int, query: dict[str, str] | None = None, **members: Any) -> Any:
    body = {"phone": GRACE, **members}
    await call(runner, "PUT", f"/v1/contact/{contact_id}", body, 200, **(query or {}))
    return await shown(runner, contact_id)


async def through_another_door(runner: Runner, **members: Any) -> None:
    """Save the contact as another dialect would."""
    patch = ContactPatch(phone=Phone.stored(f"+{GRACE}"), **members)
    save = SaveContact(patch=patch, author=OTHER_DOOR)
    await runner.hub.runtime.store.write(save_contacts, int(runner.names["account_id"]), save)


async def person_says(runner: Runner, action: ConsentAction, phone: str = GRACE) -> None:
    change = RecordConsent(phone=Phone.stored(f"+{phone}"), action=action, author=OTHER_DOOR, word="STOP")
    await runner.hub.runtime.store.write(record_consents, int(runner.names["account_id"]), change)


# -- custom fields


@both_engines
async def test_custom_values_are_merged_unless_they_are_overwritten(runner: Runner) -> None:
    level, renewal = runner.names["field"], runner.names["field2"]
    contact_id = await create(runner, custom={level: "Gold", renewal: "May"})
    for word in ("false", "0", "no", "", "TRUE", "yes"):
        view = await update(runner, contact_id, {"overwrite": word}, custom={level: word or "empty"})
        assert view["custom"] == {level: word or "empty", renewal: "May"}
    for word in ("true", "1", "True"):
        await update(runner, contact_id, custom={level: "Gold", renewal: "May"})
        view = await update(runner, contact_id, {"overwrite": word}, custom={level: word})
        assert view["custom"] == {level: word}


async def test_overwriting_without_custom_changes_none_and_with_an_empty_one_clears_all(runner: Runner) -> None:
    level = runner.names["field"]
    contact_id = await create(runner, custom={level: "Gold"})
    assert (await update(runner, contact_id, {"overwrite": "true"}, last="X"))["custom"] == {level: "Gold"}
    assert (await update(runner, contact_id, custom={}))["custom"] == {level: "Gold"}
    assert (await update(runner, contact_id, {"overwrite": "true"}, custom={}))["custom"] == {}
    await update(runner, contact_id, custom={level: "Gold"})
    assert (await update(runner, contact_id, {"overwrite": "true"}, custom=[]))["custom"] == {}  # as PHP writes {}


@pytest.mark.parametrize("empty", [None, ""])
async def test_null_and_the_empty_text_remove_a_value(empty: str | None, runner: Runner) -> None:
    level, renewal = runner.names["field"], runner.names["field2"]
    contact_id = await create(runner, custom={level: "Gold", renewal: "May"})
    assert (await update(runner, contact_id, custom={level: empty}))["custom"] == {renewal: "May"}


@pytest.mark.parametrize("key", ["404", "level", "-1", "1.5", "", " ", "٣", "9" * 400, "0"])
async def test_unknown_keys_are_dropped_without_an_error(key: str, runner: Runner) -> None:
    level = runner.names["field"]
    contact_id = await create(runner, custom={key: "lost", level: "Gold"})
    assert (await shown(runner, contact_id))["custom"] == {level: "Gold"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Gold", "Gold"),
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
        (False, "false"),
        ([1, "a"], '[1,"a"]'),
        ({"a": 1}, '{"a":1}'),
    ],
)
async def test_every_value_is_kept_as_text(value: object, text: str, runner: Runner) -> None:
    level = runner.names["field"]
    contact_id = await create(runner, custom={level: value})
    assert (await shown(runner, contact_id))["custom"] == {level: text}


async def test_names_are_overwritten_whatever_the_switch_says(runner: Runner) -> None:
    contact_id = await create(runner, first="Grace")
    for word in ("true", "false"):
        assert (await update(runner, contact_id, {"overwrite": word}, first=f"Grace {word}"))[
            "first"
        ] == f"Grace {word}"


# -- tags


async def many_tags(runner: Runner, count: int) -> list[int]:
    return [int((await call(runner, "POST", "/v1/tag", {"tag": f"Tag {number}"}))["id"]) for number in range(count)]


def ids_of(view: Any) -> list[int]:
    return [one["tag_id"] for one in view["tags"]]


def refs(ids: list[int]) -> list[dict[str, int]]:
    return [{"tag_id": one} for one in ids]


async def test_five_tags_are_taken_and_six_are_not(runner: Runner) -> None:
    tags = await many_tags(runner, 6)
    contact_id = await create(runner, tags=refs(tags[:5]))
    assert ids_of(await shown(runner, contact_id)) == tags[:5]
    await call(runner, "PUT", f"/v1/contact/{contact_id}", {"phone": GRACE, "tags": refs(tags)}, 400)
    repeated = refs([*tags[:5], *tags[:5]])
    assert ids_of(await update(runner, contact_id, tags=repeated)) == tags[:5]


async def test_the_given_tags_replace_the_old_ones(runner: Runner) -> None:
    tags = await many_tags(runner, 3)
    contact_id = await create(runner, tags=refs(tags[:2]))
    assert ids_of(await update(runner, contact_id, tags=refs(tags[1:]))) == tags[1:]
    assert ids_of(await update(runner, contact_id, first="Grace")) == tags[1:]
    assert ids_of(await update(runner, contact_id, tags=[])) == []


@both_engines
async def test_a_contact_with_more_than_five_tags_survives_a_read_and_a_write(runner: Runner) -> None:
    tags = await many_tags(runner, 8)
    await through_another_door(runner, tags=SetChange(tuple(tags[:7])))
    view = await call(runner, "POST", "/v1/contact/get", {"phone": GRACE})
    assert ids_of(view) == tags[:5]
    await call(runner, "PUT", f"/v1/contact/{view['id']}", {**view, "first": "Grace"})
    assert await tags_kept(runner, view["id"]) == tags[:7]
    await update(runner, view["id"], tags=refs(tags[7:]))
    assert await tags_kept(runner, view["id"]) == [*tags[5:7], tags[7]]


async def tags_kept(runner: Runner, contact_id: int) -> list[int]:
    found = await runner.hub.runtime.store.read(
        lambda tx: contacts_by_id(tx, int(runner.names["account_id"]), [contact_id])
    )
    return list(found[contact_id].tags)


# -- assignee


async def test_a_contact_is_assigned_and_unassigned(runner: Runner) -> None:
    scott = int(runner.names["scott_id"])
    contact_id = await create(runner, assignee_id=scott)
    assert (await shown(runner, contact_id))["assigned_user_id"] == scott
    assert (await update(runner, contact_id, first="Grace"))["assigned_user_id"] == scott
    assert (await update(runner, contact_id, assignee_id=-1))["assigned_user_id"] == 0
    assert (await update(runner, contact_id, assignee_id=str(scott)))["assigned_user_id"] == scott
    assert (await update(runner, contact_id, assignee_id=0))["assigned_user_id"] == 0


# -- the shown name


async def test_a_display_name_is_derived_until_it_is_set(runner: Runner) -> None:
    contact_id = await create(runner, first="Grace", last="Hopper")
    assert (await shown(runner, contact_id))["display_name"] == "Grace Hopper"
    assert (await update(runner, contact_id, last="Murray"))["display_name"] == "Grace Murray"
    assert (await update(runner, contact_id, display_name="Amazing Grace"))["display_name"] == "Amazing Grace"
    assert (await update(runner, contact_id, last="Hopper"))["display_name"] == "Amazing Grace"
    assert (await update(runner, contact_id, display_name=""))["display_name"] == "Grace Hopper"


async def test_a_program_that_writes_back_what_it_read_does_not_freeze_the_name(runner: Runner) -> None:
    contact_id = await create(runner, first="Grace", last="Hopper")
    view = await shown(runner, contact_id)
    await call(runner, "PUT", f"/v1/contact/{contact_id}", {**view, "last": "Murray"})
    assert (await shown(runner, contact_id))["display_name"] == "Grace Murray"


# -- notes


async def test_notes_are_shown_by_paragraph_and_not_written(runner: Runner) -> None:
    await through_another_door(runner, notes="First line\nsecond line\n\nAnother note")
    view = await call(runner, "POST", "/v1/contact/get", {"phone": GRACE})
    assert [(note["id"], note["text"], note["user_id"]) for note in view["note"]] == [
        ("1", "First line\nsecond line", int(runner.names["ann_id"])),
        ("2", "Another note", int(runner.names["ann_id"])),
    ]
    assert {note["date"] for note in view["note"]} == {view["updated"]}
    after = await update(runner, view["id"], note=[])
    assert [note["text"] for note in after["note"]] == ["First line\nsecond line", "Another note"]


async def test_an_external_id_from_another_door_is_shown(runner: Runner) -> None:
    await through_another_door(runner, external_id="crm-7")
    assert (await call(runner, "POST", "/v1/contact/get", {"phone": GRACE}))["external_id"] == "crm-7"


# -- opt-out


async def status_of(runner: Runner, phone: str = GRACE) -> dict[str, Any]:
    found: dict[str, Any] = await call(runner, "POST", "/v1/contact/status", {"phone": phone})
    return found


@both_engines
async def test_an_opt_out_is_set_and_lifted_by_the_team(runner: Runner) -> None:
    contact_id = await create(runner, is_opted_out=True)
    assert (await status_of(runner))["unsubscribed"] is True
    assert (await status_of(runner))["unsubscribed_admin"] is True
    assert (await status_of(runner))["unsubscribed_contact"] is False
    assert (await update(runner, contact_id, first="Grace"))["is_opted_out"] is True
    assert (await update(runner, contact_id, is_opted_out=False))["is_opted_out"] is False


@both_engines
async def test_a_nightly_sync_does_not_lift_what_the_person_asked_for(runner: Runner) -> None:
    contact_id = await create(runner)
    await person_says(runner, ConsentAction.PERSON_STOP)
    assert (await shown(runner, contact_id))["is_opted_out"] is True
    assert (await update(runner, contact_id, is_opted_out=False))["is_opted_out"] is True
    await call(runner, "POST", "/v1/batch/contacts", [{"phone": GRACE, "is_opted_out": False}], overwrite="true")
    for word in ("subscribed", "active"):
        assert await call(runner, "POST", "/v1/contact/set_status", {"phone": GRACE, "status": word}) == "success"
    state = await status_of(runner)
    assert (state["unsubscribed"], state["unsubscribed_admin"], state["unsubscribed_contact"]) == (True, False, True)
    await person_says(runner, ConsentAction.PERSON_START)
    assert (await shown(runner, contact_id))["is_opted_out"] is False


async def test_the_opt_out_of_a_new_number_is_that_of_the_number(runner: Runner) -> None:
    await person_says(runner, ConsentAction.PERSON_STOP, "12065550166")
    await call(runner, "PUT", "/v1/contact/<ada_id>", {"phone": "12065550166"})
    assert (await shown(runner, runner.names["ada_id"]))["is_opted_out"] is True
