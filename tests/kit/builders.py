"""Short functions that build accounts, lines, contacts and saves, and run services without a gate."""

from __future__ import annotations

from typing import Any, TypeVar

from linebook.core.account import Account, Line
from linebook.core.author import Author
from linebook.core.contact import Contact, ContactPatch
from linebook.core.phone import Phone, national, parse_phone
from linebook.errors import DomainError
from linebook.services.accounts import DIRECTORY, CreateAccount, create_accounts
from linebook.services.contact_reads import contacts_by_id
from linebook.services.contacts import (
    BY_PHONE,
    DeleteContact,
    Match,
    SaveContact,
    Saved,
    delete_contacts,
    save_contacts,
)
from linebook.services.lines import AddLine, add_lines
from linebook.storage.base import Engine
from linebook.storage.gate import Item, Outcome, Service
from linebook.storage.store import write_now

AUTHOR = Author("tests", 42)
E = TypeVar("E", bound=DomainError)


def phone(text: str = "2065551234") -> Phone:
    """Give a number, read as typed in the US."""
    return parse_phone(text, national("US"))


def run(engine: Engine, service: Service[Item, Outcome], account_id: int, *items: Item) -> list[Outcome | DomainError]:
    """Run a service on a list in one transaction and give its outcomes."""
    return list(engine.write(lambda tx: service(tx, account_id, items)))


def refusal(kind: type[E], outcome: object) -> E:
    """Give the domain error that an outcome must be."""
    assert type(outcome) is kind, outcome
    return outcome


def add_account(engine: Engine, name: str = "Acme", account_id: int | None = None, region: str = "US") -> Account:
    """Create an account."""
    return write_now(engine, create_accounts, DIRECTORY, CreateAccount(name=name, id=account_id, region=region))


def add_line(engine: Engine, account_id: int, address: str = "5556661234", **members: Any) -> Line:
    """Add a line."""
    return write_now(engine, add_lines, account_id, AddLine(address=address, **members))


def saving(number: str | None = None, *, match: Match = BY_PHONE, author: Author = AUTHOR, **rest: Any) -> SaveContact:
    """Give a request to save a contact: the members of a patch and those of a request, all in one list."""
    members = {name: rest.pop(name) for name in ContactPatch.__struct_fields__ if name in rest}
    if number is not None:
        members["phone"] = phone(number)
    return SaveContact(patch=ContactPatch(**members), match=match, author=author, **rest)


def save_all(engine: Engine, account_id: int, *saves: SaveContact) -> list[Saved | DomainError]:
    """Save contacts in one transaction."""
    return run(engine, save_contacts, account_id, *saves)


def save(engine: Engine, account_id: int, number: str | None = None, **rest: Any) -> Contact:
    """Save one contact that must not be refused, and give it."""
    return write_now(engine, save_contacts, account_id, saving(number, **rest)).contact


def delete(engine: Engine, account_id: int, contact_id: int) -> Contact:
    """Delete one contact that must be there, and give it as it was."""
    return write_now(engine, delete_contacts, account_id, DeleteContact(author=AUTHOR, id=contact_id))


def get(engine: Engine, account_id: int, contact_id: int) -> Contact | None:
    """Give a contact as the database has it."""
    return engine.read(lambda tx: contacts_by_id(tx, account_id, [contact_id])).get(contact_id)
