"""The command `contacts save`: one option for every member of a contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from linebook.cli import people
from linebook.cli.failures import UsageProblem
from linebook.cli.output import show_record
from linebook.cli.shell import DOOR, Shell, command, is_id

if TYPE_CHECKING:
    from linebook.core.account import Account
    from linebook.services.contacts import SaveContact
    from linebook.storage.base import Engine

Text = Annotated[str | None, typer.Option(metavar="TEXT")]
Names = Annotated[list[str] | None, typer.Option(metavar="NAME", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(
        app,
        "save",
        "linebook contacts save 2065550100 --first-name Ada --tag VIP",
        'linebook contacts save id:1073741825 --field "City=London" --notes ""',
    )(save)


def save(
    shell: Shell,
    *,
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="CONTACT", help="Whom: an id (id:7 or 7), or a number, which makes a new one if nobody has it."
        ),
    ] = None,
    phone: Annotated[str | None, typer.Option(metavar="NUMBER", help="The number, when it changes.")] = None,
    email: Text = None,
    first_name: Text = None,
    last_name: Text = None,
    display_name: Text = None,
    company: Text = None,
    notes: Text = None,
    avatar: Annotated[str | None, typer.Option(metavar="URL", help="A picture.")] = None,
    external_id: Annotated[str | None, typer.Option(metavar="TEXT", help="Its id in another program.")] = None,
    assignee: Annotated[
        str | None, typer.Option(metavar="USER", help="Who looks after it: e-mail address or id.")
    ] = None,
    line_number: Annotated[str | None, typer.Option(metavar="NUMBER", help="The line it is texted from.")] = None,
    confirmation: Annotated[Literal["confirmed", "unconfirmed", "pending"] | None, typer.Option()] = None,
    verified: Annotated[bool | None, typer.Option("--verified/--unverified", show_default=False)] = None,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="LABEL=VALUE", help="Set a custom field; no VALUE removes it."),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="NAME", help="Put a tag on.")] = None,
    untag: Annotated[list[str] | None, typer.Option("--untag", metavar="NAME", help="Take a tag off.")] = None,
    group: Annotated[list[str] | None, typer.Option("--group", metavar="NAME", help="Put it in a group.")] = None,
    ungroup: Annotated[
        list[str] | None, typer.Option("--ungroup", metavar="NAME", help="Take it out of a group.")
    ] = None,
    opt_out: Annotated[
        bool | None,
        typer.Option("--opt-out/--opt-in", help="The team's own opt-out of its number.", show_default=False),
    ] = None,
    block: Annotated[
        bool | None, typer.Option("--block/--unblock", help="Block its number.", show_default=False)
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Refuse if somebody has the number already.")] = False,
    existing: Annotated[bool, typer.Option("--existing", help="Refuse if nobody has it.")] = False,
    new_id: Annotated[int | None, typer.Option(metavar="ID", help="A chosen id for a new contact, up to 2^30.")] = None,
) -> None:
    """Save a contact. What is not given stays as it is; an empty value ("") empties.

    A field, tag or group that does not exist is made; id:7 instead of its name means an id. Without CONTACT the owner
    of --email is meant, or with --new somebody new.
    """
    from linebook.services.contacts import save_contacts

    values = {
        "email": email,
        "first_name": first_name,
        "last_name": last_name,
        "display_name": display_name,
        "company": company,
        "notes": notes,
        "avatar": avatar,
        "external_id": external_id,
    }
    members: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    with shell.engine() as engine:
        account = shell.account(engine)
        if assignee is not None:
            members["assignee_id"] = shell.user(engine, account, assignee).id if assignee else None
        members |= _typed_members(account, line_number, confirmation, verified)
        members |= _label_changes(field or [], tag or [], untag or [], group or [], ungroup or [])
        request = _request(engine, account, key, phone, members, is_new=new, is_existing=existing)
        request = _with(request, new_id=new_id, opt_out=opt_out, block=block)
        saved = shell.write(engine, save_contacts, account.id, request)
        record = engine.read(lambda tx: people.contact_record(saved.contact, people.LabelNames(tx, account.id)))
    shell.say({"created": "Created.", "updated": "Updated.", "unchanged": "Nothing changed."}[saved.kind.value])
    if shell.is_json:
        show_record({"outcome": saved.kind.value, "contact": record}, as_json=True)
    else:
        show_record(people.readable(record), as_json=False)


def _typed_members(
    account: Account, line_number: str | None, confirmation: str | None, verified: bool | None
) -> dict[str, Any]:
    from linebook.core.contact import Confirmation
    from linebook.services.lines import line_address

    members: dict[str, Any] = {}
    if line_number is not None:
        members["line_number"] = line_address(line_number, account.region) if line_number else ""
    if confirmation is not None:
        members["confirmation"] = Confirmation(confirmation)
    if verified is not None:
        members["verified"] = verified
    return members


def _label_changes(
    fields: list[str], tags: list[str], untags: list[str], groups: list[str], ungroups: list[str]
) -> dict[str, Any]:
    from linebook.core.contact import FieldsChange, SetChange

    changes: dict[str, Any] = {}
    values: dict[int | str, str] = {}
    for one in fields:
        label, sign, value = one.partition("=")
        if not (label.strip() and sign):
            raise UsageProblem(f"--field {one!r} is not of the form LABEL=VALUE.")
        values[label_of(label)] = value
    if values:
        changes["fields"] = FieldsChange(values)
    if tags or untags:
        changes["tags"] = SetChange(tuple(map(label_of, tags)), tuple(map(label_of, untags)))
    if groups or ungroups:
        changes["groups"] = SetChange(tuple(map(label_of, groups)), tuple(map(label_of, ungroups)))
    return changes


def label_of(text: str) -> int | str:
    """Give the field, tag or group that a person typed: a name, or `id:7`."""
    digits = text.strip().removeprefix(people.ID_PREFIX)
    if text.strip().startswith(people.ID_PREFIX) and is_id(digits):
        return int(digits)
    if not text.strip():
        raise UsageProblem("The name of a field, tag or group is empty.")
    return text


def _request(
    engine: Engine,
    account: Account,
    key: str | None,
    phone: str | None,
    members: dict[str, Any],
    *,
    is_new: bool,
    is_existing: bool,
) -> SaveContact:
    """Decide whom the save means: an existing contact by its id, the owner of a number or address, or somebody new."""
    from linebook.core.author import Author
    from linebook.core.contact import ContactPatch
    from linebook.errors import ContactNotFound
    from linebook.services.contacts import BY_PHONE, Match, Present, SaveContact

    if is_new and is_existing:
        raise UsageProblem("--new and --existing exclude each other.")
    match = BY_PHONE
    if phone is not None:
        members["phone"] = people.read_number(phone, account) if phone else None
    if key is not None:
        present = engine.read(lambda tx: people.find_contact(tx, account, key))
        if present is not None and not is_new:
            match = Match(id=present.id)
        elif key.strip().startswith(people.ID_PREFIX) or phone is not None:
            raise ContactNotFound(f"There is no contact {key} in the account {account.name}.")
        else:
            members["phone"] = people.read_number(key, account)
    elif phone is None and not is_new:
        if not members.get("email"):
            raise UsageProblem("Say whom to save: an id or a number, --email, or --new.")
        match = Match(by_email=True)
    return SaveContact(
        patch=ContactPatch(**members),
        author=Author(DOOR),
        match=match,
        creates=not is_existing,
        if_present=Present.REFUSE if is_new else Present.UPDATE,
    )


def _with(request: SaveContact, *, new_id: int | None, opt_out: bool | None, block: bool | None) -> SaveContact:
    from msgspec import UNSET
    from msgspec.structs import replace

    return replace(
        request,
        chosen_id=new_id,
        team_opt_out=UNSET if opt_out is None else opt_out,
        block=UNSET if block is None else block,
    )
