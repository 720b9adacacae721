"""Contacts as vCards, version 4.0 (RFC 6350): what it has a property for there, the rest in properties of our own."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from linebook.files.exported import BookNames, Exported

FOLD_BYTES: Final = 75
"""Most bytes in a line, without its end."""

_TEXT_ESCAPES: Final = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n"})
_PARAMETER_ESCAPES: Final = str.maketrans({"^": "^^", '"': "^'", "\n": "^n"})  # RFC 6868
_LINE_ENDS: Final = re.compile(r"\r\n?")
_NOT_TEXT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_WEB_ADDRESS: Final = re.compile(r"(?:https?|data):[!-~]+")


def vcard(one: Exported, names: BookNames) -> str:
    """Give the card of a contact, its lines folded and ended as the format demands."""
    contact, consent = one.contact, one.consent
    lines = ["BEGIN:VCARD", "VERSION:4.0", f"UID:urn:uuid:{contact.uuid}"]
    shown = contact.shown_name or contact.company or contact.email
    lines.append(f"FN:{_text(shown or (contact.phone.text if contact.phone else str(contact.id)))}")
    if contact.first_name or contact.last_name:
        lines.append(f"N:{_text(contact.last_name)};{_text(contact.first_name)};;;")
    if contact.display_name:
        lines.append(f"X-LINEBOOK-DISPLAY-NAME:{_text(contact.display_name)}")
    if contact.phone is not None:
        is_whole = contact.phone.is_international
        kind = "VALUE=uri" if is_whole else "VALUE=text"
        lines.append(f"TEL;{kind};TYPE=cell:{'tel:' if is_whole else ''}{contact.phone.text}")
    if contact.avatar:
        is_address = _WEB_ADDRESS.fullmatch(contact.avatar) is not None
        lines.append(f"PHOTO:{contact.avatar}" if is_address else f"X-LINEBOOK-AVATAR:{_text(contact.avatar)}")
    if contact.tags:
        lines.append(f"CATEGORIES:{','.join(map(_text, names.tags_of(contact)))}")
    texts = (
        ("EMAIL", contact.email),
        ("ORG", contact.company),
        ("NOTE", contact.notes),
        ("X-LINEBOOK-EXTERNAL-ID", contact.external_id),
        ("X-LINEBOOK-ASSIGNEE", names.assignee_of(contact)),
        ("X-LINEBOOK-LINE-NUMBER", contact.line_number),
    )
    lines += [f"{name}:{_text(text)}" for name, text in texts if text]
    lines += [f"X-LINEBOOK-GROUP:{_text(name)}" for name in names.groups_of(contact)]
    for field_id, text in contact.fields.items():
        label = names.fields.get(field_id, f"field {field_id}")
        lines.append(f'X-LINEBOOK-FIELD;X-ID={field_id};X-LABEL="{_parameter(label)}":{_text(text)}')
    lines += [
        f"X-LINEBOOK-ID:{contact.id}",
        f"X-LINEBOOK-CONFIRMATION:{contact.confirmation.value}",
        f"X-LINEBOOK-VERIFIED:{_truth(contact.verified)}",
        f"X-LINEBOOK-CREATED:{_stamp(contact.created_ms)}",
    ]
    if consent is not None:
        lines += [
            f"X-LINEBOOK-OPTED-OUT-BY-PERSON:{_truth(consent.by_person)}",
            f"X-LINEBOOK-OPTED-OUT-BY-TEAM:{_truth(consent.by_team)}",
            f"X-LINEBOOK-BLOCKED:{_truth(consent.is_blocked)}",
        ]
    lines += [f"REV:{_stamp(contact.updated_ms)}", "END:VCARD", ""]
    card = "\r\n".join(lines)
    return card if card.isascii() and len(max(lines, key=len)) <= FOLD_BYTES else "\r\n".join(map(folded, lines))


def folded(line: str) -> str:
    """Give a line in pieces of at most 75 bytes, each but the first behind a blank; no sign is cut in two."""
    if len(line) <= FOLD_BYTES and line.isascii():
        return line
    pieces: list[str] = []
    piece: list[str] = []
    size = 0
    for sign in line:
        width = len(sign.encode())
        if size + width > FOLD_BYTES:
            pieces.append("".join(piece))
            piece, size = [], 1  # the blank in front
        piece.append(sign)
        size += width
    return "\r\n ".join([*pieces, "".join(piece)])


def _text(text: str) -> str:
    """Give a text as a value. The format has line breaks of one kind and no other control characters but the tab."""
    if text.isalnum():
        return text
    if text.isprintable():
        return text.translate(_TEXT_ESCAPES)
    return _NOT_TEXT.sub("", _LINE_ENDS.sub("\n", text)).translate(_TEXT_ESCAPES)


def _parameter(text: str) -> str:
    return _NOT_TEXT.sub("", _LINE_ENDS.sub("\n", text)).translate(_PARAMETER_ESCAPES)


def _truth(is_so: bool) -> str:
    return "TRUE" if is_so else "FALSE"


def _stamp(at_ms: int) -> str:
    """Give a time in the format's own form of ISO 8601: UTC, whole seconds."""
    return _stamp_of(at_ms // 1000)


@lru_cache(maxsize=10_000)  # neighbours share their seconds
def _stamp_of(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y%m%dT%H%M%SZ")
