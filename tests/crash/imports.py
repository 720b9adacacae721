"""An import that is killed at a random moment and goes on: one outcome per record, and the book as undisturbed."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linebook.core.imports import ImportState, RecordKind
from linebook.services.accounts import DIRECTORY, CreateAccount, create_accounts
from linebook.services.kept_imports import Import, list_imports, outcomes_of, rejects_after
from linebook.storage.base import Engine
from linebook.storage.store import open_engine, write_now
from tests.crash.hub import HubProcess
from tests.kit.invariants import check_book
from tests.kit.raw import look

RECORDS = 24_000
LIMIT_S = 120
LOOK_S = 0.02
APPLYING_SHARE = 0.75
"""How many kills are meant for the time when records go into the book; the others fall anywhere."""
HUB_SHARE = 0.4
"""How many rounds have a hub that applies the file, which is killed too."""


@dataclass
class Counts:
    """What the rounds did and found."""

    kills: int = 0
    while_reading: int = 0
    while_applying: int = 0
    faults: list[str] = field(default_factory=list)


def run_rounds(name: str, database: str, folder: Path, rounds: int, seed: int) -> int:
    """Kill so many imports, each into an account of its own; give how many faults were found."""
    suite = _ImportsUnderKill(name, database, folder, seed)
    for number in range(rounds):
        suite.round(number)
    counts = suite.counts
    print(
        f"{name}: import: {counts.kills} kills, {counts.while_reading} of them while the file was read, "
        f"{counts.while_applying} while it was applied; {len(counts.faults)} faults"
    )
    for fault in counts.faults[:20]:
        print(f"  {fault}", file=sys.stderr)
    return len(counts.faults)


class _ImportsUnderKill:
    """The same file into one account after another; the first of them undisturbed."""

    def __init__(self, name: str, database: str, folder: Path, seed: int) -> None:
        self._name = name
        self._database = database
        self._folder = folder
        self._random = random.Random(seed)
        self._file, self._numbers = folder / "people.csv", self._write_file(folder / "people.csv")
        self.counts = Counts()
        engine = open_engine(database)
        engine.migrate()
        engine.close()
        self._account("undisturbed")
        began_s = time.monotonic()
        command = self._start("undisturbed", "contacts", "import", str(self._file))
        self._wait_for_applying("undisturbed", command)
        applying_since_s = time.monotonic()
        ended = command.wait(LIMIT_S)
        self._duration_s = time.monotonic() - began_s
        self._applying_s = time.monotonic() - applying_since_s
        assert ended == 5, ended
        with self._engine() as engine:
            self._expected = _book(engine, self._account_id("undisturbed"))
            (one,) = self._imports(engine, "undisturbed")
            self._expected_counts = _counts(one)
            self._check_outcomes(engine, "undisturbed", one)

    def _write_file(self, path: Path) -> list[int]:
        rng = random.Random(1)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["Phone", "First name", "Email", "Tags", "Opted out"])
            for number in range(RECORDS):
                phone = f"+1206{7_000_000 + number}"
                if number % 97 == 5:
                    phone = "9.72541E+11"
                elif number % 31 == 3:
                    phone = f"+1206{7_000_000 + rng.randrange(number)}"
                tags = "VIP" if number % 7 == 0 else ""
                opted = "yes" if number % 50 == 0 else ""
                writer.writerow([phone, f"N{number}", f"p{number}@example.org", tags, opted])
        return list(range(2, RECORDS + 2))

    def round(self, number: int) -> None:
        """Import, kill, go on, look."""
        account = f"round {number}"
        self._account(account)
        if self._random.random() < HUB_SHARE:
            self._kill_hub(account)
        else:
            self._kill_shell(account)
        with self._engine() as engine:
            imports = self._imports(engine, account)
        unfinished = [one for one in imports if one.state is ImportState.APPLYING]
        if any(one.state is ImportState.STAGED for one in imports):
            unfinished = [one for one in imports if one.state is ImportState.STAGED]
        if unfinished:
            number_of_import = str(unfinished[0].id)
            ended = None
            if self._random.random() < 0.5:
                ended = self._run_and_kill(account, "imports", "resume", number_of_import)
            if ended != 5:
                ended = self._linebook(account, "imports", "resume", number_of_import)
        elif not any(one.state is ImportState.DONE for one in imports):
            ended = self._linebook(account, "contacts", "import", str(self._file))
        else:
            ended = 5
        self._check(account, ended)

    def _kill_shell(self, account: str) -> None:
        self._run_and_kill(account, "contacts", "import", str(self._file))

    def _kill_hub(self, account: str) -> None:
        """A hub serves: on SQLite it applies what the command stages. It is killed, and another one comes up."""
        with HubProcess(self._database, self._folder / "hub.log") as hub:
            command = self._start(account, "contacts", "import", str(self._file))
            self._wait_for_a_moment(account, command)
            hub.kill()
            self._count_kill(account)
            hub.start()
            command.wait(LIMIT_S)

    def _run_and_kill(self, account: str, *arguments: str) -> int:
        """Give how the command ended: by itself, if it was quick enough."""
        command = self._start(account, *arguments)
        self._wait_for_a_moment(account, command)
        if command.poll() is None:
            command.send_signal(signal.SIGKILL)
            ended = command.wait(LIMIT_S)
            self._count_kill(account)
            return ended
        return command.wait(LIMIT_S)

    def _count_kill(self, account: str) -> None:
        self.counts.kills += 1
        with self._engine() as engine:
            states = {one.state for one in self._imports(engine, account)}
        self.counts.while_applying += ImportState.APPLYING in states
        self.counts.while_reading += states <= {ImportState.STAGING}

    def _wait_for_a_moment(self, account: str, command: subprocess.Popen[bytes]) -> None:
        """Wait until it is time to kill. The moment is drawn: nothing depends on what had happened by then."""
        if self._random.random() < APPLYING_SHARE:
            self._wait_for_applying(account, command)
            time.sleep(self._random.uniform(0, self._applying_s))
        else:
            time.sleep(self._random.uniform(0.3, self._duration_s))

    def _wait_for_applying(self, account: str, command: subprocess.Popen[bytes]) -> None:
        """Wait until records go into the book, or the command has ended."""
        with self._engine() as engine:
            while command.poll() is None:
                if any(one.state is ImportState.APPLYING for one in self._imports(engine, account)):
                    return
                time.sleep(LOOK_S)

    def _check(self, account: str, ended: int) -> None:
        if ended != 5:
            self.counts.faults.append(f"{account}: the command that went on ended with {ended}")
        with self._engine() as engine:
            done = [one for one in self._imports(engine, account) if one.state is ImportState.DONE]
            if len(done) != 1:
                self.counts.faults.append(f"{account}: {[one.state for one in self._imports(engine, account)]}")
                return
            if _counts(done[0]) != self._expected_counts:
                self.counts.faults.append(f"{account}: {_counts(done[0])}, expected {self._expected_counts}")
            self._check_outcomes(engine, account, done[0])
            account_id = self._account_id(account)
            if (found := _book(engine, account_id)) != self._expected:
                differing = len(set(found.items()) ^ set(self._expected.items()))
                self.counts.faults.append(f"{account}: the book differs in {differing} contacts")
            check_book(engine, account_id)

    def _check_outcomes(self, engine: Engine, account: str, one: Import) -> None:
        account_id = self._account_id(account)
        applied = engine.read(lambda tx: outcomes_of(tx, account_id, one.id, limit=RECORDS))
        rejected = engine.read(lambda tx: rejects_after(tx, account_id, one.id, limit=RECORDS))
        outcomes = [outcome for some in applied for outcome in some]
        numbers = [outcome.number for outcome in outcomes if outcome.kind is not RecordKind.FAILED]
        numbers += [reject.number for reject in rejected]
        if sorted(numbers) != self._numbers:
            twice = [number for number, times in Counter(numbers).items() if times > 1][:5]
            self.counts.faults.append(f"{account}: {len(numbers)} outcomes of {RECORDS}, twice {twice}")
        if one.records != RECORDS or one.failed != len(rejected):
            self.counts.faults.append(f"{account}: {one.records} records, {one.failed} failed, {len(rejected)} rejects")

    # -- helpers

    def _account(self, name: str) -> None:
        with self._engine() as engine:
            write_now(engine, create_accounts, DIRECTORY, CreateAccount(name=name))

    def _account_id(self, name: str) -> int:
        with self._engine() as engine:
            return int(look(engine, f"SELECT id FROM account WHERE name = '{name}'")[0][0])

    def _imports(self, engine: Engine, account: str) -> list[Import]:
        account_id = self._account_id(account)
        return engine.read(lambda tx: list_imports(tx, account_id))

    @contextmanager
    def _engine(self) -> Iterator[Engine]:
        engine = open_engine(self._database)
        try:
            yield engine
        finally:
            engine.close()

    def _start(self, account: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "linebook", *arguments, "--account", account, "--database", self._database]
        log = (self._folder / "commands.log").open("ab")
        with log:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ)

    def _linebook(self, account: str, *arguments: str) -> int:
        return self._start(account, *arguments).wait(LIMIT_S)


def _counts(one: Import) -> dict[str, int]:
    names = ("created", "updated", "unchanged", "skipped", "failed", "repeated")
    return {name: getattr(one, name) for name in names}


def _book(engine: Engine, account_id: int) -> dict[str, tuple[Any, ...]]:
    """Give what is in an account's book by number, without what differs from run to run."""
    opted = {
        number for (number,) in look(engine, f"SELECT phone FROM consent WHERE account_id = {account_id} AND by_team")
    }
    found = look(
        engine, f"SELECT phone, first_name, email, email_key, tags, rev FROM contact WHERE account_id = {account_id}"
    )
    return {
        number: (first, email, key, len(json.loads(tags)), rev, number in opted)
        for number, first, email, key, tags, rev in found
    }
