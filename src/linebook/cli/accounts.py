"""The commands about accounts: create, list, show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from linebook.cli.output import show_record, show_records, time_text
from linebook.cli.shell import Shell, command

if TYPE_CHECKING:
    from linebook.core.account import Account

app = typer.Typer(help="Accounts: the customers of this server.", no_args_is_help=True)


@command(app, "create", 'linebook account create "Corner Bakery" --region US', account=False)
def create(
    shell: Shell,
    *,
    name: Annotated[str, typer.Argument(help="The account's name, unique on this server.", show_default=False)],
    region: Annotated[str, typer.Option(help="Completes numbers typed without a country, such as US or GB.")] = "US",
    id: Annotated[int | None, typer.Option(help="A chosen id, for an account that moves in.")] = None,
    stop_scope: Annotated[
        Literal["account", "line"], typer.Option(help="What a person's STOP to one line closes.")
    ] = "account",
) -> None:
    """Create an account; makes the database when there is none."""
    from linebook.core.consent import StopScope
    from linebook.services.accounts import DIRECTORY, CreateAccount, create_accounts

    request = CreateAccount(name=name, region=region, id=id, stop_scope=StopScope(stop_scope))
    with shell.engine(creates=True) as engine:
        account = shell.write(engine, create_accounts, DIRECTORY, request)
    shell.say(f"Created the account {account.name}.")
    show_record(account_record(account), as_json=shell.is_json)


@command(app, "list", "linebook account list --json", account=False)
def list_all(shell: Shell) -> None:
    """List the accounts."""
    from linebook.services.accounts import list_accounts

    with shell.engine() as engine:
        accounts = list(shell.pages(engine, list_accounts))
    show_records(
        map(account_record, accounts),
        ("id", "name", "region", "stop_scope", "created"),
        as_json=shell.is_json,
        empty="There is no account yet: make one with `linebook account create NAME`.",
    )


@command(app, "show", 'linebook account show --account "Corner Bakery"')
def show(shell: Shell) -> None:
    """Show an account: its settings, and how many contacts it has."""
    from linebook.services.contact_reads import count_contacts

    with shell.engine() as engine:
        account = shell.account(engine)
        count = engine.read(lambda tx: count_contacts(tx, account.id))
    show_record(account_record(account) | {"contacts": count}, as_json=shell.is_json)


def account_record(account: Account) -> dict[str, object]:
    """Give an account as it is printed."""
    return {
        "id": account.id,
        "name": account.name,
        "region": account.region,
        "stop_scope": account.stop_scope.value,
        "inwise_name_fields": account.inwise_name_fields,
        "created": time_text(account.created_ms),
    }
