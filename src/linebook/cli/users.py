"""The commands about users: add, list, and the logins they have on lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from linebook.cli.output import show_record, show_records, time_text
from linebook.cli.shell import Shell, command, read_secret

if TYPE_CHECKING:
    from linebook.core.account import User

RoleName = Literal["system", "administrator", "operator"]

app = typer.Typer(help="Users: the people who work here, and their logins.", no_args_is_help=True)


@command(app, "add", "linebook user add ada@example.com --first-name Ada --last-name Lovelace")
def add(
    shell: Shell,
    *,
    email: Annotated[
        str, typer.Argument(help="E-mail address; may be empty when a name is given.", show_default=False)
    ],
    first_name: Annotated[str, typer.Option(show_default=False)] = "",
    last_name: Annotated[str, typer.Option(show_default=False)] = "",
    role: Annotated[RoleName, typer.Option(help="An operator may send, receive and read; the others everything.")] = (
        "operator"
    ),
    id: Annotated[int | None, typer.Option(help="A chosen id, below 10001, that programs know.")] = None,
) -> None:
    """Add a user to the account."""
    from linebook.core.account import Role
    from linebook.services.users import AddUser, add_users

    request = AddUser(email=email, first_name=first_name, last_name=last_name, role=Role(role), id=id)
    with shell.engine() as engine:
        user = shell.write(engine, add_users, shell.account(engine).id, request)
    shell.say(f"Added the user {user.name or user.email}.")
    show_record(user_record(user), as_json=shell.is_json)


@command(app, "list", "linebook user list")
def list_all(shell: Shell) -> None:
    """List the account's users."""
    from linebook.services.users import all_users

    with shell.engine() as engine:
        account = shell.account(engine)
        users = engine.read(lambda tx: all_users(tx, account.id))
    show_records(
        map(user_record, users),
        ("id", "email", "first_name", "last_name", "role", "active"),
        as_json=shell.is_json,
        empty="There is no user yet: add one with `linebook user add EMAIL`.",
    )


@command(app, "login", "linebook user login +14255551212 --prefix scott --user scott@example.com")
def login(
    shell: Shell,
    *,
    line: Annotated[str, typer.Argument(help="The line, by number or id.", show_default=False)],
    prefix: Annotated[
        str, typer.Option(help="The name before the @; without it the line's own login.", show_default=False)
    ] = "",
    user: Annotated[str | None, typer.Option(help="Whose login it is, by e-mail address or id.")] = None,
    role: Annotated[
        RoleName | None,
        typer.Option(help="Else the user's role, or system for the line's own login.", show_default=False),
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Let somebody log in on a line, or give a login a new password. Sessions that were started before stay valid.

    The password is asked for, or read from standard input: as an argument, every user of this machine could see it.
    """
    from linebook.core.account import Role
    from linebook.login import hash_password
    from linebook.services.users import SetLogin, set_logins

    with shell.engine() as engine:
        account = shell.account(engine)
        chosen_line = shell.line(engine, account, line)
        chosen_user = shell.user(engine, account, user) if user is not None else None
        if role is not None:
            chosen_role = Role(role)
        elif chosen_user is not None:
            chosen_role = chosen_user.role
        else:
            chosen_role = Role.OPERATOR if prefix.strip() else Role.SYSTEM
        password = read_secret("Password", from_stdin=password_stdin, confirm=True)
        request = SetLogin(
            line_id=chosen_line.id,
            prefix=prefix,
            password_hash=hash_password(password),
            role=chosen_role,
            user_id=chosen_user.id if chosen_user else None,
        )
        saved = shell.write(engine, set_logins, account.id, request)
    shell.say("The login is set.")
    show_record(
        {
            "username": f"{saved.prefix}@{chosen_line.address}" if saved.prefix else chosen_line.address,
            "line_id": saved.line_id,
            "prefix": saved.prefix,
            "user_id": saved.user_id,
            "role": saved.role.value,
        },
        as_json=shell.is_json,
    )


def user_record(user: User) -> dict[str, object]:
    """Give a user as it is printed."""
    return {
        "id": user.id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": user.role.value,
        "active": user.is_active,
        "created": time_text(user.created_ms),
    }
