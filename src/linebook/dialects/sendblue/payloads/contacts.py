"""Contacts: what the platform's queries and bodies say of them, in every spelling."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.contact import ContactPatch, FieldsChange, Label, SetChange
from linebook.core.phone import Phone
from linebook.dialects.kit import InvalidParameter
from linebook.dialects.sendblue.payloads.reading import given

LABELS_MAX: Final = 1_000
"""Most tags, and most custom variables, in one request for one contact."""

SET_MAX: Final = 1_000
"""Most contacts in one bulk creation."""

DELETE_MAX: Final = 10_000
"""Most contacts in one bulk deletion."""

Text = str | UnsetType | None
Flag = bool | UnsetType | None
Tags = list[str] | UnsetType | None
Variables = dict[str, str | None] | UnsetType | None

_DEPRECATED: Final = "Deprecated spelling of `{}`."


def _deprecated(name: str) -> Meta:
    return Meta(description=_DEPRECATED.format(name), extra_json_schema={"deprecated": True})


class Members(msgspec.Struct, frozen=True, kw_only=True):
    """What every body may say of a contact. Null counts as not given, empty text empties."""

    first_name: Annotated[Text, Meta(description="First name.")] = UNSET
    last_name: Annotated[Text, Meta(description="Last name.")] = UNSET
    company_name: Annotated[Text, Meta(description="Company.")] = UNSET
    assigned_to_email: Annotated[
        Text, Meta(description="Whose contact this is, by e-mail address; one that nobody has becomes a user's.")
    ] = UNSET
    sendblue_number: Annotated[Text, Meta(description="The line to text this person from, kept as sent.")] = UNSET
    tags: Annotated[Tags, Meta(description="The tags, all of them; unknown ones are made.")] = UNSET
    custom_variables: Annotated[
        Variables, Meta(description="Values by label, merged into what is there; unknown labels are made.")
    ] = UNSET
    firstName: Annotated[Text, _deprecated("first_name")] = UNSET
    lastName: Annotated[Text, _deprecated("last_name")] = UNSET
    companyName: Annotated[Text, _deprecated("company_name")] = UNSET
    assignedToEmail: Annotated[Text, _deprecated("assigned_to_email")] = UNSET
    sendblueNumber: Annotated[Text, _deprecated("sendblue_number")] = UNSET
    customVariables: Annotated[Variables, _deprecated("custom_variables")] = UNSET

    @property
    def assignee_email(self) -> str | UnsetType:
        """Whose contact it is to be."""
        return given(self.assigned_to_email, self.assignedToEmail)

    def patch(self, phone: Phone | UnsetType) -> ContactPatch:
        """Give what is said of the contact that has the number. Raises `InvalidParameter`."""
        return ContactPatch(
            phone=phone,
            first_name=given(self.first_name, self.firstName),
            last_name=given(self.last_name, self.lastName),
            company=given(self.company_name, self.companyName),
            line_number=given(self.sendblue_number, self.sendblueNumber),
            fields=_fields(given(self.custom_variables, self.customVariables)),
            tags=_tags(given(self.tags)),
        )


class CreateBody(Members, frozen=True, kw_only=True):
    """What the creation of a contact takes."""

    number: Annotated[Text, Meta(description="The number. Required, unless it is given in a deprecated spelling.")] = (
        UNSET
    )
    phone_number: Annotated[Text, _deprecated("number")] = UNSET
    phoneNumber: Annotated[Text, _deprecated("number")] = UNSET
    update_if_exists: Annotated[
        Flag, Meta(description="Whether a contact that has the number is updated; else it is a conflict.")
    ] = UNSET


class UpdateBody(Members, frozen=True, kw_only=True):
    """What the update of a contact takes. What is not given stays as it is."""

    opt_out: Annotated[
        Flag, Meta(description="Whether the number is opted out; the person's own STOP is not lifted by false.")
    ] = UNSET
    optOut: Annotated[Flag, _deprecated("opt_out")] = UNSET


class SetMember(Members, frozen=True, kw_only=True):
    """One contact of a bulk creation."""

    phone: Annotated[Text, Meta(description="The number. Required.")] = UNSET
    number: Annotated[Text, Meta(description="Another spelling of `phone`.")] = UNSET
    phone_number: Annotated[Text, Meta(description="Another spelling of `phone`.")] = UNSET
    phoneNumber: Annotated[Text, Meta(description="Another spelling of `phone`.")] = UNSET
    company: Annotated[Text, _deprecated("company_name")] = UNSET

    def patch(self, phone: Phone | UnsetType) -> ContactPatch:
        """See `Members`."""
        company = given(self.company_name, self.companyName, self.company)
        return msgspec.structs.replace(Members.patch(self, phone), company=company)


class SetBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a bulk creation takes."""

    contacts: Annotated[
        list[SetMember] | UnsetType | None, Meta(description=f"The contacts, {SET_MAX} at most. Required.")
    ] = UNSET


class DeleteBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a bulk deletion takes."""

    contact_ids: Annotated[
        list[str] | UnsetType | None,
        Meta(description=f"Numbers, despite the name, or contact ids; {DELETE_MAX} at most. Required."),
    ] = UNSET


class OptOutBody(msgspec.Struct, frozen=True, kw_only=True):
    """What an opt-out takes."""

    number: Annotated[Text, Meta(description="The number, with or without a contact. Required.")] = UNSET
    opted_out: Annotated[Flag, Meta(description="False opts in again, as far as the team may. Default true.")] = UNSET


class VerifyBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a verification takes."""

    number: Annotated[Text, Meta(description="The number. Required.")] = UNSET


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What the list takes."""

    limit: Annotated[int, Meta(description="How many contacts, 1000 at most; a higher one counts as 1000.")] = 100
    offset: Annotated[int, Meta(description="How many to leave out, 10000 at most; a higher one counts as 10000.")] = 0
    order_by: Annotated[
        str, Meta(description="`created_at`, `firstName`, `lastName` or `phone`; anything else counts as the first.")
    ] = "created_at"
    order_direction: Annotated[str, Meta(description="`asc` or `desc`; anything else counts as the latter.")] = "desc"
    phone_number: Annotated[str | UnsetType, Meta(description="Only the contact that has this number.")] = UNSET
    cid: Annotated[str | UnsetType, Meta(description="Only the contact that has this `contact_id`.")] = UNSET
    created_at_gte: Annotated[
        str | UnsetType, Meta(description="Only contacts created then or later, in ISO 8601.")
    ] = UNSET


def _tags(tags: list[str] | UnsetType) -> SetChange | UnsetType:
    if tags is UNSET:
        return UNSET
    if len(tags) > LABELS_MAX:
        raise InvalidParameter("tags", f"at most {LABELS_MAX}")
    return SetChange(add=tuple(one for one in tags if one.strip()), only=True)


def _fields(variables: dict[str, str | None] | UnsetType) -> FieldsChange | UnsetType:
    if variables is UNSET:
        return UNSET
    if len(variables) > LABELS_MAX:
        raise InvalidParameter("custom_variables", f"at most {LABELS_MAX}")
    values: dict[Label, str] = {label: text for label, text in variables.items() if text is not None}
    return FieldsChange(values) if values else UNSET
