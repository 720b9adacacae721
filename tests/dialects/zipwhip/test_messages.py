"""Messages and conversations over the wire: every send code, every spelling, ids, counters, dates, what is marked."""

from __future__ import annotations

import time
from typing import Any, Final

import pytest

from linebook.core.account import Role
from linebook.core.consent import ConsentAction
from linebook.core.message import message_time_ms
from linebook.services.consents import RecordConsent, record_consents
from linebook.services.lines import AddLine, add_lines
from tests.dialects.zipwhip.form import NO_CONVERSATION, NO_MESSAGE
from tests.dialects.zipwhip.tenants import session_of
from tests.kit.builders import AUTHOR, phone
from tests.kit.raw import look
from tests.kit.wire import Ask, Case, Runner, Shows, Way, ask, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

GRACE: Final = "2065550102"
TO_GRACE: Final = "+12065550102"


def text_to(*numbers: str, body: str = "hello", **params: str) -> Ask:
    pairs = [("contacts", one) for one in numbers or (GRACE,)]
    return Ask(path="/message/send", params=(*pairs, ("body", body), *params.items()))


async def sent(runner: Runner, asked: Ask) -> Any:
    answer = await runner.run(Case(label="", ask=asked, changes=True))
    return answer.json()["response"]


async def given(runner: Runner, asked: Ask) -> Any:
    answer = await runner.run(Case(label="", ask=asked))
    return answer.json()["response"]


def refused(code: int, desc: str) -> dict[str, Any]:
    return {"success": False, "response": {"desc": desc, "code": code}}


def missing(name: str, kind: str = "String") -> dict[str, Any]:
    return {"success": False, "response": f"Required {kind} parameter '{name}' is not present"}


def wrong(what: str) -> dict[str, Any]:
    return refused(-703, f"Wrong arguments: {what}")


NO: Final = {"success": True, "response": False}


# Refusals.


@both_engines
@pytest.mark.parametrize("action", [ConsentAction.PERSON_STOP, ConsentAction.TEAM_STOP, ConsentAction.BLOCK])
async def test_a_text_to_somebody_who_asked_for_silence_is_refused_in_the_literal_words(
    runner: Runner, action: ConsentAction
) -> None:
    account_id = int(runner.names["account_id"])
    change = RecordConsent(phone=phone(GRACE), action=action, author=AUTHOR)
    await runner.hub.runtime.store.write(record_consents, account_id, change)
    body = refused(-1234, f"You cannot send to line opted out numbers: {TO_GRACE} !")
    for asked in (
        text_to(GRACE),
        text_to("2065550103", GRACE),
        ask("/messaging/send", to=GRACE, body="hello"),
    ):
        await runner.run(Case(label="opted out", ask=asked, status=200, body=body))


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        pytest.param(
            text_to(body="x" * 601),
            200,
            refused(-394, "Invalid parameter length: body has more than 600 bytes"),
            id="length",
        ),
        pytest.param(text_to(attachment="nothing"), 200, refused(-704, "Attachment cannot be read"), id="file"),
        pytest.param(text_to("5551234"), 200, refused(-124, "Unable to determine carrier"), id="no route"),
        pytest.param(text_to("+15005560700"), 200, refused(-700, "No carrier for this line"), id="no carrier"),
        pytest.param(text_to("+15005560001"), 200, refused(-1, "Unknown error"), id="unknown"),
        pytest.param(text_to("+15005560855"), 503, refused(-855, "Temporarily unavailable, try again"), id="busy"),
        pytest.param(text_to("Ann"), 400, wrong("contacts is not a usable number"), id="number"),
        pytest.param(text_to(body="  "), 400, wrong("body is empty"), id="blank"),
        pytest.param(
            text_to(scheduledDate="tomorrow"), 400, wrong("scheduledDate is not a time in milliseconds"), id="no time"
        ),
        pytest.param(text_to(scheduledDate="nan"), 400, wrong("scheduledDate is not a time in milliseconds"), id="nan"),
        pytest.param(
            text_to(scheduledDate="253370764800000"), 400, wrong("scheduledDate is too far ahead"), id="year 9999"
        ),
        pytest.param(text_to(attachment="a,b,c"), 400, wrong("attachment are more than 2"), id="three files"),
        pytest.param(
            text_to("device:/5556661234/7"),
            400,
            wrong("contacts has a group in which nobody has a number"),
            id="no group",
        ),
        pytest.param(text_to("device:/5556661234/x"), 400, wrong("contacts is not an id"), id="bad group"),
        pytest.param(
            text_to(",".join(["2065550102"] * 1001)), 400, wrong("contacts at most 1000 at once"), id="1001 recipients"
        ),
        pytest.param(ask("/message/send", contacts=GRACE), 400, missing("body"), id="no body"),
        pytest.param(ask("/message/send", body="hello"), 400, missing("contacts"), id="nobody"),
        pytest.param(ask("/message/send", contacts=" , ", body="hello"), 400, missing("contacts"), id="blank nobody"),
        pytest.param(
            ask("/message/send", contactId="x", body="hello"), 400, wrong("contactId is not an id"), id="contact id"
        ),
        pytest.param(ask("/message/get"), 400, missing("id", "Long"), id="get nothing"),
        pytest.param(ask("/message/get", id="9" * 19), 400, NO_MESSAGE, id="get much"),
        pytest.param(ask("/message/get", id="<foreign_message>"), 400, NO_MESSAGE, id="get theirs"),
        pytest.param(ask("/message/list", limit="0"), 400, wrong("limit must be at least 1"), id="no page"),
        pytest.param(ask("/message/list", start="-1"), 400, wrong("start must not be negative"), id="before"),
        pytest.param(ask("/message/read"), 400, missing("message"), id="read nothing"),
        pytest.param(ask("/message/delete", message="1,x"), 400, wrong("message is not an id"), id="delete x"),
        pytest.param(ask("/message/read", message="<foreign_message>"), 200, NO, id="read theirs"),
        pytest.param(ask("/message/delete", message="<foreign_message>"), 200, NO, id="delete theirs"),
        pytest.param(ask("/conversation/get"), 400, missing("fingerprint"), id="which"),
        pytest.param(ask("/conversation/get", fingerprint="<foreign_fingerprint>"), 400, NO_CONVERSATION, id="theirs"),
        pytest.param(
            ask("/conversation/get", fingerprint="4294967296"),
            400,
            wrong("fingerprint is not a fingerprint"),
            id="33 bits",
        ),
        pytest.param(ask("/conversation/delete", address="ptn:/2065550177"), 400, NO_CONVERSATION, id="their address"),
    ],
)
async def test_a_refusal_has_its_status_code_and_text_and_leaves_nothing(
    runner: Runner, asked: Ask, status: int, body: Any
) -> None:
    await runner.run(Case(label="refused", ask=asked, status=status, body=body))


async def test_a_line_without_a_carrier_is_refused(runner: Runner) -> None:
    account_id = int(runner.names["account_id"])
    line = await runner.hub.runtime.store.write(add_lines, account_id, AddLine(address="2065550188", carrier="pigeon"))
    key = session_of(runner.hub.runtime, account_id, line.id, Role.SYSTEM)
    answer = await runner.send(ask("/message/send", session=key, contacts=GRACE, body="hello"), shows=Shows.NONE)
    assert answer.json() == refused(-700, "No carrier for this line")


# message/send.


@both_engines
async def test_one_recipient_is_answered_with_texts_for_ids_and_numbers_for_contact_and_line(runner: Runner) -> None:
    response = await sent(runner, text_to(GRACE))
    (token,) = response["tokens"]
    assert response["root"] == token["message"] and response["fingerprint"] == token["fingerprint"]
    assert token["device"] == int(runner.names["line_id"])
    contact = await given(runner, ask("/contact/get", mobileNumber=GRACE))
    assert token["contact"] == contact["id"]
    message = await given(runner, ask("/message/get", id=token["message"]))
    assert abs(message_time_ms(int(token["message"])) / 1000 - time.time()) < 600
    line = "+1" + runner.names["line"]
    assert (message["body"], message["bodySize"], message["type"]) == ("hello", 5, "ZO")
    assert (message["sourceAddress"], message["destAddress"], message["address"]) == (
        line,
        TO_GRACE,
        f"ptn:/{TO_GRACE}",
    )
    assert (message["statusCode"], message["messageStatus"]) == (2, 1001)
    assert message["transmissionState"] == {"name": "QUEUED"}
    assert (message["firstName"], message["lastName"], message["scheduledDate"]) == ("", "", None)
    assert (message["isRead"], message["deleted"], message["hasAttachment"]) == (True, False, False)
    assert message["dateCreated"][-6:] == "+00:00" and "." not in message["dateCreated"]


async def test_several_recipients_get_a_token_each_a_null_fingerprint_and_a_larger_root(runner: Runner) -> None:
    response = await sent(runner, text_to("2065550103,2065550104", "<ada_number>"))
    ids = [int(one["message"]) for one in response["tokens"]]
    assert response["fingerprint"] is None
    assert len(ids) == 3 and int(response["root"]) > max(ids)
    shown = [await given(runner, ask("/message/get", id=str(one))) for one in ids]
    assert [one["mobileNumber"][-4:] for one in shown] == ["0103", "0104", "0101"]
    assert shown[2]["firstName"] == "Ada"


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(ask("/message/send", to=GRACE, body="hello"), id="to"),
        pytest.param(ask("/message/send", destinationAddress=GRACE, body="hello"), id="destinationAddress"),
        pytest.param(ask("/message/send", contact=GRACE, body="hello"), id="contact"),
        pytest.param(text_to(TO_GRACE), id="E.164"),
        pytest.param(text_to("1" + GRACE), id="eleven digits"),
        pytest.param(text_to("(206) 555-0102"), id="punctuation"),
        pytest.param(text_to(f"ptn:/{GRACE}"), id="address"),
        pytest.param(text_to(f"ptn:/{TO_GRACE}"), id="address with a plus"),
        pytest.param(text_to(f" 1{GRACE}"), id="plus that became a blank"),
        pytest.param(text_to(f"ptn:/ 1{GRACE}"), id="address whose plus became a blank"),
        pytest.param(text_to(f"{GRACE}, {TO_GRACE}"), id="twice"),
        pytest.param(ask("/message/send", "GET", Way.QUERY, contacts=GRACE, body="hello"), id="GET"),
        pytest.param(ask("/message/send", "POST", Way.PARTS, contacts=GRACE, body="hello"), id="parts"),
        pytest.param(ask("/api/v1/message/send", contacts=GRACE, body="hello"), id="prefix"),
        pytest.param(text_to(scheduledDate="None"), id="no time"),
        pytest.param(text_to(fromAddress="0", date="1", apiKey="x", signature="y"), id="what is ignored"),
    ],
)
async def test_every_spelling_of_a_recipient_reaches_the_same_person(runner: Runner, asked: Ask) -> None:
    response = await sent(runner, asked)
    (token,) = response["tokens"]
    message = await given(runner, ask("/message/get", id=token["message"]))
    assert (message["mobileNumber"], message["scheduledDate"]) == (TO_GRACE, None)


async def test_a_plus_that_became_a_blank_is_a_plus_outside_north_america_too(runner: Runner) -> None:
    response = await sent(runner, text_to(" 447700900123"))
    message = await given(runner, ask("/message/get", id=response["root"]))
    assert message["mobileNumber"] == "+447700900123"


async def test_contacts_are_named_by_id_and_the_line_by_its_device_address(runner: Runner) -> None:
    response = await sent(runner, ask("/message/send", contactId="<ada_id>", contacts="device:/<line>/0", body="hello"))
    shown = [await given(runner, ask("/message/get", id=one["message"])) for one in response["tokens"]]
    assert [one["isSelf"] for one in shown] == [True, False]
    assert [one["contact"] for one in response["tokens"]] == [0, int(runner.names["ada_id"])]


async def test_a_scheduled_text_says_when(runner: Runner) -> None:
    in_an_hour = int(time.time() + 3600) * 1000
    response = await sent(runner, text_to(scheduledDate=f"{in_an_hour}.0"))
    message = await given(runner, ask("/message/get", uuid=response["root"]))
    assert message["scheduledDate"] == time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(in_an_hour / 1000))


async def test_who_sends_is_kept_with_the_text(runner: Runner) -> None:
    asked = text_to(fromName="Ann", advertisement="Sent by the desk", session="<operator_session>")
    response = (await runner.send(asked, shows=Shows.NONE)).json()["response"]
    ((user_id, line_id, body),) = look(
        runner.hub.runtime.store.engine, f"SELECT user_id, line_id, body FROM message WHERE id = {response['root']}"
    )
    assert user_id is not None and line_id == int(runner.names["multi_id"])
    assert body == "hello\nSent by the desk"


async def test_a_signature_ends_every_text_of_its_user_or_else_of_the_line_and_counts_as_part_of_it(
    runner: Runner,
) -> None:
    async def body_of(session: str, **more: str) -> str:
        asked = text_to(session=session, **more)
        sent_text = (await runner.send(asked, shows=Shows.NONE)).json()["response"]
        asked = ask("/message/get", session=session, id=sent_text["root"])
        return str((await runner.send(asked, shows=Shows.NONE)).json()["response"]["body"])

    line, operator = "<system_session>", "<operator_session>"
    for session, signature in ((line, "The team"), (operator, " Scott ")):
        asked = ask("/user/signature/set", session=session, signature=signature)
        answer = await runner.send(asked, shows=Shows.NONE)
        assert answer.json() == {"success": True, "response": None}
    assert await body_of(line) == "hello\nThe team"
    assert await body_of(operator, advertisement="Sent by us") == "hello\nSent by us\nScott"
    assert await body_of("<administrator_session>") == "hello\nThe team"
    long = await runner.send(text_to(session=operator, body="x" * 595), shows=Shows.NONE)
    assert long.json()["response"]["code"] == -394
    for session in (line, operator):
        await runner.send(ask("/user/signature/set", session=session, signature=""), shows=Shows.NONE)
    assert await body_of(operator) == "hello"
    await runner.run(Case(label="none", ask=ask("/user/signature/set"), status=400, body=missing("signature")))


# Lists.


async def texts(runner: Runner, count: int) -> list[str]:
    """Send so many texts to one person; give their ids, newest first."""
    return [(await sent(runner, text_to(GRACE, body=str(number))))["root"] for number in range(count)][::-1]


@both_engines
async def test_a_list_counts_its_own_items_and_nothing_past_the_end(runner: Runner) -> None:
    ids = [*await texts(runner, 4), runner.names["message_id"]]
    for start in range(7):
        found = await given(runner, ask("/message/list", start=str(start), limit="3"))
        assert [one["id"] for one in found] == ids[start : start + 3]
    whole = await runner.run(Case(label="", ask=ask("/message/list", start="5")))
    assert whole.json() == {"success": True, "total": 0, "size": 0, "response": []}


async def test_thirty_come_when_nothing_is_said(runner: Runner) -> None:
    await texts(runner, 31)
    assert len(await given(runner, ask("/message/list"))) == 30
    found = await given(runner, ask("/conversation/get", address=f"ptn:/{GRACE}"))
    assert len(found["messages"]) == 30


async def test_another_line_of_the_account_has_its_own_messages(runner: Runner) -> None:
    await texts(runner, 1)
    answer = await runner.send(ask("/message/list", session="<system_session>"), shows=Shows.NONE)
    assert answer.json()["total"] == 0
    theirs = ask("/message/get", session="<system_session>", id="<message_id>")
    answer = await runner.send(theirs, shows=Shows.NONE)
    assert (answer.status, answer.json()) == (400, NO_MESSAGE)


# Marking.


def unread(conversation: dict[str, Any]) -> Any:
    return conversation["unreadCount"]


@both_engines
@pytest.mark.parametrize("name", ["message", "messages", "uuid", "uuids"])
async def test_messages_are_marked_under_every_name_of_the_parameter(runner: Runner, name: str) -> None:
    (new,) = await texts(runner, 1)
    both = {name: f"<message_id>,{new}"}
    assert await sent(runner, ask("/message/read", **both)) is True
    message = await given(runner, ask("/message/get", id="<message_id>"))
    assert message["isRead"] and message["dateRead"] is not None
    assert [unread(one) for one in await given(runner, ask("/conversation/list"))] == [0, 0]
    assert await sent(runner, ask("/message/delete", **both)) is True
    message = await given(runner, ask("/message/get", id="<message_id>"))
    assert message["deleted"] and not message["visible"] and message["dateDeleted"] is not None
    assert await given(runner, ask("/message/list")) == []


# Conversations.


@both_engines
async def test_conversations_are_listed_by_their_newest_message_with_its_contact(runner: Runner) -> None:
    newest = (await texts(runner, 2))[0]
    grace, ada = await given(runner, ask("/conversation/list"))
    assert (grace["lastMessageBody"], grace["address"], unread(grace)) == ("1", f"ptn:/{TO_GRACE}", 0)
    assert (ada["lastContactFirstName"], ada["lastContactId"]) == ("Ada", int(runner.names["ada_id"]))
    assert (ada["fingerprint"], unread(ada)) == (runner.names["fingerprint"], 1)
    message = await given(runner, ask("/message/get", id=newest))
    assert grace["lastMessageDate"] == message["dateCreated"]
    assert await given(runner, ask("/conversation/list", start="1", limit="5")) == [ada]
    assert await given(runner, ask("/conversation/list", start="2")) == []


async def test_a_conversation_is_got_by_fingerprint_or_address_newest_message_first(runner: Runner) -> None:
    ids = await texts(runner, 3)
    (grace, _) = await given(runner, ask("/conversation/list"))
    for asked in (
        ask("/conversation/get", fingerprint=grace["fingerprint"]),
        ask("/conversation/get", address=f"ptn:/{TO_GRACE}"),
    ):
        found = await given(runner, asked)
        assert found["conversation"] == grace
        assert [one["id"] for one in found["messages"]] == ids
    page = await given(runner, ask("/conversation/get", fingerprint=grace["fingerprint"], start="1", limit="1"))
    assert [one["id"] for one in page["messages"]] == ids[1:2]


async def test_a_conversation_is_read_and_deleted_with_its_messages(runner: Runner) -> None:
    await texts(runner, 1)
    of_ada = ask("/conversation/read", fingerprint="<fingerprint>")
    assert await sent(runner, of_ada) is True
    assert [unread(one) for one in await given(runner, ask("/conversation/list"))] == [0, 0]
    assert await sent(runner, ask("/conversation/delete", fingerprint="<fingerprint>")) is True
    await runner.run(
        Case(label="gone", ask=ask("/conversation/get", fingerprint="<fingerprint>"), status=400, body=NO_CONVERSATION)
    )
    assert len(await given(runner, ask("/conversation/list"))) == len(await given(runner, ask("/message/list"))) == 1
