"""Operators over the wire: listed, saved, taken off; what they may not do; names and passwords of one's own."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest

from linebook.core.account import Role
from linebook.dialects.zipwhip import ZIPWHIP
from linebook.dialects.zipwhip.routes.common import OPERATOR
from tests.dialects.zipwhip.form import FORM, INVALID_SESSION, NO_OPERATOR, PROBES, PROVISIONING
from tests.dialects.zipwhip.tenants import ADMINISTRATOR_PASSWORD, PASSWORD, session_of
from tests.kit.wire import Ask, Case, Probe, Runner, Shows, Tenant, ask, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOT_PERMITTED: Final = {"success": False, "response": "Not permitted for this user"}
REFUSED: Final = {"success": False, "response": "Invalid username or password"}
BY_SESSION: Final = [probe for probe in PROBES if ZIPWHIP.normal_path(probe.ask.path) not in PROVISIONING]
FOR_ADMINISTRATORS: Final = {one.name for one in ZIPWHIP.operations if OPERATOR in one.errors}


async def done(runner: Runner, asked: Ask, *, changes: bool = True) -> Any:
    answer = await runner.run(Case(label="", ask=asked, changes=changes))
    return answer.json()["response"]


def wrong(what: str) -> dict[str, Any]:
    return {"success": False, "response": {"desc": f"Wrong arguments: {what}", "code": -703}}


def missing(name: str, kind: str = "String") -> dict[str, Any]:
    return {"success": False, "response": f"Required {kind} parameter '{name}' is not present"}


def by(runner: Runner, session: str) -> Runner:
    """Ask in another session of the same account."""
    return Runner(FORM, runner.hub, Tenant(runner.names.get(session, session), runner.names))


async def listed(runner: Runner) -> list[tuple[str, str, str, bool]]:
    found = await done(runner, ask("/operator/list"), changes=False)
    return [(one["username"], one["displayName"], one["role"]["name"], one["active"]) for one in found]


# -- what operators may not do


async def test_these_calls_are_for_administrators() -> None:
    assert {
        *("operator/save", "operator/unassign", "webhook/add", "webhook/update", "webhook/delete"),
        *("user/save", "user/signature/set", "password/change"),
    } == FOR_ADMINISTRATORS


@pytest.mark.parametrize("probe", BY_SESSION, ids=lambda probe: probe.operation)
async def test_an_operator_is_refused_what_is_for_administrators_and_nothing_else(probe: Probe, runner: Runner) -> None:
    account_id, line_id = int(runner.names["account_id"]), int(runner.names["line_id"])
    operator = by(runner, session_of(runner.hub.runtime, account_id, line_id, Role.OPERATOR))
    if probe.operation in FOR_ADMINISTRATORS:
        await operator.run(Case(label="", ask=probe.ask, status=403, body=NOT_PERMITTED))
    else:
        await operator.run(Case(label="", ask=probe.ask, changes=probe.changes))
    await operator.close()


async def test_an_operator_with_a_name_changes_what_is_his_own(runner: Runner) -> None:
    scott = by(runner, "operator_session")
    await done(scott, ask("/user/signature/set", signature="Scott"))
    saved = await done(scott, ask("/user/save", lastName="Green", notes="Mornings", phoneKey="k", loc="Desk 2"))
    assert (saved["user"]["fullName"], saved["user"]["notes"], saved["user"]["loc"]) == (
        "Scott Green",
        "Mornings",
        "Desk 2",
    )
    shown = await done(scott, ask("/user/get"), changes=False)
    assert (shown["user"], shown["settings"]) == (saved["user"], {"signature_custom": "Scott"})
    await scott.close()


# -- refusals


@pytest.mark.parametrize(
    ("asked", "body"),
    [
        pytest.param(ask("/operator/save", firstName="Joan"), missing("username"), id="no name"),
        pytest.param(ask("/operator/save", username=" "), wrong("username is empty"), id="empty name"),
        pytest.param(ask("/operator/save", username="joan"), wrong("username is taken on this line"), id="taken"),
        pytest.param(
            ask("/operator/save", username="x@<multi>"), wrong("username ends in another line's number"), id="elsewhere"
        ),
        pytest.param(ask("/operator/save", username="a@b@<line>"), wrong("username is the part before the @"), id="@"),
        pytest.param(
            ask("/operator/save", username="x", roleId="3"), wrong("roleId is not the id of a role"), id="no such role"
        ),
        pytest.param(
            ask("/operator/save", username="x", active="maybe"), wrong("active must be true or false"), id="active"
        ),
        pytest.param(ask("/operator/save", username="x", password=" "), wrong("password is empty"), id="no password"),
        pytest.param(
            ask("/operator/save", username="x", email="Joan@example.org"),
            wrong("email belongs to another user"),
            id="on it",
        ),
        pytest.param(
            ask("/operator/save", operatorId="<operator_id>", email="ann@example.org"),
            wrong("email belongs to another user"),
            id="another's address",
        ),
        pytest.param(
            ask("/operator/save", username="x", firstName="a\0"),
            wrong("firstName has a character that cannot be stored"),
            id="NUL",
        ),
        pytest.param(
            ask("/operator/save", operatorId="<operator_id>", firstName="", email=""),
            wrong("firstName a user has an e-mail address or a name"),
            id="nameless",
        ),
        pytest.param(ask("/operator/unassign"), missing("operatorId", "Long"), id="nobody"),
        pytest.param(ask("/operator/unassign", operatorId="-1"), NO_OPERATOR, id="below all"),
        pytest.param(ask("/password/change", password="new"), missing("currentPassword"), id="no current one"),
        pytest.param(ask("/password/change", currentPassword=PASSWORD), missing("password"), id="no new one"),
        pytest.param(
            ask("/password/change", currentPassword=PASSWORD, password=" "), wrong("password is empty"), id="empty one"
        ),
        pytest.param(
            ask("/password/change", currentPassword=PASSWORD, password="x" * 256),
            wrong("password has more than 255 characters"),
            id="long one",
        ),
        pytest.param(ask("/password/change", currentPassword="guess", password="new"), REFUSED, id="wrong one"),
        pytest.param(
            ask("/user/save", notes="x" * 2001), wrong("notes has more than 2000 characters"), id="long notes"
        ),
    ],
)
async def test_a_refusal_has_its_text_and_leaves_nothing(runner: Runner, asked: Ask, body: Any) -> None:
    await runner.run(Case(label="refused", ask=asked, status=400, body=body))


async def test_a_name_and_notes_are_saved_together_or_not_at_all(runner: Runner) -> None:
    scott = by(runner, "operator_session")
    asked = ask("/user/save", notes="New", email="ann@example.org")
    await scott.run(Case(label="", ask=asked, status=400, body=wrong("email belongs to another user")))
    await scott.close()


async def test_guesses_at_the_current_password_are_slowed_down(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    failures = 3
    monkeypatch.setattr(runner.hub.runtime.login_guard, "_failures", failures)
    guess = ask("/password/change", currentPassword="guess", password="new")
    for _ in range(failures):
        await runner.run(Case(label="", ask=guess, status=400, body=REFUSED))
    body = {"success": False, "response": "Too many failed logins, try again later"}
    right = ask("/password/change", currentPassword=PASSWORD, password="new")
    await runner.run(Case(label="", ask=right, status=429, body=body))


# -- what works


@both_engines
async def test_an_operator_is_added_changed_and_taken_off(runner: Runner) -> None:
    ann = by(runner, "administrator_session")
    assert await listed(ann) == [("scott", "Scott Reed", "Operator", True), ("ann", "Ann Lee", "Admin", True)]
    grace = ask("/operator/save", username="Grace@<multi>", firstName="Grace", password="hopper", roleId="1")
    added = await done(ann, grace)
    assert (added["username"], added["initials"], added["role"]["roleId"]) == ("grace", "G", 1)
    key = await done(ann, ask("/user/login", username="grace@<multi>", password="hopper"))
    herself = by(runner, key)
    await herself.run(Case(label="", ask=grace, status=403, body=NOT_PERMITTED))
    operator_id = str(added["operatorId"])
    changed = await done(ann, ask("/operator/save", operatorId=operator_id, username="gh", lastName="Hill", roleId="2"))
    assert (changed["username"], changed["displayName"], changed["role"]["roleId"]) == ("gh", "Grace Hill", 2)
    await done(herself, ask("/operator/save", username="joe"))
    assert [one[0] for one in await listed(ann)] == ["scott", "ann", "gh", "joe"]
    assert await done(ann, ask("/operator/unassign", operatorId=operator_id)) is None
    await herself.run(Case(label="", ask=ask("/user/get"), status=403, body=INVALID_SESSION))
    gone = ask("/user/login", username="gh@<multi>", password="hopper")
    await ann.run(Case(label="", ask=gone, status=400, body=REFUSED, shows=Shows.NONE))
    again = ask("/operator/unassign", operatorId=operator_id)
    await ann.run(Case(label="", ask=again, status=400, body=NO_OPERATOR))
    await herself.close()
    await ann.close()


@both_engines
async def test_it_is_known_when_somebody_last_sent_and_last_came_in(runner: Runner) -> None:
    system = by(runner, "system_session")

    async def seen() -> list[tuple[str, bool, bool, bool]]:
        found = await done(system, ask("/operator/list"), changes=False)
        return [
            (one["username"], one["owner"], one["lastMessageSent"] is not None, one["lastPunchedIn"] is not None)
            for one in found
        ]

    ann, grace = ("ann", False, False, True), ("grace", True, False, False)
    await done(system, ask("/operator/save", username="grace", password="hopper", roleId="501"))
    assert await seen() == [("scott", False, False, True), ann, grace]
    scott = by(runner, "operator_session")
    await done(scott, ask("/message/send", contacts="2065550198", body="Ready"))
    (shown, *_) = await done(system, ask("/operator/list"), changes=False)
    assert all(re.fullmatch(r"[\d-]{10}T[\d:]{8}\+00:00", shown[name]) for name in ("lastMessageSent", "lastPunchedIn"))
    assert await seen() == [("scott", False, True, True), ann, grace]
    await done(system, ask("/message/send", contacts="2065550198", body="Ready"))
    await done(system, ask("/user/login", username="grace@<multi>", password="hopper"))
    assert await seen() == [("scott", False, True, True), ann, ("grace", True, False, True)]
    herself = by(runner, "administrator_session")
    await herself.run(Case(label="", ask=ask("/message/send", contacts="+15005561234", body="Ready")))
    assert (await seen())[1] == ann, "what was refused was not sent"
    await herself.close()
    await scott.close()
    await system.close()


@both_engines
async def test_who_is_not_active_is_logged_out_and_cannot_log_in(runner: Runner) -> None:
    scott, system = by(runner, "operator_session"), by(runner, "system_session")
    (shown, _) = await done(system, ask("/operator/list"), changes=False)
    operator_id = str(shown["operatorId"])
    assert (await done(system, ask("/operator/save", operatorId=operator_id, active="false")))["active"] is False
    await scott.run(Case(label="", ask=ask("/user/get"), status=403, body=INVALID_SESSION))
    log_in = ask("/user/login", username="scott@<multi>", password="scottpassword")
    await system.run(Case(label="", ask=log_in, status=400, body=REFUSED, shows=Shows.NONE))
    await done(system, ask("/operator/save", operatorId=operator_id, active="true"))
    assert await done(system, log_in)
    await scott.close()
    await system.close()


async def test_somebody_of_the_account_comes_onto_a_second_line(runner: Runner) -> None:
    added = await done(runner, ask("/operator/save", username="ann", email="ANN@example.org"))
    assert (added["displayName"], added["email"]) == ("Ann Lee", "ANN@example.org")
    system = by(runner, "system_session")
    assert await listed(system) == [("scott", "Scott Reed", "Operator", True), ("ann", "Ann Lee", "Admin", True)]
    assert sorted(one[0] for one in await listed(runner)) == ["ann", "joan"]
    await system.close()


@both_engines
async def test_a_password_is_changed_for_logins_and_sessions_live_on(runner: Runner) -> None:
    ann = by(runner, "administrator_session")
    asked = ask("/password/change", currentPassword=ADMINISTRATOR_PASSWORD, password="a better one")
    answer = await ann.run(Case(label="", ask=asked, changes=True))
    assert answer.json() == {"success": True, "response": "", "sessions": None}
    old = ask("/user/login", username="ann@<multi>", password=ADMINISTRATOR_PASSWORD)
    await runner.run(Case(label="", ask=old, status=400, body=REFUSED, shows=Shows.NONE))
    assert await done(ann, ask("/user/login", username="ann@<multi>", password="a better one"))
    await done(ann, ask("/user/get"), changes=False)
    await ann.close()


async def test_the_line_itself_has_a_name_and_notes(runner: Runner) -> None:
    saved = await done(runner, ask("/user/save", firstName="Front", email="desk@example.org", notes="Ring twice"))
    shown = (await done(runner, ask("/user/get"), changes=False))["user"]
    assert shown == saved["user"]
    assert (shown["fullName"], shown["email"], shown["notes"]) == ("Front", "desk@example.org", "Ring twice")


async def test_the_roles_rise(runner: Runner) -> None:
    found = await done(runner, ask("/role/list"), changes=False)
    assert [(one["roleId"], one["privilegeLevel"]) for one in found] == [(1, 5), (2, 15), (501, 20)]
