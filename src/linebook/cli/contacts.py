"""The commands about contacts that read or delete: list, show, delete, history."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from linebook.cli import exporting, importing, people, saving
from linebook.cli.failures import UsageProblem
from linebook.cli.output import show_record, show_records, stream_json, stream_lines
from linebook.cli.shell import DOOR, Shell, command

if TYPE_CHECKING:
    from linebook.core.account import Account
    from linebook.storage.base import Engine, Tx

PAGE: Final = 500
"""How many contacts `--all` reads at once."""

COLUMNS: Final = ("id", "phone", "name", "email", "company", "tags", "groups", "updated")

app = typer.Typer(help="Contacts: the people in the book.", no_args_is_help=True)


@command(
    app,
    "list",
    "linebook contacts list --limit 100 --after 1073741924",
    "linebook contacts list --all --json > book.json",
)
def list_page(
    shell: Shell,
    *,
    after: Annotated[int, typer.Option(metavar="ID", help="Begin behind this id.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    every: Annotated[bool, typer.Option("--all", help="All of them: one a line, values separated by tabs.")] = False,
) -> None:
    """List contacts by rising id, a page at a time, or all of them."""
    with shell.engine() as engine:
        account = shell.account(engine)
        if every:
            records = _all_records(engine, account, after)
            if shell.is_json:
                stream_json(records)
            else:
                stream_lines(COLUMNS, map(people.readable, records))
            return
        found = _page(engine, account, after, limit + 1)
    page = found[:limit]
    show_records(
        page if shell.is_json else map(people.readable, page),
        COLUMNS,
        as_json=shell.is_json,
        empty="There is no contact yet." if after == 0 else "There are no more contacts.",
    )
    if len(found) > limit:
        shell.say(f"There are more: --after {page[-1]['id']}")


@command(app, "show", 'linebook contacts show "(206) 555-0100"', "linebook contacts show id:1073741825 --json")
def show(
    shell: Shell,
    *,
    key: Annotated[str, typer.Argument(help=people.KEY_HELP, metavar="CONTACT", show_default=False)],
) -> None:
    """Show one contact, and whether it may be texted."""
    with shell.engine() as engine:
        account = shell.account(engine)
        record = engine.read(lambda tx: _whole(tx, account, key))
    show_record(record if shell.is_json else people.readable(record), as_json=shell.is_json)


@command(app, "delete", "linebook contacts delete id:1073741825 --yes")
def delete(
    shell: Shell,
    *,
    keys: Annotated[list[str], typer.Argument(help=people.KEY_HELP, metavar="CONTACT...", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete contacts, all or none of them. Their history stays, and so does the consent of their numbers."""
    from linebook.core.author import Author
    from linebook.errors import DomainError
    from linebook.services.contacts import DeleteContact, delete_contacts

    with shell.engine() as engine:
        account = shell.account(engine)
        contacts = engine.read(lambda tx: {people.get_contact(tx, account, key).id: key for key in keys})
        if not yes:
            if not sys.stdin.isatty():
                raise UsageProblem("There is no terminal to ask whether to delete: say --yes.")
            typer.confirm(f"Delete {len(contacts)} contact(s): {', '.join(contacts.values())}?", abort=True, err=True)
        deletes = [DeleteContact(author=Author(DOOR), id=contact_id) for contact_id in contacts]

        def all_or_none(tx: Tx, account_id: int, lists: Sequence[list[DeleteContact]]) -> list[None]:
            for outcome in delete_contacts(tx, account_id, lists[0]):
                if isinstance(outcome, DomainError):
                    raise outcome
            return [None]

        shell.write(engine, all_or_none, account.id, deletes)
    shell.say(f"Deleted {len(contacts)} contact(s).")
    if shell.is_json:
        show_record({"deleted": list(contacts)}, as_json=True)


@command(app, "history", "linebook contacts history 2065550100")
def history(
    shell: Shell,
    *,
    key: Annotated[
        str,
        typer.Argument(
            help="Whom: an id or a number; an id for one that was deleted.", metavar="CONTACT", show_default=False
        ),
    ],
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many changes at most, newest first.")] = 50,
) -> None:
    """Show what was changed on a contact: when, through which door, by which credential, from what to what."""
    from linebook.cli.changes import change_records, print_changes

    with shell.engine() as engine:
        account = shell.account(engine)
        records = engine.read(lambda tx: change_records(tx, account, key, limit))
    if shell.is_json:
        stream_json(records)
    else:
        print_changes(records)


def _page(engine: Engine, account: Account, after: int, limit: int) -> list[dict[str, Any]]:
    from linebook.services.contact_reads import contacts_after

    def read(tx: Tx) -> list[dict[str, Any]]:
        names = people.LabelNames(tx, account.id)
        return [people.contact_record(one, names) for one in contacts_after(tx, account.id, after, limit)]

    return engine.read(read)


def _all_records(engine: Engine, account: Account, after: int) -> Iterator[dict[str, Any]]:
    while page := _page(engine, account, after, PAGE):
        yield from page
        after = page[-1]["id"]


def _whole(tx: Tx, account: Account, key: str) -> dict[str, Any]:
    from linebook.services.consents import consents_of

    contact = people.get_contact(tx, account, key)
    record = people.contact_record(contact, people.LabelNames(tx, account.id))
    consent = consents_of(tx, account.id, [contact.phone])[contact.phone] if contact.phone else None
    record["opted_out_by_person"] = consent is not None and consent.by_person
    record["opted_out_by_team"] = consent is not None and consent.by_team
    record["blocked"] = consent is not None and consent.is_blocked
    return record


saving.add_to(app)
exporting.add_to(app)
importing.add_to(app)
