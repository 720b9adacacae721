"""`GET /api/v2/contacts` and the count: orders, pages, filters, and what contacts without a number do there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
import pytest_asyncio
from msgspec import UNSET

from linebook.core.contact import ContactPatch
from linebook.core.phone import Phone
from linebook.services.contacts import Match, SaveContact
from linebook.services.contacts_with_consent import save_whole_sets
from linebook.services.name_order import name_position
from tests.dialects.sendblue.asking import answered, found, listed, phones, saved
from tests.dialects.sendblue.form import CONTACTS, COUNT, FORM, get, refused
from tests.dialects.sendblue.tenants import AUTHOR, add_tenant
from tests.kit.hub import RunningHub, running_hub
from tests.kit.wire import Ask, Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFUSED = [
    ("limit", "0", "must be at least 1"),
    ("limit", "-1", "must be at least 1"),
    ("limit", "ten", "is not a whole number"),
    ("limit", "1.5", "is not a whole number"),
    ("limit", "9" * 5000, "is too large a number"),
    ("offset", "-1", "must not be negative"),
    ("offset", "x", "is not a whole number"),
    ("created_at_gte", "yesterday", "is not a time in ISO 8601"),
    ("created_at_gte", "1700000000", "is not a time in ISO 8601"),
    ("created_at_gte", "2026-02-30", "is not a time in ISO 8601"),
    ("created_at_gte", "2026-01-01T00:00:00+99:00", "is not a time in ISO 8601"),
    ("created_at_gte", "\0", "is not a time in ISO 8601"),
]


@pytest.mark.parametrize(("name", "value", "reason"), REFUSED, ids=[f"{row[0]}={row[1][:20]!r}" for row in REFUSED])
async def test_a_parameter_that_cannot_be_used_is_named(name: str, value: str, reason: str, guest: Runner) -> None:
    asked = get(CONTACTS, **{name: value})
    await guest.run(Case(label="", ask=asked, status=400, body=refused(f"{name}: {reason}", name)))


async def people(runner: Runner) -> None:
    """Make a small book of which Ada is the oldest, with one who has no number."""
    saves = [
        ("+12065550103", "bo", "Zeta"),
        ("+12065550105", "Émile", "Alpha"),
        (None, "Zoë", "Mid"),
        ("+12065550104", "", ""),
        ("+12065550102", "Al", "alpha"),
    ]
    account_id = int(runner.names["account_id"])
    for number, first, last in saves:
        phone = UNSET if number is None else Phone.stored(number)
        patch = ContactPatch(first_name=first, last_name=last, phone=phone)
        match = Match() if number is None else Match(by_phone=True)
        save = SaveContact(patch=patch, author=AUTHOR, match=match)
        await runner.hub.runtime.store.write(save_whole_sets, account_id, [save])


@pytest_asyncio.fixture(loop_scope="session")
async def book(runner: Runner) -> AsyncIterator[Runner]:
    """Asks about a small book."""
    await people(runner)
    yield runner


ORDERS = [
    ("", ["02", "04", None, "05", "03", "01"]),
    ("created_at", ["02", "04", None, "05", "03", "01"]),
    ("createdAt", ["02", "04", None, "05", "03", "01"]),
    ("nonsense", ["02", "04", None, "05", "03", "01"]),
    ("phone", ["05", "04", "03", "02", "01"]),
    ("firstName", ["04", None, "05", "03", "02", "01"]),
    ("first_name", ["04", None, "05", "03", "02", "01"]),
    ("lastName", ["04", "03", None, "01", "05", "02"]),
    ("LAST_NAME", ["04", "03", None, "01", "05", "02"]),
]


@both_engines
@pytest.mark.parametrize(("order_by", "falling"), ORDERS, ids=[order_by for order_by, _ in ORDERS])
async def test_the_order_is_the_asked_one_and_falls_by_default(
    order_by: str, falling: list[str | None], book: Runner
) -> None:
    rising = falling[::-1]
    assert await phones(book, order_by=order_by) == falling
    assert await phones(book, order_by=order_by, order_direction="asc") == rising
    assert await phones(book, order_by=order_by, order_direction="ASC", limit="2") == rising[:2]
    assert await phones(book, order_by=order_by, order_direction="up", limit="3", offset="2") == falling[2:5]


@both_engines
async def test_a_list_by_name_shows_every_change_that_was_answered_before(book: Runner) -> None:
    assert (await phones(book, order_by="firstName", order_direction="asc"))[:2] == ["01", "02"]
    await saved(book, "+12065550102", first_name="Zz")
    await saved(book, "+12065550106", first_name="Aa")
    assert await phones(book, order_by="firstName", order_direction="asc") == ["06", "01", "03", "05", None, "02", "04"]


async def test_until_the_order_by_name_is_made_the_book_is_walked(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with running_hub(f"sqlite:///{tmp_path_factory.mktemp('walk')}/linebook.db") as hub:
        runner = Runner(FORM, hub, add_tenant(hub.runtime))
        await people(runner)
        await hub.runtime.names.stop()
        hub.runtime.names._patience_s = -1.0
        account_id = int(runner.names["account_id"])
        assert await phones(runner, order_by="firstName") == ["04", None, "05", "03", "02", "01"]
        assert hub.runtime.store.engine.read(lambda tx: name_position(tx, account_id)).change_no is None
        await runner.close()


@both_engines
async def test_a_limit_and_an_offset_beyond_their_caps_are_cut(runner: Runner) -> None:
    account_id = int(runner.names["account_id"])
    for first in range(0, 11_500, 2_300):
        saves = [
            SaveContact(patch=ContactPatch(phone=Phone.stored(f"+1415{number:07}")), author=AUTHOR)
            for number in range(first, first + 2_300)
        ]
        await runner.hub.runtime.store.write(save_whole_sets, account_id, saves)
    ask = {"order_direction": "asc", "order_by": "phone"}
    assert len(await listed(runner)) == 100
    page = await listed(runner, **ask, limit="5000", offset="99999999999999999999")
    assert len(page) == 1000
    assert [page[0]["phone"], page[-1]["phone"]] == ["+14150009999", "+14150010998"]
    assert await answered(runner, get(COUNT)) == {"status": "OK", "count": 11_501}


async def test_empty_and_unknown_parameters_say_nothing_and_the_first_one_of_a_name_counts(book: Runner) -> None:
    assert len(await listed(book, limit="", offset="", created_at_gte="", phone_number="", cid="", nothing="x")) == 6
    twice = Ask(path=CONTACTS, method="GET", query=(("limit", "1"), ("limit", "5")))
    assert len(await answered(book, twice)) == 1


@both_engines
async def test_the_list_shows_all_that_is_known_of_each(runner: Runner) -> None:
    members = {"tags": ["a", "b"], "custom_variables": {"Size": "5"}, "assigned_to_email": "desk@example.org"}
    first = await saved(runner, "+12065550102", **members)
    second = await saved(runner, "+12065550103", **members)
    assert await listed(runner, order_direction="asc", offset="1") == [first, second]


async def test_a_list_beyond_its_end_is_empty(book: Runner) -> None:
    assert await listed(book, offset="6") == []
    assert await listed(book, order_by="lastName", offset="6") == []
    assert await listed(book, order_by="phone", offset="5") == []


PHONE_FILTERS = [
    ("+12065550103", ["03"]),
    ("(206) 555-0103", ["03"]),
    (" 12065550103", ["03"]),
    ("+12065550199", []),
    ("+12065550177", []),
    ("nobody", []),
    ("\0", []),
]


@pytest.mark.parametrize(("number", "wanted"), PHONE_FILTERS)
async def test_a_number_filters_exactly_however_it_is_written(number: str, wanted: list[str], book: Runner) -> None:
    assert await phones(book, phone_number=number) == wanted
    assert await phones(book, phone_number=number, offset="1") == []


async def test_a_plus_that_was_not_encoded_is_a_plus_in_the_query_too(book: Runner) -> None:
    asked = Ask(path=CONTACTS, method="GET", raw_query=b"phone_number=+12065550103")
    assert [one["phone"] for one in await answered(book, asked)] == ["+12065550103"]


@both_engines
async def test_an_id_filters_and_both_filters_must_fit(book: Runner) -> None:
    contact = await found(book, "+12065550103")
    uuid = contact["contact_id"]
    assert await listed(book, cid=uuid) == [contact]
    assert await listed(book, cid=uuid.upper(), phone_number="2065550103") == [contact]
    assert await listed(book, cid=uuid, phone_number="2065550104") == []
    assert await listed(book, cid=uuid, created_at_gte="2999-01-01") == []
    for nobody in ("<foreign_uuid>", "6f0c4b0e-6b0c-4d53-9b4e-0a4f5a3c1d11", "x", "+12065550103", "\0"):
        assert await listed(book, cid=nobody) == []


@both_engines
async def test_a_time_of_creation_limits_every_order(book: Runner) -> None:
    since = (await found(book, "+12065550105"))["created_at"]
    assert await phones(book, created_at_gte=since, order_direction="asc") == ["05", None, "04", "02"]
    assert await phones(book, created_at_gte=since, order_direction="asc", limit="2", offset="1") == [None, "04"]
    assert await phones(book, created_at_gte=since, order_by="phone") == ["05", "04", "02"]
    assert await phones(book, created_at_gte=since, order_by="firstName") == ["04", None, "05", "02"]
    assert await phones(book, created_at_gte=since, order_by="lastName", order_direction="asc", limit="1") == ["02"]
    assert await phones(book, created_at_gte="2999-01-01") == []


async def test_a_time_is_read_however_it_is_written(book: Runner) -> None:
    since = (await found(book, "+12065550105"))["created_at"]
    assert since.endswith("Z")
    bare = since.removesuffix("Z")
    for text in (
        since,
        bare,
        f"{bare}000+00:00",
        f"{bare}000 00:00",
        f"{bare}+0000",
        bare.replace("T", " "),
        f" {since} ",
    ):
        for sent in (quote(text), quote(text, safe=":+")):
            asked = Ask(path=CONTACTS, method="GET", raw_query=f"created_at_gte={sent}".encode())
            assert len(await answered(book, asked)) == 4, text
    # Later by less than a millisecond, so that the contact itself is left out.
    assert len(await listed(book, created_at_gte=f"{bare}001Z")) == 3
    assert (
        len(await listed(book, created_at_gte="2026-01-01"))
        == len(await listed(book, created_at_gte="0001-01-01"))
        == 6
    )


async def test_the_lists_of_two_accounts_have_nothing_in_common(hub: RunningHub, runner: Runner) -> None:
    other = Runner(FORM, hub, add_tenant(hub.runtime))
    await saved(other, "+12065550155", first_name="Other")
    for order_by in ("created_at", "phone", "firstName"):
        assert await phones(runner, order_by=order_by) == ["01"]
        assert await phones(other, order_by=order_by, order_direction="asc", limit="1", offset="1") == ["55"]
    await other.close()
