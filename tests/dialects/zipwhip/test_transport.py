"""Paths, methods, headers and bytes: what lies below the parameters of a call."""

from __future__ import annotations

import asyncio

import pytest

from tests.dialects.zipwhip.form import FORM, JSON_TYPE, PLAIN_TYPE, PROBES
from tests.kit.raw_http import Answer, NoAnswer, RawClient, request_bytes
from tests.kit.wire import BODY_LIMIT_BYTES, Ask, Case, Probe, Refusal, Runner, Shows, ask

pytestmark = pytest.mark.asyncio(loop_scope="session")

FORM_TYPE = "application/x-www-form-urlencoded"
UNKNOWN = FORM.refusals[Refusal.UNKNOWN_CALL]
READING = [probe for probe in PROBES if not probe.changes]


# -- paths


PATHS = ["//{}", "/{}/", "/{}//", "/api/v1/{}", "/api/v2/{}", "/api/20140925/{}", "//api//v1//{}/"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_contact_is_saved_at_every_path_that_clients_use(path: str, runner: Runner) -> None:
    asked = ask(path.format("contact/save"), mobileNumber="2065550123")
    answer = await runner.run(Case(label="", ask=asked, changes=True))
    assert answer.json()["response"]["mobileNumber"] == "2065550123"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("probe", READING, ids=lambda probe: probe.operation)
async def test_a_call_is_found_at_every_path_that_clients_use(path: str, probe: Probe, guest: Runner) -> None:
    asked = Ask(path=path.format(probe.operation), params=probe.ask.params)
    await guest.run(Case(label="", ask=asked))


async def test_a_slash_may_be_encoded(guest: Runner) -> None:
    await guest.run(Case(label="", ask=ask("/user%2Fget")))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//",
        "/user",
        "/user/",
        "/get",
        "/User/Get",
        "/user/get/more",
        "/user/get.json",
        "/user/../user/get",
        "/api/v1",
        "/api/v1/",
        "/api/v3/user/get",
        "/api/20140926/enum/mobile",
        "/api/user/get",
        "/api/v1/api/v1/user/get",
        "/contact/api/v1/get",
        "/user/get%00",
        "/user/get%0A",
        "/user%20/get",
        "/%ff%fe",
        "/user/%C3%28",
        "/" + "a" * 20_000,
    ],
    ids=lambda path: path[:30],
)
async def test_an_unknown_path_is_refused_in_json(path: str, guest: Runner) -> None:
    await guest.run(Case(label="", ask=Ask(path=path), status=UNKNOWN.status, body=UNKNOWN.body))


# -- methods


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
async def test_another_method_is_refused_and_told_which_ones_there_are(method: str, guest: Runner) -> None:
    expected = FORM.refusals[Refusal.WRONG_METHOD]
    case = Case(label="", ask=ask("/contact/save", method), status=expected.status, body=expected.body)
    answer = await guest.run(case)
    assert set(answer.header("allow").split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize("probe", READING, ids=lambda probe: probe.operation)
async def test_head_is_answered_like_get_and_without_a_body(probe: Probe, guest: Runner) -> None:
    query = (("session", "<session>"), ("api_key", "<session>"), *probe.ask.params)
    whole = await guest.run(Case(label="", ask=Ask(path=probe.ask.path, method="GET", query=query), shows=Shows.NONE))
    head = await guest.run(Case(label="", ask=Ask(path=probe.ask.path, method="HEAD", query=query), shows=Shows.NONE))
    assert (head.status, head.body) == (200, b"")
    assert head.header("content-length") == str(len(whole.body))


async def test_head_is_refused_like_get(guest: Runner) -> None:
    answer = await guest.run(Case(label="", ask=Ask(path="/user/get", method="HEAD"), status=403, shows=Shows.NONE))
    assert answer.body == b""
    await guest.run(Case(label="", ask=Ask(path="/nowhere", method="HEAD"), status=404, shows=Shows.NONE))


# -- browsers


@pytest.mark.parametrize("path", ["/contact/save", "/user/login", "/api/v1/contact/list/", "/nowhere"])
async def test_a_page_of_any_origin_may_ask_beforehand(path: str, guest: Runner) -> None:
    headers = (
        ("Origin", "https://pages.example.org"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type, x-requested-with"),
    )
    answer = await guest.run(Case(label="", ask=Ask(path=path, method="OPTIONS", headers=headers), shows=Shows.NONE))
    assert answer.header("access-control-allow-origin") == "*"
    assert "POST" in answer.header("access-control-allow-methods")
    assert answer.header("access-control-allow-headers") == "content-type, x-requested-with"
    assert answer.body == b""


async def test_options_without_anything_is_answered(guest: Runner) -> None:
    answer = await guest.run(Case(label="", ask=Ask(path="/contact/save", method="OPTIONS"), shows=Shows.NONE))
    assert "authorization" in answer.header("access-control-allow-headers")


# -- content types


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (ask("/user/get"), 200),
        (ask("/user/get", session="test"), 403),
        (ask("/contact/save"), 400),
        (ask("/nowhere"), 404),
        (ask("/contact/save", "PUT"), 405),
        (Ask(path="/user/get", method="OPTIONS"), 200),
    ],
    ids=lambda value: str(getattr(value, "path", value)),
)
@pytest.mark.parametrize("agent", ["NING/1.0", "NING", "curl/8.0 NING", "ning/1.0"])
async def test_a_client_that_takes_json_for_a_failure_gets_plain_text(
    agent: str, asked: Ask, status: int, guest: Runner
) -> None:
    asked = Ask(path=asked.path, method=asked.method, params=asked.params, headers=(("User-Agent", agent),))
    shows = Shows.NONE if asked.params else Shows.GOOD
    answer = await guest.run(Case(label="", ask=asked, status=status, shows=shows))
    assert answer.header("content-type") == (PLAIN_TYPE if agent.startswith("NING") else JSON_TYPE)


# -- bytes


async def talk(runner: Runner, raw: bytes, *, ends: bool = False) -> Answer | None:
    """Send bytes on a connection of their own; None when the hub closes it without an answer."""
    async with RawClient(runner.hub.base_url) as client:
        await client.send(raw, ends=ends)
        try:
            return await client.answer()
        except NoAnswer:
            return None


async def check_alive(runner: Runner) -> None:
    await runner.run(Case(label="afterwards", ask=ask("/user/get")))


def session(runner: Runner) -> bytes:
    return b"session=" + runner.tenant.secret.encode()


async def test_a_body_in_chunks_is_read(runner: Runner) -> None:
    body = session(runner) + b"&mobileNumber=2065550123"
    chunks = b"".join(b"%x\r\n%b\r\n" % (1, body[at : at + 1]) for at in range(len(body))) + b"0\r\n\r\n"
    raw = request_bytes("POST", "/contact/save", [("Transfer-Encoding", "chunked")], chunks)
    answer = await talk(runner, raw)
    assert answer is not None and answer.status == 200


@pytest.mark.parametrize("is_chunked", [False, True], ids=["with its length", "in chunks"])
@pytest.mark.parametrize("factor", [2, 30], ids=["twice too large", "thirty times too large"])
async def test_a_body_that_is_too_large_is_refused_and_the_hub_goes_on(
    factor: int, is_chunked: bool, guest: Runner
) -> None:
    size = factor * BODY_LIMIT_BYTES
    body, headers = b"a" * size, [("Content-Type", FORM_TYPE)]
    if is_chunked:
        piece = b"%x\r\n%b\r\n" % (8_192, b"a" * 8_192)
        body = piece * (size // 8_192) + b"0\r\n\r\n"
        headers.append(("Transfer-Encoding", "chunked"))
    answer = await talk(guest, request_bytes("POST", "/contact/save", headers, body))
    assert answer is not None
    expected = FORM.refusals[Refusal.TOO_LARGE]
    assert (answer.status, answer.json()) == (expected.status, expected.body)
    await check_alive(guest)


async def test_a_body_of_exactly_the_limit_is_read(runner: Runner) -> None:
    body = session(runner) + b"&mobileNumber=2065550123&nonsense="
    body += b"a" * (BODY_LIMIT_BYTES - len(body))
    answer = await talk(runner, request_bytes("POST", "/contact/save", [("Content-Type", FORM_TYPE)], body))
    assert answer is not None and answer.status == 200


async def test_a_caller_who_leaves_in_the_middle_changes_nothing(runner: Runner) -> None:
    before = runner.hub.onlooker.everything()
    body = session(runner) + b"&mobileNumber=2065550123"
    for cut in (1, 10, len(body) - 1):
        raw = request_bytes("POST", "/contact/save", [("Content-Length", str(len(body)))], body[:cut])
        assert await talk(runner, raw, ends=True) is None
    await check_alive(runner)
    assert runner.hub.onlooker.everything() == before


async def test_a_caller_who_waits_for_permission_gets_it(runner: Runner) -> None:
    body = session(runner) + b"&mobileNumber=2065550123"
    head = request_bytes("POST", "/contact/save", [("Expect", "100-continue"), ("Content-Length", str(len(body)))])
    async with RawClient(runner.hub.base_url) as client:
        await client.send(head)
        await client.send(body)
        assert (await client.answer()).status == 200


async def test_requests_may_follow_each_other_without_waiting(guest: Runner) -> None:
    raw = request_bytes("GET", f"/user/get?{session(guest).decode()}")
    wrong = request_bytes("GET", "/user/get?session=test")
    async with RawClient(guest.hub.base_url) as client:
        await client.send(raw + wrong + raw)
        assert [(await client.answer()).status for _ in range(3)] == [200, 403, 200]


async def test_old_http_is_answered_and_closed(guest: Runner) -> None:
    raw = b"GET /user/get?" + session(guest) + b" HTTP/1.0\r\n\r\n"
    answer = await talk(guest, raw)
    assert answer is not None and answer.status == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /user/get\r\n\r\n",
        b"GET /user/get HTTP/9.9\r\n\r\n",
        b"GET /user/get HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /user/get HTTP/1.1\r\n: no name\r\n\r\n",
        b"GET /user/get HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"GET /user/get HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /user/get HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"POST /user/get HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
        b"POST /user/get HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"POST /user/get HTTP/1.1\r\nTransfer-Encoding: nonsense\r\n\r\n",
        b"GET /user/\xff\xfe HTTP/1.1\r\n\r\n",
        b"GET user/get HTTP/1.1\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\n\r\n",
        b"CONNECT hub:80 HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /user/get HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50,
        b"\r\n" * 100,
    ],
    ids=lambda raw: repr(raw[:60]),
)
async def test_bytes_that_are_no_request_are_refused_or_closed_and_the_hub_goes_on(raw: bytes, guest: Runner) -> None:
    answer = await talk(guest, raw, ends=True)
    assert answer is None or 400 <= answer.status < 500
    await check_alive(guest)


@pytest.mark.parametrize(
    "headers",
    [
        [("X-Long", "a" * 60_000)],
        [(f"X-{number}", "a") for number in range(2_000)],
        [("Content-Type", "multipart/form-data; boundary=" + "b" * 20_000)],
        [("Content-Type", "multipart/form-data; " + "a=b; " * 5_000)],
        [("Content-Type", "application/json; charset=nonsense")],
        [("Authorization", "a" * 50_000)],
        [("Authorization", "Basic \xff\xfe")],
        [("User-Agent", "\xff" * 1_000)],
        [("Access-Control-Request-Headers", "\xff" * 1_000)],
        [("Cookie", "a=b; " * 5_000)],
        [("Host", "")],
        [("X-Forwarded-For", "nonsense, 1.2.3.4"), ("Forwarded", "for=\x01")],
    ],
    ids=lambda headers: f"{len(headers)} of {headers[0][0]}",
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_absurd_headers_never_break_the_hub(method: str, headers: list[tuple[str, str]], guest: Runner) -> None:
    body = b"a=b" if method == "POST" else b""
    answer = await talk(guest, request_bytes(method, "/user/get?" + session(guest).decode(), headers, body))
    assert answer is None or answer.status < 500
    await check_alive(guest)


async def test_a_very_long_query_is_read(guest: Runner) -> None:
    answer = await talk(guest, request_bytes("GET", f"/user/get?a={'a' * 60_000}&{session(guest).decode()}"))
    assert answer is not None and answer.status == 200


async def test_many_callers_at_once_get_each_their_own_answer(guest: Runner) -> None:
    async def one(number: int) -> int:
        async with RawClient(guest.hub.base_url) as client:
            key = session(guest).decode() if number % 2 else "session=test"
            return (await client.exchange(request_bytes("GET", f"/user/get?{key}"))).status

    statuses = await asyncio.gather(*(one(number) for number in range(50)))
    assert statuses == [200 if number % 2 else 403 for number in range(50)]
