"""The calls about texts: what lines sent and got, texts that a test lets come in, receipts, and the bytes of files."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from linebook.core.account import Account, Line
from linebook.core.carrier_kinds import LOOPBACK
from linebook.core.contact import LAST_ID
from linebook.core.delivery_status import MESSAGE_STATUSES, ReceiptKind, StatusCode
from linebook.core.file_kinds import NewFile
from linebook.core.long_texts import shortened
from linebook.core.message import Direction, Message
from linebook.core.text_parts import count_parts
from linebook.dialects.base import Call, DocumentedError, Evidence, Operation, Response
from linebook.dialects.kit import InvalidParameter
from linebook.errors import MessageNotFound, NotFound, NotPossible
from linebook.sandbox import samples
from linebook.sandbox.payloads import texts as payloads
from linebook.sandbox.reading import read_id
from linebook.sandbox.routes.common import FOREIGN_PAGE, NO_NUMBER, account_for, chosen
from linebook.sandbox.texts import Wanted, find_texts, line_of, look_at, number_of
from linebook.services.attachments import attachments_by_id
from linebook.services.inbound import INBOUND, InboundText, receive_texts
from linebook.services.kept_messages import get_message
from linebook.services.message_results import RecordReceipt, record_receipts
from linebook.services.message_walks import MessagePart, parts_of_messages
from linebook.storage.base import Tx

_KINDS: Final = {
    1003: ReceiptKind.ACCEPTED,
    1004: ReceiptKind.DELIVERED,
    1006: ReceiptKind.EXPIRED,
    1100: ReceiptKind.UNKNOWN,
    998: ReceiptKind.UNDELIVERED,
    1007: ReceiptKind.UNDELIVERED,
}
"""What a carrier reports when a text comes into these states. Of all other failures it says that it turned it down."""

_SHOWN: Final = ("image/png", "image/jpeg", "image/gif")
"""What a browser may show; it is told to save all else."""


async def outbox(call: Call) -> payloads.TextsView:
    """Give what lines sent, newest first, in whatever state it is."""
    return await _texts(call, call.params, Direction.OUT)


async def list_texts(call: Call) -> payloads.TextsView:
    """Give texts of either direction, newest first; none while nothing has happened since the answer that is known."""
    params = call.params
    direction = Direction(params.direction) if params.direction else None
    return await _texts(call, params, direction, None if params.known is UNSET else params.known)


async def _texts(
    call: Call, params: payloads.TextParams, direction: Direction | None, known: int | None = None
) -> payloads.TextsView:
    wanted = Wanted(
        account_id=chosen(params.account),
        limit=params.limit,
        before_id=read_id("before", params.before) if params.before else LAST_ID,
        direction=direction,
        line=params.line,
        number=params.number,
        known=known,
    )
    return payloads.texts_view(await call.runtime.store.read(lambda tx: find_texts(tx, wanted)), params.limit)


async def inject_text(call: Call) -> payloads.ReceivedView:
    """Let a text come in as if the carrier had brought it: it is stored when this is answered."""
    runtime, body = call.runtime, call.body
    account = await account_for(call, body.account)
    sender = number_of(account, body.number)
    line: Line = await runtime.store.read(lambda tx: line_of(tx, account, body.line))
    if not body.body and not body.attachments:
        raise InvalidParameter("body", "is empty, and nothing comes with it")
    shown, whole = body.body, None
    if runtime.files.folder is not None:
        shown, whole = shortened(body.body, runtime.settings.inbound_limit_bytes)
    files = [NewFile(one.name, "", one.content) for one in body.attachments]
    if whole is not None:
        files.insert(0, whole)
    kept = await runtime.files.keep_any(account.id, files, INBOUND) if files else []
    keys = tuple(one.id for one in kept)
    text = InboundText(
        line_id=line.id,
        sender=sender,
        body=shown,
        carrier=LOOPBACK,
        key=body.id,
        part_count=count_parts(body.body),
        attachments=keys[1:] if whole else keys,
        text_file=keys[0] if whole else "",
    )
    received = await runtime.store.write(receive_texts, account.id, text)
    runtime.delivery.wake(account.id)
    return payloads.ReceivedView(
        text=await _shown(call, account, received.message),
        is_new=received.is_new,
        effect=received.effect.value if received.effect else None,
    )


async def inject_receipt(call: Call) -> payloads.TextView:
    """Let the carrier report about a text that it took; a state never moves back, so not every report changes it."""
    body = call.body
    account = await account_for(call, body.account)
    kind = _receipt_kind(body.status)
    message_id = read_id("message", body.message)
    parts = await call.runtime.store.read(lambda tx: _parts(tx, account.id, message_id))
    if body.part is not UNSET:
        parts = [part for part in parts if part.no == body.part]
        if not parts:
            raise NotFound(f"The text has no part {body.part} that the carrier took.")
    for part in parts:
        receipt = RecordReceipt(
            carrier=part.carrier, ref=part.ref, kind=kind, message_status=body.status, words=body.words
        )
        await call.runtime.store.write(record_receipts, account.id, receipt)
    message = await call.runtime.store.read(lambda tx: get_message(tx, account.id, message_id))
    return await _shown(call, account, message)


async def get_attachment(call: Call) -> Response:
    """Give the bytes of a file of a text."""
    runtime = call.runtime
    account = await account_for(call, call.params.account)
    key = call.request.path_values["id"]
    kept = (await runtime.store.read(lambda tx: attachments_by_id(tx, account.id, [key]))).get(key)
    if kept is None:
        raise NotFound("There is no such file.")
    place = "inline" if kept.kind in _SHOWN else "attachment"
    headers = (
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        (b"content-disposition", place.encode()),
        (b"x-content-type-options", b"nosniff"),
        # What a key stands for never changes.
        (b"cache-control", b"private, max-age=86400"),
    )
    kind = kept.kind if kept.kind.isascii() and kept.kind.isprintable() else "application/octet-stream"
    return Response(200, await runtime.files.read(account.id, kept), kind.encode(), headers)


def _receipt_kind(message_status: int) -> ReceiptKind:
    row = MESSAGE_STATUSES.get(message_status)
    if row is None:
        raise InvalidParameter("status", "is not a message status")
    if row.status_code in (StatusCode.IN_PROCESS, StatusCode.QUEUED, StatusCode.SENT):
        raise InvalidParameter("status", "is a state that no receipt leads to")
    return _KINDS.get(message_status, ReceiptKind.REJECTED)


def _parts(tx: Tx, account_id: int, message_id: int) -> list[MessagePart]:
    message = get_message(tx, account_id, message_id)
    if message.is_inbound:
        raise MessageNotFound("That text came in: only those that were sent have receipts.")
    parts = [one for one in parts_of_messages(tx, account_id, [message_id]).get(message_id, []) if one.ref]
    if not parts:
        raise NotPossible("No carrier has taken the text, so there is nothing to report about.")
    return parts


async def _shown(call: Call, account: Account, message: Message) -> payloads.TextView:
    found = await call.runtime.store.read(lambda tx: look_at(tx, account.id, [message]))
    return payloads.text_view(found, message)


_NO_SUCH_LINE: Final = DocumentedError(
    status=404,
    when="there is no account with that id, or no such line of it",
    evidence=Evidence.CHOICE,
    example={"error": "+12065550199 is no line of this account."},
)
_NO_PHONE: Final = DocumentedError(
    status=400,
    when="`number` is none, or something else cannot be used",
    evidence=Evidence.CHOICE,
    example={"error": "number: is not a number", "parameter": "number"},
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="outbox.list",
        methods=("GET",),
        path="/_sandbox/outbox",
        summary="What lines sent, newest first, with its state as it is now",
        evidence=Evidence.CHOICE,
        resource="Texts",
        params=payloads.TextParams,
        result=payloads.TextsView,
        handler=outbox,
        needs_credential=False,
        errors=(_NO_PHONE, FOREIGN_PAGE, _NO_SUCH_LINE),
        notes="Confirmations that linebook sends by itself, such as the answer to a STOP, are there too.",
        example={"number": "+12065550100"},
        answer=samples.OUTBOX,
    ),
    Operation(
        name="texts.list",
        methods=("GET",),
        path="/_sandbox/texts",
        summary="What lines sent and got, newest first",
        evidence=Evidence.CHOICE,
        resource="Texts",
        params=payloads.TextsParams,
        result=payloads.TextsView,
        handler=list_texts,
        needs_credential=False,
        errors=(_NO_PHONE, FOREIGN_PAGE, _NO_SUCH_LINE),
        example={"direction": "in"},
        answer=samples.TEXTS,
    ),
    Operation(
        name="texts.inject",
        methods=("POST",),
        path="/_sandbox/texts",
        summary="Let a text come in to a line",
        evidence=Evidence.CHOICE,
        resource="Texts",
        body=payloads.InboundBody,
        result=payloads.ReceivedView,
        handler=inject_text,
        needs_credential=False,
        status=201,
        errors=(_NO_PHONE, FOREIGN_PAGE, _NO_SUCH_LINE),
        notes="Everything follows that follows from a real one: contact, conversation, webhooks, STOP and START.",
        example={"number": "+12065550100", "body": "STOP"},
        answer=samples.RECEIVED,
    ),
    Operation(
        name="receipts.inject",
        methods=("POST",),
        path="/_sandbox/receipts",
        summary="Let the carrier report about a text",
        evidence=Evidence.CHOICE,
        resource="Texts",
        body=payloads.ReceiptBody,
        result=payloads.TextView,
        handler=inject_receipt,
        needs_credential=False,
        errors=(
            DocumentedError(
                status=400,
                when="`status` is not one that a receipt leads to",
                evidence=Evidence.CHOICE,
                example={"error": "status: is a state that no receipt leads to", "parameter": "status"},
            ),
            FOREIGN_PAGE,
            DocumentedError(
                status=404,
                when="there is no such account or text",
                evidence=Evidence.CHOICE,
                example={"error": "There is no such message in this account."},
            ),
            DocumentedError(
                status=409,
                when="no carrier has taken the text yet",
                evidence=Evidence.CHOICE,
                example={"error": "No carrier has taken the text, so there is nothing to report about."},
            ),
        ),
        notes="Answers with the text as it is then. States never move back: what is final stays as it is.",
        example={"message": "2073577893888000000", "status": 1007},
        answer=samples.SENT_TEXT,
    ),
    Operation(
        name="attachments.get",
        methods=("GET",),
        path="/_sandbox/attachments/{id}",
        summary="The bytes of a file of a text",
        evidence=Evidence.CHOICE,
        resource="Texts",
        params=payloads.FileParams,
        result=None,
        handler=get_attachment,
        needs_credential=False,
        errors=(
            NO_NUMBER,
            FOREIGN_PAGE,
            DocumentedError(
                status=404,
                when="there is no such account or file",
                evidence=Evidence.CHOICE,
                example={"error": "There is no such file."},
            ),
        ),
        notes="The answer is the file itself, with its own content type.",
    ),
)
