"""The working set of one transaction on an account's contacts: resolve by keys, fold changes in order, write as sets.

Used by `contacts.py` and nobody else. It decides nothing about a request; it keeps keys unique, numbers changes and
writes contact, history, tag and group rows so that they always agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from linebook.core.account import LAST_CHOSEN_CONTACT_ID, LAST_CONTACT_ID
from linebook.core.author import Author
from linebook.core.contact import Contact, email_key, is_storable
from linebook.core.phone import Phone
from linebook.errors import IdTaken
from linebook.ids import UUID7_RANDOM_BYTES
from linebook.services.clocks import Clock
from linebook.services.contact_buckets import bucket_of
from linebook.storage import rows
from linebook.storage.base import Ask, Row, Tx

RANDOM_DRAW: Final = 64
"""For how many new contacts of one transaction random bytes are drawn at once."""

_replace = msgspec.structs.replace


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """What contacts are looked up by."""

    phones: Sequence[str] = ()
    email_keys: Sequence[str] = ()
    ids: Sequence[int] = ()
    uuids: Sequence[str] = ()


NO_KEYS: Final = Keys()


class Book:
    """The contacts of one account that a transaction touches, as they are after what was folded so far."""

    def __init__(self, tx: Tx, account_id: int, size: int, keys: Keys = NO_KEYS) -> None:
        """Take the account's clock for at most `size` changes, and read the contacts that own these keys."""
        self._tx = tx
        self._account_id = account_id
        self.clock = Clock(tx, account_id, asks=self._asks(keys))
        self._times = self.clock.times(max(size, 1))
        self._used_times = 0
        self._size = max(size, 1)
        self._random = b""
        self._original: dict[int, Contact] = {}
        self._current: dict[int, Contact | None] = {}
        self._by_phone: dict[str, int] = {}
        self._by_email: dict[str, int] = {}
        self._by_uuid: dict[str, int] = {}
        self._dirty: dict[int, None] = {}
        self._history: list[dict[str, object]] = []
        for found in self.clock.answers:
            self._add(found)

    # -- resolve

    def load(self, keys: Keys) -> None:
        """Read the contacts that own these keys: one statement per kind of key, driven by the keys."""
        for found in self._tx.all_of(self._asks(keys)):
            self._add(found)

    def _asks(self, keys: Keys) -> list[Ask]:
        kinds: tuple[tuple[str, Iterable[str | int]], ...] = (
            ("contacts_by_phone", set(keys.phones)),
            ("contacts_by_email", set(keys.email_keys)),
            ("contacts_by_id", {one for one in keys.ids if 1 <= one <= LAST_CONTACT_ID}),
            ("contacts_by_uuid", {one for one in keys.uuids if is_storable(one)}),
        )
        return [(query, {"account_id": self._account_id, "keys": sorted(wanted)}) for query, wanted in kinds if wanted]

    def _add(self, found: Sequence[Row]) -> None:
        for row in found:
            contact_id = row[1]
            if contact_id not in self._original:
                contact = rows.contact_from_row(row)
                self._original[contact_id] = contact
                self._current[contact_id] = contact
                self._index(contact)

    def _index(self, contact: Contact) -> None:
        if contact.phone is not None:
            self._by_phone[contact.phone.text] = contact.id
        if contact.email_key is not None:
            self._by_email[contact.email_key] = contact.id
        self._by_uuid[contact.uuid] = contact.id

    # -- find

    def by_id(self, contact_id: int) -> Contact | None:
        """Give the contact of that id, if it was loaded and is still there."""
        return self._current.get(contact_id)

    def by_uuid(self, uuid: str) -> Contact | None:
        """Give the contact of that UUID."""
        return self._current.get(self._by_uuid.get(uuid, 0))

    def by_phone(self, phone: Phone) -> Contact | None:
        """Give the contact that has the number now."""
        return self._current.get(self._by_phone.get(phone.text, 0))

    def by_email(self, key: str | None) -> Contact | None:
        """Give the contact that claimed the address."""
        return None if key is None else self._current.get(self._by_email.get(key, 0))

    # -- fold

    def check_id(self, chosen_id: int | None) -> None:
        """Raise `IdTaken` for a chosen id that is in use or out of range, or when every id is given out."""
        if chosen_id is None:
            if self.clock.last_id >= LAST_CONTACT_ID:
                raise IdTaken("This account has given out every contact id.")
        elif not 1 <= chosen_id <= LAST_CHOSEN_CONTACT_ID or self._current.get(chosen_id) is not None:
            raise IdTaken

    def create(self, changes: dict[str, object], blank: Contact, author: Author, chosen_id: int | None) -> Contact:
        """Add a contact. Raises `IdTaken` like `check_id`."""
        self.check_id(chosen_id)
        contact_id = self.clock.next_id() if chosen_id is None else chosen_id
        at_ms = self._next_time()
        change_no = self.clock.next_no()
        self.clock.row_count += 1
        email = changes.get("email", blank.email)
        contact = _replace(
            blank,
            **changes,
            id=contact_id,
            uuid=self._tx.ids.uuid7(at_ms, self._random_bytes()),
            email_key=self._claimed(email, contact_id) if isinstance(email, str) else None,
            rev=1,
            change_no=change_no,
            created_no=change_no,
            created_ms=at_ms,
            updated_ms=at_ms,
            origin_door=author.door,
            origin_credential_id=author.credential_id,
        )
        self._current[contact_id] = contact
        self._dirty[contact_id] = None
        self._index(contact)
        return contact

    def update(
        self,
        contact: Contact,
        changes: dict[str, object],
        author: Author,
        extra: dict[str, object],
        *,
        names_email: bool = False,
    ) -> Contact:
        """Change a contact and record what it was; `extra` goes into the history row (old consent).

        `names_email`: the request named the contact's address; named again, one that nobody claims any more is claimed.
        The owner of that address must have been loaded.
        """
        at_ms = self._next_time()
        change_no = self.clock.next_no()
        old = {member: _plain(getattr(contact, member)) for member in changes} | extra
        self._record(contact, "update", change_no=change_no, at_ms=at_ms, author=author, old=old)
        changed = _replace(
            contact,
            **changes,
            rev=contact.rev + 1,
            change_no=change_no,
            updated_ms=at_ms,
        )
        if names_email:
            changed = self._claim_email(changed)
        self._unindex(contact)
        self._index(changed)
        self._current[contact.id] = changed
        self._dirty[contact.id] = None
        return changed

    def delete(self, contact: Contact, author: Author) -> None:
        """Remove a contact; its history keeps it whole, and the deletion takes a change number of its own."""
        at_ms = self._next_time()
        change_no = self.clock.next_no()
        self.clock.row_count -= 1
        whole = {member: _plain(getattr(contact, member)) for member in Contact.__struct_fields__}
        self._record(contact, "delete", change_no=change_no, at_ms=at_ms, author=author, old=whole)
        self._unindex(contact)
        self._current[contact.id] = None
        self._dirty[contact.id] = None

    def _claim_email(self, contact: Contact) -> Contact:
        key = self._claimed(contact.email, contact.id)
        return contact if key == contact.email_key else _replace(contact, email_key=key)

    def _claimed(self, email: str, contact_id: int) -> str | None:
        """Give the key of the address, unless it belongs to another contact."""
        key = email_key(email)
        owner = self.by_email(key)
        return None if owner is not None and owner.id != contact_id else key

    def _unindex(self, contact: Contact) -> None:
        if contact.phone is not None and self._by_phone.get(contact.phone.text) == contact.id:
            del self._by_phone[contact.phone.text]
        if contact.email_key is not None and self._by_email.get(contact.email_key) == contact.id:
            del self._by_email[contact.email_key]

    def _random_bytes(self) -> bytes:
        """Give the random part of one UUID; they are drawn many at a time, because each draw asks the system."""
        if not self._random:
            self._random = self._tx.ids.random(min(self._size, RANDOM_DRAW) * UUID7_RANDOM_BYTES)
        part, self._random = self._random[:UUID7_RANDOM_BYTES], self._random[UUID7_RANDOM_BYTES:]
        return part

    def _next_time(self) -> int:
        at_ms = self._times[self._used_times]
        self._used_times += 1
        return at_ms

    def _record(
        self, contact: Contact, action: str, *, change_no: int, at_ms: int, author: Author, old: dict[str, object]
    ) -> None:
        self._history.append(
            {
                "account_id": self._account_id,
                "change_no": change_no,
                "supersedes_no": contact.change_no,
                "contact_id": contact.id,
                "action": action,
                "at_ms": at_ms,
                "door": author.door,
                "credential_id": author.credential_id,
                "old": rows.to_json(old),
            }
        )

    # -- write

    def write(self) -> None:
        """Write what was folded as a handful of set statements, the clock last. Writes nothing when nothing changed."""
        if not self._dirty:
            return
        created: list[dict[str, object]] = []
        updated: list[dict[str, object]] = []
        rekeyed: list[dict[str, object]] = []
        deleted: list[dict[str, object]] = []
        taken: set[str] = set()
        let_go: set[str] = set()
        for contact_id in self._dirty:
            before, after = self._original.get(contact_id), self._current[contact_id]
            if after is None:
                if before is not None:
                    deleted.append({"account_id": self._account_id, "id": contact_id})
                continue
            row = rows.contact_to_row(self._account_id, after)
            if before is None:
                created.append(row)
                taken.update(_keys(after))
            elif before.phone == after.phone and before.email_key == after.email_key:
                updated.append(row)
            else:
                rekeyed.append(row)
                old, new = set(_keys(before)), set(_keys(after))
                taken |= new - old
                let_go |= old - new
        tx = self._tx
        tx.run_many("delete_contacts", deleted)
        if not taken.isdisjoint(let_go):
            # A key moves from one contact of this batch to another: let go of all before any is taken.
            tx.run_many("release_contact_keys", [{"account_id": self._account_id, "id": row["id"]} for row in rekeyed])
        tx.run_many("update_contacts", updated)
        tx.run_many("update_contacts_with_keys", rekeyed)
        tx.run_many("insert_contacts", created)
        tx.run_many("insert_history", self._history)
        tx.run_many("add_to_contact_buckets", self._bucket_changes())
        self._write_sets()
        self.clock.put(self._times[self._used_times - 1])

    def _bucket_changes(self) -> list[dict[str, object]]:
        """Give how ranges of ids came to differ from the rule: by contacts that went, and by chosen ids."""
        changes = Counter[int]()
        for contact_id in self._dirty:
            expected = contact_id > LAST_CHOSEN_CONTACT_ID or contact_id in self._original
            present = self._current[contact_id] is not None
            if present is not expected:
                changes[bucket_of(contact_id)] += present - expected
        return [{"account_id": self._account_id, "bucket": one, "change": more} for one, more in changes.items()]

    def _write_sets(self) -> None:
        for member, label, insert, delete in (
            ("tags", "tag_id", "insert_contact_tags", "delete_contact_tags"),
            ("groups", "group_id", "insert_group_members", "delete_group_members"),
        ):
            gone: list[dict[str, object]] = []
            new: list[dict[str, object]] = []
            for contact_id in self._dirty:
                before = getattr(self._original.get(contact_id), member, ())
                after = getattr(self._current[contact_id], member, ())
                if before == after:
                    continue
                row = {"account_id": self._account_id, "contact_id": contact_id}
                gone += [row | {label: one} for one in before if one not in after]
                new += [row | {label: one} for one in after if one not in before]
            self._tx.run_many(delete, gone)
            self._tx.run_many(insert, new)
            if member == "groups" and (gone or new):
                self._count_members(gone, new)

    def _count_members(self, gone: list[dict[str, object]], new: list[dict[str, object]]) -> None:
        """Keep how many contacts groups have. The clock is held, so counts are changed by one transaction at a time."""
        changes = Counter(row["group_id"] for row in new)
        changes.subtract(row["group_id"] for row in gone)
        counts = [{"account_id": self._account_id, "id": one, "change": more} for one, more in changes.items() if more]
        self._tx.run_many("count_group_members", counts)


def _keys(contact: Contact) -> list[str]:
    keys = [] if contact.phone is None else [contact.phone.text]
    if contact.email_key is not None:
        keys.append(contact.email_key)
    return keys


def _plain(value: object) -> object:
    return value.text if isinstance(value, Phone) else value
