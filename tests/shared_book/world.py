"""One account with a credential for every door, and what the tests of the shared book do behind the doors' backs."""

from __future__ import annotations

import itertools
import socket
from typing import Any, Final, TypeVar

from msgspec import UNSET

from linebook.core.account import CredentialKind, Role
from linebook.core.author import Author
from linebook.core.consent import Consent, ConsentAction
from linebook.core.contact import Confirmation, Contact, ContactPatch, FieldsChange, SetChange
from linebook.core.phone import Phone
from linebook.errors import DomainError
from linebook.services.accounts import DIRECTORY, CreateAccount, create_accounts
from linebook.services.consents import RecordConsent, consents_of, record_consents
from linebook.services.contact_history import Change, contact_history
from linebook.services.contact_reads import contacts_after, contacts_by_id, contacts_by_phone
from linebook.services.contacts import SaveContact, Saved, save_contacts
from linebook.services.credentials import RegisterCredential, pair_secret, register_credentials
from linebook.services.labels import list_fields, list_groups, list_tags
from linebook.services.lines import AddLine, add_lines
from linebook.services.users import AddUser, add_users, get_user
from linebook.storage.base import Tx
from linebook.storage.gate import Service
from tests.kit.hub import RunningHub
from tests.kit.invariants import check_book
from tests.kit.shell import CommandLine
from tests.shared_book.drivers import (
    CommandDoor,
    Door,
    HeymarketDoor,
    HeymarketUuidDoor,
    InwiseDoor,
    SendblueDoor,
    ZipwhipDoor,
)
from tests.shared_book.person import Person, Ref

ADA: Final = "+12065550101"
GRACE: Final = "+12065550102"
DESK: Final = "desk@example.test"
"""A user of the account, to whom people are assigned."""

DIALECT_DOORS: Final = ("zipwhip", "inwise", "sendblue", "heymarket", "heymarket_v2")
DOORS: Final = (*DIALECT_DOORS, "cli")

ENGINES_AND_DOORS: Final = [
    *(("sqlite", door) for door in DOORS),
    *(("postgres", door) for door in DIALECT_DOORS),
]
"""What is tried on which engine. A command takes its time to connect to a server, and does there what it does on a
file;
so that its door stands open in every test on SQLite, and on PostgreSQL in those that ask for it."""

AUTHOR: Final = Author("tests")

Outcome = TypeVar("Outcome")
_numbers = itertools.count(1)


class World:
    """One account of a running hub, and the doors to it by name."""

    def __init__(self, hub: RunningHub, command_line: CommandLine, region: str = "US") -> None:
        """Open the account."""
        self.hub = hub
        self.engine = hub.runtime.store.engine
        number, ids = next(_numbers), hub.runtime.ids
        session, key, pair, team, n8n = f"{ids.uuid4()}:1", ids.secret(), ids.secret(), ids.secret(), ids.secret()
        secrets = {
            CredentialKind.ZIPWHIP_SESSION: session,
            CredentialKind.INWISE_KEY: key,
            CredentialKind.SENDBLUE_PAIR: pair_secret(pair, pair),
            CredentialKind.HEYMARKET_KEY: team,
            CredentialKind.HEYMARKET_N8N_KEY: n8n,
        }
        self.account_id = self.engine.write(lambda tx: _open_account(tx, number, region, secrets))
        command_line.use(hub.runtime.settings.database)
        client = hub.client
        self.inwise = InwiseDoor(client, key)
        self.heymarket = HeymarketDoor(client, team, n8n)
        self.zipwhip = ZipwhipDoor(client, session)
        self.sendblue = SendblueDoor(client, pair, pair)
        self.heymarket_v2 = HeymarketUuidDoor(client, team, n8n)
        self.cli = CommandDoor(command_line, str(self.account_id), self.engine.refresh)
        self.doors: dict[str, Door] = {
            "zipwhip": self.zipwhip,
            "inwise": self.inwise,
            "sendblue": self.sendblue,
            "heymarket": self.heymarket,
            "heymarket_v2": self.heymarket_v2,
        }
        if self.engine.name == "sqlite":
            self.doors["cli"] = self.cli

    def put(self, *people: Person) -> None:
        """Save people without any door, all in one transaction."""
        saves = [_save(one) for one in people]
        for outcome in self.engine.write(lambda tx: save_contacts(tx, self.account_id, saves)):
            assert isinstance(outcome, Saved), outcome

    def whole(self, phone: str = ADA) -> Person:
        """Give everything that is known of the person who has the number, asked behind all doors."""
        key = Phone.stored(phone)
        return self.engine.read(
            lambda tx: _person(tx, self.account_id, contacts_by_phone(tx, self.account_id, [key])[key])
        )

    def whole_ref(self, ref: Ref) -> Person:
        """The same, by id."""
        account_id = self.account_id
        return self.engine.read(lambda tx: _person(tx, account_id, contacts_by_id(tx, account_id, [ref.id])[ref.id]))

    def refs(self) -> list[Ref]:
        """Give the ids of all contacts, in the order in which they were made."""
        found = self.engine.read(lambda tx: contacts_after(tx, self.account_id, 0, 1000))
        return [Ref(one.id, one.uuid) for one in found]

    def record(self, action: ConsentAction, phone: str = ADA) -> None:
        """Record what happened to a number's consent without any door: what the person texted, above all."""
        change = RecordConsent(phone=Phone.stored(phone), action=action, author=AUTHOR, word="STOP")
        self.engine.write(lambda tx: only(record_consents, tx, self.account_id, change))

    def consent(self, phone: str = ADA) -> Consent:
        """Give the consent of a number."""
        key = Phone.stored(phone)
        return self.engine.read(lambda tx: consents_of(tx, self.account_id, [key]))[key]

    def history(self, ref: Ref) -> list[Change]:
        """Give what was changed on a contact, newest first."""
        return self.engine.read(lambda tx: contact_history(tx, self.account_id, ref.id))

    def check(self) -> None:
        """Fail if anything about the account's book is wrong."""
        check_book(self.engine, self.account_id)


def _save(person: Person) -> SaveContact:
    given = person.members()
    phone, opt_out, block = given.pop("phone", None), given.pop("is_opted_out", UNSET), given.pop("is_blocked", UNSET)
    assignee = given.pop("assignee", UNSET)
    changes: dict[str, Any] = {
        "fields": FieldsChange({label: text for label, text in (person.fields or {}).items()}),
        "tags": SetChange(tuple(sorted(person.tags or ()))),
        "groups": SetChange(tuple(sorted(person.groups or ()))),
    }
    members: dict[str, Any] = {**given, **{name: change for name, change in changes.items() if name in given}}
    if isinstance(person.confirmation, str):
        members["confirmation"] = Confirmation(person.confirmation)
    return SaveContact(
        patch=ContactPatch(phone=Phone.stored(str(phone)) if phone else None, **members),
        author=AUTHOR,
        assignee_email=assignee,  # type: ignore[arg-type]
        team_opt_out=opt_out,  # type: ignore[arg-type]
        block=block,  # type: ignore[arg-type]
    )


def _person(tx: Tx, account_id: int, contact: Contact) -> Person:
    labels = {one.id: one.label for one in list_fields(tx, account_id)}
    tags = {one.id: one.name for one in list_tags(tx, account_id)}
    groups = {one.id: one.name for one in list_groups(tx, account_id)}
    consent = consents_of(tx, account_id, [contact.phone])[contact.phone] if contact.phone is not None else None
    return Person(
        phone=contact.phone.text if contact.phone is not None else None,
        email=contact.email,
        first_name=contact.first_name,
        last_name=contact.last_name,
        display_name=contact.display_name,
        company=contact.company,
        notes=contact.notes,
        avatar=contact.avatar,
        assignee=get_user(tx, account_id, contact.assignee_id).email if contact.assignee_id is not None else "",
        line_number=contact.line_number,
        external_id=contact.external_id,
        confirmation=contact.confirmation.value,
        verified=contact.verified,
        fields={labels[one]: text for one, text in contact.fields.items()},
        tags=frozenset(tags[one] for one in contact.tags),
        groups=frozenset(groups[one] for one in contact.groups),
        is_opted_out=consent is not None and consent.is_opted_out,
        is_blocked=consent is not None and consent.is_blocked,
    )


def _open_account(tx: Tx, number: int, region: str, secrets: dict[CredentialKind, str]) -> int:
    account_id = only(create_accounts, tx, DIRECTORY, CreateAccount(name=f"Shared book {number}", region=region)).id
    only(add_lines, tx, account_id, AddLine(address=f"+1555333{number:04}", label="Front desk"))
    only(add_users, tx, account_id, AddUser(email=DESK, first_name="Desk", role=Role.ADMINISTRATOR))
    for kind, secret in secrets.items():
        only(register_credentials, tx, account_id, RegisterCredential(kind=kind, secret=secret))
    return account_id


def only(service: Service[Any, Outcome], tx: Tx, account_id: int, item: object) -> Outcome:
    """Run a service for one request and give its outcome, which must not be a refusal."""
    outcome = service(tx, account_id, [item])[0]
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def send_at_once(hub: RunningHub) -> None:
    """Have a hub that runs on asyncio's own loop send its answers without Nagle's delay, 40 ms for each of them.

    asyncio does so by itself only for sockets that were made with the number of the protocol.
    """
    for server in hub.server._main.servers:
        for one in server.sockets:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
