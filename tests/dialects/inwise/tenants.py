"""Accounts to test against: a key, one contact in a group, an import, and a neighbour's things."""

from __future__ import annotations

import itertools
from typing import Any, Final, TypeVar

from linebook.core.account import CredentialKind
from linebook.core.author import Author
from linebook.core.contact import ContactPatch, SetChange
from linebook.core.phone import Phone
from linebook.errors import DomainError
from linebook.runtime import Runtime
from linebook.services.accounts import DIRECTORY, CreateAccount, create_accounts
from linebook.services.contacts import SaveContact, save_contacts
from linebook.services.credentials import RegisterCredential, register_credentials
from linebook.storage.base import Tx
from linebook.storage.gate import Service
from tests.kit.importing import add_import
from tests.kit.wire import Tenant

Outcome = TypeVar("Outcome")

GROUP: Final = 5001
ADA_EMAIL: Final = "ada@example.test"
ADA_MOBILE: Final = "972501234501"
UNKNOWN_ID: Final = 1_999_999_999
AUTHOR: Final = Author("test", None)

_numbers = itertools.count(1)


def add_tenant(runtime: Runtime, *, name_fields: bool = True) -> Tenant:
    """Make a new account with everything, and give who asks: its key."""
    number = next(_numbers)
    return runtime.store.engine.write(lambda tx: _tenant(tx, runtime.ids.secret(), number, name_fields))


def add_key(runtime: Runtime, tenant: Tenant) -> Tenant:
    """Give the same account with a second key."""
    key, account_id = runtime.ids.secret(), int(tenant.names["account_id"])
    runtime.store.engine.write(lambda tx: _register(tx, account_id, key))
    return Tenant(key, tenant.names)


def _tenant(tx: Tx, key: str, number: int, name_fields: bool) -> Tenant:
    # The neighbour comes first and has more of everything, so that none of its last ids is one of the tenant's.
    foreign = _account(tx, f"inwise neighbour {number}", name_fields)
    foreign_ids = [_contact(tx, foreign, phone=Phone.stored(f"+97250123457{one}")) for one in range(3)]
    for _ in foreign_ids:
        add_import(tx, foreign)
    _register(tx, foreign, key[::-1] + "f")
    account_id = _account(tx, f"inwise tenant {number}", name_fields)
    _register(tx, account_id, key)
    ada = _contact(
        tx,
        account_id,
        email=ADA_EMAIL,
        phone=Phone.stored(f"+{ADA_MOBILE}"),
        first_name="Ada",
        last_name="Lovelace",
        groups=SetChange((GROUP,)),
    )
    names = {
        "account_id": str(account_id),
        "ada_id": str(ada),
        "group_id": str(GROUP),
        "import_id": str(add_import(tx, account_id)),
        "unknown_id": str(UNKNOWN_ID),
        "foreign_id": str(foreign_ids[-1]),
    }
    return Tenant(key, names)


def _account(tx: Tx, name: str, name_fields: bool) -> int:
    return _do(tx, create_accounts, DIRECTORY, CreateAccount(name=name, inwise_name_fields=name_fields)).id


def _register(tx: Tx, account_id: int, key: str) -> None:
    _do(tx, register_credentials, account_id, RegisterCredential(kind=CredentialKind.INWISE_KEY, secret=key))


def _contact(tx: Tx, account_id: int, **members: Any) -> int:
    return _do(tx, save_contacts, account_id, SaveContact(patch=ContactPatch(**members), author=AUTHOR)).contact.id


def _do(tx: Tx, service: Service[Any, Outcome], account_id: int, item: object) -> Outcome:
    outcome = service(tx, account_id, [item])[0]
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome
