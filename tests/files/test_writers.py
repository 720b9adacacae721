"""Any contact that is written is read again as it was: tables by our own reader, cards by the rules of the format."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linebook.core.consent import Consent
from linebook.core.contact import BLANK, Confirmation, Contact
from linebook.core.phone import Phone
from linebook.errors import CannotExport
from linebook.files import writers
from linebook.files.cells import split_names
from linebook.files.contact_cells import COLUMNS
from linebook.files.exported import PLAIN_COLUMNS, BookNames, Exported, ExportedPlain, TimeTexts, time_text
from linebook.files.vcards import FOLD_BYTES, folded, vcard
from linebook.files.writers import CARDS, PLAIN
from linebook.services import exports
from linebook.storage import rows
from tests.files.reading import table

NAMES = BookNames(
    fields={1: "City", 10_001: "=label;"},
    tags={1: "VIP", 2: "a;b,c", 3: '"', 4: "=x"},
    groups={1: "Everyone", 2: " "},
    users={7: "ada@example.org"},
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.text(
    alphabet=st.sampled_from("=+-@\t\r\n'\",;|_x0D \u2028\ufffe\x0b"), max_size=12
)
PHONES = st.none() | st.sampled_from(["+12065550100", "+442079460000", "0501234567"]).map(Phone.stored)
CONTACTS = st.builds(
    Contact,
    id=st.integers(1, 2**31 - 1),
    uuid=st.just("019a0000-0000-7000-8000-000000000000"),
    phone=PHONES,
    email=TEXTS,
    email_key=st.none(),
    first_name=TEXTS,
    last_name=TEXTS,
    display_name=TEXTS,
    company=TEXTS,
    notes=TEXTS,
    avatar=TEXTS,
    external_id=TEXTS,
    assignee_id=st.sampled_from([None, 7]),
    line_number=TEXTS,
    confirmation=st.sampled_from(Confirmation),
    verified=st.booleans(),
    fields=st.dictionaries(st.sampled_from(sorted(NAMES.fields)), TEXTS.filter(bool)),
    tags=st.sets(st.sampled_from([1, 2, 3, 4])).map(lambda ids: tuple(sorted(ids))),
    groups=st.sampled_from([(), (1,)]),
    rev=st.just(1),
    change_no=st.just(1),
    created_no=st.just(1),
    created_ms=st.integers(0, 4 * 10**12),
    updated_ms=st.integers(0, 4 * 10**12),
    origin_door=st.just("shell"),
    origin_credential_id=st.none(),
)
CONSENTS = st.none() | st.builds(
    Consent,
    phone=st.just(Phone.stored("+12065550100")),
    by_person=st.booleans(),
    by_team=st.booleans(),
    is_blocked=st.booleans(),
)
EXPORTED = st.builds(Exported, CONTACTS, CONSENTS)


def plain(one: Exported) -> ExportedPlain:
    row = tuple(rows.contact_to_row(1, one.contact).values())
    return ExportedPlain(exports._plain(row), one.consent)


def written(kind: str, *contacts: Exported, names: BookNames = NAMES) -> bytes:
    out = io.BytesIO()
    if kind in PLAIN:
        tables = PLAIN[kind](out, names)
        try:
            tables.write([plain(one) for one in contacts])
            tables.finish()
        except CannotExport:
            tables.abandon()
            raise
    else:
        cards = CARDS[kind](out, names)
        cards.write(contacts)
        cards.finish()
    return out.getvalue()


def person(**members: Any) -> Exported:
    known = {name: getattr(BLANK, name) for name in BLANK.__struct_fields__}
    given = {"id": 1, "uuid": "019a0000-0000-7000-8000-000000000000"}
    return Exported(Contact(**known | given | members))


def yes(is_so: bool) -> str:
    return "yes" if is_so else ""


def test_the_plain_columns_are_columns_of_a_contact() -> None:
    assert set(PLAIN_COLUMNS) < set(rows.CONTACT_COLUMNS)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@settings(deadline=None, max_examples=60)
@given(several=st.lists(EXPORTED, min_size=1, max_size=3))
def test_any_contact_survives_a_table(kind: str, several: list[Exported]) -> None:
    opened = table(written(kind, *several))
    assert opened.header == [*COLUMNS, "field:City", "field:=label;"]
    found = list(opened.rows())
    assert [row.problem for row in found] == [""] * len(several)
    for row, one in zip(found, several, strict=True):
        contact, consent = one.contact, one.consent
        cells = dict(zip(opened.header, row.cells, strict=True))
        assert split_names(cells.pop("tags")) == NAMES.tags_of(contact)
        assert split_names(cells.pop("groups")) == NAMES.groups_of(contact)
        assert cells == {
            "id": str(contact.id),
            "uuid": contact.uuid,
            "phone": contact.phone.text if contact.phone else "",
            **{name: getattr(contact, name) for name in COLUMNS[3:11]},
            "assignee_email": "ada@example.org" if contact.assignee_id else "",
            "line_number": contact.line_number,
            "confirmation": contact.confirmation,
            "verified": "yes" if contact.verified else "no",
            "opted_out_by_person": yes(consent is not None and consent.by_person),
            "opted_out_by_team": yes(consent is not None and consent.by_team),
            "blocked": yes(consent is not None and consent.is_blocked),
            "created": time_text(contact.created_ms),
            "updated": time_text(contact.updated_ms),
            "field:City": contact.fields.get(1, ""),
            "field:=label;": contact.fields.get(10_001, ""),
        }


@given(EXPORTED)
def test_any_contact_is_one_line_of_json(one: Exported) -> None:
    text = written("jsonl", one)
    assert text.count(b"\n") == 1
    record = json.loads(text)
    contact = one.contact
    assert record["phone"] == (contact.phone.text if contact.phone else None)
    assert [record[name] for name in COLUMNS[3:11]] == [getattr(contact, name) for name in COLUMNS[3:11]]
    assert {field["id"]: field["value"] for field in record["fields"]} == contact.fields
    assert [tag["id"] for tag in record["tags"]] == list(contact.tags)
    assert record["opted_out_by_person"] is (one.consent is not None and one.consent.by_person)
    assert [record[name] for name in ("id", "uuid", "assignee_id", "line_number", "confirmation", "verified")] == [
        *(contact.id, contact.uuid, contact.assignee_id, contact.line_number, contact.confirmation, contact.verified)
    ]
    assert [group["name"] for group in record["groups"]] == NAMES.groups_of(contact)
    assert (record["created"], record["updated"]) == (time_text(contact.created_ms), time_text(contact.updated_ms))


@given(EXPORTED)
def test_any_contact_is_a_card_by_the_rules(one: Exported) -> None:
    text = written("vcard", one).decode()
    assert text.endswith("\r\n")
    lines = text.split("\r\n")[:-1]
    assert not any(re.search("[\x00-\x08\x0a-\x1f\x7f]", line) for line in lines)
    assert all(len(line.encode()) <= FOLD_BYTES for line in lines)
    unfolded = text.replace("\r\n ", "").split("\r\n")[:-1]
    assert (unfolded[:2], unfolded[-1]) == (["BEGIN:VCARD", "VERSION:4.0"], "END:VCARD")
    assert all(re.match(r'[A-Z][A-Z-]*(;[A-Z-]+=("[^"]*"|[^";:]+))*:', line) for line in unfolded), unfolded
    assert sum(line.startswith("FN:") for line in unfolded) == 1


def test_a_card_says_what_the_format_has_words_for() -> None:
    one = Exported(
        person(
            phone=Phone.stored("+12065550100"),
            first_name="Ada",
            last_name="King; Countess",
            company="A,B",
            notes="one\r\ntwo\\three",
            avatar="https://example.org/a.png",
            tags=(1, 2),
            groups=(1,),
            fields={1: "London"},
            updated_ms=1_700_000_000_123,
        ).contact,
        Consent(phone=Phone.stored("+12065550100"), by_person=True),
    )
    lines = vcard(one, NAMES).replace("\r\n ", "").split("\r\n")
    for line in (
        "UID:urn:uuid:019a0000-0000-7000-8000-000000000000",
        "FN:Ada King\\; Countess",
        "N:King\\; Countess;Ada;;;",
        "TEL;VALUE=uri;TYPE=cell:tel:+12065550100",
        "ORG:A\\,B",
        "NOTE:one\\ntwo\\\\three",
        "PHOTO:https://example.org/a.png",
        "CATEGORIES:VIP,a\\;b\\,c",
        "X-LINEBOOK-GROUP:Everyone",
        'X-LINEBOOK-FIELD;X-ID=1;X-LABEL="City":London',
        "X-LINEBOOK-OPTED-OUT-BY-PERSON:TRUE",
        "REV:20231114T221320Z",
    ):
        assert line in lines


@given(TEXTS.map(lambda text: text.replace("\r", "").replace("\n", "")), st.integers(0, 200))
def test_a_folded_line_is_the_line_and_no_sign_is_cut(text: str, size: int) -> None:
    line = "X" * size + text * 20
    pieces = folded(line).split("\r\n")
    assert all(len(piece.encode()) <= FOLD_BYTES for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == line


def test_no_cell_of_a_table_is_a_formula() -> None:
    text = written("csv", person(first_name="=1+1", last_name="@x", notes="-1", phone=Phone.stored("+12065550100")))
    row = text.decode().splitlines()[1].split(",")
    assert [cell for cell in row if cell[:1] in ("=", "+", "-", "@")] == ["+12065550100"]
    assert "'=1+1" in row


def test_what_a_sheet_has_no_room_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CannotExport, match=r"ends at 32,767 characters, and notes of contact 1 has more: choose CSV\."):
        written("xlsx", person(notes="x" * 32_768))
    assert len(list(table(written("xlsx", person(notes="x" * 32_767))).rows())) == 1
    monkeypatch.setattr(writers, "SHEET_ROWS_MAX", 2)
    with pytest.raises(CannotExport, match="A sheet ends at 2 rows"):
        written("xlsx", person(), person())


@given(st.lists(st.integers(0, 4 * 10**12), max_size=5))
def test_remembered_times_are_the_times(several: list[int]) -> None:
    write = TimeTexts()
    assert [write(at_ms) for at_ms in several * 2] == [time_text(at_ms) for at_ms in several * 2]
