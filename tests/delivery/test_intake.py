"""What carriers bring is stored once, or refused so that they bring it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from linebook.carriers.base import Attachment, Inbound, Receipt
from linebook.core.account import Account
from linebook.core.consent import ConsentAction
from linebook.core.delivery_status import ReceiptKind
from linebook.core.magic_numbers import Case
from linebook.delivery.intake import NotKnownYet, StoreIntake
from linebook.errors import Unavailable
from linebook.links import keeper
from linebook.message_files import MessageFiles
from linebook.services.attachments import attachments_of_messages
from linebook.services.consents import consent_ledger, consents_of
from linebook.services.kept_messages import messages_of_line
from linebook.storage.base import Engine
from tests.delivery.world import delivering, no_files, send
from tests.kit.borrowed import borrowing_store
from tests.kit.builders import add_line, phone
from tests.kit.clock import TestClock
from tests.kit.hub import until
from tests.kit.raw import change

PERSON = phone("2065550101")


def inbound(text: str, key: str = "in-1") -> Inbound:
    return Inbound(id=key, source=PERSON.text, destination="+15556661234", text=text)


def bodies(engine: Engine, account_id: int, line_id: int) -> list[str]:
    return [one.body for one in engine.read(lambda tx: messages_of_line(tx, account_id, line_id, 0, 100))]


async def test_a_text_that_comes_twice_is_one_text(engine: Engine, account: Account) -> None:
    line = add_line(engine, account.id)
    store = borrowing_store(engine)
    await store.start()
    intake = StoreIntake(store, "loopback", no_files)
    await intake.texts([inbound("Hi"), inbound("Hi")])
    await intake.texts([inbound("Hi"), inbound("Hi", "in-2")])
    await intake.texts([Inbound(id="x", source=PERSON.text, destination="+15550000000", text="lost")])
    await store.stop()
    assert bodies(engine, account.id, line.id) == ["Hi", "Hi"]


async def test_a_receipt_for_a_line_that_is_gone_is_taken_like_any_other(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    line = add_line(engine, account.id, is_toll_free=True)
    (sent,) = send(engine, account.id, line.id, f"+1500557{Case.NO_RECEIPT:04}")
    async with delivering(engine, clock) as world:
        await world.ends_in(account.id, sent.id, 4, 1003)
        (part,) = engine.read(lambda tx: tx.all("message_parts_of", account_id=account.id, keys=[sent.id]))
        change(engine, f"DELETE FROM line WHERE account_id = {account.id} AND id = {line.id}")
        await StoreIntake(world.store, "loopback", no_files).receipts(
            [Receipt(part_id=part[4], kind=ReceiptKind.UNDELIVERED)]
        )
        await world.ends_in(account.id, sent.id, 5, 1007)


async def test_the_beginning_of_a_long_text_is_its_body_and_a_file_holds_all_of_it(
    engine: Engine, account: Account, tmp_path: Path
) -> None:
    line = add_line(engine, account.id)
    store = borrowing_store(engine)
    await store.start()
    files = MessageFiles(store, str(tmp_path))
    intake = StoreIntake(store, "loopback", keeper(files), 20)
    picture = Attachment(name="a.gif", media_type="image/gif", content=b"GIF89a")
    text = "Twenty characters, and then some more"
    await intake.texts(
        [
            inbound("short enough", "in-1"),
            inbound(text, "in-2"),
            Inbound(id="in-3", source=PERSON.text, destination=line.address, text=text, attachments=(picture,)),
            inbound(text, "in-2"),
        ]
    )
    with_picture, long, short = engine.read(lambda tx: messages_of_line(tx, account.id, line.id, 0, 100))
    assert (short.body, short.attachment_count) == ("short enough", 0)
    for message, count, is_mms in ((long, 1, False), (with_picture, 2, True)):
        assert (message.body, message.attachment_count, message.is_mms) == (text[:20], count, is_mms)
        found = engine.read(lambda tx, one=message: attachments_of_messages(tx, account.id, [one.id]))[message.id]  # type: ignore[misc]
        assert [one.kind for one in found] == ["text/plain", "image/gif"][:count]
        assert found[0].file_name == "message.txt"
        assert await files.read(account.id, found[0]) == text.encode()
    await store.stop()


async def test_a_long_text_is_no_word_whatever_its_beginning_says(
    engine: Engine, account: Account, tmp_path: Path
) -> None:
    add_line(engine, account.id)
    store = borrowing_store(engine)
    await store.start()
    intake = StoreIntake(store, "loopback", keeper(MessageFiles(store, str(tmp_path))), 4)
    await intake.texts([inbound("Stop by when you are here")])
    assert not engine.read(lambda tx: consents_of(tx, account.id, [PERSON]))[PERSON].by_person
    await intake.texts([inbound("STOP", "in-2")])
    assert engine.read(lambda tx: consents_of(tx, account.id, [PERSON]))[PERSON].by_person
    await store.stop()


async def test_a_long_text_waits_at_the_carrier_while_its_file_cannot_be_kept(
    engine: Engine, account: Account, tmp_path: Path
) -> None:
    line = add_line(engine, account.id)
    store = borrowing_store(engine)
    await store.start()
    (tmp_path / "files").write_text("in the way of the folder")
    intake = StoreIntake(store, "loopback", keeper(MessageFiles(store, str(tmp_path / "files"))), 20)
    with pytest.raises(Unavailable):
        await intake.texts([inbound("Twenty characters, and then some more")])
    assert bodies(engine, account.id, line.id) == []
    await store.stop()


async def test_a_receipt_of_nothing_known_is_brought_again_unless_it_names_its_line(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    line = add_line(engine, account.id, is_toll_free=True)
    (sent,) = send(engine, account.id, line.id, f"+1500557{Case.NO_RECEIPT:04}")
    receipt = Receipt(part_id="77", kind=ReceiptKind.DELIVERED)
    async with delivering(engine, clock) as world:
        intake = StoreIntake(world.store, "loopback", no_files)
        with pytest.raises(NotKnownYet):
            await intake.receipts([receipt])
        await intake.receipts([Receipt(part_id="78", kind=ReceiptKind.DELIVERED, line_address=line.address)])
        await world.ends_in(account.id, sent.id, 4, 1003)
        rows = engine.read(lambda tx: tx.all("message_parts_of", account_id=account.id, keys=[sent.id]))
        await intake.receipts([Receipt(part_id=str(int(rows[0][4], 16)), kind=ReceiptKind.DELIVERED)])
        await world.ends_in(account.id, sent.id, 6, 1004)


async def test_a_stop_is_the_persons_own_and_is_answered_once(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    line = add_line(engine, account.id)
    async with delivering(engine, clock) as world:
        intake = StoreIntake(world.store, "loopback", no_files)
        await intake.texts([inbound("Stop."), inbound("STOP", "in-2")])
        world.delivery.wake(account.id)
        await until(lambda: len(world.carrier.taken) == 1)
        assert engine.read(lambda tx: consents_of(tx, account.id, [PERSON]))[PERSON].by_person
        await intake.texts([inbound("unstop", "in-3")])
        world.delivery.wake(account.id)
        await until(lambda: len(world.carrier.taken) == 2)
        await world.carrier.settled()
    assert not engine.read(lambda tx: consents_of(tx, account.id, [PERSON]))[PERSON].by_person
    ledger = engine.read(lambda tx: consent_ledger(tx, account.id, PERSON))
    assert [(one.action, one.word) for one in ledger] == [
        (ConsentAction.PERSON_START, "unstop"),
        (ConsentAction.PERSON_STOP, "Stop."),
    ]
    assert {one.destination for one in world.carrier.taken} == {PERSON.text}
    assert line.address == world.carrier.taken[0].source


async def test_a_stop_in_mid_flight_fails_the_text_and_closes_the_line(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    line = add_line(engine, account.id)
    (sent,) = send(engine, account.id, line.id, f"+1500557{Case.OPT_OUT:04}")
    async with delivering(engine, clock) as world:
        after = await world.ends_in(account.id, sent.id, 5, 1110)
    assert after.error == "opted_out"
    number = phone(f"+1500557{Case.OPT_OUT:04}")
    assert engine.read(lambda tx: consents_of(tx, account.id, [number]))[number].by_person
