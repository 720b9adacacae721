"""Accounts to test against: a key pair, a token, lines, one contact, and a neighbour's things."""

from __future__ import annotations

import itertools
from typing import Any, Final, TypeVar

from linebook.core.account import CredentialKind
from linebook.core.author import Author
from linebook.core.contact import ContactPatch
from linebook.core.phone import Phone
from linebook.errors import DomainError
from linebook.runtime import Runtime
from linebook.services.accounts import DIRECTORY, CreateAccount, create_accounts
from linebook.services.contacts import SaveContact, save_contacts
from linebook.services.credentials import RegisterCredential, pair_secret, register_credentials
from linebook.services.lines import AddLine, add_lines
from linebook.storage.base import Tx
from linebook.storage.gate import Service
from tests.kit.wire import Tenant

Outcome = TypeVar("Outcome")

ADA: Final = "+12065550101"
NEIGHBOUR: Final = "+12065550177"
UNKNOWN: Final = "+12065550999"
AUTHOR: Final = Author("test", None)

_numbers = itertools.count(1)


def add_tenant(runtime: Runtime, *, region: str = "US") -> Tenant:
    """Make a new account with everything, and give who asks: its key pair."""
    number = next(_numbers)
    return runtime.store.engine.write(lambda tx: _tenant(tx, runtime, number, region))


def _tenant(tx: Tx, runtime: Runtime, number: int, region: str) -> Tenant:
    # The neighbour comes first and has more of everything, so that none of its last ids is one of the tenant's.
    foreign = _do(tx, create_accounts, DIRECTORY, CreateAccount(name=f"Sendblue neighbour {number}")).id
    foreign_ids = [_contact(tx, foreign, f"+1206555017{one}") for one in range(5, 8)]
    foreign_tokens = [_token(tx, foreign, runtime.ids.secret()) for _ in range(5)]
    account_id = _do(tx, create_accounts, DIRECTORY, CreateAccount(name=f"Sendblue tenant {number}", region=region)).id
    key_id, key_secret = f"key-{number}-{runtime.ids.secret(4)}", runtime.ids.secret()
    _do(
        tx,
        register_credentials,
        account_id,
        RegisterCredential(kind=CredentialKind.SENDBLUE_PAIR, secret=pair_secret(key_id, key_secret)),
    )
    token = runtime.ids.secret()
    line = _do(tx, add_lines, account_id, AddLine(address=f"+1555777{number:04}", label="Front desk"))
    second = _do(tx, add_lines, account_id, AddLine(address=f"+1555888{number:04}"))
    _do(tx, add_lines, account_id, AddLine(address=f"Shop{number}"))
    ada = _contact(tx, account_id, ADA, first_name="Ada", last_name="Lovelace")
    names = {
        "account_id": str(account_id),
        "key_id": key_id,
        "key_secret": key_secret,
        "token": token,
        "token_id": str(_token(tx, account_id, token)),
        "line": line.address,
        "line_id": str(line.id),
        "second_line": second.address,
        "ada_number": ADA,
        "ada_id": ada,
        "unknown_id": UNKNOWN,
        "foreign_id": NEIGHBOUR,
        "foreign_uuid": foreign_ids[-1],
        "foreign_token_id": str(foreign_tokens[-1]),
    }
    return Tenant(f"{key_id} {key_secret}", names)


def _token(tx: Tx, account_id: int, token: str) -> int:
    request = RegisterCredential(kind=CredentialKind.SENDBLUE_TOKEN, secret=token)
    return _do(tx, register_credentials, account_id, request).id


def _contact(tx: Tx, account_id: int, number: str, **members: Any) -> str:
    patch = ContactPatch(phone=Phone.stored(number), **members)
    return _do(tx, save_contacts, account_id, SaveContact(patch=patch, author=AUTHOR)).contact.uuid


def _do(tx: Tx, service: Service[Any, Outcome], account_id: int, request: Any) -> Outcome:
    outcome = service(tx, account_id, [request])[0]
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome
