"""Runs a demo hub as a process of its own, which ends with whoever started it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from linebook.testing.client import Hub

START_LIMIT_S: Final = 30.0
"""How long a hub may take to start; it needs less than a second unless the machine is very busy."""

END_LIMIT_S: Final = 10.0

_KEPT_FROM_HUB: Final = ("LINEBOOK_", "PYTHONWARNINGS")
"""What variables begin with that are for others: settings of a server that is no sandbox, and those of the suite."""


class HubNotStarted(Exception):
    """The hub ended before it answered. The message says what it printed."""


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
