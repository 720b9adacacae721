"""What the documents show as requests and as whole answers. Nothing is ever answered from here."""

from __future__ import annotations

from typing import Any, Final

from msgspec import to_builtins

from linebook.core.account import Group, Line, Role
from linebook.core.delivery_status import QUEUED
from linebook.core.message import Conversation, Direction, Message, conversation_digest, fingerprints_of
from linebook.dialects.zipwhip.payloads.answers import Envelope
from linebook.dialects.zipwhip.payloads.contacts import ContactView, ListEnvelope, SavedEnvelope
from linebook.dialects.zipwhip.payloads.conversations import (
    ConversationAndMessages,
    ConversationsEnvelope,
    conversation_view,
)
from linebook.dialects.zipwhip.payloads.groups import CountedGroup, ListedGroup, group_view
from linebook.dialects.zipwhip.payloads.media import AttachmentsEnvelope, AttachmentView, Queued, SavedContent
from linebook.dialects.zipwhip.payloads.messages import MessagesEnvelope, SentView, Token, message_view
from linebook.dialects.zipwhip.payloads.operators import ROLES as OPERATOR_ROLES
from linebook.dialects.zipwhip.payloads.operators import OperatorView
from linebook.dialects.zipwhip.payloads.provisioning import (
    EligibleAnswer,
    MobileAnswer,
    StatusAnswer,
    TextableAnswer,
)
from linebook.dialects.zipwhip.payloads.sessions import PasswordEnvelope

SESSION: Final = "0f4c8d1e-6a35-4b7a-9d0c-2b6d1f3e5a71:10001"

CONTACT_PARAMS: Final = {
    "mobileNumber": "2065551234",
    "firstName": "Ada",
    "lastName": "Lovelace",
    "email": "ada@example.org",
    "notes": "Prefers texts",
}
_WHEN: Final = "2026-03-02T09:15:00+00:00"
_CONTACT: Final = ContactView(
    id=1073741825,
    version=1,
    lastUpdated=_WHEN,
    dateCreated=_WHEN,
    deviceId=10001,
    firstName="Ada",
    lastName="Lovelace",
    email="ada@example.org",
    mobileNumber="2065551234",
    address="ptn:/2065551234",
    notes="Prefers texts",
)
_USER: Final[dict[str, Any]] = {
    "firstName": "",
    "lastName": "",
    "fullName": "Front desk",
    "mobileNumber": "5556661234",
    "phoneNumber": "5556661234",
    "email": "",
    "notes": "",
    "loc": "",
    "carrier": "",
    "phoneKey": "",
    "birthday": None,
    "zipcode": "",
    "businessName": "",
    "websiteDeviceId": 10001,
    "websiteDeviceKey": "",
    "MOCount": 0,
    "ZOCount": 0,
}

LOGIN: Final = to_builtins(Envelope(response=SESSION))
LOGOUT: Final = to_builtins(Envelope(response=None))
USER: Final = to_builtins(Envelope(response={"user": _USER, "settings": {}, "groups": []}))
SAVED_USER: Final = to_builtins(
    Envelope(
        response={
            "user": {**_USER, "firstName": "Ada", "fullName": "Ada", "notes": "At the front desk until five"},
        }
    )
)
PASSWORD: Final = to_builtins(PasswordEnvelope())
OPERATOR_PARAMS: Final = {
    "username": "ada",
    "firstName": "Ada",
    "lastName": "Lovelace",
    "email": "ada@example.org",
    "roleId": "1",
    "password": "a password of hers",
}
_OPERATOR: Final = OperatorView(
    operatorId=10001,
    username="ada",
    firstName="Ada",
    lastName="Lovelace",
    displayName="Ada Lovelace",
    initials="AL",
    email="ada@example.org",
    phoneNumber="",
    active=True,
    role=OPERATOR_ROLES[Role.OPERATOR],
    lastMessageSent=_WHEN,
    lastPunchedIn=_WHEN,
)
OPERATOR: Final = to_builtins(Envelope(response=_OPERATOR))
OPERATORS: Final = to_builtins(Envelope(response=[_OPERATOR]))
ROLES: Final = to_builtins(Envelope(response=list(OPERATOR_ROLES.values())))
SAVED: Final = to_builtins(SavedEnvelope(response=_CONTACT))
FOUND: Final = to_builtins(Envelope(response=_CONTACT))
LISTED: Final = to_builtins(ListEnvelope(total=1, response=[_CONTACT], page=1, pages=1))
DELETED: Final = to_builtins(Envelope(response=True))

_AT_MS: Final = 1_772_442_900_000
_LINE: Final = Line(
    account_id=1,
    id=10001,
    address="+15556661234",
    label="Front desk",
    carrier="loopback",
    window_size=10,
    rate_per_s=None,
    is_toll_free=False,
    is_multi_user=False,
    created_ms=_AT_MS,
    updated_ms=_AT_MS,
)
_ID: Final = 2028403610498629633
_FINGERPRINT: Final = next(fingerprints_of(conversation_digest(["+12065550101"])))
MESSAGE_ID: Final = str(_ID)
FINGERPRINT: Final = str(_FINGERPRINT)
_MESSAGE: Final = Message(
    id=_ID,
    no=1,
    line_id=10001,
    fingerprint=_FINGERPRINT,
    direction=Direction.OUT,
    phone="+12065550101",
    contact_id=1073741826,
    body="Your table is ready",
    part_count=1,
    attachment_count=0,
    is_mms=False,
    state=QUEUED,
    is_read=True,
    created_ms=_AT_MS,
    updated_ms=_AT_MS,
    due_ms=None,
    sent_ms=None,
    delivered_ms=None,
    read_ms=None,
    deleted_ms=None,
    parent_id=0,
    carrier="",
    carrier_words="",
    error="",
    from_name="",
    advertisement="",
    external_id="",
    user_id=None,
    door="zipwhip",
    credential_id=1,
)
_CONVERSATION: Final = Conversation(
    line_id=10001,
    fingerprint=_FINGERPRINT,
    id=1,
    addresses=("+12065550101",),
    contact_id=1073741826,
    unread_count=0,
    is_open=True,
    assignee_id=None,
    last_message_id=_ID,
    rev=1,
    created_ms=_AT_MS,
    updated_ms=_AT_MS,
    deleted_ms=None,
)
_TOKEN: Final = Token(message=MESSAGE_ID, fingerprint=FINGERPRINT, contact=1073741826, device=10001)
_MESSAGE_VIEW: Final = message_view(_MESSAGE, _LINE, None)
_CONVERSATION_VIEW: Final = conversation_view(_CONVERSATION, _LINE, _MESSAGE, None)

TRUE: Final = to_builtins(Envelope(response=True))
SENT: Final = to_builtins(
    Envelope(response=SentView(root=MESSAGE_ID, fingerprint=FINGERPRINT, tokens=[_TOKEN])),
)
MESSAGE: Final = to_builtins(Envelope(response=_MESSAGE_VIEW))
MESSAGES: Final = to_builtins(MessagesEnvelope(total=1, size=1, response=[_MESSAGE_VIEW]))
CONVERSATIONS: Final = to_builtins(ConversationsEnvelope(total=1, size=1, response=[_CONVERSATION_VIEW]))
CONVERSATION: Final = to_builtins(
    Envelope(response=ConversationAndMessages(conversation=_CONVERSATION_VIEW, messages=[_MESSAGE_VIEW]))
)
STORAGE_KEY: Final = "7d9f6a1c-3f0e-4d52-9a4b-5c1e8f2b6d30"
QUEUED_SEND: Final = to_builtins(Envelope(response=Queued(id=_ID)))
SAVED_CONTENT: Final = to_builtins(Envelope(response=SavedContent(url=STORAGE_KEY)))
ATTACHMENTS: Final = to_builtins(
    AttachmentsEnvelope(
        total=1,
        response=[
            AttachmentView(
                fileName="cat.jpg",
                dateCreated=_WHEN,
                fileSizeBytes=40101,
                mimeType="image/jpeg",
                storageKey=STORAGE_KEY,
                messageId=_ID,
                deviceId=10001,
            )
        ],
    )
)
GROUP_ADDRESS: Final = "device:/5556661234/1000000001"
_GROUP: Final = group_view(
    Group(
        id=1_000_000_001,
        uuid="019cad3c-5c20-7000-8000-000000000001",
        name="Regulars",
        rev=1,
        created_ms=_AT_MS,
        updated_ms=_AT_MS,
        member_count=1,
    ),
    _LINE,
)
GROUP: Final = to_builtins(Envelope(response=_GROUP))
GROUPS: Final = to_builtins(Envelope(response=[ListedGroup(device=_GROUP)]))
COUNTED_GROUP: Final = to_builtins(Envelope(response=CountedGroup(group=_GROUP, members=1)))
MEMBERS: Final = to_builtins(Envelope(response=[_CONTACT]))

_TRANSACTION: Final = "8c1f0a52-9d3e-4b76-a0c4-1e5d7f2b9a63"
ELIGIBLE: Final = to_builtins(EligibleAnswer(transaction_id=_TRANSACTION, eligible="true"))
PROVISIONED: Final = to_builtins(
    StatusAnswer(transaction_id=_TRANSACTION, phone_number="+15556661234", status="provisioned")
)
TEXTABLE: Final = to_builtins(
    TextableAnswer(transaction_id=_TRANSACTION, provider="loopback", textable=True, type="unknown")
)
MOBILE: Final = to_builtins(MobileAnswer(transaction_id=_TRANSACTION, is_mobile=False))
