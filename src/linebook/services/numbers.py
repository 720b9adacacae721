"""What an account knows of a number: whether it is one of its lines, and whether it could be texted."""

from __future__ import annotations

import msgspec

from linebook.core.account import Line
from linebook.core.phone import Phone
from linebook.services.consents import may_be_texted
from linebook.services.lines import all_lines
from linebook.storage.base import Tx


class NumberFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a number. `line` is the account's own line of that number, if it is one."""

    phone: Phone
    line: Line | None
    is_textable: bool


def number_facts(tx: Tx, account_id: int, phone: Phone, line_id: int | None = None) -> NumberFacts:
    """Give what an account knows of a number; with `line_id` as if that line were its only one.

    A number can be texted if it is complete, a numbering plan could have issued it (or it is a line of the account),
    and consent lets at least one line text it. Nothing is said about other accounts.
    """
    lines = [one for one in all_lines(tx, account_id) if line_id in (None, one.id)]
    own = next((one for one in lines if one.address == phone.text), None)
    is_real = own is not None or phone.is_valid()
    is_textable = is_real and may_be_texted(tx, account_id, phone, [one.id for one in lines])
    return NumberFacts(phone=phone, line=own, is_textable=is_textable)
