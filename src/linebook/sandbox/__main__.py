"""Runs a demo hub for a test suite: `python -m linebook.sandbox`. It ends with whoever started it, however that ends.

It listens on a free port of this machine, says its URL in one line of JSON on standard output once calls are answered,
and ends when its standard input is closed. What it holds is gone then.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading

from linebook.demo import prepare_demo
from linebook.errors import LinebookError
from linebook.server import leave_at_sigterm, serve
from linebook.settings import load_settings


def main() -> None:
    """Serve until standard input ends, SIGTERM or SIGINT; what keeps it from serving is said in a sentence."""
    leave_at_sigterm()
    try:
        _serve()
    except LinebookError as error:
        sys.exit(f"linebook: {error.message}")


def _serve() -> None:
    with tempfile.TemporaryDirectory(prefix="linebook-sandbox-") as folder:
        # An argument, and not the environment, says where: a database that anybody cares about is never touched.
        settings = load_settings(
            overrides={"database": f"sqlite:///{folder}/linebook.db", "host": "127.0.0.1", "port": 0}
        )
        threading.Thread(target=_end_with_input, name="input", daemon=True).start()
        serve(settings, prepare=prepare_demo, announce=_announce, is_demo=True)


def _announce(url: str) -> None:
    print(json.dumps({"url": url}), flush=True)


def _end_with_input() -> None:
    while sys.stdin.buffer.read(1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
