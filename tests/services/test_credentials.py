"""Credentials: a secret is registered once, compared by its digest, and dead for good when it is revoked."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.account import Account, Credential, CredentialKind, Role
from linebook.errors import CredentialTaken, InvalidMember, NotFound
from linebook.services.credentials import (
    GIVEN_OUT,
    KEPT_MS,
    SECRET_MAX,
    SWEEP_MAX,
    RegisterCredential,
    RevokeCredential,
    find_credential,
    list_credentials,
    pair_secret,
    register_credentials,
    revoke_credentials,
    secret_digest,
    sweep_credentials,
)
from linebook.services.users import AddUser, add_users
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import add_line, refusal, run
from tests.kit.clock import START_MS, TestClock
from tests.kit.raw import look

pytestmark = pytest.mark.usefixtures("whole_books")

KIND = CredentialKind.INWISE_KEY


def registering(secret: str = "secret", kind: CredentialKind = KIND, **rest: Any) -> RegisterCredential:
    return RegisterCredential(kind=kind, secret=secret, **rest)


def register(engine: Engine, account_id: int, secret: str = "secret", **rest: Any) -> Credential:
    return write_now(engine, register_credentials, account_id, registering(secret, **rest))


def found(engine: Engine, secret: str, kind: CredentialKind = KIND) -> Credential | None:
    return engine.read(lambda tx: find_credential(tx, kind, secret_digest(secret)))


# Refusals.


@pytest.mark.parametrize(
    ("request_", "member"),
    [
        (registering(""), "secret"),
        (registering(" \t"), "secret"),
        (registering("x" * (SECRET_MAX + 1)), "secret"),
        (registering(label="\0"), "label"),
        (registering(sealed="\ud800"), "sealed"),
    ],
    ids=["empty", "blank", "long", "label", "sealed"],
)
def test_a_secret_has_a_length_and_its_texts_can_be_stored(
    engine: Engine, account: Account, request_: RegisterCredential, member: str
) -> None:
    bad, good = run(engine, register_credentials, account.id, request_, registering("good"))
    assert refusal(InvalidMember, bad).member == member
    assert engine.read(lambda tx: list_credentials(tx, account.id)) == [good]


def test_a_credential_needs_an_account_and_its_lines_and_users(
    engine: Engine, account: Account, other: Account
) -> None:
    strangers = add_line(engine, other.id, id=5)
    stranger = write_now(engine, add_users, other.id, AddUser(first_name="Bob", id=6))
    refusal(NotFound, run(engine, register_credentials, 99, registering())[0])
    for line_id, user_id in ((strangers.id, None), (None, stranger.id), (0, None), (None, 10**30)):
        told = registering(line_id=line_id, user_id=user_id)
        refusal(NotFound, run(engine, register_credentials, account.id, told)[0])
    assert engine.read(lambda tx: list_credentials(tx, account.id)) == []


def test_a_secret_is_registered_once_on_the_server(engine: Engine, account: Account, other: Account) -> None:
    first = register(engine, account.id)
    for account_id in (account.id, other.id):
        refusal(CredentialTaken, run(engine, register_credentials, account_id, registering())[0])
    same = run(engine, register_credentials, account.id, registering("twice"), registering("twice"))
    refusal(CredentialTaken, same[1])
    assert found(engine, "secret") == first


def test_a_revoked_secret_is_not_registered_again(engine: Engine, account: Account) -> None:
    credential = register(engine, account.id)
    write_now(engine, revoke_credentials, account.id, RevokeCredential(credential.id))
    refusal(CredentialTaken, run(engine, register_credentials, account.id, registering())[0])


def test_only_a_living_credential_of_the_account_is_revoked(engine: Engine, account: Account, other: Account) -> None:
    credential = register(engine, account.id)
    for account_id, credential_id in [
        (other.id, credential.id),
        *((account.id, one) for one in (0, -1, credential.id + 1, 2**63, 10**30)),
    ]:
        refusal(NotFound, run(engine, revoke_credentials, account_id, RevokeCredential(credential_id))[0])
    assert found(engine, "secret") == credential
    outcomes = run(engine, revoke_credentials, account.id, *[RevokeCredential(credential.id)] * 2)
    assert outcomes[0] is None
    refusal(NotFound, outcomes[1])


# Registering and finding.


def test_a_credential_keeps_what_it_was_given_and_not_the_secret(engine: Engine, account: Account) -> None:
    line = add_line(engine, account.id)
    user = write_now(engine, add_users, account.id, AddUser(first_name="Ada"))
    credential = register(
        engine,
        account.id,
        line_id=line.id,
        user_id=user.id,
        role=Role.OPERATOR,
        label="the old server",
        sealed="sealed",
        expires_ms=START_MS + 10,
    )
    assert credential == Credential(
        kind=KIND,
        account_id=account.id,
        id=1,
        line_id=line.id,
        user_id=user.id,
        role=Role.OPERATOR,
        label="the old server",
        sealed="sealed",
        created_ms=START_MS,
        expires_ms=START_MS + 10,
        revoked_ms=None,
    )
    assert found(engine, "secret") == credential
    (row,) = look(engine, "SELECT * FROM credential")
    assert "secret" not in row


def test_a_secret_counts_for_its_kind_alone(engine: Engine, account: Account, other: Account) -> None:
    mine = register(engine, account.id)
    theirs = register(engine, other.id, kind=CredentialKind.HEYMARKET_KEY)
    assert found(engine, "secret") == mine
    assert found(engine, "secret", CredentialKind.HEYMARKET_KEY) == theirs
    assert found(engine, "secret", CredentialKind.ZIPWHIP_SESSION) is None
    for wrong in ("Secret", "secret ", "", "\0", "\ud800"):
        assert found(engine, wrong) is None


@pytest.mark.parametrize("secret", ["a\0b", "\ud800", "שלום", "x" * SECRET_MAX])
def test_any_text_may_be_a_secret(engine: Engine, account: Account, secret: str) -> None:
    assert found(engine, secret) is None
    assert register(engine, account.id, secret) == found(engine, secret)


def test_a_pair_is_one_secret(engine: Engine, account: Account) -> None:
    register(engine, account.id, pair_secret("ab", "c"))
    assert found(engine, pair_secret("ab", "c")) is not None
    assert found(engine, pair_secret("a", "bc")) is None


def test_digests_do_not_change() -> None:
    assert secret_digest("secret") == "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"


def test_several_keys_are_valid_at_once_until_they_end(engine: Engine, account: Account, clock: TestClock) -> None:
    old = register(engine, account.id, "old")
    new = register(engine, account.id, "new", expires_ms=START_MS + 100)
    assert (old.is_valid(START_MS), new.is_valid(START_MS + 99), new.is_valid(START_MS + 100)) == (True, True, False)
    before = engine.directory_version
    clock.advance(10)
    write_now(engine, revoke_credentials, account.id, RevokeCredential(old.id))
    assert engine.directory_version > before
    revoked = found(engine, "old")
    assert revoked is not None
    assert (revoked.revoked_ms, revoked.is_valid(START_MS + 10)) == (START_MS + 10, False)
    assert found(engine, "new") == new


def test_credentials_are_listed_by_rising_id_the_ended_ones_too(
    engine: Engine, account: Account, other: Account
) -> None:
    for name in ("a", "b", "c"):
        register(engine, account.id, name)
    register(engine, other.id, "d")
    write_now(engine, revoke_credentials, account.id, RevokeCredential(2))

    def ids(**page: int) -> list[int]:
        return [one.id for one in engine.read(lambda tx: list_credentials(tx, account.id, **page))]

    assert ids() == [1, 2, 3]
    assert ids(after_id=1, limit=1) == [2]


# Sweeping.


def sweep(engine: Engine, account_id: int) -> int:
    return engine.write(lambda tx: sweep_credentials(tx, account_id))


@pytest.mark.parametrize("kind", GIVEN_OUT, ids=lambda kind: kind.value)
def test_what_was_given_out_is_swept_a_while_after_its_end(
    engine: Engine, account: Account, clock: TestClock, kind: CredentialKind
) -> None:
    ended = register(engine, account.id, "ended", kind=kind)
    register(engine, account.id, "expired", kind=kind, expires_ms=START_MS)
    alive = register(engine, account.id, "alive", kind=kind, expires_ms=START_MS + 3 * KEPT_MS)
    forever = register(engine, account.id, "forever", kind=kind)
    write_now(engine, revoke_credentials, account.id, RevokeCredential(ended.id))
    clock.advance(KEPT_MS)
    assert sweep(engine, account.id) == 0
    clock.advance(1)
    assert sweep(engine, account.id) == 2
    assert engine.read(lambda tx: list_credentials(tx, account.id)) == [alive, forever]
    assert sweep(engine, account.id) == 0
    assert register(engine, account.id, "another", kind=kind).id == forever.id + 1


def test_what_people_registered_stays_when_it_has_ended(engine: Engine, account: Account, clock: TestClock) -> None:
    for kind in set(CredentialKind) - set(GIVEN_OUT):
        register(engine, account.id, kind=kind, expires_ms=START_MS)
    clock.advance(2 * KEPT_MS)
    assert sweep(engine, account.id) == 0
    refusal(CredentialTaken, run(engine, register_credentials, account.id, registering())[0])


def test_a_sweep_is_bounded_takes_the_oldest_first_and_no_other_account(
    engine: Engine, account: Account, other: Account, clock: TestClock
) -> None:
    token = CredentialKind.SENDBLUE_TOKEN
    requests = [registering(f"{at}", token, expires_ms=START_MS + at) for at in range(SWEEP_MAX + 5)]
    run(engine, register_credentials, account.id, *reversed(requests))
    register(engine, other.id, "theirs", kind=token, expires_ms=START_MS)
    clock.advance(2 * KEPT_MS)
    assert sweep(engine, account.id) == SWEEP_MAX
    left = engine.read(lambda tx: list_credentials(tx, account.id))
    assert sorted(one.expires_ms or 0 for one in left) == [START_MS + SWEEP_MAX + at for at in range(5)]
    assert len(engine.read(lambda tx: list_credentials(tx, other.id))) == 1


def test_whoever_is_given_a_credential_sweeps_the_ended_ones(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    token = CredentialKind.SENDBLUE_TOKEN
    register(engine, account.id, "old", kind=token, expires_ms=START_MS)
    clock.advance(2 * KEPT_MS)
    register(engine, account.id, "a key")
    assert len(engine.read(lambda tx: list_credentials(tx, account.id))) == 2
    new = register(engine, account.id, "new", kind=token)
    assert new in engine.read(lambda tx: list_credentials(tx, account.id))
    assert found(engine, "old", token) is None
