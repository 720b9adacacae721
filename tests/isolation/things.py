"""Accounts with one thing of every kind that a request can name, and with a secret of every kind, living and dead."""

from __future__ import annotations

import enum
import hashlib
import itertools
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeVar

import msgspec

from linebook.core.account import CredentialKind, Role
from linebook.core.author import Author
from linebook.core.consent import ConsentAction
from linebook.core.contact import ContactPatch, FieldsChange, SetChange
from linebook.core.message import EventKind
from linebook.core.phone import Phone
from linebook.errors import DomainError
from linebook.login import hash_password
from linebook.runtime import Runtime
from linebook.services.accounts import DIRECTORY, CreateAccount, create_accounts
from linebook.services.attachments import KeepAttachment, keep_attachments
from linebook.services.consents import RecordConsent, record_consents
from linebook.services.contacts import SaveContact, save_contacts
from linebook.services.credentials import (
    RegisterCredential,
    RevokeCredential,
    pair_secret,
    register_credentials,
    revoke_credentials,
    sealing_context,
)
from linebook.services.inbound import InboundText, receive_texts
from linebook.services.labels import CreateField, CreateGroup, CreateTag, create_fields, create_groups, create_tags
from linebook.services.lines import AddLine, add_lines
from linebook.services.users import LINE_LOGIN, AddUser, SetLogin, add_users, set_logins
from linebook.services.webhooks import AddWebhook, add_webhooks
from linebook.storage.base import Tx
from linebook.storage.blobs import BlobFolder
from linebook.storage.gate import Service
from tests.kit.importing import add_import

PASSWORD: Final = "mypassword"
VICTIMS_PASSWORD: Final = "theirpassword"
SECRET_KEY: Final = "the key of a secret"
_FILE: Final = b"a file of a message"

Outcome = TypeVar("Outcome")
_numbers = itertools.count(1)
_hashed = cache(hash_password)


class Kind(enum.StrEnum):
    """What a member of a request can identify, in the form in which it is written there."""

    CONTACT_ID = enum.auto()
    CONTACT_UUID = enum.auto()
    PHONE = enum.auto()
    """The number with a plus."""
    DIGITS = enum.auto()
    """The number without one."""
    ADDRESS = enum.auto()
    """The number as Zipwhip's address."""
    EMAIL = enum.auto()
    EXTERNAL_ID = enum.auto()
    NAME = enum.auto()
    """A text to look for."""
    TAG_ID = enum.auto()
    TAG_NAME = enum.auto()
    FIELD_ID = enum.auto()
    FIELD_NAME = enum.auto()
    """inwise's name for a field."""
    FIELD_LABEL = enum.auto()
    GROUP_ID = enum.auto()
    GROUP_NAME = enum.auto()
    GROUP_ADDRESS = enum.auto()
    """The group as Zipwhip's address."""
    USER_ID = enum.auto()
    USER_EMAIL = enum.auto()
    LINE = enum.auto()
    TOKEN_ID = enum.auto()
    IMPORT_ID = enum.auto()
    MESSAGE_ID = enum.auto()
    FINGERPRINT = enum.auto()
    STORAGE_KEY = enum.auto()
    WEBHOOK_ID = enum.auto()
    CSV = enum.auto()
    """A file with the contact in it, by number and e-mail address."""


Things = Mapping[Kind, str]

NOBODYS: Final[Things] = {
    Kind.CONTACT_ID: "1055000999",
    Kind.CONTACT_UUID: "01890000-0000-7000-8000-000000000999",
    Kind.PHONE: "+12065550999",
    Kind.DIGITS: "12065550999",
    Kind.ADDRESS: "ptn:/2065550999",
    Kind.EMAIL: "nobody@example.test",
    Kind.EXTERNAL_ID: "crm-999",
    Kind.NAME: "Nobody",
    Kind.TAG_ID: "555000999",
    Kind.TAG_NAME: "nothing",
    Kind.FIELD_ID: "9990",
    Kind.FIELD_NAME: "field9990",
    Kind.FIELD_LABEL: "No field",
    Kind.GROUP_ID: "555000999",
    Kind.GROUP_NAME: "No group",
    Kind.GROUP_ADDRESS: "device:/5550000999/555000999",
    Kind.USER_ID: "9990",
    Kind.USER_EMAIL: "no-user@example.test",
    Kind.LINE: "+15550000999",
    Kind.TOKEN_ID: "999",
    Kind.IMPORT_ID: "999",
    Kind.MESSAGE_ID: "1790000000000000001",
    Kind.FINGERPRINT: "999",
    Kind.STORAGE_KEY: "01890000-0000-4000-8000-000000000999",
    Kind.WEBHOOK_ID: "100000999",
    Kind.CSV: "Email,Mobile,Firstname,Lastname\nnobody@example.test,12065550999,A,B\n",
}
"""What no account has."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What an account is made of. Its texts begin with `word`, so that they are recognised wherever they show up."""

    word: str
    contact_id: int
    phone: str
    email: str
    external_id: str
    label_id: int
    small_id: int
    password: str = PASSWORD
    further_tokens: int = 0
    """How many tokens and imports it had before, so that the last ones have numbers of their own."""


OWN: Final = Plan(
    word="Own",
    contact_id=1055000111,
    phone="+12065550111",
    email="own@example.test",
    external_id="crm-111",
    label_id=555000111,
    small_id=5111,
)
"""The account that asks."""

TWIN: Final = msgspec.structs.replace(OWN, word="Twinmark")
"""Another account with the same ids, numbers and addresses: what reads or writes by them alone hits it, too."""

VICTIM: Final = Plan(
    word="Victimark",
    contact_id=1055000777,
    phone="+12065557771",
    email="victimark@example.test",
    external_id="victimark-777",
    label_id=555000777,
    small_id=5777,
    password=VICTIMS_PASSWORD,
    further_tokens=40,
)
"""Another account with ids, numbers and addresses of its own."""


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """An account that was made: its things, and the texts of its secrets by kind."""

    account_id: int
    things: Things
    secrets: Mapping[CredentialKind, str]


def add_tenant(
    runtime: Runtime, plan: Plan, *, account_id: int | None = None, kinds: Iterable[CredentialKind] = CredentialKind
) -> Tenant:
    """Make an account with one thing of each kind and secrets of these kinds, in one transaction."""
    tenant = runtime.store.engine.write(lambda tx: _Builder(tx, runtime, plan).build(account_id, kinds))
    BlobFolder(runtime.files.folder or "").put(tenant.account_id, _FILE)
    return tenant


def fresh_secret(runtime: Runtime, kind: CredentialKind) -> str:
    """Give a secret of a kind, unknown to the hub. Of a pair both parts are the same."""
    text = runtime.ids.secret()
    return pair_secret(text, text) if kind is CredentialKind.SENDBLUE_PAIR else text


def registering(runtime: Runtime, kind: CredentialKind, secret: str, **members: Any) -> RegisterCredential:
    """Give the request to register a secret, with a sealed key where the kind has one."""
    if kind is CredentialKind.HEYMARKET_SECRET:
        members["sealed"] = runtime.sealer.seal(SECRET_KEY, sealing_context(kind, secret))
    return RegisterCredential(kind=kind, secret=secret, **members)


def add_dead_secrets(runtime: Runtime, account_id: int) -> dict[str, dict[CredentialKind, str]]:
    """Give an account secrets that were revoked and secrets that have expired, one of each kind."""
    found: dict[str, dict[CredentialKind, str]] = {"revoked": {}, "expired": {}}
    for kind in CredentialKind:
        found["expired"][kind] = fresh_secret(runtime, kind)
        found["revoked"][kind] = fresh_secret(runtime, kind)
        expired = registering(runtime, kind, found["expired"][kind], expires_ms=runtime.clock() - 1)
        revoked = registering(runtime, kind, found["revoked"][kind])
        runtime.store.engine.write(lambda tx, one=expired: _only(register_credentials, tx, account_id, one))  # type: ignore[misc]
        made = runtime.store.engine.write(lambda tx, one=revoked: _only(register_credentials, tx, account_id, one))  # type: ignore[misc]
        end = RevokeCredential(made.id)
        runtime.store.engine.write(lambda tx, one=end: _only(revoke_credentials, tx, account_id, one))  # type: ignore[misc]
    return found


class _Builder:
    def __init__(self, tx: Tx, runtime: Runtime, plan: Plan) -> None:
        self._tx = tx
        self._runtime = runtime
        self._plan = plan
        self._account_id = 0

    def build(self, account_id: int | None, kinds: Iterable[CredentialKind]) -> Tenant:
        plan, number = self._plan, next(_numbers)
        create = CreateAccount(name=f"{plan.word} {number}", id=account_id)
        self._account_id = _only(create_accounts, self._tx, DIRECTORY, create).id
        address = f"+1555{number:07}"
        line = self._do(add_lines, AddLine(address=address, label=f"{plan.word}line", id=plan.small_id))
        user = self._user(line.id)
        self._do(create_tags, CreateTag(name=f"{plan.word}tag", color="#777777", id=plan.label_id))
        self._do(create_groups, CreateGroup(name=f"{plan.word}group", id=plan.label_id))
        self._do(create_fields, CreateField(label=f"{plan.word}field", id=plan.small_id))
        contact = self._contact(user.id)
        secrets = {kind: fresh_secret(self._runtime, kind) for kind in kinds}
        token_id = import_id = webhook_id = 0
        for _ in range(plan.further_tokens + 1):
            import_id = add_import(self._tx, self._account_id)
            webhook_id = self._webhook(line.id)
            spare = fresh_secret(self._runtime, CredentialKind.SENDBLUE_TOKEN)
            token_id = self._register(CredentialKind.SENDBLUE_TOKEN, spare)
        for kind, secret in secrets.items():
            self._register(kind, secret, line_id=line.id if kind is CredentialKind.ZIPWHIP_SESSION else None)
        digits = plan.phone[1:]
        message, storage_key = self._message(line.id), self._file()
        things = {
            Kind.CONTACT_ID: str(contact.id),
            Kind.CONTACT_UUID: contact.uuid,
            Kind.PHONE: plan.phone,
            Kind.DIGITS: digits,
            Kind.ADDRESS: f"ptn:/{digits[1:]}",
            Kind.EMAIL: plan.email,
            Kind.EXTERNAL_ID: plan.external_id,
            Kind.NAME: contact.first_name,
            Kind.TAG_ID: str(plan.label_id),
            Kind.TAG_NAME: f"{plan.word}tag",
            Kind.FIELD_ID: str(plan.small_id),
            Kind.FIELD_NAME: f"field{plan.small_id}",
            Kind.FIELD_LABEL: f"{plan.word}field",
            Kind.GROUP_ID: str(plan.label_id),
            Kind.GROUP_NAME: f"{plan.word}group",
            Kind.GROUP_ADDRESS: f"device:/{address[2:]}/{plan.label_id}",
            Kind.USER_ID: str(user.id),
            Kind.USER_EMAIL: user.email,
            Kind.LINE: address,
            Kind.TOKEN_ID: str(token_id),
            Kind.IMPORT_ID: str(import_id),
            Kind.MESSAGE_ID: str(message.id),
            Kind.FINGERPRINT: str(message.fingerprint),
            Kind.STORAGE_KEY: storage_key,
            Kind.WEBHOOK_ID: str(webhook_id),
            Kind.CSV: f"Email,Mobile,Firstname,Lastname\n{plan.email},{digits},A,B\n",
        }
        return Tenant(account_id=self._account_id, things=things, secrets=secrets)

    def _user(self, line_id: int) -> Any:
        plan = self._plan
        add = AddUser(
            email=f"{plan.word}user@example.test",
            first_name=f"{plan.word}given",
            last_name=f"{plan.word}family",
            role=Role.ADMINISTRATOR,
            id=plan.small_id,
        )
        login = SetLogin(
            line_id=line_id, prefix=LINE_LOGIN, password_hash=_hashed(plan.password), role=Role.SYSTEM, user_id=None
        )
        self._do(set_logins, login)
        user = self._do(add_users, add)
        own = SetLogin(
            line_id=line_id,
            prefix=f"{plan.word}login",
            password_hash=_hashed(plan.password),
            role=Role.ADMINISTRATOR,
            user_id=user.id,
        )
        self._do(set_logins, own)
        return user

    def _contact(self, user_id: int) -> Any:
        plan = self._plan
        phone = Phone.stored(plan.phone)
        patch = ContactPatch(
            phone=phone,
            email=plan.email,
            first_name=f"{plan.word}first",
            last_name=f"{plan.word}last",
            display_name=f"{plan.word}shown",
            company=f"{plan.word}company",
            notes=f"{plan.word}notes",
            avatar=f"https://example.test/{plan.word}avatar",
            external_id=plan.external_id,
            assignee_id=user_id,
            line_number="+15550001111",
            fields=FieldsChange({plan.small_id: f"{plan.word}value"}),
            tags=SetChange((plan.label_id,)),
            groups=SetChange((plan.label_id,)),
        )
        saved = self._do(save_contacts, SaveContact(patch=patch, author=AUTHOR, chosen_id=plan.contact_id))
        stop = RecordConsent(phone=phone, action=ConsentAction.PERSON_STOP, author=AUTHOR, word=f"{plan.word}stop")
        self._do(record_consents, stop)
        return saved.contact

    def _webhook(self, line_id: int) -> int:
        url = f"http://127.0.0.1:9/{self._plan.word}"
        request = AddWebhook(dialect="zipwhip", kinds=(EventKind.OPT_OUT,), url=url, line_id=line_id, author=AUTHOR)
        return int(self._do(add_webhooks, request).id)

    def _file(self) -> str:
        request = KeepAttachment(
            digest=hashlib.sha256(_FILE).hexdigest(),
            size_bytes=len(_FILE),
            kind="text/plain",
            file_name=f"{self._plan.word}.txt",
            author=AUTHOR,
        )
        return str(self._do(keep_attachments, request).id)

    def _message(self, line_id: int) -> Any:
        plan = self._plan
        text = InboundText(line_id=line_id, sender=plan.phone, body=f"{plan.word}text", carrier="loopback")
        return self._do(receive_texts, text).message

    def _register(self, kind: CredentialKind, secret: str, **members: Any) -> int:
        return self._do(register_credentials, registering(self._runtime, kind, secret, **members)).id

    def _do(self, service: Service[Any, Outcome], item: object) -> Outcome:
        return _only(service, self._tx, self._account_id, item)


AUTHOR: Final = Author("test")


def _only(service: Service[Any, Outcome], tx: Tx, account_id: int, item: object) -> Outcome:
    outcome = service(tx, account_id, [item])[0]
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome
