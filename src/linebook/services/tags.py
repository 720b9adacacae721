"""Tags as things of their own: finding one, and taking one away for good. Putting them on contacts is `contacts.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.core.author import Author
from linebook.errors import DomainError, NotFound
from linebook.services.book import Book, Keys
from linebook.services.contact_lists import contacts_with_tag
from linebook.services.labels import list_tags
from linebook.storage.base import Tx

REMOVED_AT_ONCE: Final = 500
"""How many contacts lose a tag in one transaction: other writers wait no longer than for that."""


class RemoveTag(msgspec.Struct, frozen=True, kw_only=True):
    """One request to take a tag off contacts, and to delete it when none is left. Repeat it until it is gone."""

    tag_id: int
    author: Author
    limit: int = REMOVED_AT_ONCE


def remove_tags(tx: Tx, account_id: int, requests: Sequence[RemoveTag]) -> list[bool | DomainError]:
    """Take tags off contacts, a bounded number for each request; True says that the tag itself is gone now.

    Each contact counts as changed, with its tags in its history. Domain error: `NotFound`.
    """
    return [_remove(tx, account_id, request) for request in requests]


def _remove(tx: Tx, account_id: int, request: RemoveTag) -> bool | DomainError:
    book = Book(tx, account_id, request.limit)
    if all(tag.id != request.tag_id for tag in list_tags(tx, account_id)):
        return NotFound(f"There is no tag {request.tag_id}.")
    found = contacts_with_tag(tx, account_id, request.tag_id, 0, request.limit)
    book.load(Keys(ids=[contact.id for contact in found]))
    for contact in found:
        kept = tuple(tag_id for tag_id in contact.tags if tag_id != request.tag_id)
        book.update(contact, {"tags": kept}, request.author, {})
    book.write()
    is_gone = len(found) < request.limit
    if is_gone:
        tx.run("delete_tag", account_id=account_id, id=request.tag_id)
        tx.bump_directory()
    return is_gone
