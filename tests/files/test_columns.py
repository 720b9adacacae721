"""Guessing what columns are."""

from __future__ import annotations

import pytest

from linebook.files.cells import guard
from linebook.files.columns import Column, guess_columns
from linebook.files.contact_cells import header_of
from linebook.files.exported import BookNames


def members(header: str, *, separator: str = ",", unknown: bool = False, **labels: int) -> list[str]:
    columns = guess_columns(header.split(separator), labels, unknown_as_fields=unknown)
    return [one.member if one.field is None else f"{one.member}:{one.field}" for one in columns]


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("First Name,Last Name,Mobile,E-mail", "first_name last_name phone email"),
        ("Full name,Cell Phone,EMAIL ADDRESS,Organization", "name phone email company"),
        ("mobileNumber,firstName,lastName,notes,email", "phone first_name last_name notes email"),
        ("Email,MobileNumber,ExternalId,field7", "email phone external_id field:7"),
        (
            "number,first_name,last_name,tags,opt_out,sendblue_number",
            "phone first_name last_name tags opt_out line_number",
        ),
        ("Phone Number,Display Name,Contact Lists,Is Opted Out", "phone display_name groups opt_out"),
        ("שם פרטי,שם משפחה,טלפון נייד,דוא״ל,הערות", "first_name last_name phone email notes"),
        ('שם מלא,נייד,דוא"ל,קבוצות,הוסר', "name phone email groups opt_out"),
        ("Prénom,Nom,Téléphone portable,Courriel,Société", "first_name last_name phone email company"),
        ("Nom complet,N° de téléphone,Étiquettes,Désabonné", "name phone tags opt_out"),
        ("Nombre,Apellidos,Teléfono móvil,Correo electrónico,Notas", "first_name last_name phone email notes"),
        ("Vorname,Name,Handynummer,E-Mail-Adresse,Firma,Gruppen", "first_name last_name phone email company groups"),
        (
            "Nome,Sobrenome,Celular,Endereço de e-mail,Empresa,Bloqueado",
            "first_name last_name phone email company blocked",
        ),
        ("TELEPHONE,E Mail,Kundennr.,abgemeldet", "phone email external_id opt_out"),
        ("Foo,,Phone", "ignore ignore phone"),
        ("Phone,Mobile,phone", "phone ignore ignore"),
    ],
)
def test_headers_of_many_exports_are_understood(header: str, wanted: str) -> None:
    assert members(header) == wanted.split()


def test_a_custom_field_is_found_by_its_label_before_any_word() -> None:
    assert members("CITY,company,phone", city=10_001, Company=10_002) == ["field:10001", "field:10002", "phone"]


def test_a_field_is_named_by_its_number_or_its_prefix() -> None:
    assert members("field7,Field 12,field0,field:Size,field:city,field:", city=5) == [
        "field:7",
        "field:12",
        "ignore",
        "field:Size",
        "field:5",
        "ignore",
    ]


def test_unknown_columns_become_fields_when_asked_and_only_the_first_of_a_name() -> None:
    columns = guess_columns(["Shoe size", "phone", "Shoe size", ""], {}, unknown_as_fields=True)
    assert columns == [
        Column(member="field", field="Shoe size"),
        Column(member="phone"),
        Column(member="ignore"),
        Column(member="ignore"),
    ]


def test_our_own_export_is_understood_but_what_only_the_book_may_say() -> None:
    names = BookNames(fields={10_001: "City", 10_002: "phone", 10_003: "=odd"})
    header = [guard(name) for name in header_of(names)]
    found = guess_columns(header, {"City": 10_001}, unknown_as_fields=True)
    assert dict(zip(header, ((one.member, one.field) for one in found), strict=True)) == {
        **{name: (name, None) for name in header if ":" not in name},
        "uuid": ("ignore", None),
        "opted_out_by_person": ("ignore", None),
        "opted_out_by_team": ("opt_out", None),
        "created": ("ignore", None),
        "updated": ("ignore", None),
        "field:City": ("field", 10_001),
        "field:phone": ("field", "phone"),
        "field:=odd": ("field", "=odd"),
    }
