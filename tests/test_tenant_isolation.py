"""Every declared operation of every dialect, with another account's things in it: nothing is seen, nothing changes.

The table in `isolation/aims.py` says which members of an operation identify something; what is not in it fails here.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

import msgspec
import pytest
import pytest_asyncio

from linebook.app import DIALECTS
from linebook.dialects.base import Dialect, Operation, ways_in
from linebook.services.clocks import BOOK, TEXTING, newest_change_no
from linebook.storage.base import Engine
from linebook.storage.schema import TableKind, describe_schema
from linebook.webhooks.guard import LOOPBACK_NETWORKS
from tests.isolation.aims import AIMS, PLAIN, Probe, identifiers_of
from tests.isolation.asking import kind_of, members_of, request_for, show
from tests.isolation.things import (
    NOBODYS,
    OWN,
    TWIN,
    VICTIM,
    Kind,
    Tenant,
    Things,
    add_dead_secrets,
    add_tenant,
)
from tests.kit.hub import RunningHub, running_hub
from tests.kit.raw import snapshot
from tests.kit.raw_http import Answer, RawClient
from tests.shared_book.world import send_at_once

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVERY_DIALECT = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)

REFUSED: Final = {"zipwhip": 403, "inwise": 401, "sendblue": 401, "heymarket": 401}
"""How a platform answers whoever may not enter."""

SERVED: Final = [(dialect, one) for dialect in DIALECTS for one in dialect.operations if one.handler is not None]


def refused_with(operation: Operation) -> set[int]:
    return {one.status for one in operation.errors}


def served(dialect: Dialect) -> list[Operation]:
    return [one for one in dialect.operations if one.handler is not None]


@pytest_asyncio.fixture(loop_scope="session", scope="session", params=["sqlite", "postgres"])
async def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """A hub that seals secrets on either engine, and that counts no failed login."""
    if request.param == "postgres":
        url = request.getfixturevalue("new_database")(None)
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('isolation')}/linebook.db"
    files = str(tmp_path_factory.mktemp("files"))
    async with running_hub(
        url, secret_key="5e" * 32, login_failures=1_000_000, files_folder=files, webhook_networks=LOOPBACK_NETWORKS
    ) as hub:
        send_at_once(hub)
        yield hub


class Rows:
    """Reads what all tables of a database hold of accounts, as it lies there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._owners: dict[str, str] = {}
        for table in describe_schema(engine):
            columns = {column.name for column in table.columns}
            if table.name == "lease":
                continue  # workers make leases last longer, whatever anybody asks
            if table.name == "account" or "account_id" in columns:
                self._owners[table.name] = "id" if table.name == "account" else "account_id"
            else:
                assert table.kind is TableKind.DIRECTORY, table.name

    def of(self, *tenants: Tenant) -> dict[str, list[tuple[Any, ...]]]:
        """Give every row of these accounts, table by table."""
        ids = ", ".join(str(one.account_id) for one in tenants)
        with snapshot(self._engine) as query:
            return {
                name: sorted(query(f'SELECT * FROM "{name}" WHERE {owner} IN ({ids})'), key=repr)
                for name, owner in self._owners.items()
            }


class Neighbours:
    """The accounts that nobody else may see or touch, and what all of their tables hold."""

    def __init__(self, hub: RunningHub) -> None:
        self._rows = Rows(hub.runtime.store.engine)
        self.victim = add_tenant(hub.runtime, VICTIM, account_id=7_770_001)
        self.twin = add_tenant(hub.runtime, TWIN, account_id=7_770_002)
        self.before = self.rows()
        things = self.victim.things
        texts = {VICTIM.word.lower(), TWIN.word.lower(), VICTIM.phone[2:], things[Kind.CONTACT_UUID]}
        texts |= {things[Kind.FIELD_NAME], things[Kind.LINE][2:], self.twin.things[Kind.LINE][2:]}
        texts |= {self.twin.things[Kind.CONTACT_UUID]}
        texts |= {one.things[kind] for one in (self.victim, self.twin) for kind in (Kind.MESSAGE_ID, Kind.STORAGE_KEY)}
        numbers = {str(VICTIM.contact_id), str(VICTIM.label_id), str(VICTIM.small_id), "7770001", "7770002"}
        self._marks = [re.compile(re.escape(text)) for text in sorted(texts)]
        self._marks += [re.compile(rf"(?<![0-9a-f-]){number}(?![0-9a-f-])") for number in sorted(numbers)]

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Give every row of these accounts."""
        return self._rows.of(self.victim, self.twin)

    def leaks(self, raw: bytes, answer: Answer) -> list[str]:
        """Give what an answer holds of these accounts that was not in the request itself."""
        asked, told = raw.decode().lower(), answer.body.decode(errors="replace").lower()
        told += "".join(f"\n{name}: {value}" for name, value in answer.headers).lower()
        # inwise writes a field's number as a name.
        asked += f" {self.victim.things[Kind.FIELD_NAME]}" if str(VICTIM.small_id) in asked else ""
        return [mark.pattern for mark in self._marks if mark.search(told) and not mark.search(asked)]


@pytest.fixture(scope="session")
def neighbours(hub: RunningHub) -> Neighbours:
    """The neighbours of everybody who asks at this hub."""
    return Neighbours(hub)


class Asker:
    """Asks as an account of its own, and as a new one as soon as that one has changed anything.

    `is_thorough`: there is time to look after each operation, and to ask for what nobody has as well.
    """

    def __init__(self, hub: RunningHub, dialect: Dialect) -> None:
        self._hub = hub
        self._dialect = dialect
        self._client = RawClient(hub.base_url)
        self.is_thorough = hub.runtime.store.engine.name == "sqlite"
        self._kinds = {kind_of(way) for one in served(dialect) for way in ways_in(dialect, one)[:1]}
        self.tenant = self._new_tenant()
        self._state = self._state_now()

    def _new_tenant(self) -> Tenant:
        return add_tenant(self._hub.runtime, OWN, kinds=self._kinds)

    def _state_now(self) -> tuple[int, int, int]:
        engine, account_id = self._hub.runtime.store.engine, self.tenant.account_id
        book, texting = engine.read(lambda tx: [newest_change_no(tx, account_id, name) for name in (BOOK, TEXTING)])
        return book, texting, engine.directory_version

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()

    async def ask(
        self, operation: Operation, method: str, probe: Probe, things: Mapping[str, Things], shown: Mapping[str, str]
    ) -> tuple[bytes, Answer]:
        """Make a request; `things` says for each member of the probe whose thing it names."""
        values = {
            name: things.get(name, self.tenant.things)[kind] if isinstance(kind, Kind) else kind
            for name, kind in probe.items()
        }
        identifiers = identifiers_of(self._dialect.name, operation.name)
        raw = request_for(self._dialect, operation, method, values=values, identifiers=identifiers, shown=shown)
        answer = await self._client.exchange(raw)
        if self._state_now() != self._state:
            self.tenant = self._new_tenant()
            self._state = self._state_now()
        return raw, answer

    def way(self, operation: Operation) -> dict[str, str]:
        """Give the usual credential of who asks, shown as the operation wants it."""
        for way in ways_in(self._dialect, operation)[:1]:
            return show(way, self.tenant.secrets[kind_of(way)], self._hub.runtime.clock())
        return {}

    def fault(self, operation: Operation, answer: Answer) -> str:
        """Say what about the form of an answer is not as declared, or nothing."""
        try:
            if answer.status >= 400:
                msgspec.json.decode(answer.body, type=self._dialect.failure)
            elif answer.status != 204 and not operation.is_raw:
                # Some platforms say with the status of success that they refused.
                is_refusal = answer.status in refused_with(operation) and answer.json().get("success") is False
                shape = self._dialect.failure if is_refusal else self._dialect.answer_shape(operation)
                msgspec.json.decode(answer.body, type=shape)
        except msgspec.DecodeError as error:
            return f"{answer.status} {error}: {answer.body[:300]!r}"
        return "" if answer.status < 500 else f"{answer.status}: {answer.body[:300]!r}"


@pytest_asyncio.fixture(loop_scope="session")
async def asker(hub: RunningHub, dialect: Dialect) -> AsyncIterator[Asker]:
    """Asks through one dialect."""
    asker = Asker(hub, dialect)
    yield asker
    await asker.close()


# -- the table


@EVERY_DIALECT
async def test_every_served_operation_is_in_the_table(dialect: Dialect) -> None:
    assert {one.name for one in served(dialect)} == AIMS[dialect.name].keys()


@EVERY_DIALECT
async def test_every_member_of_every_operation_identifies_something_or_nothing(dialect: Dialect) -> None:
    for one in served(dialect):
        members, identifiers = members_of(one).keys(), identifiers_of(dialect.name, one.name)
        assert identifiers <= members, f"{one.name} takes no {identifiers - members}"
        assert members - identifiers <= PLAIN[dialect.name], (
            f"{one.name}: what are {members - identifiers - PLAIN[dialect.name]}?"
        )


# -- the walk


def swaps(probe: Probe, things: Things) -> Iterator[Mapping[str, Things]]:
    """Give every way to put somebody else's things into a probe: one at a time, then all together."""
    names = [name for name, kind in probe.items() if isinstance(kind, Kind)]
    for name in names:
        yield {name: things}
    if len(names) > 1:
        yield dict.fromkeys(names, things)


@EVERY_DIALECT
async def test_an_account_sees_and_changes_nothing_of_another(
    dialect: Dialect, asker: Asker, neighbours: Neighbours
) -> None:
    wrong: list[str] = []
    for operation in served(dialect):
        for method in operation.methods:
            for probe in AIMS[dialect.name][operation.name]:
                wrong += await walk(asker, neighbours, operation, method, probe)
        if asker.is_thorough:
            assert neighbours.rows() == neighbours.before, f"{operation.name} changed another account"
    assert not wrong, "\n".join(wrong)
    assert neighbours.rows() == neighbours.before


async def walk(asker: Asker, neighbours: Neighbours, operation: Operation, method: str, probe: Probe) -> list[str]:
    """Ask with one's own things, which must work, then with the victim's: they are nobody's to this caller."""
    wrong: list[str] = []
    label = f"{method} {operation.name} by {', '.join(probe) or 'nothing'}"
    _, own = await asker.ask(operation, method, probe, {}, asker.way(operation))
    wrong += [f"{label} with one's own: {fault}" for fault in [asker.fault(operation, own)] if fault]
    if own.status >= 400:
        wrong.append(f"{label} with one's own things is refused: {own.body[:300]!r}")
    wrong += [f"{label} shows {leak} to its own" for leak in neighbours.leaks(b"", own)]
    for theirs, nobodys in zip(swaps(probe, neighbours.victim.things), swaps(probe, NOBODYS), strict=True):
        name = f"{label}, {', '.join(theirs)} of another account"
        raw, answer = await asker.ask(operation, method, probe, theirs, asker.way(operation))
        wrong += [f"{name}: {fault}" for fault in [asker.fault(operation, answer)] if fault]
        wrong += [f"{name} shows {leak}: {answer.body[:300]!r}" for leak in neighbours.leaks(raw, answer)]
        if not asker.is_thorough:
            continue
        _, empty = await asker.ask(operation, method, probe, nobodys, asker.way(operation))
        if answer.status != empty.status:
            wrong.append(
                f"{name}: {answer.status} {answer.body[:200]!r}, of nobody {empty.status} {empty.body[:200]!r}"
            )
    return wrong


# -- credentials


@EVERY_DIALECT
async def test_a_dead_credential_and_one_of_another_kind_open_no_operation(dialect: Dialect, hub: RunningHub) -> None:
    runtime, client = hub.runtime, RawClient(hub.base_url)
    tenant = add_tenant(runtime, OWN)
    dead = add_dead_secrets(runtime, tenant.account_id)
    rows = Rows(runtime.store.engine)
    before = rows.of(tenant)
    wrong: list[str] = []
    for operation in served(dialect):
        probe = AIMS[dialect.name][operation.name][0]
        values = {name: tenant.things[kind] if isinstance(kind, Kind) else kind for name, kind in probe.items()}
        identifiers = identifiers_of(dialect.name, operation.name)
        # One engine tries every way in, the other the usual one: they differ in how a credential is looked up, no more.
        for way in ways_in(dialect, operation)[: None if runtime.store.engine.name == "sqlite" else 1]:
            kind = kind_of(way)
            others = {f"of the kind {other}": text for other, text in tenant.secrets.items() if other is not kind}
            for label, secret in {**{word: dead[word][kind] for word in dead}, **others}.items():
                shown = show(way, secret, runtime.clock())
                method = operation.methods[0]
                raw = request_for(dialect, operation, method, values=values, identifiers=identifiers, shown=shown)
                answer = await client.exchange(raw)
                fault = refusal_fault(dialect, answer, secret)
                wrong += [f"{operation.name} with {way[0].id} {label}: {fault}"] if fault else []
    await client.close()
    assert not wrong, "\n".join(wrong)
    assert rows.of(tenant) == before


def refusal_fault(dialect: Dialect, answer: Answer, secret: str) -> str:
    """Say what is wrong with the answer to somebody who may not enter, or nothing."""
    if answer.status != REFUSED[dialect.name]:
        return f"{answer.status} {answer.body[:300]!r}"
    try:
        msgspec.json.decode(answer.body, type=dialect.failure)
    except msgspec.DecodeError as error:
        return f"{error}: {answer.body[:300]!r}"
    told = answer.body.decode()
    return f"tells {told}" if secret.partition("\n")[0] in told or OWN.word in told or OWN.phone[2:] in told else ""


@EVERY_DIALECT
async def test_a_living_credential_opens_in_every_declared_way(dialect: Dialect, hub: RunningHub) -> None:
    tenant = add_tenant(hub.runtime, OWN)
    for operation in served(dialect):
        if AIMS[dialect.name][operation.name] == ({},) and not operation.name.endswith("logout"):
            for way in ways_in(dialect, operation):
                shown = show(way, tenant.secrets[kind_of(way)], hub.runtime.clock())
                async with RawClient(hub.base_url) as client:
                    raw = request_for(
                        dialect, operation, operation.methods[0], values={}, identifiers=frozenset(), shown=shown
                    )
                    assert (await client.exchange(raw)).status == 200, (operation.name, way)
