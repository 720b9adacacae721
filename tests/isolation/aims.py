"""Which members of which operation identify something, and what: the table that every served operation must be in.

An operation has one probe or more, each with members that go together in one request. A member that identifies nothing
is in `PLAIN` of its dialect. What is in neither makes the test fail, so that nobody forgets a new operation or member.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.isolation.things import Kind

Probe = Mapping[str, Kind | str | bool]
"""What members identify; anything else is what a plain member must be beside them."""

Aims = Mapping[str, tuple[Probe, ...]]

K = Kind
_NOTHING: Final[tuple[Probe, ...]] = ({},)
"""The probe of an operation that names nothing: what it tells must be the caller's own."""

# -- Zipwhip

_MESSAGES: Final[tuple[Probe, ...]] = (
    {"message": K.MESSAGE_ID},
    {"messages": K.MESSAGE_ID},
    {"uuid": K.MESSAGE_ID},
    {"uuids": K.MESSAGE_ID},
)
_CONVERSATION: Final[tuple[Probe, ...]] = ({"fingerprint": K.FINGERPRINT}, {"address": K.ADDRESS})

_ZIPWHIP: Final[Aims] = {
    "user/login": ({"username": K.LINE}, {"mobileNumber": K.LINE}, {"userName": K.LINE}),
    "user/logout": _NOTHING,
    "user/get": _NOTHING,
    "user/signature/set": _NOTHING,
    "user/save": ({"email": K.USER_EMAIL},),
    "password/change": _NOTHING,
    "operator/list": _NOTHING,
    # Not by e-mail alone: that puts somebody on a line who is not on it yet, and the owner is.
    "operator/save": ({"operatorId": K.USER_ID, "email": K.USER_EMAIL},),
    "operator/unassign": ({"operatorId": K.USER_ID},),
    "role/list": _NOTHING,
    "contact/save": ({"mobileNumber": K.PHONE, "email": K.EMAIL}, {"address": K.ADDRESS}),
    "contact/get": ({"id": K.CONTACT_ID}, {"mobileNumber": K.PHONE}, {"address": K.ADDRESS}),
    "contact/list": _NOTHING,
    "contact/delete": ({"contact": K.CONTACT_ID}, {"contact": K.ADDRESS}),
    "message/send": (
        {"contacts": K.PHONE},
        {"to": K.PHONE},
        {"destinationAddress": K.PHONE},
        {"contact": K.ADDRESS},
        {"contactId": K.CONTACT_ID},
        {"contacts": K.PHONE, "attachment": K.STORAGE_KEY},
        {"contacts": K.GROUP_ADDRESS},
    ),
    "message/get": ({"id": K.MESSAGE_ID}, {"uuid": K.MESSAGE_ID}),
    "message/list": _NOTHING,
    "message/read": _MESSAGES,
    "message/delete": _MESSAGES,
    "messaging/send": ({"to": K.PHONE}, {"to": K.PHONE, "key": K.STORAGE_KEY}),
    "hostedContent/save": _NOTHING,
    "hostedContent/get": ({"storageKey": K.STORAGE_KEY},),
    "messageAttachment/list": ({"messageId": K.MESSAGE_ID},),
    "group/save": ({"name": K.GROUP_NAME, "member": K.PHONE},),
    "group/list": _NOTHING,
    "group/get": ({"address": K.GROUP_ADDRESS},),
    "group/members": ({"group": K.GROUP_ADDRESS},),
    "group/addMember": ({"group": K.GROUP_ADDRESS, "mobileNumber": K.PHONE},),
    "group/removeMember": ({"group": K.GROUP_ADDRESS, "member": K.PHONE},),
    "group/delete": ({"address": K.GROUP_ADDRESS},),
    "conversation/list": _NOTHING,
    "conversation/get": _CONVERSATION,
    "conversation/read": _CONVERSATION,
    "conversation/delete": _CONVERSATION,
    "webhook/add": _NOTHING,
    "webhook/update": ({"webhookId": K.WEBHOOK_ID},),
    "webhook/list": _NOTHING,
    "webhook/delete": ({"webhookId": K.WEBHOOK_ID},),
    "provision/eligible": ({"phone_number": K.LINE},),
    "provision/status": ({"phone_number": K.LINE},),
    "account/get-sessionkey": ({"phone_number": K.LINE},),
    "enum/textable": ({"phone_number": K.LINE}, {"phone_number": K.PHONE}),
    "enum/mobile": ({"phone_number": K.LINE}, {"phone_number": K.PHONE}),
}
_ZIPWHIP_PLAIN: Final = frozenset(
    {
        *("password", "firstName", "lastName", "notes", "businessName", "jobTitle", "addressLine1", "addressLine2"),
        *("city", "state", "zipcode", "country", "loc", "phoneKey", "custom1", "custom2"),
        *("page", "pageSize", "start", "limit"),
        *("body", "scheduledDate", "fromName", "advertisement", "data", "type", "signature"),
        *("event", "url", "method", "currentPassword", "username", "active", "roleId"),
    }
)

# -- inwise

_INWISE: Final[Aims] = {
    "contacts/save": (
        {
            "id": K.CONTACT_ID,
            "fields[].name": K.FIELD_NAME,
            "add_to_groups_ids[]": K.GROUP_ID,
            "external_id": K.EXTERNAL_ID,
        },
        {"email": K.EMAIL, "remove_from_groups_ids[]": K.GROUP_ID},
        {"mobile_number": K.DIGITS},
        {"email": K.EMAIL, "mobile_number": K.DIGITS},
        {"id": K.CONTACT_ID, "email": K.EMAIL, "mobile_number": K.DIGITS},
    ),
    "contacts/recently_updated": _NOTHING,
    "contacts/list": (
        {},
        {"email": K.EMAIL},
        {"mobile_number": K.DIGITS},
        {"external_id": K.EXTERNAL_ID},
        {"group_id": K.GROUP_ID},
        {"external_id": K.EXTERNAL_ID, "group_id": K.GROUP_ID},
    ),
    "contacts/get": ({"id": K.CONTACT_ID},),
    "contacts/batchInsert": ({"csv_file": K.CSV, "group_id": K.GROUP_ID},),
    "contacts/batchInsert/get": ({"id": K.IMPORT_ID},),
    "groups/list": _NOTHING,
    "groups/save": ({"id": K.GROUP_ID, "name": K.GROUP_NAME}, {"name": K.GROUP_NAME}),
    "groups/get": ({"id": K.GROUP_ID},),
    "fields/list": _NOTHING,
    "fields/save": ({"id": K.FIELD_ID, "title": K.FIELD_LABEL}, {"title": K.FIELD_LABEL}),
}
_INWISE_PLAIN: Final = frozenset(
    {
        *("fields[].content", "confirmation_status", "remove_from_all_other_groups", "clear_existing_fields"),
        *("trim_mobile_number_leading_zero", "add_default_country_to_mobile_number_only_if_not_exists"),
        *("mobile_number_default_country_code", "limit", "offset", "reset", "search_by_updated_or_added_date"),
        *("fields_mapping[].field_name", "fields_mapping[].file_column_name", "updateExistingContacts"),
        *("country_code", "trim_leading_zero", "type"),
    }
)

# -- Sendblue

_LABELLED: Final[Probe] = {
    "tags[]": K.TAG_NAME,
    "custom_variables{}": K.FIELD_LABEL,
    "assigned_to_email": K.USER_EMAIL,
    "sendblue_number": K.LINE,
}
_DEPRECATED: Final[Probe] = {
    "customVariables{}": K.FIELD_LABEL,
    "assignedToEmail": K.USER_EMAIL,
    "sendblueNumber": K.LINE,
}


def _inside(place: str, probe: Probe) -> Probe:
    return {f"{place}{name}": kind for name, kind in probe.items()}


_CREATIONS: Final[tuple[Probe, ...]] = (
    {"number": K.PHONE, **_LABELLED, "update_if_exists": True},
    {"phone_number": K.PHONE, **_DEPRECATED, "update_if_exists": True},
    {"phoneNumber": K.PHONE, "update_if_exists": True},
)
_SENDBLUE: Final[Aims] = {
    "contacts.create": _CREATIONS,
    "contacts.retrieve": ({"phone_number": K.PHONE}, {"phone_number": K.CONTACT_UUID}),
    "contacts.update": (
        {"phone_number": K.PHONE, **_LABELLED},
        {"phone_number": K.CONTACT_UUID, **_DEPRECATED},
    ),
    "contacts.delete": ({"phone_number": K.PHONE}, {"phone_number": K.CONTACT_UUID}),
    "contacts.opt_out": ({"number": K.PHONE},),
    "contacts.verify": ({"number": K.PHONE},),
    "contacts.create_older": _CREATIONS,
    "contacts.list": (
        {},
        {"phone_number": K.PHONE},
        {"cid": K.CONTACT_UUID},
        {"phone_number": K.PHONE, "cid": K.CONTACT_UUID},
    ),
    "contacts.count": _NOTHING,
    "contacts.bulk.create": (
        _inside("contacts[].", {"phone": K.PHONE, **_LABELLED}),
        _inside("contacts[].", {"number": K.PHONE, **_DEPRECATED}),
        {"contacts[].phone_number": K.PHONE},
        {"contacts[].phoneNumber": K.PHONE},
    ),
    "contacts.bulk.delete": ({"contact_ids[]": K.PHONE}, {"contact_ids[]": K.CONTACT_UUID}),
    "lines.list": _NOTHING,
    "lines.get_state": _NOTHING,
    "account.get": _NOTHING,
    "account.shared_contacts": _NOTHING,
    "account.verify_contact": ({"recipient": K.PHONE},),
    "auth.tokens.create": ({"phone_number": K.LINE}, {"phone_numbers[]": K.LINE}),
    "auth.tokens.revoke": ({"token_id": K.TOKEN_ID},),
}
_SENDBLUE_TEXTS: Final = ("first_name", "last_name", "company_name", "firstName", "lastName", "companyName")
_SENDBLUE_PLAIN: Final = frozenset(
    {
        *_SENDBLUE_TEXTS,
        *(f"contacts[].{name}" for name in (*_SENDBLUE_TEXTS, "company")),
        *("update_if_exists", "opt_out", "optOut", "opted_out", "expires_in_seconds"),
        *("limit", "offset", "order_by", "order_direction", "created_at_gte"),
    }
)

# -- Heymarket

_MORE: Final[Probe] = {
    "email": K.EMAIL,
    "custom{}": K.FIELD_ID,
    "assignee_id": K.USER_ID,
    "tags[].tag_id": K.TAG_ID,
}
_BY_PHONE: Final[Probe] = {"contact_channels[].channel_id": K.DIGITS, "contact_channels[].channel_type": "phone"}
_BY_PHONES: Final[Probe] = {"contact_channels[].channel_ids[]": K.DIGITS, "contact_channels[].channel_type": "phone"}
_BY_EMAIL: Final[Probe] = {"contact_channels[].channel_id": K.EMAIL, "contact_channels[].channel_type": "email"}
_LISTS: Final[tuple[Probe, ...]] = ({}, {"assigned": K.USER_ID}, {"filter": K.NAME}, {"id": K.CONTACT_ID})
_CHANNEL: Final[tuple[Probe, ...]] = (
    {"uuid": K.CONTACT_UUID, "channel_id": K.DIGITS},
    {"uuid": K.CONTACT_UUID, "channel_ids[]": K.DIGITS},
    {"uuid": K.CONTACT_UUID, "channel_id": K.EMAIL, "channel_type": "email"},
)

_HEYMARKET: Final[Aims] = {
    "v1/contact/create": ({"phone": K.DIGITS, **_MORE},),
    "v1/contact/read": ({"id": K.CONTACT_ID},),
    "v1/contact/update": ({"id": K.CONTACT_ID, "phone": K.DIGITS, **_MORE},),
    "v1/contact/get": ({"phone": K.DIGITS}, {"id": K.CONTACT_ID}),
    "v1/contact/delete": ({"id": K.CONTACT_ID},),
    "v1/contacts/list": _LISTS,
    "v1/contacts/count": _LISTS,
    "v1/contacts/batch": (_inside("[].", {"phone": K.DIGITS, **_MORE}),),
    "v1/contact/status": ({"phone": K.DIGITS}, {"id": K.CONTACT_ID}),
    "v1/contact/set_status": ({"phone": K.DIGITS}, {"id": K.CONTACT_ID}),
    "v1/fields/list": _NOTHING,
    "v1/fields/create": ({"[].title": K.FIELD_LABEL},),
    "v1/tag/create": ({"tag": K.TAG_NAME},),
    "v1/tag/read": ({"id": K.TAG_ID},),
    "v1/tags/list": _NOTHING,
    "v1/tag/delete": ({"id": K.TAG_ID},),
    "v2/contact/create": ({"phone": K.DIGITS, **_MORE}, _BY_PHONE, _BY_PHONES, _BY_EMAIL),
    "v2/contact/read": ({"uuid": K.CONTACT_UUID},),
    "v2/contact/update": (
        {"uuid": K.CONTACT_UUID, "phone": K.DIGITS, **_MORE},
        {"uuid": K.CONTACT_UUID, **_BY_PHONE},
        {"uuid": K.CONTACT_UUID, **_BY_PHONES},
        {"uuid": K.CONTACT_UUID, **_BY_EMAIL},
    ),
    "v2/contact/delete": ({"uuid": K.CONTACT_UUID},),
    "v2/contacts/save": (
        _inside("contacts[].", {"contact_id": K.CONTACT_UUID, "phone": K.DIGITS, **_MORE}),
        _inside("contacts[].", _BY_PHONE),
        _inside("contacts[].", _BY_PHONES),
        _inside("contacts[].", _BY_EMAIL),
    ),
    "v2/contacts/delete": (
        {"contact_channels[].channel_ids[]": K.CONTACT_UUID, "contact_channels[].channel_type": "id"},
        {"contact_channels[].channel_id": K.CONTACT_UUID, "contact_channels[].channel_type": "id"},
    ),
    "v2/contacts/list": _NOTHING,
    "v2/contacts/search": (_BY_PHONE, _BY_PHONES, _BY_EMAIL),
    "v2/channel/create": _CHANNEL,
    "v2/channel/update": _CHANNEL,
    "v2/channels/list": ({"uuid": K.CONTACT_UUID},),
    "v2/channel/read": ({"uuid": K.CONTACT_UUID, "channelType": "phone"},),
    "v2/channel/delete": ({"uuid": K.CONTACT_UUID, "channelType": "email"},),
    "v1/inboxes": _NOTHING,
    "v1/team": _NOTHING,
    "v1/users/get": ({}, {"email[]": K.USER_EMAIL}, {"phone[]": K.DIGITS}),
    "v1/users/update": ({"users[].id": K.USER_ID},),
    "n8n/test_auth": _NOTHING,
    "n8n/inboxes": _NOTHING,
    "n8n/lists": _NOTHING,
    "n8n/templates": _NOTHING,
    "n8n/contact_fields": _NOTHING,
    "n8n/contacts": ({"phone_number": K.PHONE, "email": K.EMAIL, "custom{}": K.FIELD_ID},),
}
_HEYMARKET_TEXTS: Final = (
    *("first", "last", "display_name", "avatar", "is_opted_out", "email_suppressions[]"),
    *("contact_channels[].channel_type", "contact_channels[].channel_handle", "contact_channels[].info_channel"),
)
_HEYMARKET_PLAIN: Final = frozenset(
    {
        *_HEYMARKET_TEXTS,
        *(f"contacts[].{name}" for name in _HEYMARKET_TEXTS),
        *(f"[].{name}" for name in _HEYMARKET_TEXTS),
        *("overwrite", "date", "limit", "page", "ascending", "order", "archived", "parent_id"),
        *("status", "status[]", "color", "channel_type", "channel_handle", "info_channel", "channelType"),
        *("users[].first_name", "users[].last_name", "users[].role_id", "first_name", "last_name", "note"),
    }
)

AIMS: Final[Mapping[str, Aims]] = {
    "zipwhip": _ZIPWHIP,
    "inwise": _INWISE,
    "sendblue": _SENDBLUE,
    "heymarket": _HEYMARKET,
}
PLAIN: Final[Mapping[str, frozenset[str]]] = {
    "zipwhip": _ZIPWHIP_PLAIN,
    "inwise": _INWISE_PLAIN,
    "sendblue": _SENDBLUE_PLAIN,
    "heymarket": _HEYMARKET_PLAIN,
}


def identifiers_of(dialect: str, operation: str) -> frozenset[str]:
    """Give the members of an operation that identify something."""
    probes = AIMS[dialect][operation]
    return frozenset(name for probe in probes for name, kind in probe.items() if isinstance(kind, Kind))
