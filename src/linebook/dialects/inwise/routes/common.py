"""What the calls share: the refusals that each of them has, and how a contact of this account is shown."""

from __future__ import annotations

from typing import Final

from linebook.core.account import Account
from linebook.core.contact import Contact
from linebook.dialects.base import Call, DocumentedError, Evidence
from linebook.dialects.inwise.errors import KEY_HEADER, invalid
from linebook.dialects.inwise.payloads.contacts import ContactView, contact_view
from linebook.dialects.kit import InvalidParameter

NAME: Final = "inwise"
"""The door that changes come through."""

BASE: Final = "/rest/v1"


async def account_of(call: Call) -> Account:
    """Give the account of the key."""
    return await call.runtime.directory.account(call.account_id)


def shown(account: Account, contacts: list[Contact]) -> list[ContactView]:
    """Give contacts as they are shown."""
    names_are_fields = account.inwise_name_fields
    return [contact_view(contact, names_are_fields=names_are_fields) for contact in contacts]


def path_id(call: Call) -> int:
    """Give the id in the path. Raises `InvalidParameter` for what is not a number."""
    text = call.request.path_values["id"]
    if not (text.isascii() and text.removeprefix("-").isdecimal() and len(text) <= ID_LENGTH_MAX):
        raise InvalidParameter("id", "is not a number")
    return int(text)


ID_LENGTH_MAX: Final = 40


def error(status: int, when: str, message: str, evidence: Evidence = Evidence.CHOICE) -> DocumentedError:
    """Give a documented refusal in the platform's form."""
    return DocumentedError(status=status, when=when, evidence=evidence, example={"code": status, "message": message})


NO_KEY: Final = error(401, "no key is shown", f"Parameter '{KEY_HEADER}' was missing.", Evidence.INFERRED)
BAD_KEY: Final = error(401, "the key is unknown or revoked", invalid(KEY_HEADER), Evidence.CLIENT)
BUSY: Final = error(
    503,
    "too much waits, or the database is away; `Retry-After` says when to try again",
    "The service is unavailable now, try again shortly.",
)
EVERYWHERE: Final = (NO_KEY, BAD_KEY)
