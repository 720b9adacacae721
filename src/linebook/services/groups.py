"""Groups as things of their own: making one with its members, and taking one away. See `contacts.py` for membership."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.core.account import Group
from linebook.core.author import Author
from linebook.core.contact import ContactPatch, SetChange
from linebook.core.phone import Phone
from linebook.errors import DomainError, GroupNotFound
from linebook.services.clocks import take_clock
from linebook.services.contact_lists import members_of_group
from linebook.services.contacts import Match, SaveContact, save_contacts
from linebook.services.labels import CreateGroup, create_groups, list_groups
from linebook.storage.base import Tx

REMOVED_AT_ONCE: Final = 500
"""How many contacts leave a group in one transaction: other writers wait no longer than for that."""


class MakeGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One request to make a group with these numbers in it; an empty name means any that is free."""

    name: str
    members: tuple[Phone, ...]
    author: Author


class RemoveGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One request to take contacts out of a group, and to delete it when it is empty. Repeat it until it is gone."""

    group_id: int
    author: Author
    limit: int = REMOVED_AT_ONCE


def make_groups(tx: Tx, account_id: int, requests: Sequence[MakeGroup]) -> list[Group | DomainError]:
    """Make groups, or take those whose name exists, and put numbers into them; unknown ones become contacts.

    Give each group as it is then. Domain error: `InvalidMember` (the name).
    """
    outcomes: list[Group | DomainError] = []
    take_clock(tx, account_id)
    for request in requests:
        name = request.name.strip() or _free_name(tx, account_id)
        (made,) = create_groups(tx, account_id, [CreateGroup(name=name)])
        if isinstance(made, DomainError):
            outcomes.append(made)
            continue
        group_id = made.label.id
        change = SetChange((group_id,))
        saves = [
            SaveContact(patch=ContactPatch(phone=phone, groups=change), author=request.author)
            for phone in dict.fromkeys(request.members)
        ]
        failed = [one for one in save_contacts(tx, account_id, saves) if isinstance(one, DomainError)] if saves else []
        outcomes.append(failed[0] if failed else find_group(tx, account_id, group_id))
    return outcomes


def remove_groups(tx: Tx, account_id: int, requests: Sequence[RemoveGroup]) -> list[bool | DomainError]:
    """Take contacts out of groups, a bounded number for each request; True says that the group itself is gone now.

    Each contact counts as changed, with its groups in its history. Domain error: `GroupNotFound`.
    """
    outcomes: list[bool | DomainError] = []
    take_clock(tx, account_id)
    for request in requests:
        try:
            find_group(tx, account_id, request.group_id)
        except GroupNotFound as error:
            outcomes.append(error)
            continue
        found = members_of_group(tx, account_id, request.group_id, 0, request.limit)
        leave = ContactPatch(groups=SetChange(remove=(request.group_id,)))
        saves = [SaveContact(patch=leave, match=Match(id=one.id), author=request.author) for one in found]
        if saves:
            save_contacts(tx, account_id, saves)
        is_gone = len(found) < request.limit
        if is_gone:
            tx.run("delete_group", account_id=account_id, id=request.group_id)
            tx.bump_directory()
        outcomes.append(is_gone)
    return outcomes


def find_group(tx: Tx, account_id: int, group_id: int) -> Group:
    """Give a group with its count of members as it is now. Raises `GroupNotFound`."""
    for group in list_groups(tx, account_id):
        if group.id == group_id:
            return group
    raise GroupNotFound


def _free_name(tx: Tx, account_id: int) -> str:
    taken = {group.name for group in list_groups(tx, account_id)}
    number = len(taken) + 1
    while f"Group {number}" in taken:
        number += 1
    return f"Group {number}"
