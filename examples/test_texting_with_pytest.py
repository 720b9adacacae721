"""A suite that tests a program that sends texts: failed texts, a STOP, a platform that asks for a pause, a lost answer.

python -m pytest examples/test_texting_with_pytest.py
"""

from collections.abc import Iterator

import httpx
import pytest

from linebook.testing import Account, Hub

ADA = "+12065550100"
OPTED_OUT = -1234


class Reminders:
    """The program under test: it reminds customers through Zipwhip's API, and tries again when it should."""

    def __init__(self, base_url: str, session: str) -> None:
        """Take the settings that the program has in any case."""
        self._client = httpx.Client(base_url=base_url, trust_env=False)
        self._session = session
        self.silent: set[str] = set()

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def remind(self, number: str, body: str) -> str | None:
        """Send a reminder and give its id; None for somebody who asked for silence."""
        for _ in range(3):
            data = {"session": self._session, "contacts": number, "body": body}
            answer = self._client.post("/message/send", data=data)
            if answer.status_code not in (429, 503):
                break
        told = answer.json()
        if told["success"]:
            return str(told["response"]["root"])
        if isinstance(told["response"], dict) and told["response"]["code"] == OPTED_OUT:
            self.silent.add(number)
            return None
        raise RuntimeError(f"the reminder was refused: {told['response']}")


@pytest.fixture
def reminders(linebook_account: Account) -> Iterator[Reminders]:
    """The program, pointed at an account that this test alone has."""
    program = Reminders(linebook_account.zipwhip.base_url, linebook_account.zipwhip.session)
    yield program
    program.close()


def test_a_reminder_leaves(reminders: Reminders, linebook_hub: Hub, linebook_account: Account) -> None:
    """The carrier takes what the program sent."""
    sent = reminders.remind(ADA, "See you at 10.")
    text = linebook_hub.wait_for_text(linebook_account, number=ADA, state="accepted")
    assert (str(text.id), text.body) == (sent, "See you at 10.")


def test_a_number_that_no_way_leads_to(reminders: Reminders, linebook_hub: Hub, linebook_account: Account) -> None:
    """The last four digits of a magic number say how a text to it ends."""
    reminders.remind("+15005551106", "See you at 10.")
    text = linebook_hub.wait_for_text(linebook_account, state="failed")
    assert text.message_status == 1106


def test_silence_is_kept(reminders: Reminders, linebook_hub: Hub, linebook_account: Account) -> None:
    """Somebody who texts STOP gets no more reminders."""
    linebook_hub.inject_text(linebook_account, number=ADA, body="STOP")
    assert reminders.remind(ADA, "See you at 10.") is None
    assert reminders.silent == {ADA}


def test_a_pause_is_waited_out(reminders: Reminders, linebook_hub: Hub, linebook_account: Account) -> None:
    """Two refusals, then it works."""
    linebook_hub.fail_next(linebook_account, times=2, status=429, path="/message/send")
    assert reminders.remind(ADA, "See you at 10.")


def test_a_lost_answer_is_noticed(reminders: Reminders, linebook_hub: Hub, linebook_account: Account) -> None:
    """The platform took the text, and the program never heard so: it must not take silence for a refusal."""
    linebook_hub.drop_next(linebook_account, path="/message/send", after=True)
    with pytest.raises(httpx.TransportError):
        reminders.remind(ADA, "See you at 10.")
    assert len(linebook_hub.outbox(linebook_account)) == 1
