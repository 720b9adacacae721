"""The demo has what it promises, makes it once, keeps it where it is told, and can be called by copy and paste."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import httpx
import pytest

from linebook.app import DIALECTS
from linebook.core.account import CredentialKind, Role
from linebook.demo import (
    GUIDES,
    LOGINS,
    demo_secrets_present,
    guide_text,
    prepare_demo,
)
from linebook.errors import AddressTaken
from linebook.login import hash_password, password_matches
from linebook.services.accounts import list_accounts
from linebook.services.credentials import (
    RevokeCredential,
    find_credential,
    list_credentials,
    revoke_credentials,
    secret_digest,
)
from linebook.services.lines import list_lines
from linebook.services.users import SetLogin, all_users, find_login_at, set_logins
from linebook.storage.base import Engine
from linebook.storage.sqlite import SqliteEngine
from linebook.storage.store import write_now
from tests.kit.builders import add_account, add_line, get, save
from tests.kit.hub import hub_process, running_hub


def contents(engine: Engine) -> list[object]:
    """Everything that the demo makes, as it is now."""

    def read(tx: object) -> list[object]:
        accounts = list_accounts(tx)  # type: ignore[arg-type]
        return [
            (account, list_lines(tx, account.id), all_users(tx, account.id), list_credentials(tx, account.id))  # type: ignore[arg-type]
            for account in accounts
        ]

    return engine.read(read)


def test_the_hashes_are_those_of_the_passwords_beside_them() -> None:
    for login in LOGINS:
        assert password_matches(login.password_hash, login.password), login.address


def test_the_demo_has_its_lines_people_and_credentials(engine: Engine) -> None:
    account = prepare_demo(engine)
    assert (account.name, account.region) == ("Demo", "US")
    lines = engine.read(lambda tx: list_lines(tx, account.id))
    assert [(one.address, one.is_multi_user, one.is_toll_free, one.label) for one in lines] == [
        ("+15556661234", False, False, "Front desk"),
        ("+14255551212", True, False, "Shared"),
        ("+18885550100", False, True, "Toll-free"),
    ]
    for address, prefix, role, name in [
        ("+15556661234", "", Role.SYSTEM, None),
        ("+14255551212", "", Role.SYSTEM, None),
        ("+14255551212", "scott", Role.OPERATOR, "Scott"),
        ("+14255551212", "admin", Role.ADMINISTRATOR, "Alex"),
    ]:
        login = engine.read(lambda tx, at=address, by=prefix: find_login_at(tx, at, by))  # type: ignore[misc]
        assert login is not None
        users = {user.id: user.first_name for user in engine.read(lambda tx: all_users(tx, account.id))}
        assert (login.role, users.get(login.user_id or 0)) == (role, name)
    for kind, secret in [
        (CredentialKind.INWISE_KEY, "0123456789abcdef0123456789abcdef"),
        (CredentialKind.SENDBLUE_PAIR, "demo-key\ndemo-secret"),
        (CredentialKind.HEYMARKET_KEY, "demo-team-key"),
    ]:
        digest = secret_digest(secret)
        found = engine.read(lambda tx, k=kind, d=digest: find_credential(tx, k, d))  # type: ignore[misc]
        assert found is not None
        assert found.account_id == account.id


def test_preparing_twice_makes_nothing_twice_and_keeps_what_was_changed(engine: Engine) -> None:
    account = prepare_demo(engine)
    before = contents(engine)
    line = engine.read(lambda tx: list_lines(tx, account.id))[0]
    changed = SetLogin(line_id=line.id, prefix="", password_hash=hash_password("mine"), role=Role.SYSTEM)
    write_now(engine, set_logins, account.id, changed)
    assert prepare_demo(engine) == account
    assert contents(engine) == before
    login = engine.read(lambda tx: find_login_at(tx, "+15556661234", ""))
    assert login is not None
    assert password_matches(login.password_hash, "mine")


def test_a_demo_line_that_belongs_to_somebody_else_is_left_alone(engine: Engine) -> None:
    add_line(engine, add_account(engine, "Bakery").id, "5556661234")
    before = contents(engine)
    with pytest.raises(AddressTaken, match=r"\+15556661234 is a line of this server already"):
        prepare_demo(engine)
    assert contents(engine) == before


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_demos_secrets_are_known_until_every_one_is_gone(engine: Engine) -> None:
    assert not demo_secrets_present(engine)
    account = prepare_demo(engine)
    assert demo_secrets_present(engine)
    for credential in engine.read(lambda tx: list_credentials(tx, account.id)):
        write_now(engine, revoke_credentials, account.id, RevokeCredential(credential.id))
    # What is left are logins; a new hash of the same password does not hide one.
    hashed, other = hash_password("mypassword"), hash_password("another")
    lines = engine.read(lambda tx: list_lines(tx, account.id))
    for line, prefix in ((lines[0], ""), (lines[1], ""), (lines[1], "scott"), (lines[1], "admin")):
        assert demo_secrets_present(engine)
        for password_hash in (hashed, other) if line is lines[0] else (other,):
            request = SetLogin(line_id=line.id, prefix=prefix, password_hash=password_hash, role=Role.OPERATOR)
            assert demo_secrets_present(engine)
            write_now(engine, set_logins, account.id, request)
    assert not demo_secrets_present(engine)


def test_the_guide_names_every_login_of_what_it_explains() -> None:
    text = guide_text("http://127.0.0.1:8420")
    for login in LOGINS:
        number = login.address.removeprefix("+1")
        name = f"{login.prefix}@{number}" if login.prefix else number
        assert f"username={name} password={login.password}" in text
    assert "{base}" not in text
    # Only what is served is explained.
    assert {guide.title.lower() for guide in GUIDES} <= {dialect.name for dialect in DIALECTS}


async def test_every_published_login_opens_the_demo_and_saves_a_contact(tmp_path: Path) -> None:
    async with running_hub(f"sqlite:///{tmp_path}/book.db", prepare=prepare_demo) as hub:
        for number, login in enumerate(LOGINS):
            address = login.address.removeprefix("+1")
            session = await hub.login(f"{login.prefix}@{address}" if login.prefix else address, login.password)
            fields = {"session": session, "mobileNumber": f"206555010{number}"}
            saved = await hub.client.post("/contact/save", data=fields | {"firstName": "Ada"})
            assert saved.json()["success"] is True
            got = await hub.client.get("/contact/get", params=fields)
            assert got.json()["response"]["firstName"] == "Ada"


async def test_the_commands_of_every_guide_work_as_they_are_printed(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl here")
    for guide in GUIDES:
        async with running_hub(f"sqlite:///{tmp_path}/{guide.title}.db", prepare=prepare_demo) as hub:
            script = "\n".join(one.replace("{base}", hub.base_url) for one in guide.commands)
            shell = await asyncio.create_subprocess_exec("/bin/sh", "-eu", "-c", script, stdout=asyncio.subprocess.PIPE)
            out, _ = await shell.communicate()
            assert shell.returncode == 0, guide.title
            # What was saved comes back.
            assert b'"Ada"' in out, out.decode()
            assert b'"success":false' not in out


def test_a_demo_without_a_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    with hub_process("demo", environ={"TMPDIR": str(tmp_path)}) as hub:
        assert len(list(tmp_path.glob("linebook-demo-*/linebook.db"))) == 1
        assert hub.terminate() == 0
    assert list(tmp_path.iterdir()) == []


def test_a_demo_with_a_folder_goes_on_where_it_ended(tmp_path: Path) -> None:
    database = tmp_path / "linebook.db"
    before = SqliteEngine(database)
    before.migrate()
    save(before, prepare_demo(before).id, "2065550100", first_name="Ada")
    before.close()
    with hub_process("demo", "--data", str(tmp_path)) as hub:
        login = httpx.post(f"{hub.base_url}/user/login", data={"username": "5556661234", "password": "mypassword"})
        key = {"session": login.json()["response"], "mobileNumber": "2065550100"}
        got = httpx.get(f"{hub.base_url}/contact/get", params=key)
        assert got.json()["response"]["firstName"] == "Ada"
        saved = httpx.post(f"{hub.base_url}/contact/save", data=key | {"firstName": "Grace"})
        assert saved.status_code == 200
        assert hub.terminate() == 0
    after = SqliteEngine(database)
    contact = get(after, 1, saved.json()["response"]["id"])
    after.close()
    assert contact is not None
    assert contact.first_name == "Grace"
