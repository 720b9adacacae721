"""The forms of one id in the hands of carriers: in capitals or not, with zeros before, in either base. No I/O."""

from __future__ import annotations

import re
from typing import Final

_DECIMAL: Final = re.compile(r"[0-9]{1,25}")
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{1,20}")


def canonical(part_id: str) -> str:
    """Give the form in which ids that differ in case, in blanks around or in zeros before are the same."""
    return part_id.strip().lower().lstrip("0") or "0"


def other_forms(part_id: str) -> tuple[str, ...]:
    """Give the further forms in which a receipt may name a part: the canonical one, and the number in the other base.

    A form may fit the id of another part as well: what a carrier gave out exactly counts before it.
    """
    plain = canonical(part_id)
    forms = [plain]
    if _DECIMAL.fullmatch(plain):
        forms.append(f"{int(plain):x}")
    if _HEXADECIMAL.fullmatch(plain):
        forms.append(str(int(plain, 16)))
    return tuple(form for form in dict.fromkeys(forms) if form != part_id)
