"""Fills databases: an account with its credentials, and as many contacts as a measurement wants."""

from __future__ import annotations

from linebook.core.account import CredentialKind
from linebook.core.author import Author
from linebook.core.contact import ContactPatch
from linebook.core.phone import Phone
from linebook.services import accounts, contacts, credentials, lines
from linebook.services.credentials import RegisterCredential, pair_secret
from linebook.storage.base import Engine
from linebook.storage.store import open_engine, write_now

SESSION = "5b0d6c1e-0f5a-4a9b-9d39-3a0f6f0c2b11:10001"
FIRST_NUMBER = 2_065_000_000
CHUNK = 5_000
BOOK_KEYS = {
    CredentialKind.INWISE_KEY: "{}-inwise-key",
    CredentialKind.SENDBLUE_PAIR: pair_secret("{0}-key", "{0}-secret"),
    CredentialKind.HEYMARKET_KEY: "{}-team-key",
}
"""What each account shows beside its session; `{}` is its name."""


def fill_book(database: str, count: int, name: str = "bench", session: str = SESSION) -> int:
    """Make an account with `count` contacts, the numbers of the load script's even ones; give its id."""
    engine = open_engine(database)
    engine.migrate()
    try:
        account = write_now(engine, accounts.create_accounts, accounts.DIRECTORY, accounts.CreateAccount(name=name))
        line = write_now(engine, lines.add_lines, account.id, lines.AddLine(address=_line_address(account.id)))
        shown = RegisterCredential(kind=CredentialKind.ZIPWHIP_SESSION, secret=session, line_id=line.id)
        keys = [RegisterCredential(kind=kind, secret=secret.format(name)) for kind, secret in BOOK_KEYS.items()]
        for one in (shown, *keys):
            write_now(engine, credentials.register_credentials, account.id, one)
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
