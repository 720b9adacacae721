"""Taking a tag away: bounded at a time, with history, and nothing left of it at the end. And changing users."""

from __future__ import annotations

import pytest

from linebook.core.account import FIRST_COUNTED_LABEL_ID, Account, Role, Tag
from linebook.core.contact import SetChange
from linebook.errors import InvalidMember, NotFound
from linebook.services.contact_history import contact_history
from linebook.services.labels import CreateTag, create_tags, list_tags
from linebook.services.tags import RemoveTag, remove_tags
from linebook.services.users import AddUser, UpdateUser, add_users, get_user, update_users
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import AUTHOR, get, refusal, run, save
from tests.kit.raw import look

pytestmark = pytest.mark.usefixtures("whole_books")


def tag(engine: Engine, account: Account, name: str) -> Tag:
    return write_now(engine, create_tags, account.id, CreateTag(name=name)).label


def removal(tag_id: int, limit: int = 500) -> RemoveTag:
    return RemoveTag(tag_id=tag_id, author=AUTHOR, limit=limit)


def test_an_unknown_tag_is_refused(engine: Engine, account: Account, other: Account) -> None:
    theirs = tag(engine, other, "Theirs")
    for tag_id in (0, -1, 2**80, theirs.id):
        refusal(NotFound, run(engine, remove_tags, account.id, removal(tag_id))[0])
    assert [one.id for one in engine.read(lambda tx: list_tags(tx, other.id))] == [theirs.id]


def test_a_tag_is_taken_off_some_contacts_at_a_time(engine: Engine, account: Account, other: Account) -> None:
    gone, kept = tag(engine, account, "Gone"), tag(engine, account, "Kept")
    theirs = tag(engine, other, "Theirs")
    assert theirs.id == gone.id == FIRST_COUNTED_LABEL_ID
    both = SetChange((gone.id, kept.id))
    ids = [save(engine, account.id, f"206555{number:04}", tags=both).id for number in range(5)]
    stranger = save(engine, other.id, "2065550000", tags=SetChange((theirs.id,)))
    assert run(engine, remove_tags, account.id, removal(gone.id, 2)) == [False]
    assert sum(gone.id in tags(engine, account, one) for one in ids) == 3
    assert [one.id for one in engine.read(lambda tx: list_tags(tx, account.id))] == [gone.id, kept.id]
    assert run(engine, remove_tags, account.id, removal(gone.id, 2), removal(gone.id, 2)) == [False, True]
    assert [tags(engine, account, one) for one in ids] == [(kept.id,)] * 5
    assert [one.id for one in engine.read(lambda tx: list_tags(tx, account.id))] == [kept.id]
    assert tags(engine, other, stranger.id) == (theirs.id,)
    refusal(NotFound, run(engine, remove_tags, account.id, removal(gone.id))[0])
    history = engine.read(lambda tx: contact_history(tx, account.id, ids[0]))
    assert history[0].old == {"tags": [gone.id, kept.id]} or {"tags": [gone.id, kept.id]} in [
        one.old for one in history
    ]
    assert get(engine, account.id, ids[0]).rev == 2  # type: ignore[union-attr]


def tags(engine: Engine, account: Account, contact_id: int) -> tuple[int, ...]:
    contact = get(engine, account.id, contact_id)
    assert contact is not None
    return contact.tags


def test_a_tag_that_nobody_has_goes_at_once(engine: Engine, account: Account) -> None:
    lonely = tag(engine, account, "Lonely")
    assert run(engine, remove_tags, account.id, removal(lonely.id)) == [True]
    assert look(engine, "SELECT * FROM tag") == []


def test_the_name_of_a_removed_tag_is_free_and_its_id_is_not_used_again(engine: Engine, account: Account) -> None:
    first = tag(engine, account, "Member")
    assert run(engine, remove_tags, account.id, removal(first.id)) == [True]
    assert tag(engine, account, "Member").id == first.id + 1


# Users.


def test_a_user_of_another_account_is_not_changed(engine: Engine, account: Account, other: Account) -> None:
    user = write_now(engine, add_users, other.id, AddUser(first_name="Theirs"))
    for user_id in (user.id, 0, -1, 2**80):
        refusal(NotFound, run(engine, update_users, account.id, UpdateUser(id=user_id, first_name="Mine"))[0])
    assert engine.read(lambda tx: get_user(tx, other.id, user.id)) == user


def test_a_user_keeps_a_name_or_an_address(engine: Engine, account: Account) -> None:
    nameless = write_now(engine, add_users, account.id, AddUser(first_name="Ada"))
    refused = run(engine, update_users, account.id, UpdateUser(id=nameless.id, first_name=" "))[0]
    assert refusal(InvalidMember, refused).member == "first_name"
    refused = run(engine, update_users, account.id, UpdateUser(id=nameless.id, last_name="a\0"))[0]
    assert refusal(InvalidMember, refused).member == "last_name"


def test_what_is_not_given_of_a_user_stays(engine: Engine, account: Account) -> None:
    user = write_now(engine, add_users, account.id, AddUser(email="ada@example.org", first_name="Ada", last_name="L."))
    renamed = write_now(engine, update_users, account.id, UpdateUser(id=user.id, last_name=" King "))
    assert (renamed.first_name, renamed.last_name, renamed.role) == ("Ada", "King", Role.OPERATOR)
    promoted = write_now(engine, update_users, account.id, UpdateUser(id=user.id, role=Role.ADMINISTRATOR))
    assert (promoted.last_name, promoted.role, promoted.email) == ("King", Role.ADMINISTRATOR, "ada@example.org")
    emptied = write_now(engine, update_users, account.id, UpdateUser(id=user.id, first_name="", last_name=""))
    assert emptied.name == ""
