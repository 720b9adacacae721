"""Walking the book for an export: what is in it, that it is one moment's view, and that others go on writing."""

from __future__ import annotations

import pytest

from linebook.core.account import Account
from linebook.core.consent import ConsentAction
from linebook.core.contact import FieldsChange, SetChange
from linebook.files.exported import Exported
from linebook.services import consent_lists, exports
from linebook.services.consent_lists import Stop, walk_stops
from linebook.services.consents import RecordConsent, consent_ledger, record_consents, tell_consents
from linebook.services.exports import ExportFilters, book_names, walk_contacts, walk_plain
from linebook.storage.base import Engine
from tests.kit.builders import AUTHOR, add_line, phone, run, save
from tests.kit.clock import TestClock

pytestmark = pytest.mark.usefixtures("whole_books")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PAGE", 3)
    monkeypatch.setattr(consent_lists, "PAGE", 2)


def everything(engine: Engine, account: Account, **filters: object) -> list[Exported]:
    wanted = ExportFilters(**filters)  # type: ignore[arg-type]
    found, plain = engine.read(
        lambda tx: (
            [one for page in walk_contacts(tx, account.id, wanted) for one in page],
            [one for page in walk_plain(tx, account.id, wanted) for one in page],
        )
    )
    assert [(one.values[0], one.consent) for one in plain] == [(one.contact.id, one.consent) for one in found]
    return found


def ids(found: list[Exported]) -> list[int]:
    return [one.contact.id for one in found]


def number(place: int) -> str:
    return f"20655501{place:02d}"


def stop(engine: Engine, account: Account, text: str, action: ConsentAction, **rest: object) -> None:
    change = RecordConsent(phone=phone(text), action=action, author=AUTHOR, **rest)  # type: ignore[arg-type]
    run(engine, record_consents, account.id, change)


def test_an_empty_book_has_nothing_to_walk(engine: Engine, account: Account) -> None:
    assert everything(engine, account) == []
    assert engine.read(lambda tx: list(walk_stops(tx, account.id))) == []


def test_every_contact_is_walked_once_whole_and_in_order(engine: Engine, account: Account, other: Account) -> None:
    saved = [save(engine, account.id, number(place), first_name=f"n{place}") for place in range(10)]
    save(engine, other.id, number(99))
    assert [one.contact for one in everything(engine, account)] == saved


def test_the_consent_of_the_number_comes_along(engine: Engine, account: Account, other: Account) -> None:
    contacts = [save(engine, account.id, number(place)) for place in range(4)]
    save(engine, account.id, first_name="nobody's number")
    stop(engine, account, number(1), ConsentAction.PERSON_STOP)
    stop(engine, account, number(2), ConsentAction.BLOCK)
    stop(engine, other, number(3), ConsentAction.TEAM_STOP)
    found = everything(engine, account)
    assert [one.consent is not None and one.consent.by_person for one in found] == [False, True, False, False, False]
    assert [one.consent is not None and one.consent.is_blocked for one in found] == [False, False, True, False, False]
    assert ids(everything(engine, account, opted_out=True)) == [contacts[1].id]
    assert len(everything(engine, account, opted_out=False)) == 4
    assert ids(everything(engine, account, blocked=True)) == [contacts[2].id]
    assert everything(engine, account, opted_out=True, blocked=True) == []


def test_filters_by_group_tag_and_time_narrow_each_other(engine: Engine, account: Account, clock: TestClock) -> None:
    both = SetChange(("A", "B"))
    one = save(engine, account.id, number(1), tags=both)
    two = save(engine, account.id, number(2), tags=SetChange(("A",)), groups=SetChange(("G",)))
    clock.advance(10_000)
    three = save(engine, account.id, number(3), tags=both, groups=SetChange(("G",)))
    four = save(engine, account.id, number(4))
    names = engine.read(lambda tx: book_names(tx, account.id))
    tags, groups = ({name: key for key, name in known.items()} for known in (names.tags, names.groups))
    a, b, g = tags["A"], tags["B"], groups["G"]
    assert ids(everything(engine, account, tag_ids=(a,))) == [one.id, two.id, three.id]
    assert ids(everything(engine, account, tag_ids=(a, b))) == [one.id, three.id]
    assert ids(everything(engine, account, group_ids=(g,))) == [two.id, three.id]
    assert ids(everything(engine, account, group_ids=(g,), tag_ids=(b,))) == [three.id]
    assert ids(everything(engine, account, changed_since_ms=three.updated_ms)) == [three.id, four.id]
    assert ids(everything(engine, account, changed_since_ms=three.updated_ms, tag_ids=(a,))) == [three.id]
    assert ids(everything(engine, account, changed_since_ms=one.updated_ms)) == [one.id, two.id, three.id, four.id]


def test_a_walk_sees_one_moment_while_others_write(engine: Engine, account: Account) -> None:
    saved = [save(engine, account.id, number(place)) for place in range(7)]

    def walk(tx: object) -> list[int]:
        pages = walk_contacts(tx, account.id, ExportFilters())  # type: ignore[arg-type]
        found = ids(next(pages))
        save(engine, account.id, number(50), first_name="late")
        save(engine, account.id, number(6), first_name="changed")
        for page in pages:
            assert all(one.contact.first_name == "" for one in page)
            found += ids(page)
        return found

    assert engine.read(walk) == [one.id for one in saved]
    assert len(everything(engine, account)) == 8


def test_names_are_those_of_the_account(engine: Engine, account: Account, other: Account) -> None:
    save(engine, other.id, number(1), tags=SetChange(("Theirs",)))
    contact = save(engine, account.id, number(1), tags=SetChange(("Ours",)), fields=FieldsChange({"City": "Haifa"}))
    names = engine.read(lambda tx: book_names(tx, account.id))
    assert (names.tags_of(contact), list(names.fields.values())) == (["Ours"], ["City"])


# -- the list of who may not be texted


def test_every_reason_why_a_number_is_closed_is_told_with_what_the_ledger_knows(
    engine: Engine, account: Account, other: Account
) -> None:
    line = add_line(engine, account.id)
    stop(engine, account, number(1), ConsentAction.PERSON_STOP, word="STOP", at_ms=1_600_000_000_000)
    stop(engine, account, number(1), ConsentAction.TEAM_STOP, evidence="old list")
    stop(engine, account, number(2), ConsentAction.PERSON_STOP, line_id=line.id, word="quit")
    stop(engine, account, number(3), ConsentAction.TEAM_STOP)
    stop(engine, account, number(3), ConsentAction.TEAM_START)
    stop(engine, account, number(4), ConsentAction.BLOCK)
    stop(engine, other, number(5), ConsentAction.BLOCK)
    found: list[Stop] = engine.read(lambda tx: [one for page in walk_stops(tx, account.id) for one in page])
    assert [(one.phone, one.line_id, one.action.value, one.word, one.evidence) for one in found] == [
        (phone(number(1)), 0, "person_stop", "STOP", ""),
        (phone(number(1)), 0, "team_stop", "", "old list"),
        (phone(number(2)), line.id, "person_stop", "quit", ""),
        (phone(number(4)), 0, "block", "", ""),
    ]
    assert found[0].at_ms == 1_600_000_000_000


def test_what_happened_before_is_recorded_with_its_own_time(engine: Engine, account: Account) -> None:
    stop(engine, account, number(1), ConsentAction.PERSON_STOP, at_ms=1_500_000_000_123)
    (entry,) = engine.read(lambda tx: consent_ledger(tx, account.id, phone(number(1))))
    assert entry.at_ms == 1_500_000_000_123


def test_it_is_told_whether_anything_changed(engine: Engine, account: Account) -> None:
    change = RecordConsent(phone=phone(number(1)), action=ConsentAction.TEAM_STOP, author=AUTHOR)
    outcomes = run(engine, tell_consents, account.id, change, change)
    assert [one.is_change for one in outcomes] == [True, False]  # type: ignore[union-attr]
