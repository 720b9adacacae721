"""Groups over the wire: made, filled, emptied, deleted, and texted as one."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.dialects.zipwhip.form import NO_GROUP
from tests.kit.wire import Ask, Case, Runner, ask, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

GRACE, JOAN = "2065550102", "2065550103"
PREFIX: Final = "Wrong arguments: "


async def done(runner: Runner, asked: Ask, *, changes: bool = True) -> Any:
    answer = await runner.run(Case(label="", ask=asked, changes=changes))
    return answer.json()["response"]


async def numbers_in(runner: Runner, group: str) -> list[str]:
    members = await done(runner, ask("/group/members", group=group), changes=False)
    return [one["mobileNumber"] for one in members]


@pytest.mark.parametrize(
    ("asked", "desc"),
    [
        (ask("/group/save", type="Team"), "type is not a kind of group"),
        (ask("/group/save", member="Ann"), "member is not a usable number"),
        (ask("/group/save", name="x" * 300), "name has more than 255 characters"),
        (ask("/group/save", member=",".join([GRACE] * 1001)), "member at most 1000 at once"),
        (ask("/group/get", address="ptn:/2065550102"), "address is not the address of a group"),
        (ask("/group/get", address="device:/5556661234/x"), "address is not an id"),
        (ask("/group/addMember", group="<group>", mobileNumber="Ann"), "mobileNumber is not a usable number"),
        (ask("/group/removeMember", group="<group>", member=""), "member is not a usable number"),
    ],
)
async def test_what_cannot_be_used_is_refused_and_leaves_nothing(runner: Runner, asked: Ask, desc: str) -> None:
    body = {"success": False, "response": {"desc": PREFIX + desc, "code": -703}}
    await runner.run(Case(label=desc, ask=asked, status=400, body=body))


@both_engines
async def test_a_group_is_made_with_its_members_listed_and_counted(runner: Runner) -> None:
    made = await done(runner, ask("/group/save", type="GroupX", name="Regulars", member=f"{GRACE}, {JOAN},{GRACE}"))
    assert made["address"] == f"device:/{runner.names['line']}/{made['id']}"
    assert (made["displayName"], made["type"], made["cachedContactsCount"]) == ("Regulars", "Group", 2)
    listed = await done(runner, ask("/group/list"), changes=False)
    assert [one["device"]["displayName"] for one in listed] == ["Choir", "Regulars"]
    counted = await done(runner, ask("/group/get", address=made["address"]), changes=False)
    assert counted == {"group": made, "members": 2}
    assert await numbers_in(runner, made["address"]) == [GRACE, JOAN]
    again = await done(runner, ask("/group/save", name="regulars", member="<ada_number>"))
    assert (again["id"], again["cachedContactsCount"]) == (made["id"], 3)


async def test_groups_without_a_name_are_apart(runner: Runner) -> None:
    first, second = [await done(runner, ask("/group/save", type="Group")) for _ in range(2)]
    assert first["id"] != second["id"] and first["displayName"] != second["displayName"]


@both_engines
async def test_members_come_and_go_and_stay_in_the_book(runner: Runner) -> None:
    asked = ask("/group/addMember", group="<group>", mobileNumber=GRACE, firstName="Grace", notes="Sings")
    contact = await done(runner, asked)
    assert (contact["firstName"], contact["mobileNumber"], contact["notes"]) == ("Grace", GRACE, "Sings")
    assert await numbers_in(runner, "<group>") == [runner.names["ada_number"], GRACE]
    remove = ask("/group/removeMember", group="<group>", member=GRACE)
    assert [await done(runner, remove) for _ in range(2)] == [True, False]
    assert await done(runner, ask("/group/removeMember", group="<group>", member=JOAN)) is False
    assert await numbers_in(runner, "<group>") == [runner.names["ada_number"]]
    assert await done(runner, ask("/group/delete", address="<group>")) is True
    assert await done(runner, ask("/group/list"), changes=False) == []
    await runner.run(Case(label="gone", ask=ask("/group/get", address="<group>"), status=400, body=NO_GROUP))
    for number in (GRACE, "<ada_number>"):
        await runner.run(Case(label="still there", ask=ask("/contact/get", mobileNumber=number)))


async def test_a_text_to_a_group_goes_to_each_of_its_members(runner: Runner) -> None:
    await done(runner, ask("/group/addMember", group="<group>", mobileNumber=GRACE))
    sent = await done(runner, ask("/message/send", contacts=f"<group>,{GRACE},{JOAN}", body="Practice at eight"))
    shown = [await done(runner, ask("/message/get", id=one["message"]), changes=False) for one in sent["tokens"]]
    assert [one["mobileNumber"][2:] for one in shown] == [runner.names["ada_number"], GRACE, JOAN]
