"""What belongs to one account cannot be seen or touched through another, whatever id or key is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from linebook.core.account import Account, CredentialKind, Role
from linebook.core.consent import ConsentAction
from linebook.core.contact import FieldsChange, SetChange, Unknown
from linebook.errors import ContactNotFound, DomainError, InvalidMember, NotFound
from linebook.services.consents import RecordConsent, consent_ledger, consents_of, record_consents
from linebook.services.contact_history import contact_history
from linebook.services.contact_reads import (
    contacts_after,
    contacts_at,
    contacts_by_id,
    contacts_by_phone,
    contacts_by_uuid,
    count_contacts,
)
from linebook.services.contacts import DeleteContact, Match, delete_contacts, save_contacts
from linebook.services.credentials import (
    RegisterCredential,
    RevokeCredential,
    list_credentials,
    register_credentials,
    revoke_credentials,
)
from linebook.services.labels import list_fields, list_groups, list_tags
from linebook.services.lines import get_line, list_lines
from linebook.services.users import (
    AddUser,
    SetLogin,
    UpdateUser,
    add_users,
    find_login,
    find_user,
    get_user,
    list_users,
    set_logins,
    update_users,
)
from linebook.storage.base import Engine, Tx
from linebook.storage.schema import TableKind, describe_schema
from linebook.storage.store import write_now
from tests.kit.builders import AUTHOR, add_line, delete, get, phone, save, saving
from tests.kit.raw import snapshot

pytestmark = pytest.mark.usefixtures("whole_books")

NUMBER = phone("2065551234")
ID = 5


@pytest.fixture
def rows(engine: Engine, account: Account, other: Account) -> Callable[[], dict[str, list[Any]]]:
    """Fill one account with everything there is; gives what it holds."""
    add_line(engine, account.id, id=ID)
    write_now(engine, add_users, account.id, AddUser(email="grace@example.org", id=ID))
    write_now(
        engine, set_logins, account.id, SetLogin(line_id=ID, prefix="grace", password_hash="x", role=Role.OPERATOR)
    )
    write_now(
        engine, register_credentials, account.id, RegisterCredential(kind=CredentialKind.INWISE_KEY, secret="secret")
    )
    save(engine, account.id, "2065550000", chosen_id=ID + 1)
    delete(engine, account.id, ID + 1)
    for name in ("Ada", "Augusta"):
        save(
            engine,
            account.id,
            "2065551234",
            chosen_id=ID,
            first_name=name,
            email="ada@example.org",
            fields=FieldsChange({ID: "x"}),
            tags=SetChange((ID,)),
            groups=SetChange((ID,)),
            team_opt_out=True,
        )
    tables = [table.name for table in describe_schema(engine) if table.kind is TableKind.ACCOUNT]
    tables += ["credential", "line_address"]

    def rows() -> dict[str, list[Any]]:
        with snapshot(engine) as query:
            return {
                name: sorted(query(f"SELECT * FROM {name} WHERE account_id = {account.id}"), key=repr)
                for name in tables
            }

    filled = {name for name, found in rows().items() if found}
    assert filled >= {"contact", "history", "consent", "login", "tag", "group_member", "credential", "line_address"}
    return rows


def test_another_account_sees_nothing(
    engine: Engine, account: Account, other: Account, rows: Callable[[], dict[str, list[Any]]]
) -> None:
    contact = get(engine, account.id, ID)
    assert contact is not None
    uuid = contact.uuid
    empty: list[Callable[[Tx, int], object]] = [
        lambda tx, one: contacts_by_id(tx, one, [ID]),
        lambda tx, one: contacts_by_uuid(tx, one, [uuid]),
        lambda tx, one: contacts_by_phone(tx, one, [NUMBER]),
        lambda tx, one: contacts_after(tx, one, 0, 100),
        lambda tx, one: contacts_at(tx, one, 0, 100)[0],
        count_contacts,
        list_fields,
        list_tags,
        list_groups,
        list_lines,
        list_users,
        list_credentials,
        lambda tx, one: find_user(tx, one, "grace@example.org"),
        lambda tx, one: find_login(tx, one, ID, "grace"),
        lambda tx, one: consent_ledger(tx, one, NUMBER),
        lambda tx, one: consents_of(tx, one, [NUMBER])[NUMBER].is_opted_out,
    ]
    for read in empty:
        assert engine.read(lambda tx, read=read: read(tx, account.id))  # type: ignore[misc]
        assert not engine.read(lambda tx, read=read: read(tx, other.id))  # type: ignore[misc]
    missing: list[Callable[[Tx, int], object]] = [
        lambda tx, one: get_line(tx, one, ID),
        lambda tx, one: get_user(tx, one, ID),
        lambda tx, one: contact_history(tx, one, ID),
        lambda tx, one: contact_history(tx, one, ID + 1),
    ]
    for read in missing:
        assert engine.read(lambda tx, read=read: read(tx, account.id))  # type: ignore[misc]
        with pytest.raises(NotFound):
            engine.read(lambda tx, read=read: read(tx, other.id))  # type: ignore[misc]


def test_another_account_changes_nothing(
    engine: Engine, account: Account, other: Account, rows: Callable[[], dict[str, list[Any]]]
) -> None:
    contact = get(engine, account.id, ID)
    assert contact is not None
    before = rows()
    refused: list[tuple[Any, object, type[DomainError]]] = [
        (save_contacts, saving(match=Match(id=ID), notes="x"), ContactNotFound),
        (save_contacts, saving(match=Match(uuid=contact.uuid), notes="x"), ContactNotFound),
        (save_contacts, saving("2065551234", creates=False), ContactNotFound),
        (save_contacts, saving(email="ada@example.org", match=Match(by_email=True), creates=False), ContactNotFound),
        (save_contacts, saving(tags=SetChange((ID,), unknown=Unknown.REFUSE)), InvalidMember),
        (save_contacts, saving(assignee_id=ID), InvalidMember),
        (delete_contacts, DeleteContact(author=AUTHOR, id=ID), ContactNotFound),
        (delete_contacts, DeleteContact(author=AUTHOR, uuid=contact.uuid), ContactNotFound),
        (delete_contacts, DeleteContact(author=AUTHOR, phone=NUMBER), ContactNotFound),
        (update_users, UpdateUser(id=ID, first_name="x"), NotFound),
        (set_logins, SetLogin(line_id=ID, prefix="grace", password_hash="y", role=Role.SYSTEM), NotFound),
        (revoke_credentials, RevokeCredential(1), NotFound),
        (
            register_credentials,
            RegisterCredential(kind=CredentialKind.INWISE_KEY, secret="new", line_id=ID),
            NotFound,
        ),
    ]
    for service, item, error in refused:
        with pytest.raises(error):
            write_now(engine, service, other.id, item)
    assert rows() == before
    assert engine.read(lambda tx: count_contacts(tx, other.id)) == 0


def test_the_same_keys_and_ids_in_two_accounts_are_two_things(
    engine: Engine, account: Account, other: Account, rows: Callable[[], dict[str, list[Any]]]
) -> None:
    before = rows()
    mine = save(
        engine,
        other.id,
        "2065551234",
        chosen_id=ID,
        email="ada@example.org",
        fields=FieldsChange({ID: "mine"}),
        tags=SetChange((ID,)),
        groups=SetChange((ID,)),
        team_opt_out=False,
    )
    assert (mine.email_key, mine.rev, mine.change_no) == ("ada@example.org", 1, 1)
    write_now(engine, add_users, other.id, AddUser(email="grace@example.org", id=ID))
    told = RecordConsent(phone=NUMBER, action=ConsentAction.OVERRIDE, author=AUTHOR)
    write_now(engine, record_consents, other.id, told)
    delete(engine, other.id, ID)
    assert rows() == before
