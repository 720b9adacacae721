"""The words by which exports call the members of a contact: data, in the languages our platforms' exports come in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "phone": (
        "phone, phone number, phone no, phonenumber, mobile, mobile phone, mobile number, mobile no, mobilenumber,"
        " cell, cell phone, cellphone, cell number, cellular, telephone, telephone number, tel, sms, sms number,"
        " number, msisdn, contact number, contact phone, phone 1 - value, phone 1 value, primary phone, recipient,"
        " to number, from number, phone e164, e164, whatsapp, handy number, mobiltelefon",
        "טלפון, טלפון נייד, נייד, מספר נייד, מס נייד, סלולרי, טלפון סלולרי, מספר טלפון, מס טלפון, פלאפון, סלולר",
        "téléphone, téléphone portable, téléphone mobile, numéro de téléphone, numéro, numéro de portable,"
        " portable, no de téléphone, n° de téléphone, tél, tél portable, tél mobile",
        "teléfono, teléfono móvil, móvil, celular, número de teléfono, número de móvil, número de celular,"
        " teléfono celular, número, nº de teléfono",
        "telefon, telefonnummer, handy, handynummer, mobil, mobilnummer, mobiltelefonnummer, rufnummer, nummer,"
        " handy-nr, tel-nr, telefon mobil, telefon-nr",
        "telefone, telemóvel, telemovel, telefone celular, telefone móvel, número de telefone, número de celular,"
        " número de telemóvel, nº de telefone",
    ),
    "email": (
        "email, e-mail, email address, e-mail address, emailaddress, mail, e-mail 1 - value, e-mail 1 value,"
        " primary email, contact email",
        'אימייל, דוא"ל, דואל, דוא״ל, מייל, כתובת מייל, כתובת אימייל, כתובת דוא"ל, דואר אלקטרוני, אי מייל',
        "courriel, adresse e-mail, adresse email, adresse courriel, adresse électronique, adresse mail, mél",
        "correo, correo electrónico, dirección de correo, dirección de correo electrónico, dirección de email",
        "e-mail-adresse, emailadresse, mailadresse, e-mailadresse",
        "correio eletrônico, correio electrónico, endereço de e-mail, endereço de email, correio",
    ),
    "first_name": (
        "first name, firstname, first, fname, given name, givenname, forename, christian name, first names",
        "שם פרטי, פרטי",
        "prénom, prénoms",
        "nombre de pila, primer nombre, nombres",
        "vorname, vornamen, rufname",
        "primeiro nome, nome próprio, nome de batismo",
    ),
    "last_name": (
        "last name, lastname, last, lname, surname, family name, familyname, second name",
        "שם משפחה, משפחה",
        "nom de famille, nom famille",
        "apellido, apellidos, primer apellido",
        "nachname, familienname, zuname",
        "sobrenome, último nome, apelido, apelidos, nome de família",
    ),
    "name": (
        "name, full name, fullname, contact name, contact, customer name, client name, recipient name, person",
        "שם, שם מלא, שם איש קשר, איש קשר, שם הלקוח, שם לקוח",
        "nom, nom complet, nom et prénom, nom du contact, prénom et nom",
        "nombre, nombre completo, nombre y apellido, nombre y apellidos, nombre del contacto, contacto",
        "vollständiger name, ganzer name, kontakt, kontaktname, vor- und nachname, vorname und nachname",
        "nome, nome completo, nome do contato, nome do contacto, contato",
    ),
    "display_name": (
        "display name, displayname, nickname, nick name, alias, file as, shown name",
        "שם תצוגה, כינוי",
        "nom d'affichage, nom affiché, surnom",
        "nombre para mostrar, apodo, alias",
        "anzeigename, spitzname",
        "nome de exibição, nome a apresentar, apelido de exibição",
    ),
    "company": (
        "company, company name, companyname, organization, organisation, organization name, organization 1 - name,"
        " business, business name, employer, account name, firm, org, workplace",
        "חברה, שם חברה, שם החברה, ארגון, עסק, שם העסק, מקום עבודה",
        "société, entreprise, nom de la société, nom de l'entreprise, organisation, raison sociale, compagnie",
        "empresa, compañía, nombre de la empresa, organización, razón social",
        "firma, unternehmen, firmenname, organisation, betrieb",
        "companhia, nome da empresa, organização",
    ),
    "notes": (
        "notes, note, comment, comments, remark, remarks, description, memo, additional notes",
        "הערות, הערה, תיאור",
        "remarque, remarques, commentaire, commentaires",
        "notas, nota, comentario, comentarios, observaciones, observación",
        "notiz, notizen, bemerkung, bemerkungen, anmerkung, anmerkungen, kommentar",
        "observações, observação, comentário, comentários, anotações",
    ),
    "avatar": (
        "avatar, avatar url, photo, photo url, picture, picture url, image, image url, thumbnail, icon",
        "תמונה",
        "photo de profil, image de profil",
        "foto, imagen",
        "bild, profilbild",
        "imagem",
    ),
    "external_id": (
        "external id, externalid, external identifier, ext id, crm id, customer id, client id, customer number,"
        " customer no, foreign id, integration id, record id, reference, source id",
        "מזהה חיצוני, מספר לקוח, קוד לקוח, מזהה לקוח",
        "identifiant externe, id externe, numéro client, numéro de client, code client, référence",
        "identificador externo, número de cliente, código de cliente, referencia",
        "externe id, kundennummer, kunden-nr, kundennr, kunden-id, externe kennung, referenz",
        "número do cliente, código do cliente, identificador externo, referência",
    ),
    "id": (
        "id, contact id, contactid, linebook id, identifier, device contact id",
        "מזהה",
        "identifiant, id du contact",
        "identificador, id de contacto, id del contacto",
        "kennung, kontakt-id",
        "id do contato, id do contacto",
    ),
    "tags": (
        "tags, tag, labels, label, keywords, categories, category",
        "תגיות, תגית, תגים, תג, תוויות",
        "étiquettes, étiquette, mots-clés, libellés, catégories, catégorie",
        "etiquetas, etiqueta, categorías, categoría",
        "schlagwörter, schlagwort, stichwörter, kategorien, kategorie, etiketten",
        "marcadores, marcador, categorias, categoria",
    ),
    "groups": (
        "groups, group, group name, group names, group membership, lists, list, list name, contact lists, contact list,"
        " mailing list, segment, segments, groups ids",
        "קבוצות, קבוצה, שם קבוצה, רשימות, רשימה, רשימת תפוצה",
        "groupes, groupe, listes, liste, liste de diffusion",
        "grupos, grupo, listas, lista, lista de distribución",
        "gruppen, gruppe, listen, liste, verteiler, verteilerliste",
        "lista de distribuição, grupos de contatos",
    ),
    "opt_out": (
        "opt out, optout, opted out, is opted out, opted out by team, unsubscribed, unsubscribe, is unsubscribed,"
        " do not text, do not contact, dnc, stop, sms opt out, opt out status, suppressed",
        "הוסר, הסרה, מוסר, הוסר מרשימת תפוצה, ביטול הסכמה, לא לשלוח",
        "désinscrit, désabonné, désinscription, désabonnement, stop sms, ne pas contacter",
        "dado de baja, baja, no contactar, desuscrito, cancelado",
        "abgemeldet, abbestellt, opt-out, nicht kontaktieren, widerspruch, widersprochen",
        "descadastrado, cancelou inscrição, não contatar, não contactar, removido, inscrição cancelada",
    ),
    "blocked": (
        "blocked, is blocked, block, blacklisted, blacklist, blocklisted",
        "חסום, חסומים, רשימה שחורה",
        "bloqué, bloquée, liste noire",
        "bloqueado, bloqueada, lista negra",
        "blockiert, gesperrt, sperrliste",
        "",
    ),
    "assignee_email": (
        "assignee email, assignee, assigned to, assigned to email, owner email, owner, contact owner, agent,"
        " agent email, assigned user",
        "נציג, אחראי, מטפל, שייך ל",
        "responsable, attribué à, assigné à, propriétaire",
        "asignado a, propietario, agente",
        "zuständig, zugewiesen an, besitzer, bearbeiter, verantwortlich",
        "responsável, atribuído a, proprietário",
    ),
    "line_number": (
        "line number, line, sendblue number, from line, preferred line, texting line, inbox number, sending number,"
        " our number",
        "מספר שולח, קו",
        "ligne, numéro d'envoi, numéro de ligne",
        "línea, número de envío, número de línea",
        "leitung, absendernummer, absender",
        "linha, número de envio",
    ),
    "confirmation": ("confirmation, confirmation status, confirmationstatus",),
    "verified": ("verified, is verified",),
    "ignore": ("uuid, opted out by person, created, updated",),  # what our export tells and only the book may say
}


def simplified(name: str) -> str:
    """Give the form under which two spellings of a header are equal: letters and digits, no case, no accents."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss"))
    return "".join(sign for sign in plain if sign.isalnum())


def _spelled() -> Iterator[tuple[str, str]]:
    for member, lists in _WORDS.items():
        for words in lists:
            for word in words.split(","):
                if simplified(word):
                    yield simplified(word), member


def _first_of_each() -> dict[str, str]:
    found: dict[str, str] = {}
    for word, member in _spelled():
        found.setdefault(word, member)
    return found


HEADER_WORDS: Final = _first_of_each()
"""The member that a header means, by its simplified form."""
