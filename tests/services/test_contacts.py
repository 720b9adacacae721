"""Saving contacts: refusals, what is absent, empty and set, and what counts as a change."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
import pytest

from linebook.core.account import LAST_CHOSEN_CONTACT_ID, LAST_CONTACT_ID, Account, User
from linebook.core.author import Author
from linebook.core.contact import BLANK, Confirmation, Contact, FieldsChange, SetChange, Unknown
from linebook.errors import ContactExists, ContactNotFound, IdTaken, InvalidMember, NotFound
from linebook.services.contact_reads import contacts_by_phone, contacts_by_uuid, count_contacts
from linebook.services.contacts import Match, Present, Saved, SaveKind, save_contacts
from linebook.services.labels import list_fields, list_groups, list_tags
from linebook.services.users import AddUser, add_users, list_users
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import AUTHOR, get, phone, refusal, run, save, save_all, saving
from tests.kit.clock import START_MS, TestClock
from tests.kit.raw import connected, look

pytestmark = pytest.mark.usefixtures("whole_books")

FIRST_ID = LAST_CHOSEN_CONTACT_ID + 1
ASSIGNEE_ID = 12

TOLD: dict[str, Any] = {
    "phone": phone("2065551234"),
    "email": "Ada@Example.org",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "display_name": "Countess",
    "company": "Engines Ltd",
    "notes": "first\nsecond",
    "avatar": "https://example.org/a.png",
    "external_id": "x-1",
    "assignee_id": ASSIGNEE_ID,
    "line_number": "+15556661234",
    "confirmation": Confirmation.PENDING,
    "verified": True,
    "fields": FieldsChange({7: "red", "Shoe size": "39"}),
    "tags": SetChange(("VIP", 5)),
    "groups": SetChange((3, "Friends")),
}
EMPTY: dict[str, Any] = {
    member: None if member in ("phone", "assignee_id") else "" for member in TOLD if member not in ("verified",)
} | {
    "confirmation": Confirmation.CONFIRMED,
    "verified": False,
    "fields": FieldsChange(replace=True),
    "tags": SetChange(only=True),
    "groups": SetChange(only=True),
}


@pytest.fixture
def colleague(engine: Engine, account: Account) -> User:
    """Somebody whom contacts may be assigned to."""
    return write_now(engine, add_users, account.id, AddUser(email="grace@example.org", id=ASSIGNEE_ID))


def saved(outcome: object) -> Saved:
    assert isinstance(outcome, Saved), outcome
    return outcome


def kinds(outcomes: list[Any]) -> list[SaveKind]:
    return [saved(outcome).kind for outcome in outcomes]


def nothing_was_written(engine: Engine) -> bool:
    tables = ("contact", "history", "field", "tag", "contact_group", "app_user", "consent", "consent_entry")
    return all(look(engine, f"SELECT * FROM {table}") == [] for table in tables)


# Refusals.


def test_an_account_that_does_not_exist_has_no_contacts(engine: Engine) -> None:
    with pytest.raises(NotFound, match="account"):
        save(engine, 99, "2065551234")
    assert engine.read(lambda tx: count_contacts(tx, 99)) == 0


@pytest.mark.parametrize(
    "rest",
    [
        {"first_name": "A\0"},
        {"email": "a\0@b.c"},
        {"notes": "\ud800"},
        {"fields": FieldsChange({"Eyes": "\udfff"})},
        {"external_id": "x" * 256},
        {"assignee_id": 0},
        {"assignee_id": 99},
        {"notes_added": "n" * 100_001},
        {"shown_name": "\0"},
        {"assignee_email": "a\0@b.c"},
        {"assignee_email": "a" * 256},
        {"patch_if_present": msgspec.structs.replace(saving().patch, company="\0")},
    ],
    ids=lambda rest: ascii(next(iter(rest))),
)
def test_a_value_that_cannot_be_stored_refuses_its_save_and_no_other(
    engine: Engine, account: Account, rest: dict[str, Any]
) -> None:
    save(engine, account.id, "2065550001", first_name="Before")
    outcomes = save_all(
        engine,
        account.id,
        saving("2065550001", tags=SetChange(("VIP",)), team_opt_out=True, **rest),
        saving("2065550002"),
    )
    refusal(InvalidMember, outcomes[0])
    assert saved(outcomes[1]).kind is SaveKind.CREATED
    assert engine.read(lambda tx: list_tags(tx, account.id)) == []
    assert look(engine, "SELECT first_name FROM contact ORDER BY phone") == [("Before",), ("",)]


def test_an_id_or_a_uuid_of_nobody_is_not_found(engine: Engine, account: Account) -> None:
    contact = save(engine, account.id, "2065551234")
    matches = [Match(id=one) for one in (1, 0, -1, 2**40, 10**30, FIRST_ID + 1)]
    matches += [Match(uuid=one) for one in ("", "x", "\0", "\ud800", "00000000-0000-7000-8000-000000000000")]
    for match in matches:
        (outcome,) = save_all(engine, account.id, saving("2065551234", match=match, first_name="Ada"))
        refusal(ContactNotFound, outcome)
    assert get(engine, account.id, contact.id) == contact


def test_a_save_that_may_not_create_needs_a_contact(engine: Engine, account: Account) -> None:
    outcomes = save_all(engine, account.id, saving("2065551234", creates=False, tags=SetChange(("VIP",))))
    refusal(ContactNotFound, outcomes[0])
    assert nothing_was_written(engine)


def test_a_save_that_may_not_update_tells_whose_number_it_is(engine: Engine, account: Account) -> None:
    contact = save(engine, account.id, "2065551234", first_name="Ada")
    told = saving(
        "2065551234", if_present=Present.REFUSE, first_name="Bob", tags=SetChange(("VIP",)), team_opt_out=True
    )
    (outcome,) = save_all(engine, account.id, told)
    assert refusal(ContactExists, outcome).contact_id == contact.id
    assert get(engine, account.id, contact.id) == contact
    assert engine.read(lambda tx: list_tags(tx, account.id)) == []


def test_an_id_outside_the_range_cannot_be_chosen(engine: Engine, account: Account) -> None:
    told = saving("2065551234", tags=SetChange(("VIP",)), assignee_email="ada@example.org")
    for chosen_id in (0, -1, LAST_CHOSEN_CONTACT_ID + 1, 2**31, 2**63, 10**30):
        refusal(IdTaken, save_all(engine, account.id, msgspec.structs.replace(told, chosen_id=chosen_id))[0])
    assert nothing_was_written(engine)


def test_an_id_in_use_cannot_be_chosen(engine: Engine, account: Account) -> None:
    save(engine, account.id, "2065550001", chosen_id=5)
    outcomes = save_all(
        engine,
        account.id,
        saving("2065550002", chosen_id=5),
        saving("2065550003", chosen_id=6),
        saving("2065550004", chosen_id=6, fields=FieldsChange({"Eyes": "green"})),
    )
    refusal(IdTaken, outcomes[0])
    assert saved(outcomes[1]).contact.id == 6
    refusal(IdTaken, outcomes[2])
    assert engine.read(lambda tx: list_fields(tx, account.id)) == []


def test_ids_end_below_two_to_the_thirty_first(engine: Engine, account: Account) -> None:
    with connected(engine) as execute:
        execute(f"UPDATE account_clock SET last_id = {LAST_CONTACT_ID - 1} WHERE name = 'book'")
        execute(
            "INSERT INTO contact_bucket (account_id, bucket, surplus) "
            "WITH RECURSIVE b (no) AS (SELECT 65536 UNION ALL SELECT no + 1 FROM b WHERE no < 131071) "
            f"SELECT {account.id}, no, CASE WHEN no < 131071 THEN -16384 ELSE -16382 END FROM b"
        )
    outcomes = save_all(
        engine, account.id, saving("2065550001"), saving("2065550002"), saving("2065550003", chosen_id=3)
    )
    assert saved(outcomes[0]).contact.id == LAST_CONTACT_ID == 2**31 - 1
    assert "every contact id" in refusal(IdTaken, outcomes[1]).message
    assert saved(outcomes[2]).contact.id == 3


@pytest.mark.parametrize("member", ["fields", "tags", "groups"])
@pytest.mark.parametrize("label", ["Nobody", 99])
def test_an_unknown_label_that_is_refused_makes_no_other(
    engine: Engine, account: Account, member: str, label: str | int
) -> None:
    strict = (
        FieldsChange({label: "x"}, unknown=Unknown.REFUSE)
        if member == "fields"
        else SetChange((label,), unknown=Unknown.REFUSE)
    )
    told: dict[str, Any] = {
        "fields": FieldsChange({"Eyes": "x"}),
        "tags": SetChange(("A",)),
        "groups": SetChange(("B",)),
    }
    told[member] = strict
    (outcome,) = save_all(engine, account.id, saving("2065551234", **told))
    assert refusal(InvalidMember, outcome).member == member
    assert str(label) in refusal(InvalidMember, outcome).message
    assert nothing_was_written(engine)


@pytest.mark.parametrize("member", ["fields", "tags", "groups"])
def test_a_label_that_cannot_be_made_is_refused(engine: Engine, account: Account, member: str) -> None:
    labels: list[str | int] = ["", "  ", "a\0", "\ud800", "x" * 256, 0, -1, 10**30]
    changes: list[Any] = [FieldsChange({one: "x"}) if member == "fields" else SetChange((one,)) for one in labels]
    outcomes = save_all(engine, account.id, *(saving("2065551234", **{member: one}) for one in changes))
    assert [refusal(InvalidMember, outcome).member for outcome in outcomes] == [member] * len(labels)
    assert nothing_was_written(engine)


# Creating.


def test_a_new_contact_is_blank_but_for_what_was_told(engine: Engine, account: Account) -> None:
    contact = save(engine, account.id, "2065551234", first_name="Ada")
    assert contact == msgspec.structs.replace(
        BLANK,
        id=FIRST_ID,
        uuid=contact.uuid,
        phone=phone("2065551234"),
        first_name="Ada",
        rev=1,
        change_no=1,
        created_no=1,
        created_ms=START_MS,
        updated_ms=START_MS,
        origin_door="tests",
        origin_credential_id=42,
    )
    assert uuid.UUID(contact.uuid).version == 7
    assert get(engine, account.id, contact.id) == contact


def test_a_new_contact_keeps_every_member(engine: Engine, account: Account, colleague: User) -> None:
    assert colleague.id == ASSIGNEE_ID
    contact = save(engine, account.id, **TOLD)
    for member, value in TOLD.items():
        if member not in ("fields", "tags", "groups"):
            assert getattr(contact, member) == value
    assert contact.email_key == "ada@example.org"
    assert contact.fields == {7: "red", 10_001: "39"}
    assert contact.tags == (5, 1_000_000_001)
    assert contact.groups == (3, 1_000_000_001)
    assert get(engine, account.id, contact.id) == contact


def test_ids_are_counted_and_a_free_low_one_may_be_chosen(engine: Engine, account: Account) -> None:
    contacts = [
        save(engine, account.id, "2065550001"),
        save(engine, account.id, "2065550002", chosen_id=1),
        save(engine, account.id, "2065550003", chosen_id=LAST_CHOSEN_CONTACT_ID),
        save(engine, account.id, "2065550004"),
    ]
    assert [contact.id for contact in contacts] == [FIRST_ID, 1, LAST_CHOSEN_CONTACT_ID, FIRST_ID + 1]


def test_a_contact_needs_neither_number_nor_address(engine: Engine, account: Account) -> None:
    told = [saving(first_name="Ada"), saving(first_name="Ada"), saving()]
    assert kinds(save_all(engine, account.id, *told)) == [SaveKind.CREATED] * 3
    assert engine.read(lambda tx: count_contacts(tx, account.id)) == 3


@pytest.mark.parametrize("text", ["None", "null", "n/a"])
def test_an_address_that_is_none_names_nobody(engine: Engine, account: Account, text: str) -> None:
    by_both = Match(by_phone=True, by_email=True)
    first = save(engine, account.id, "2065550001", match=by_both, email=text)
    second = save(engine, account.id, "2065550002", match=by_both, email=text)
    assert first.id != second.id
    assert (first.email, second.email) == (text, text)
    assert (first.email_key, second.email_key) == (None, None)


def test_a_number_that_cannot_be_completed_is_kept_and_matched(engine: Engine, account: Account) -> None:
    first = save(engine, account.id, phone=phone("5551234"))
    assert save(engine, account.id, phone=phone("555-1234"), first_name="Ada").id == first.id


def test_text_in_any_alphabet_is_kept_as_it_is(engine: Engine, account: Account) -> None:
    text = "שָׁלוֹם \U0001f600 ﬃ \\ \" ' % :x %(y)s \x01\r\n\t \u2028 end "
    contact = save(engine, account.id, "2065551234", first_name=text, fields=FieldsChange({text: text}))
    assert get(engine, account.id, contact.id) == contact
    assert (contact.first_name, list(contact.fields.values())) == (text, [text])
    assert [field.label for field in engine.read(lambda tx: list_fields(tx, account.id))] == [text.strip()]


# Updating.


@pytest.fixture
def ada(engine: Engine, account: Account, colleague: User) -> Contact:
    assert colleague.id == ASSIGNEE_ID
    return save(engine, account.id, **TOLD)


def test_what_is_absent_stays(engine: Engine, account: Account, ada: Contact, clock: TestClock) -> None:
    clock.advance(1000)
    after = save(engine, account.id, "2065551234", company="New")
    assert after == msgspec.structs.replace(ada, company="New", rev=2, change_no=2, updated_ms=START_MS + 1000)
    assert get(engine, account.id, ada.id) == after


def test_what_is_empty_is_cleared(engine: Engine, account: Account, ada: Contact) -> None:
    after = save(engine, account.id, match=Match(id=ada.id), **EMPTY)
    for member in TOLD:
        assert getattr(after, member) == getattr(BLANK, member)
    assert after.email_key is None
    assert get(engine, account.id, ada.id) == after
    assert look(engine, "SELECT * FROM contact_tag") == look(engine, "SELECT * FROM group_member") == []


@pytest.mark.usefixtures("colleague")
def test_what_is_set_is_set(engine: Engine, account: Account) -> None:
    blank = save(engine, account.id)
    after = save(engine, account.id, match=Match(id=blank.id), **TOLD)
    assert (after.rev, after.email_key, after.fields) == (2, "ada@example.org", {7: "red", 10_001: "39"})
    assert (after.tags, after.groups) == ((5, 1_000_000_001), (3, 1_000_000_001))
    assert get(engine, account.id, blank.id) == after


def test_labels_are_put_on_and_taken_off_one_by_one(engine: Engine, account: Account, ada: Contact) -> None:
    after = save(
        engine,
        account.id,
        "2065551234",
        fields=FieldsChange({7: "", "Eyes": "green"}),
        tags=SetChange(("New",), remove=("vip", "Nobody")),
        groups=SetChange((3,), remove=(77,)),
    )
    assert after.fields == {10_001: "39", 10_002: "green"}
    assert after.tags == (5, 1_000_000_002)
    assert after.groups == ada.groups
    assert len(engine.read(lambda tx: list_tags(tx, account.id))) == 3
    assert len(engine.read(lambda tx: list_groups(tx, account.id))) == 2


def test_unknown_labels_may_be_dropped(engine: Engine, account: Account, ada: Contact) -> None:
    after = save(
        engine,
        account.id,
        "2065551234",
        fields=FieldsChange({"Nobody": "x", 10**30: "x", 7: "blue"}, unknown=Unknown.DROP),
        tags=SetChange(("Nobody", "", "\0"), unknown=Unknown.DROP),
        groups=SetChange((99, -5), unknown=Unknown.DROP),
    )
    assert after.fields == {7: "blue", 10_001: "39"}
    assert (after.tags, after.groups) == (ada.tags, ada.groups)


@pytest.mark.parametrize("match", ["id", "uuid", "phone", "email"])
def test_a_contact_is_found_by_each_of_its_keys(engine: Engine, account: Account, ada: Contact, match: str) -> None:
    by, told = {
        "id": (Match(id=ada.id), {}),
        "uuid": (Match(uuid=ada.uuid), {}),
        "phone": (Match(by_phone=True), {"phone": ada.phone}),
        "email": (Match(by_email=True), {"email": " ADA@example.ORG"}),
    }[match]
    (outcome,) = save_all(engine, account.id, saving(match=by, company="New", **told))  # type: ignore[arg-type]
    assert (saved(outcome).kind, saved(outcome).contact.id) == (SaveKind.UPDATED, ada.id)


def test_an_equal_write_changes_nothing_unless_it_touches(
    engine: Engine, account: Account, ada: Contact, clock: TestClock
) -> None:
    clock.advance(1000)
    outcomes = save_all(engine, account.id, saving(**TOLD), saving("2065551234"))
    assert kinds(outcomes) == [SaveKind.UNCHANGED] * 2
    assert [saved(outcome).contact for outcome in outcomes] == [ada, ada]
    assert get(engine, account.id, ada.id) == ada
    assert look(engine, "SELECT change_no, last_ms FROM account_clock WHERE name = 'book'") == [(1, START_MS)]
    (outcome,) = save_all(engine, account.id, saving(touches=True, **TOLD))
    touched = msgspec.structs.replace(ada, rev=2, change_no=2, updated_ms=START_MS + 1000)
    assert outcome == Saved(SaveKind.UPDATED, touched)
    assert look(engine, "SELECT old FROM history") == [("{}",)]


def test_another_patch_may_count_for_a_contact_that_exists(engine: Engine, account: Account) -> None:
    told = saving("2065551234", first_name="Ada", company="New", chosen_id=5)
    told = msgspec.structs.replace(told, patch_if_present=saving(last_name="Lovelace").patch)
    outcomes = save_all(engine, account.id, told, told, told)
    assert kinds(outcomes) == [SaveKind.CREATED, SaveKind.UPDATED, SaveKind.UNCHANGED]
    after = saved(outcomes[2]).contact
    assert (after.id, after.first_name, after.last_name, after.company) == (5, "Ada", "Lovelace", "New")


def test_who_changed_it_is_not_who_made_it(engine: Engine, account: Account, ada: Contact) -> None:
    after = save(engine, account.id, "2065551234", author=Author("console"), company="New")
    assert (after.origin_door, after.origin_credential_id) == (AUTHOR.door, AUTHOR.credential_id)
    assert look(engine, "SELECT door, credential_id FROM history") == [("console", None)]


def test_an_assignee_is_named_by_address_and_made_when_unknown(engine: Engine, account: Account) -> None:
    told = ["ada@example.org", " ADA@example.org ", "whatever", ""]
    outcomes = save_all(
        engine, account.id, *(saving(f"206555000{number}", assignee_email=email) for number, email in enumerate(told))
    )
    users = engine.read(lambda tx: list_users(tx, account.id))
    assert [user.email for user in users] == ["ada@example.org", "whatever"]
    ids = [user.id for user in users]
    assert [saved(outcome).contact.assignee_id for outcome in outcomes] == [ids[0], ids[0], ids[1], None]
    assert save(engine, account.id, "2065550000", assignee_email="").assignee_id is None


# Many at once.


def test_the_same_number_twice_in_one_batch_is_one_contact_with_two_revisions(engine: Engine, account: Account) -> None:
    outcomes = save_all(
        engine,
        account.id,
        saving("2065551234", first_name="Ada", notes="kept"),
        saving("2065551234", first_name="Bob", tags=SetChange(("VIP",))),
        saving("2065551234", first_name="Bob"),
        saving("2065551234", last_name="Builder", tags=SetChange(only=True)),
    )
    assert kinds(outcomes) == [SaveKind.CREATED, SaveKind.UPDATED, SaveKind.UNCHANGED, SaveKind.UPDATED]
    contacts = [saved(outcome).contact for outcome in outcomes]
    assert len({contact.id for contact in contacts}) == 1
    assert [(one.rev, one.change_no) for one in contacts] == [(1, 1), (2, 2), (2, 2), (3, 3)]
    assert contacts[3] == get(engine, account.id, contacts[0].id)
    assert (contacts[3].first_name, contacts[3].notes, contacts[3].tags) == ("Bob", "kept", ())
    assert look(engine, "SELECT supersedes_no, change_no, old FROM history ORDER BY change_no") == [
        (1, 2, '{"first_name":"Ada","tags":[]}'),
        (2, 3, '{"last_name":"","tags":[1000000001]}'),
    ]


def test_a_large_batch_is_saved_and_saved_again(engine: Engine, account: Account) -> None:
    told = [saving(f"206{number:07}", first_name=str(number), email=f"{number}@x.y") for number in range(2000)]
    assert kinds(save_all(engine, account.id, *told)) == [SaveKind.CREATED] * 2000
    assert kinds(save_all(engine, account.id, *told)) == [SaveKind.UNCHANGED] * 2000
    changed = [msgspec.structs.replace(one, touches=True) for one in reversed(told)]
    assert kinds(save_all(engine, account.id, *changed)) == [SaveKind.UPDATED] * 2000
    assert engine.read(lambda tx: count_contacts(tx, account.id)) == 2000


def test_no_saves_are_no_work(engine: Engine, account: Account) -> None:
    assert save_all(engine, account.id) == []
    assert run(engine, save_contacts, account.id) == []
    assert nothing_was_written(engine)


# Finding.


def test_contacts_are_found_by_number_and_uuid_and_strangers_are_left_out(
    engine: Engine, account: Account, ada: Contact
) -> None:
    stranger = phone("2065550000")
    found = engine.read(lambda tx: contacts_by_phone(tx, account.id, [phone(), stranger, phone()]))
    assert found == {phone(): ada}
    wanted = [ada.uuid, "", "x", "\0", "\ud800", ada.uuid]
    assert engine.read(lambda tx: contacts_by_uuid(tx, account.id, wanted)) == {ada.uuid: ada}
    for contact_id in (0, -1, FIRST_ID + 1, 2**63, 10**30):
        assert get(engine, account.id, contact_id) is None


def test_a_write_through_one_call_gives_what_it_raised(engine: Engine, account: Account) -> None:
    with pytest.raises(ContactNotFound):
        write_now(engine, save_contacts, account.id, saving(match=Match(id=1)))
