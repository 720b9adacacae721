"""Starts a demo hub for a test suite and opens accounts on it, with the standard library alone.

    with running_hub() as hub:
        account = hub.create_account()
        ...  # point the program under test at account.inwise.base_url, with account.inwise.api_key

The hub is a process of its own; nothing of it is imported here, and what it holds is gone when it ends.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

START_LIMIT_S: Final = 30.0
"""How long a hub may take to start; it needs less than a second unless the machine is very busy."""

END_LIMIT_S: Final = 10.0
CALL_LIMIT_S: Final = 30.0

_KEPT_FROM_HUB: Final = ("LINEBOOK_", "PYTHONWARNINGS")
"""What variables begin with that are for others: settings of a server that is no sandbox, and those of the suite."""


class HubNotStarted(Exception):
    """The hub ended before it answered. The message says what it printed."""


class SandboxError(Exception):
    """The sandbox refused a call."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An address that can text."""

    id: int
    address: str
    label: str
    is_multi_user: bool
    is_toll_free: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A user name that may log in through Zipwhip's API. `role`: `system`, `administrator` or `operator`."""

    username: str
    password: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Zipwhip:
    """How to call through Zipwhip's API. `session` is a key that needs no log-in."""

    base_url: str
    username: str
    password: str
    session: str
    logins: tuple[Login, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inwise:
    """How to call through inwise's API: `api_key` is the header `X-API-Key`."""

    base_url: str
    api_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sendblue:
    """How to call through Sendblue's API: the headers `sb-api-key-id` and `sb-api-secret-key`."""

    base_url: str
    api_key: str
    api_secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heymarket:
    """How to call through Heymarket's API: `api_key` as bearer, or a token that id and key of a secret sign."""

    base_url: str
    api_key: str
    secret_id: str
    secret_key: str
    n8n_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account that shares nothing with any other one, with what opens it through every dialect."""

    id: int
    name: str
    region: str
    lines: tuple[Line, ...]
    zipwhip: Zipwhip
    inwise: Inwise
    sendblue: Sendblue
    heymarket: Heymarket


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """Numbers whose consent was ever changed, and of how many of them each thing is true now."""

    numbers: int
    opted_out_by_person: int
    opted_out_by_team: int
    blocked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How much of everything an account has. `changes` grows with every contact that is written."""

    account: int
    contacts: int
    fields: int
    tags: int
    groups: int
    lines: int
    users: int
    consents: Consents
    changes: int


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

    def _call(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
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
        return json.loads(text) if text else None


@contextmanager
def running_hub() -> Iterator[Hub]:
    """Run a demo hub on a free port of this machine, with an empty book, for as long as the block runs.

    Raises `HubNotStarted` with what it printed.
    """
    # Not a pipe: what nobody reads would stop the hub one day.
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "linebook.sandbox"],
            env=_environ(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=printed,
            start_new_session=True,  # Ctrl-C is for the suite, which ends the hub when it has cleaned up
        )
        try:
            url = _url(process)
            if url is None:
                _end(process)
                printed.seek(0)
                raise HubNotStarted(printed.read().decode(errors="replace").strip() or "It printed nothing.")
            yield Hub(base_url=url)
        finally:
            _end(process)


def _url(process: subprocess.Popen[bytes]) -> str | None:
    limit = threading.Timer(START_LIMIT_S, process.kill)
    limit.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
    finally:
        limit.cancel()
    return str(json.loads(line)["url"]) if line else None


def _end(process: subprocess.Popen[bytes]) -> None:
    # The hub ends when its input does, as it would if this process were killed. Twice is no harm.
    assert process.stdin is not None and process.stdout is not None
    process.stdin.close()
    process.stdout.close()
    try:
        process.wait(END_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environ() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_KEPT_FROM_HUB)}
    return {**kept, "LINEBOOK_SETTINGS": os.devnull}
