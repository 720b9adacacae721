"""user/login: who is let in, under which name, how often somebody may fail, and what the answer is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from linebook.core.account import CredentialKind, Role
from linebook.services.credentials import find_credential, secret_digest
from linebook.services.lines import AddLine, add_lines, find_line
from linebook.services.users import SetLogin, set_logins
from tests.dialects.zipwhip.form import FORM
from tests.dialects.zipwhip.tenants import (
    ADMINISTRATOR_PASSWORD,
    OPERATOR_PASSWORD,
    PASSWORD,
    SYSTEM_PASSWORD,
    add_tenant,
    hashed,
)
from tests.kit.clock import TestClock
from tests.kit.hub import RunningHub, running_hub
from tests.kit.raw_http import RawClient
from tests.kit.wire import Ask, Case, Expected, Runner, Shows, Way, ask, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFUSED = Expected(400, {"success": False, "response": "Invalid username or password"})
PAUSED = Expected(429, {"success": False, "response": "Too many failed logins, try again later"})
SESSION = re.compile(r"[a-z0-9]{8}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{12}:[0-9]+")
FORM_TYPE = "application/x-www-form-urlencoded"


def log_in(**params: str) -> Ask:
    return ask("/user/login", **params)


def refused(label: str, asked: Ask, expected: Expected = REFUSED) -> Case:
    return Case(label=label, ask=asked, status=expected.status, body=expected.body, shows=Shows.NONE)


# -- refusals


@pytest.mark.parametrize(
    "case",
    [
        refused("a wrong password", log_in(username="<line>", password="nottheone")),
        refused("a password in another case", log_in(username="<line>", password="MYPASSWORD")),
        refused("a password with a blank behind it", log_in(username="<line>", password="mypassword ")),
        refused("an empty password", log_in(username="<line>", password="")),
        refused("no password", log_in(username="<line>")),
        refused("an empty name", log_in(username="", password=PASSWORD)),
        refused("a blank name", log_in(username="   ", password=PASSWORD)),
        refused("no name", log_in(password=PASSWORD)),
        refused("no parameters", log_in()),
        refused("no parameters by GET", Ask(path="/user/login", method="GET")),
        refused("a number that is no line", log_in(username="2065550188", password=PASSWORD)),
        refused("a name that is no number", log_in(username="username", password="password")),
        refused("the text None", log_in(username="None", password="None")),
        refused("an unknown prefix", log_in(username="nobody@<multi>", password=OPERATOR_PASSWORD)),
        refused("an empty prefix", log_in(username="@<multi>", password=SYSTEM_PASSWORD)),
        refused("two prefixes", log_in(username="a@scott@<multi>", password=OPERATOR_PASSWORD)),
        refused("the operator's prefix on another line", log_in(username="scott@<line>", password=OPERATOR_PASSWORD)),
        refused("the line's password for the operator", log_in(username="scott@<multi>", password=SYSTEM_PASSWORD)),
        refused("the operator's password for the line", log_in(username="<multi>", password=OPERATOR_PASSWORD)),
        refused("a NUL in the name", log_in(username="sco\0tt@<multi>", password=OPERATOR_PASSWORD)),
        refused("a NUL in the number", log_in(username="<line>\0", password=PASSWORD)),
        refused("a NUL in the password", log_in(username="<line>", password="my\0password")),
        refused("a name of 50,000 characters", log_in(username="a" * 50_000 + "@<multi>", password=OPERATOR_PASSWORD)),
        refused("a password of 50,000 characters", log_in(username="<line>", password="a" * 50_000)),
        refused("names in a JSON list", Ask(path="/user/login", json={"username": [], "password": PASSWORD})),
    ],
    ids=str,
)
async def test_a_login_is_refused_with_a_text_and_never_an_object(case: Case, guest: Runner) -> None:
    await guest.run(case)


@both_engines
async def test_a_wrong_password_is_refused_on_every_engine(guest: Runner) -> None:
    await guest.run(refused("wrong", log_in(username="scott@<multi>", password="nottheone")))
    await guest.run(refused("NUL", log_in(username="sco\0tt@<multi>", password=OPERATOR_PASSWORD)))


# -- who is let in


@pytest.mark.parametrize(
    ("asked", "role"),
    [
        pytest.param(log_in(username="<line>", password=PASSWORD), Role.SYSTEM, id="ten digits"),
        pytest.param(log_in(username="1<line>", password=PASSWORD), Role.SYSTEM, id="eleven digits"),
        pytest.param(log_in(username="+1<line>", password=PASSWORD), Role.SYSTEM, id="with a plus"),
        pytest.param(log_in(username="<line_dotted>", password=PASSWORD), Role.SYSTEM, id="punctuation"),
        pytest.param(log_in(username="  <line> ", password=PASSWORD), Role.SYSTEM, id="blanks around it"),
        pytest.param(log_in(mobileNumber="<line>", password=PASSWORD), Role.SYSTEM, id="as mobileNumber"),
        pytest.param(log_in(userName="<line>", password=PASSWORD), Role.SYSTEM, id="as userName"),
        pytest.param(
            log_in(username="", mobileNumber="<line>", password=PASSWORD), Role.SYSTEM, id="an empty username beside it"
        ),
        pytest.param(
            log_in(username="<line>", password=PASSWORD, remember="false", date="1589000000000", apiKey="k"),
            Role.SYSTEM,
            id="parameters that nobody knows",
        ),
        pytest.param(
            log_in(username="<multi>", password=SYSTEM_PASSWORD), Role.SYSTEM, id="the system of a team's line"
        ),
        pytest.param(
            log_in(username="ann@<multi>", password=ADMINISTRATOR_PASSWORD), Role.ADMINISTRATOR, id="an administrator"
        ),
        pytest.param(log_in(username="scott@<multi>", password=OPERATOR_PASSWORD), Role.OPERATOR, id="an operator"),
        pytest.param(
            log_in(username="Scott@<multi>", password=OPERATOR_PASSWORD), Role.OPERATOR, id="a prefix in another case"
        ),
        pytest.param(
            log_in(username="scott@<multi_dotted>", password=OPERATOR_PASSWORD),
            Role.OPERATOR,
            id="punctuation behind the @",
        ),
        pytest.param(
            log_in(username="scott@+1<multi>", password=OPERATOR_PASSWORD), Role.OPERATOR, id="a plus behind the @"
        ),
        pytest.param(
            Ask(path="/user/login", json={"username": "<line>", "password": PASSWORD}), Role.SYSTEM, id="as JSON"
        ),
        pytest.param(
            Ask(path="/api/v2//user/login/", method="GET", query=(("username", "<line>"), ("password", PASSWORD))),
            Role.SYSTEM,
            id="by GET, at the path of the apps",
        ),
    ],
)
async def test_a_login_gives_a_key_with_the_rights_of_its_tier(asked: Ask, role: Role, guest: Runner) -> None:
    answer = await guest.run(Case(label="", ask=asked, shows=Shows.NONE, changes=True))
    key = answer.json()["response"]
    assert SESSION.fullmatch(key)
    credential = await guest.hub.runtime.store.read(
        lambda tx: find_credential(tx, CredentialKind.ZIPWHIP_SESSION, secret_digest(key))
    )
    assert credential is not None
    assert credential.role is role
    assert key.endswith(f":{credential.line_id}"), "the digits are the id of the line"
    assert (credential.user_id is None) is (role is Role.SYSTEM), "a system session has no user"


@pytest.mark.parametrize("way", Way, ids=lambda way: way.value)
async def test_a_login_may_come_in_every_encoding(way: Way, runner: Runner) -> None:
    asked = ask("/user/login", "POST", way, username="<line>", password=PASSWORD)
    await runner.run(Case(label="", ask=asked, shows=Shows.NONE, changes=True))


@both_engines
async def test_two_sessions_of_one_line_are_valid_at_once(runner: Runner) -> None:
    asked = log_in(username="scott@<multi>", password=OPERATOR_PASSWORD)
    keys = {(await runner.send(asked, shows=Shows.NONE)).json()["response"] for _ in range(2)}
    assert len(keys) == 2
    for key in keys:
        assert (await runner.send(ask("/user/get", session=key), shows=Shows.NONE)).status == 200


async def test_the_answer_has_exactly_two_members(runner: Runner) -> None:
    answer = await runner.send(log_in(username="<line>", password=PASSWORD), shows=Shows.NONE)
    assert list(answer.json()) == ["success", "response"]


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("+447700900121", b"+447700900121"),
        ("+447700900122", b"%2B447700900122"),
        ("+447700900123", b"bob@+447700900123"),
    ],
)
async def test_a_line_abroad_is_found_though_its_plus_was_not_encoded(
    number: str, name: bytes, hub: RunningHub, runner: Runner
) -> None:
    write = hub.runtime.store.write
    account_id = (await hub.runtime.store.read(lambda tx: find_line(tx, f"+1{runner.names['line']}"))).account_id
    line = await write(add_lines, account_id, AddLine(address=number))
    for prefix in ("", "bob"):
        login = SetLogin(line_id=line.id, prefix=prefix, password_hash=hashed(PASSWORD), role=Role.SYSTEM)
        await write(set_logins, account_id, login)
    asked = Ask(path="/user/login", raw=b"password=mypassword&username=" + name, content_type=FORM_TYPE)
    assert (await runner.send(asked, shows=Shows.NONE)).status == 200


# -- how often somebody may fail


@pytest.fixture
def failures() -> int:
    """How often a name may fail in five minutes."""
    return 3


@pytest_asyncio.fixture(loop_scope="session")
async def strict(tmp_path: Path, clock: TestClock, failures: int) -> AsyncIterator[Runner]:
    """A hub of one's own that counts failures."""
    url = f"sqlite:///{tmp_path}/linebook.db"
    async with running_hub(url, clock=clock, login_failures=failures, login_window_s=300) as hub:
        runner = Runner(FORM, hub, add_tenant(hub.runtime))
        yield runner
        await runner.close()


WRONG = log_in(username="scott@<multi>", password="nottheone")
RIGHT = log_in(username="scott@<multi>", password=OPERATOR_PASSWORD)


async def fail(runner: Runner, times: int, asked: Ask = WRONG) -> None:
    for _ in range(times):
        await runner.run(refused("fails", asked))


async def test_a_name_that_failed_too_often_has_to_wait_even_with_the_right_password(
    strict: Runner, clock: TestClock
) -> None:
    await fail(strict, 3)
    answer = await strict.run(refused("paused", RIGHT, PAUSED))
    assert answer.header("retry-after") == "300"
    clock.advance(120_000)
    assert (await strict.run(refused("still", WRONG, PAUSED))).header("retry-after") == "180"
    clock.advance(180_000)
    assert (await strict.send(RIGHT, shows=Shows.NONE)).status == 200


async def test_the_failures_of_one_name_do_not_stop_another(strict: Runner) -> None:
    await fail(strict, 3)
    await strict.run(refused("paused", RIGHT, PAUSED))
    asked = log_in(username="ann@<multi>", password=ADMINISTRATOR_PASSWORD)
    assert (await strict.send(asked, shows=Shows.NONE)).status == 200


async def test_a_name_that_is_spelled_another_way_is_the_same_name(strict: Runner) -> None:
    for number in ("<multi>", "1<multi>", "<multi_dotted>"):
        await fail(strict, 1, log_in(username=f"SCOTT@{number}", password="nottheone"))
    await strict.run(refused("paused", log_in(userName="scott@ +1 <multi>", password=OPERATOR_PASSWORD), PAUSED))


async def test_a_success_is_never_counted_and_forgives_what_went_before(strict: Runner) -> None:
    for _ in range(5):
        assert (await strict.send(RIGHT, shows=Shows.NONE)).status == 200
    await fail(strict, 2)
    assert (await strict.send(RIGHT, shows=Shows.NONE)).status == 200
    await fail(strict, 2)
    assert (await strict.send(RIGHT, shows=Shows.NONE)).status == 200


@pytest.mark.parametrize("failures", [1])
async def test_an_address_that_tries_many_names_has_to_wait_as_well(strict: Runner) -> None:
    for number in range(10):
        await fail(strict, 1, log_in(username=f"user{number}@<multi>", password="nottheone"))
    await strict.run(refused("paused", RIGHT, PAUSED))


async def test_guesses_that_are_sent_at_once_get_no_further_than_those_sent_one_by_one(strict: Runner) -> None:
    def raw(asked: Ask) -> bytes:
        return asked.filled(strict.names).to_bytes()

    clients = [RawClient(strict.hub.base_url) for _ in range(12)]
    guesses = [raw(WRONG)] * 11 + [raw(RIGHT)]
    answers = await asyncio.gather(*(one.exchange(guess) for one, guess in zip(clients, guesses, strict=True)))
    await asyncio.gather(*(one.close() for one in clients))
    assert sorted(answer.status for answer in answers) == [400] * 3 + [429] * 9
    assert answers[-1].status == 429


async def test_a_login_without_name_or_password_is_no_guess_and_not_counted(strict: Runner) -> None:
    await fail(strict, 4, log_in(username="scott@<multi>"))
    assert (await strict.send(RIGHT, shows=Shows.NONE)).status == 200
