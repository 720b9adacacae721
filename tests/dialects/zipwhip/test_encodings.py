"""How parameters may be sent: forms, queries, parts, JSON, with their oddities. contact/save stands for all calls."""

from __future__ import annotations

import pytest

from tests.dialects.zipwhip.saving import FORM_TYPE, raw_save, saved, succeed
from tests.kit.wire import Ask, Case, Runner, Shows, Way, ask, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")


@both_engines
@pytest.mark.parametrize("way", Way, ids=lambda way: way.value)
async def test_a_contact_may_come_in_every_encoding(way: Way, runner: Runner) -> None:
    texts = {"mobileNumber": "+12065550123", "firstName": "Zoë & Co.", "notes": "50% = half+half\nand 🐴"}
    contact = await succeed(runner, ask("/contact/save", "POST", way, **texts))
    assert [contact[name] for name in texts] == ["2065550123", texts["firstName"], texts["notes"]]


async def test_a_contact_may_come_by_get(runner: Runner) -> None:
    asked = Ask(path="/contact/save", method="GET", query=(("mobileNumber", "2065550123"), ("firstName", "Grace")))
    assert (await succeed(runner, asked))["firstName"] == "Grace"


async def test_get_may_have_a_body(runner: Runner) -> None:
    asked = Ask(path="/contact/save", method="GET", raw=b"mobileNumber=2065550123", content_type=FORM_TYPE)
    assert (await succeed(runner, asked))["mobileNumber"] == "2065550123"


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/octet-stream", "nonsense", FORM_TYPE.upper()])
async def test_a_form_is_read_whatever_its_content_type_says(content_type: str, runner: Runner) -> None:
    asked = Ask(path="/contact/save", raw=b"mobileNumber=2065550123", headers=(("content-type", content_type),))
    assert (await succeed(runner, asked))["mobileNumber"] == "2065550123"


async def test_json_is_read_with_a_charset_and_in_capitals(runner: Runner) -> None:
    asked = Ask(
        path="/contact/save", raw=b' {"mobileNumber": "2065550123"}\n', content_type="Application/JSON; charset=utf-8"
    )
    assert (await succeed(runner, asked))["mobileNumber"] == "2065550123"


async def test_parameters_of_query_and_body_are_one_and_the_first_value_counts(runner: Runner) -> None:
    asked = Ask(
        path="/contact/save",
        query=(("session", "<session>"), ("firstName", "Query"), ("firstName", "Second")),
        params=(("firstName", "Body"), ("mobileNumber", "2065550123"), ("session", "test"), ("session", "x")),
    )
    contact = saved(await runner.run(Case(label="", ask=asked, shows=Shows.NONE, changes=True)))
    assert contact["firstName"] == "Query"


async def test_a_repeated_session_does_no_harm(runner: Runner) -> None:
    asked = Ask(path="/contact/save", params=(*[("session", "<session>")] * 13, ("mobileNumber", "2065550123")))
    await succeed(runner, asked)


@pytest.mark.parametrize(
    "body",
    [
        b"&mobileNumber=2065550123",
        b"&&&mobileNumber=2065550123&&",
        b"=&==&mobileNumber=2065550123&=x&firstName",
        b"mobileNumber=2065550123&firstName",
        b"mobile%4eumber=2065550123",
    ],
    ids=bytes.decode,
)
async def test_odd_pairs_in_a_form_do_no_harm(body: bytes, runner: Runner) -> None:
    contact = await succeed(runner, raw_save(body))
    assert (contact["mobileNumber"], contact["firstName"]) == ("2065550123", "")


async def test_a_percent_sign_that_encodes_nothing_stays(runner: Runner) -> None:
    contact = await succeed(runner, raw_save(b"mobileNumber=2065550123&notes=100%&firstName=%zz"))
    assert (contact["notes"], contact["firstName"]) == ("100%", "%zz")


async def test_a_value_may_hold_an_equals_sign(runner: Runner) -> None:
    assert (await succeed(runner, raw_save(b"mobileNumber=2065550123&notes=a=b=c")))["notes"] == "a=b=c"


async def test_a_multipart_form_may_have_files_and_a_quoted_boundary(runner: Runner) -> None:
    body = (
        b"--b:1\r\ncontent-disposition: form-data; name=mobileNumber\r\n\r\n2065550123\r\n"
        b'--b:1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name="notes"\r\n\r\n'
        b"\xc3\xa9\r\n\r\n--b: not yet\r\n"
        b'--b:1\r\nContent-Disposition: form-data; name="firstName"; filename="a.txt"\r\n\r\na file is no text\r\n'
        b"--b:1--\r\nepilogue"
    )
    asked = Ask(path="/contact/save", raw=body, content_type='Multipart/Form-Data; Boundary="b:1"; x=y')
    contact = await succeed(runner, asked)
    assert (contact["notes"], contact["firstName"]) == ("é\r\n\r\n--b: not yet", "")


async def test_a_thousand_parameters_are_read_and_one_more_refused(runner: Runner) -> None:
    rest = b"&".join(b"p%d=1" % number for number in range(998))
    await succeed(runner, raw_save(b"mobileNumber=2065550123&" + rest))
    body = {"success": False, "response": "A request has at most 1000 parameters."}
    more = raw_save(b"mobileNumber=2065550123&one=more&" + rest)
    await runner.run(Case(label="", ask=more, status=400, body=body))
    parts = tuple((f"p{number}", "") for number in range(1001))
    await runner.run(Case(label="", ask=Ask(path="/contact/save", params=parts, way=Way.PARTS), status=400, body=body))
    await runner.run(Case(label="", ask=raw_save(b"a&" * 40_000), status=400, body=body))
