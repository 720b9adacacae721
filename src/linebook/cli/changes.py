"""Turns a contact's history into what people and programs read: each change with its old and new values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linebook.cli.output import plain, time_text
from linebook.cli.people import ID_PREFIX, LabelNames, find_contact
from linebook.cli.shell import is_id

if TYPE_CHECKING:
    from linebook.core.account import Account
    from linebook.core.contact import Contact
    from linebook.services.contact_history import Change
    from linebook.storage.base import Tx


def change_records(tx: Tx, account: Account, key: str, limit: int) -> list[dict[str, Any]]:
    """Give the newest changes of a contact, and its creation when the list reaches back to it.

    Raises `ContactNotFound` when the book never had it.
    """
    from linebook.errors import ContactNotFound
    from linebook.services.contact_history import contact_history

    contact = find_contact(tx, account, key)
    digits = key.strip().removeprefix(ID_PREFIX)
    if contact is None and not is_id(digits):
        raise ContactNotFound(
            f"There is no contact {key} in the account {account.name}; a deleted one is named by its id."
        )
    changes = contact_history(tx, account.id, contact.id if contact is not None else int(digits), limit + 1)
    names = LabelNames(tx, account.id)
    # Going back in time: what a change replaced is what holds before it, so its new values are those known by then.
    known: dict[str, Any] = _state(contact) if contact is not None else {}
    records: list[dict[str, Any]] = []
    for change in changes:
        records.append(_record(change, known, names))
        known |= change.old
    if len(changes) <= limit and known.get("created_ms"):
        records.append(_creation(known))
    return records[:limit]


def print_changes(records: list[dict[str, Any]]) -> None:
    """Print changes for people: a line each, and a line for every member that changed."""
    for record in records:
        key_id, door = record["credential_id"], plain(record["door"]) or "?"
        by = f" with key {key_id}" if key_id is not None else ""
        print(f"{record['at']}  {record['action']} through {door}{by}  (change {record['change_no']})")
        for member, (old, new) in record["changes"].items():
            after = "" if record["action"] == "delete" else f" -> {_quoted(new)}"
            print(f"    {plain(member)}: {_quoted(old)}{after}")


def _state(contact: Contact) -> dict[str, Any]:
    from msgspec import to_builtins

    state: dict[str, Any] = to_builtins(contact, str_keys=True)
    state["phone"] = contact.phone.text if contact.phone else None
    return state


def _record(change: Change, known: dict[str, Any], names: LabelNames) -> dict[str, Any]:
    shown = change.old
    if change.action == "delete":
        shown = {
            name: value for name, value in shown.items() if name not in _NUMBERING and value not in ("", None, [], {})
        }
    return {
        "change_no": change.change_no,
        "action": change.action,
        "at": time_text(change.at_ms),
        "door": change.door,
        "credential_id": change.credential_id,
        "changes": {
            member: [
                _named(member, old, names),
                None if change.action == "delete" else _new_value(member, old, known, names),
            ]
            for member, old in shown.items()
        },
    }


_CONSENT: Final = ("by_person", "by_team", "is_blocked")
_NUMBERING: Final = ("change_no", "created_no", "rev", "created_ms", "updated_ms", "email_key")


def _new_value(member: str, old: Any, known: dict[str, Any], names: LabelNames) -> Any:
    # Consent is no member of the contact. It is recorded only when it changed, and it is yes or no.
    return not old if member in _CONSENT else _named(member, known.get(member), names)


def _creation(first: dict[str, Any]) -> dict[str, Any]:
    return {
        "change_no": first["created_no"],
        "action": "create",
        "at": time_text(first["created_ms"]),
        "door": first["origin_door"],
        "credential_id": first["origin_credential_id"],
        "changes": {},
    }


def _named(member: str, value: Any, names: LabelNames) -> Any:
    if member == "fields" and isinstance(value, dict):
        return {names.fields.get(int(field_id), f"field {field_id}"): text for field_id, text in value.items()}
    if member in ("tags", "groups") and isinstance(value, list | tuple):
        known = names.tags if member == "tags" else names.groups
        return [known.get(one, f"{member[:-1]} {one}") for one in value]
    return value


def _quoted(value: object) -> str:
    return plain(value) or "(empty)"
