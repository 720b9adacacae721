"""Who is let in: a team key, a signed token, Basic, a key of the n8n surface; and how often."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from linebook.core.account import CredentialKind, Role
from linebook.services.credentials import (
    RegisterCredential,
    RevokeCredential,
    register_credentials,
    revoke_credentials,
    sealing_context,
)
from tests.dialects.heymarket.form import FORM, hm
from tests.dialects.heymarket.tenants import add_tenant
from tests.dialects.heymarket.tokens import basic, encoded, signed, token
from tests.kit.clock import TestClock
from tests.kit.hub import RunningHub, running_hub
from tests.kit.log_watch import LogWatch
from tests.kit.raw_http import Answer
from tests.kit.wire import Ask, Runner, Shows, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

INBOXES = hm("GET", "/v1/inboxes")
N8N_INBOXES = hm("GET", "/n8n/v1/inboxes")


def now_s(runner: Runner) -> int:
    return runner.hub.runtime.clock() // 1000


def secret_key(runner: Runner) -> str:
    return runner.tenant.secret[::-1]


async def ask(runner: Runner, authorization: str, asked: Ask = INBOXES) -> Answer:
    shown = () if not authorization else (("Authorization", authorization),)
    return await runner.send(msgspec.structs.replace(asked, headers=shown), shows=Shows.NONE)


def is_refused(answer: Answer, code: str = "invalid_api_key") -> bool:
    assert answer.status == 401, answer.body
    body = answer.json()
    assert body["error"] == "unauthorized"
    assert isinstance(body["message"], str) and body["message"]
    return bool(body["error_code"] == code)


# -- refused


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer ", "bearer   ", "Basic Og=="])
async def test_no_key(shown: str, guest: Runner) -> None:
    assert is_refused(await ask(guest, shown), "missing_api_key")


@pytest.mark.parametrize(
    "shown",
    [
        "Bearer nobody",
        "Bearer a.b",
        "Bearer a.b.c.d",
        "Bearer a..c",
        "Token <key>",
        "<key>",
        "Bearer <key> ",
        "Bearer <key>x",
        "Basic <key>",
        "Basic %%%",
        "Basic /w==",
        "Digest username=<key>",
        "Bearer \u00e9\u00e9",
    ],
)
async def test_a_wrong_key(shown: str, guest: Runner) -> None:
    given = shown.replace("<key>", guest.tenant.secret)
    if shown == "Bearer <key> ":
        assert (await ask(guest, given)).status == 200  # blanks around a header's value are no part of it
    else:
        assert is_refused(await ask(guest, given))


async def test_basic_takes_no_password(guest: Runner) -> None:
    assert is_refused(await ask(guest, basic(guest.tenant.secret, "x")))
    assert is_refused(await ask(guest, basic("", guest.tenant.secret)))


@pytest.mark.parametrize(
    ("label", "shift_s"), [("six minutes old", -360), ("long ago", -(10**12)), ("from the future", 120)]
)
async def test_a_token_of_another_time(label: str, shift_s: int, guest: Runner) -> None:
    shown = token(guest.names["secret_id"], secret_key(guest), now_s(guest) + shift_s)
    assert is_refused(await ask(guest, f"Bearer {shown}")), label


async def test_a_token_that_is_not_what_it_must_be(guest: Runner) -> None:
    name, key, iat = guest.names["secret_id"], secret_key(guest), now_s(guest)
    good = token(name, key, iat)
    head, claims, signature = good.split(".")
    bad = {
        "another key": token(name, key[::-1], iat),
        "an unknown secret": token("nobody", key, iat),
        "the team key as the secret": token(guest.tenant.secret, key, iat),
        "no signature at all": f"{head}.{claims}.{encoded(b'x')}",
        "another signature": f"{head}.{claims}.{signature[::-1]}",
        "a cut signature": f"{head}.{claims}.{signature[:-4]}",
        "other claims": f"{head}.{encoded(b'{}')}.{signature}",
        "alg none": token(name, key, iat, header={"alg": "none", "typ": "JWT"}),
        "alg HS512": token(name, key, iat, header={"alg": "HS512"}),
        "alg in lower case": token(name, key, iat, header={"alg": "hs256"}),
        "a header without alg": token(name, key, iat, header={"typ": "JWT"}),
        "a header that is a list": token(name, key, iat, header=["HS256"]),
        "a header that is no JSON": signed(f"{encoded(b'HS256')}.{claims}", f"{name}||{key}"),
        "the key alone as the signing key": signed(f"{head}.{claims}", key),
        "no iss": token(name, key, iat, iss=None),
        "no iat": token(name, key, None),
        "iat in text": token(name, key, str(iat)),
        "iat that is true": token(name, key, True),
        "iat in milliseconds": token(name, key, iat * 1000),
        "exp in the past": token(name, key, iat, exp=iat - 1),
        "exp in text": token(name, key, iat, exp="later"),
        "a signature that is no base64": f"{head}.{claims}.A",
    }
    for label, shown in bad.items():
        assert is_refused(await ask(guest, f"Bearer {shown}")), label


async def test_a_key_of_one_surface_is_none_of_the_other(runner: Runner) -> None:
    runtime, account_id = runner.hub.runtime, int(runner.names["account_id"])
    for kind, secret in (
        (CredentialKind.HEYMARKET_KEY, runtime.ids.secret()),
        (CredentialKind.HEYMARKET_N8N_KEY, runtime.ids.secret()),
        (CredentialKind.INWISE_KEY, runtime.ids.secret()),
    ):
        await runtime.store.write(register_credentials, account_id, RegisterCredential(kind=kind, secret=secret))
        rest = await ask(runner, f"Bearer {secret}")
        n8n = await runner.send(
            msgspec.structs.replace(N8N_INBOXES, headers=(("X-Heymarket-API-Key", secret),)), shows=Shows.NONE
        )
        assert (rest.status == 200) is (kind is CredentialKind.HEYMARKET_KEY)
        assert (n8n.status == 200) is (kind is CredentialKind.HEYMARKET_N8N_KEY)
    assert is_refused(await ask(runner, f"Bearer {runner.tenant.secret}", N8N_INBOXES), "missing_api_key")
    shown = msgspec.structs.replace(INBOXES, headers=(("X-Heymarket-API-Key", runner.tenant.secret),))
    assert is_refused(await runner.send(shown, shows=Shows.NONE), "missing_api_key")


async def test_a_refusal_names_the_scheme(guest: Runner) -> None:
    assert (await ask(guest, "")).header("www-authenticate") == "Bearer"


async def test_a_revoked_key_is_dead_at_once(runner: Runner) -> None:
    runtime, account_id = runner.hub.runtime, int(runner.names["account_id"])
    request = RegisterCredential(kind=CredentialKind.HEYMARKET_KEY, secret=runtime.ids.secret())
    credential = await runtime.store.write(register_credentials, account_id, request)
    assert (await ask(runner, f"Bearer {request.secret}")).status == 200
    await runtime.store.write(revoke_credentials, account_id, RevokeCredential(credential.id))
    assert is_refused(await ask(runner, f"Bearer {request.secret}"))
    assert (await ask(runner, f"Bearer {runner.tenant.secret}")).status == 200


async def test_an_operator_does_not_change_users(runner: Runner) -> None:
    runtime, account_id = runner.hub.runtime, int(runner.names["account_id"])
    request = RegisterCredential(kind=CredentialKind.HEYMARKET_KEY, secret=runtime.ids.secret(), role=Role.OPERATOR)
    await runtime.store.write(register_credentials, account_id, request)
    asked = hm("POST", "/v1/users/update", {"users": [{"id": "<scott_id>", "role_id": 1}]})
    answer = await ask(runner, f"Bearer {request.secret}", asked)
    assert answer.status == 403
    assert answer.json()["error"] == "denied"
    assert (await ask(runner, f"Bearer {request.secret}", hm("POST", "/v1/contacts", {}))).status == 200


# -- let in


@both_engines
async def test_the_three_ways_in(runner: Runner) -> None:
    key = runner.tenant.secret
    name, iat = runner.names["secret_id"], now_s(runner)
    for shown in (
        f"Bearer {key}",
        f"bearer {key}",
        f"BEARER   {key}",
        basic(key),
        basic(key).replace("Basic", "basic"),
        f"Bearer {token(name, secret_key(runner), iat)}",
        f"Bearer {token(name, secret_key(runner), iat - 200)}",
        f"Bearer {token(name, secret_key(runner), iat + 30)}",
        f"Bearer {token(name, secret_key(runner), iat + 0.5)}",
        f"Bearer {token(name, secret_key(runner), iat, exp=iat + 300, nbf=1, aud='x')}",
        f"Bearer {token(name, secret_key(runner), iat, header={'alg': 'HS256'})}",
    ):
        answer = await ask(runner, shown)
        assert answer.status == 200, shown
        assert [inbox["id"] for inbox in answer.json()] == [int(runner.names["line_id"])]


async def test_basic_without_a_colon_is_the_key_alone(guest: Runner) -> None:
    alone = base64.b64encode(guest.tenant.secret.encode()).decode()
    assert (await ask(guest, f"Basic {alone}")).status == 200


async def test_two_secrets_are_valid_at_once(runner: Runner) -> None:
    runtime, account_id = runner.hub.runtime, int(runner.names["account_id"])
    kind, second = CredentialKind.HEYMARKET_SECRET, f"second-{runner.names['secret_id']}"
    sealed = runtime.sealer.seal("another key", sealing_context(kind, second))
    request = RegisterCredential(kind=kind, secret=second, sealed=sealed)
    await runtime.store.write(register_credentials, account_id, request)
    first = token(runner.names["secret_id"], secret_key(runner), now_s(runner))
    for shown in (first, token(second, "another key", now_s(runner))):
        assert (await ask(runner, f"Bearer {shown}")).status == 200


async def test_every_request_has_an_id_of_its_own(guest: Runner) -> None:
    asked = msgspec.structs.replace(INBOXES, headers=(("X-Request-Id", "mine"),))
    given = {(await guest.send(asked)).header("x-request-id") for _ in range(5)}
    assert len(given) == 5
    assert "mine" not in given


# -- a secret that cannot be opened


async def test_a_secret_of_another_server_is_a_fault_of_ours_and_is_logged(runner: Runner) -> None:
    runtime, account_id = runner.hub.runtime, int(runner.names["account_id"])
    foreign = f"foreign-{runner.names['secret_id']}"
    request = RegisterCredential(kind=CredentialKind.HEYMARKET_SECRET, secret=foreign, sealed="1.00000000.AAAA")
    await runtime.store.write(register_credentials, account_id, request)
    shown = token(foreign, "a key", now_s(runner))
    with LogWatch() as log:
        answer = await runner.hub.client.get("/v1/inboxes", headers={"Authorization": f"Bearer {shown}"})
    assert answer.status_code == 500
    assert answer.json()["error"] == "server_error"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "a token cannot be checked" in log.text
    assert shown not in log.text


# -- the limit


@pytest_asyncio.fixture(loop_scope="session")
async def limited(tmp_path: Path) -> AsyncIterator[tuple[RunningHub, TestClock]]:
    """A hub with the platform's limit switched on, and a clock that stands still."""
    clock = TestClock()
    async with running_hub(f"sqlite:///{tmp_path}/book.db", clock=clock, heymarket_rate_per_minute=500) as hub:
        yield hub, clock


async def test_the_five_hundred_and_first_call_in_a_minute_is_refused(limited: tuple[RunningHub, TestClock]) -> None:
    hub, clock = limited
    first, second = (Runner(FORM, hub, add_tenant(hub.runtime)) for _ in range(2))
    credential = await hub.runtime.directory.credential(CredentialKind.HEYMARKET_KEY, first.tenant.secret)
    assert credential is not None
    for _ in range(498):  # as if it had called as often
        assert hub.runtime.rates.take((credential.account_id, credential.id), 500) is None
    assert (await first.send(INBOXES)).status == 200
    assert (await first.send(hm("GET", "/v1/contact/<unknown_id>"))).status == 404
    clock.advance(20_000)
    refused = await first.send(INBOXES)
    assert refused.status == 429
    assert refused.header("retry-after") == "40"
    assert refused.json()["error"] == refused.json()["error_code"] == "rate_limited"
    assert (await first.send(N8N_INBOXES)).status == 200  # another credential
    assert (await second.send(INBOXES)).status == 200
    clock.advance(40_000)
    assert (await first.send(INBOXES)).status == 200
    for runner in (first, second):
        await runner.close()


@pytest.mark.parametrize(
    ("age_ms", "status"), [(0, 200), (300_000, 200), (300_001, 401), (-60_000, 200), (-60_001, 401)]
)
async def test_a_token_lives_five_minutes_and_a_clock_may_be_a_minute_ahead(
    limited: tuple[RunningHub, TestClock], age_ms: int, status: int
) -> None:
    hub, clock = limited
    runner = Runner(FORM, hub, add_tenant(hub.runtime))
    shown = token(runner.names["secret_id"], secret_key(runner), clock() // 1000)
    clock.advance(age_ms)
    assert (await ask(runner, f"Bearer {shown}")).status == status
    until = token(runner.names["secret_id"], secret_key(runner), clock() // 1000, exp=clock() / 1000 + 1)
    assert (await ask(runner, f"Bearer {until}")).status == 200
    clock.advance(1_000)
    assert (await ask(runner, f"Bearer {until}")).status == 401
    await runner.close()


async def test_there_is_no_limit_by_default(guest: Runner) -> None:
    assert guest.hub.runtime.settings.heymarket_rate_per_minute == 0
