"""Sessions as the platform starts and shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta

from linebook.core.account import Line, User
from linebook.dialects.zipwhip.payloads.answers import Answer
from linebook.dialects.zipwhip.payloads.reading import Text


class LoginParams(msgspec.Struct, frozen=True, kw_only=True):
    """What user/login takes. `mobileNumber` and `userName` are other spellings of `username`."""

    username: Annotated[Text, Meta(description="The line's number, or `prefix@number` on a multi-user line.")] = UNSET
    mobileNumber: Annotated[Text, Meta(description="Another spelling of `username`.")] = UNSET
    userName: Annotated[Text, Meta(description="Another spelling of `username`.")] = UNSET
    password: Annotated[str, Meta(description="The password.")] = ""


class SignatureParams(msgspec.Struct, frozen=True, kw_only=True):
    """What user/signature/set takes."""

    signature: Annotated[Text, Meta(description="The text; empty takes it away. Required.")] = UNSET


class UserSaveParams(msgspec.Struct, frozen=True, kw_only=True):
    """What user/save takes; what is not sent stays."""

    firstName: Annotated[Text, Meta(description="First name.")] = UNSET
    lastName: Annotated[Text, Meta(description="Last name.")] = UNSET
    email: Annotated[Text, Meta(description="E-mail address; two users cannot have the same.")] = UNSET
    notes: Annotated[Text, Meta(description="Free text.")] = UNSET
    phoneKey: Annotated[Text, Meta(description="Kept and shown, and used for nothing.")] = UNSET
    loc: Annotated[Text, Meta(description="A place, as free text.")] = UNSET


class PasswordParams(msgspec.Struct, frozen=True, kw_only=True):
    """What password/change takes."""

    currentPassword: Annotated[Text, Meta(description="The password until now. Required.")] = UNSET
    password: Annotated[Text, Meta(description="The new one. Required.")] = UNSET


class PasswordEnvelope(Answer, frozen=True, kw_only=True):
    """The answer to password/change, with the `sessions` that is always null."""

    response: str = ""
    sessions: None = None


def user_view(line: Line | None, user: User | None, settings: Mapping[str, str]) -> dict[str, object]:
    """Give the user of a session, or the line where the session has none. `settings` is what user/save kept."""
    number = line.address.removeprefix("+1") if line else ""
    first_name = user.first_name if user else settings.get("first_name", "")
    last_name = user.last_name if user else settings.get("last_name", "")
    return {
        "firstName": first_name,
        "lastName": last_name,
        "fullName": f"{first_name} {last_name}".strip() or (line.label if line and not user else ""),
        "mobileNumber": number,
        "phoneNumber": number,
        "email": user.email if user else settings.get("email", ""),
        "notes": settings.get("notes", ""),
        "loc": settings.get("loc", ""),
        "carrier": "",
        "phoneKey": settings.get("phone_key", ""),
        "birthday": None,
        "zipcode": "",
        "businessName": "",
        "websiteDeviceId": line.id if line else 0,
        "websiteDeviceKey": "",
        "MOCount": 0,
        "ZOCount": 0,
    }
