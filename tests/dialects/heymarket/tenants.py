"""Accounts to test against: keys and a secret, users, tags, fields, contacts, and a neighbour who has more of each."""

from __future__ import annotations

import itertools
from typing import Any, Final, TypeVar

from linebook.core.account import CredentialKind, Role
from linebook.core.author import Author
from linebook.core.contact import Contact, ContactPatch, SetChange
from linebook.core.phone import Phone
from linebook.errors import DomainError
from linebook.runtime import Runtime
from linebook.services.accounts import DIRECTORY, CreateAccount, create_accounts
from linebook.services.contacts import Match, SaveContact, save_contacts
from linebook.services.credentials import RegisterCredential, register_credentials, sealing_context
from linebook.services.labels import (
    CreateField,
    CreateGroup,
    CreateTag,
    create_fields,
    create_groups,
    create_tags,
)
from linebook.services.lines import AddLine, add_lines
from linebook.services.users import AddUser, add_users
from linebook.storage.base import Tx
from linebook.storage.gate import Service
from tests.kit.wire import Tenant

Outcome = TypeVar("Outcome")

ADA: Final = "12065550101"
EVE: Final = "eve@example.org"
NOBODY_UUID: Final = "01890000-0000-7000-8000-000000000000"
AUTHOR: Final = Author("test", None)

_numbers = itertools.count(1)


def add_tenant(runtime: Runtime) -> Tenant:
    """Make a new account with everything, and give who asks: its key, which is one of the n8n surface as well."""
    number = next(_numbers)
    key, secret_id = runtime.ids.secret(), f"secret-{number}-{runtime.ids.secret(4)}"
    kind = CredentialKind.HEYMARKET_SECRET
    sealed = runtime.sealer.seal(key[::-1], sealing_context(kind, secret_id))
    secret = RegisterCredential(kind=kind, secret=secret_id, sealed=sealed)
    return runtime.store.engine.write(lambda tx: _tenant(tx, number, key, secret))


def _tenant(tx: Tx, number: int, key: str, secret: RegisterCredential) -> Tenant:
    # The neighbour comes first and has more of everything, so that none of its last ids is one of the tenant's.
    foreign = _do(tx, create_accounts, DIRECTORY, CreateAccount(name=f"Heymarket neighbour {number}")).id
    theirs = [_contact(tx, foreign, phone=Phone.stored(f"+1206555017{one}"), notes="None of yours") for one in range(6)]
    for one in range(6):
        _do(tx, create_tags, foreign, CreateTag(name=f"Theirs {one}"))
        _do(tx, add_users, foreign, AddUser(first_name=f"Their {one}"))
    account_id = _do(tx, create_accounts, DIRECTORY, CreateAccount(name=f"Heymarket tenant {number}")).id
    for kind in (CredentialKind.HEYMARKET_KEY, CredentialKind.HEYMARKET_N8N_KEY):
        _do(tx, register_credentials, account_id, RegisterCredential(kind=kind, secret=key))
    _do(tx, register_credentials, account_id, secret)
    line = _do(tx, add_lines, account_id, AddLine(address=f"+1510555{number:04}", label="Front desk"))
    scott = AddUser(email="scott@example.org", first_name="Scott", last_name="Reed", role=Role.OPERATOR)
    ann = AddUser(email="ann@example.org", first_name="Ann", last_name="Lee", role=Role.ADMINISTRATOR)
    users = [_do(tx, add_users, account_id, one).id for one in (scott, ann)]
    tags = [_do(tx, create_tags, account_id, CreateTag(name=name)).label.id for name in ("Member", "Guest")]
    fields = [_do(tx, create_fields, account_id, CreateField(label=one)).label.id for one in ("Level", "Renewal")]
    group = _do(tx, create_groups, account_id, CreateGroup(name="VIP")).label
    ada = _contact(
        tx,
        account_id,
        phone=Phone.stored(f"+{ADA}"),
        first_name="Ada",
        last_name="Lovelace",
        tags=SetChange((tags[0],)),
    )
    eve = _contact(tx, account_id, first_name="Eve", email=EVE)
    names = {
        "account_id": account_id,
        "account": f"Heymarket tenant {number}",
        "line_id": line.id,
        "line_phone": line.address[1:],
        "scott_id": users[0],
        "ann_id": users[1],
        "tag": tags[0],
        "tag2": tags[1],
        "field": fields[0],
        "field2": fields[1],
        "group_id": group.id,
        "ada_id": ada.id,
        "ada_uuid": ada.uuid,
        "ada_phone": ADA,
        "eve_id": eve.id,
        "eve_uuid": eve.uuid,
        "secret_id": secret.secret,
        "unknown_id": 1_999_999_999,
        "unknown_uuid": NOBODY_UUID,
        "foreign_id": theirs[-1].id,
        "foreign_uuid": theirs[-1].uuid,
        "foreign_phone": "12065550175",
    }
    return Tenant(key, {name: str(value) for name, value in names.items()})


def _contact(tx: Tx, account_id: int, **members: Any) -> Contact:
    save = SaveContact(patch=ContactPatch(**members), author=AUTHOR, match=Match(by_phone="phone" in members))
    return _do(tx, save_contacts, account_id, save).contact


def _do(tx: Tx, service: Service[Any, Outcome], account_id: int, item: object) -> Outcome:
    outcome = service(tx, account_id, [item])[0]
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome
