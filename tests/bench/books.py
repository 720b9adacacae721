"""Fills databases: an account with a session, and as many contacts as a measurement wants."""

from __future__ import annotations

from linebook.core.account import CredentialKind
from linebook.core.author import Author
from linebook.core.contact import ContactPatch
from linebook.core.phone import Phone
from linebook.services import accounts, contacts, credentials, lines
from linebook.storage.base import Engine
from linebook.storage.store import open_engine, write_now

SESSION = "5b0d6c1e-0f5a-4a9b-9d39-3a0f6f0c2b11:10001"
FIRST_NUMBER = 2_065_000_000
CHUNK = 5_000


def fill_book(database: str, count: int, name: str = "bench", session: str = SESSION) -> int:
    """Make an account with `count` contacts, the numbers of the load script's even ones; give its id."""
    engine = open_engine(database)
    engine.migrate()
    try:
        account = write_now(engine, accounts.create_accounts, accounts.DIRECTORY, accounts.CreateAccount(name=name))
        line = write_now(engine, lines.add_lines, account.id, lines.AddLine(address=_line_address(account.id)))
        secret = credentials.RegisterCredential(kind=CredentialKind.ZIPWHIP_SESSION, secret=session, line_id=line.id)
        write_now(engine, credentials.register_credentials, account.id, secret)
        add_contacts(engine, account.id, count)
    finally:
        engine.close()
    return account.id


def add_contacts(engine: Engine, account_id: int, count: int) -> None:
    """Save `count` contacts as an import would, in sets."""
    author = Author("bench")
    for start in range(0, count, CHUNK):
        saves = [
            contacts.SaveContact(
                patch=ContactPatch(
                    phone=Phone.stored(f"+1{FIRST_NUMBER + 2 * number}"),
                    first_name="f",
                    last_name="l",
                    email=f"p{number}@example.org",
                ),
                author=author,
            )
            for number in range(start, min(start + CHUNK, count))
        ]
        engine.write(lambda tx, saves=saves: contacts.save_contacts(tx, account_id, saves))  # type: ignore[misc]


def _line_address(account_id: int) -> str:
    return f"+1425555{account_id:04d}"
