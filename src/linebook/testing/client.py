"""Calls the sandbox of a running hub, with the standard library alone."""

from __future__ import annotations

import base64
import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlencode, urlsplit

from linebook.testing.shapes import (
    Account,
    Attempt,
    Clock,
    Consents,
    Delivery,
    Heymarket,
    Inwise,
    Line,
    Login,
    Part,
    Sendblue,
    State,
    Text,
    TextFile,
    Webhook,
    Zipwhip,
)

T = TypeVar("T")

CALL_LIMIT_S: Final = 30.0
WAIT_LIMIT_S: Final = 10.0
"""How long `wait_for` waits; what it waits for happens within a fraction of a second."""

WAIT_PAUSE_S: Final = 0.02


class WaitedInVain(AssertionError):
    """What `wait_for` waited for did not happen in time. The message says what it saw last."""


class SandboxError(Exception):
    """The sandbox refused a call."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A demo hub that answers at `base_url`. Every method raises `SandboxError` when the hub refuses."""

    base_url: str

    def create_account(self, *, name: str = "", region: str = "US") -> Account:
        """Open a fresh account. `region` completes numbers that are typed without a country."""
        given = {"region": region} | ({"name": name} if name else {})
        answer = self._call("POST", "/_sandbox/accounts", given)
        zipwhip = answer["zipwhip"]
        logins = tuple(Login(**one) for one in zipwhip["logins"])
        return Account(
            id=answer["id"],
            name=answer["name"],
            region=answer["region"],
            lines=tuple(Line(**one) for one in answer["lines"]),
            zipwhip=Zipwhip(**{**zipwhip, "logins": logins}),
            inwise=Inwise(**answer["inwise"]),
            sendblue=Sendblue(**answer["sendblue"]),
            heymarket=Heymarket(**answer["heymarket"]),
        )

    def delete_account(self, account: Account) -> None:
        """Delete an account with everything in it; one that is gone already is no error."""
        try:
            self._call("DELETE", f"/_sandbox/accounts/{account.id}")
        except SandboxError as error:
            if error.status != http.client.NOT_FOUND:
                raise

    def state(self, account: Account | None = None) -> State:
        """Count what an account has; without one, the demo account."""
        answer = self._call("GET", "/_sandbox/state" + (f"?account={account.id}" if account is not None else ""))
        return State(**{**answer, "consents": Consents(**answer["consents"])})

    def reset(self) -> None:
        """Make everything as it is after a fresh start; every account but the demo's is gone."""
        self._call("POST", "/_sandbox/reset")

    # -- texts

    def outbox(
        self, account: Account | None = None, *, line: str = "", number: str = "", limit: int = 100
    ) -> list[Text]:
        """Give what lines sent, newest first, as it is now: of an account (the demo's without one), of a line."""
        wanted = {"line": line, "number": number, "limit": str(limit)}
        return [_text(one) for one in self._call("GET", _path("outbox", account, wanted))["texts"]]

    def texts(
        self,
        account: Account | None = None,
        *,
        direction: Literal["", "in", "out"] = "",
        line: str = "",
        number: str = "",
        limit: int = 100,
    ) -> list[Text]:
        """Give what lines sent and got, newest first; `direction` `in` gives only what they got."""
        wanted = {"direction": direction, "line": line, "number": number, "limit": str(limit)}
        return [_text(one) for one in self._call("GET", _path("texts", account, wanted))["texts"]]

    def inject_text(
        self,
        account: Account | None = None,
        *,
        number: str,
        body: str = "",
        line: str = "",
        attachments: Mapping[str, bytes] | None = None,
        id: str = "",
    ) -> Text:
        """Let somebody text a line (the first one without an address); it is stored when this returns.

        `attachments` are files by name. The same `id` again is the same text again, as a carrier may bring it.
        """
        files = [
            {"name": name, "content": base64.b64encode(data).decode()} for name, data in (attachments or {}).items()
        ]
        given = {"number": number, "body": body, "line": line, "attachments": files, "id": id}
        return _text(self._call("POST", "/_sandbox/texts", given | _whose(account))["text"])

    def inject_receipt(
        self,
        text: Text | int | str,
        account: Account | None = None,
        *,
        status: int,
        part: int | None = None,
        words: str = "",
    ) -> Text:
        """Let the carrier report that a text that it took came into a message status; give the text as it is then."""
        message = str(text.id if isinstance(text, Text) else text)
        given = {"message": message, "status": status, "words": words} | ({} if part is None else {"part": part})
        return _text(self._call("POST", "/_sandbox/receipts", given | _whose(account)))

    def attachment(self, file: TextFile) -> bytes:
        """Give the bytes of a file of a text."""
        return self._bytes("GET", file.url)

    def webhooks(self, account: Account | None = None, *, limit: int = 20) -> list[Webhook]:
        """Give webhooks with the newest events that each was to be told of, and every try."""
        return [_webhook(one) for one in self._call("GET", _path("webhooks", account, {"limit": str(limit)}))]

    # -- the hub itself

    def clock(self) -> Clock:
        """Give the hub's time."""
        return Clock(**self._call("GET", "/_sandbox/clock"))

    def advance_clock(self, seconds: float) -> Clock:
        """Set the hub's clock forward, for every account; what is due then begins to happen. `reset` sets it back."""
        return Clock(**self._call("POST", "/_sandbox/clock", {"advance_s": seconds}))

    def fail_next(
        self,
        account: Account | None = None,
        *,
        times: int = 1,
        status: Literal[429, 500, 503] = 500,
        dialect: Literal["", "zipwhip", "inwise", "sendblue", "heymarket"] = "",
        path: str = "",
        delay_s: float = 0.0,
        retry_after_s: int = 1,
        after: bool = False,
        everybody: bool = False,
    ) -> None:
        """Refuse the next calls of an account (of everybody, log-ins too, if asked) in the platform's own form.

        `dialect` and `path` (what it begins with) narrow them down. `after`: the call does its work first.
        """
        given = {"outcome": "refused", "status": status, "retry_after_s": retry_after_s}
        self._fail(account, given, times, dialect, path, delay_s, after, everybody)

    def drop_next(
        self,
        account: Account | None = None,
        *,
        times: int = 1,
        dialect: Literal["", "zipwhip", "inwise", "sendblue", "heymarket"] = "",
        path: str = "",
        delay_s: float = 0.0,
        after: bool = False,
        everybody: bool = False,
    ) -> None:
        """Cut the connections of the next calls; with `after` once they have done their work. See `fail_next`."""
        self._fail(account, {"outcome": "dropped"}, times, dialect, path, delay_s, after, everybody)

    def delay_next(
        self,
        account: Account | None = None,
        *,
        delay_s: float,
        times: int = 1,
        dialect: Literal["", "zipwhip", "inwise", "sendblue", "heymarket"] = "",
        path: str = "",
        everybody: bool = False,
    ) -> None:
        """Answer the next calls so much later, and as always. See `fail_next`."""
        self._fail(account, {"outcome": "answered"}, times, dialect, path, delay_s, False, everybody)

    def forget_failures(self, account: Account | None = None) -> None:
        """Let the account's calls succeed again, and those of everybody."""
        self._call("DELETE", _path("failures", account, {}))

    def stop_carrier(self, account: Account | None = None) -> None:
        """Let texts of the account wait from now on."""
        self._call("POST", "/_sandbox/carrier", {"is_running": False, **_whose(account)})

    def start_carrier(self, account: Account | None = None) -> None:
        """Let them go on."""
        self._call("POST", "/_sandbox/carrier", {"is_running": True, **_whose(account)})

    def wait_for(self, what: Callable[[], T], *, limit_s: float = WAIT_LIMIT_S) -> T:
        """Ask again and again until the answer is true, and give it. Raises `WaitedInVain`, which fails a test."""
        deadline_s = time.monotonic() + limit_s
        while not (answer := what()):
            if time.monotonic() >= deadline_s:
                raise WaitedInVain(f"It did not become true within {limit_s} s; the last answer was {answer!r}.")
            time.sleep(WAIT_PAUSE_S)
        return answer

    def wait_for_text(
        self,
        account: Account | None = None,
        *,
        number: str = "",
        line: str = "",
        body: str = "",
        state: str = "",
        limit_s: float = WAIT_LIMIT_S,
    ) -> Text:
        """Wait for a text that a line sent, to that number, with that whole body and in that state, and give it.

        Raises `WaitedInVain` with the outbox as it was last.
        """
        seen: list[Text] = []

        def found() -> Text | None:
            seen[:] = self.outbox(account, line=line, number=number)
            return next((one for one in seen if body in ("", one.body) and state in ("", one.state)), None)

        try:
            text = self.wait_for(found, limit_s=limit_s)
        except WaitedInVain as error:
            shown = "\n".join(f"  {one.number} {one.state} {one.message_status}: {one.body}" for one in seen)
            raise WaitedInVain(f"No such text within {limit_s} s. The outbox:\n{shown or '  empty'}") from error
        assert text is not None
        return text

    def _fail(  # noqa: PLR0917 - the parts of a wish
        self,
        account: Account | None,
        how: Mapping[str, Any],
        times: int,
        dialect: str,
        path: str,
        delay_s: float,
        after: bool,
        everybody: bool,
    ) -> None:
        given = {
            "times": times,
            "dialect": dialect,
            "path": path,
            "delay_s": delay_s,
            "after": after,
            "everybody": everybody,
        }
        self._call("POST", "/_sandbox/failures", {**given, **how, **_whose(account)})

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        text = self._bytes(method, path, body)
        return json.loads(text) if text else None

    def _bytes(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        # No proxy of the environment is asked: the hub is on this machine.
        connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=CALL_LIMIT_S)
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body))
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= http.client.BAD_REQUEST:
            raise SandboxError(answer.status, json.loads(text)["error"])
        return text


def _whose(account: Account | None) -> dict[str, int]:
    return {} if account is None else {"account": account.id}


def _path(name: str, account: Account | None, wanted: Mapping[str, str]) -> str:
    given = {**wanted, **_whose(account)}
    return f"/_sandbox/{name}?{urlencode({one: value for one, value in given.items() if value != ''})}"


def _text(answer: Mapping[str, Any]) -> Text:
    known = {
        "id": int(answer["id"]),
        "parent_id": None if answer["parent_id"] is None else int(answer["parent_id"]),
        "parts": tuple(Part(**one) for one in answer["parts"]),
        "attachments": tuple(TextFile(**one) for one in answer["attachments"]),
    }
    return Text(**{**answer, **known})


def _webhook(answer: Mapping[str, Any]) -> Webhook:
    deliveries = tuple(
        Delivery(**{**one, "attempts": tuple(Attempt(**tried) for tried in one["attempts"])})
        for one in answer["deliveries"]
    )
    return Webhook(**{**answer, "events": tuple(answer["events"]), "deliveries": deliveries})
