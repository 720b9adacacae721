"""Starts what is measured as processes of its own, and reads what they cost from /proc."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

REFERENCES = Path(__file__).parent / "references"
START_TIMEOUT_S = 60
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    pid: int

    def cpu_s(self) -> float:
        """Give the processor time it used so far, in seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S

    def resident_mb(self) -> float:
        """Give its resident memory, in MB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0


def free_port() -> int:
    """Give a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def hub(database: str, **variables: str) -> Iterator[Server]:
    """Run the hub as its users do."""
    port = free_port()
    command = [sys.executable, "-m", "linebook", "serve", "--database", database, "--port", str(port)]
    with _server(command, port, {"LINEBOOK_LOG_LEVEL": "warning", **variables}) as server:
        yield server


@contextmanager
def reference(name: str, **variables: str) -> Iterator[Server]:
    """Run one of the fixed references with one worker."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", f"{name}:app", "--port", str(port)]
    command += ["--log-level", "warning", "--no-access-log"]
    with _server(command, port, variables, REFERENCES) as server:
        yield server


def run_reference(name: str, *arguments: str, **variables: str) -> None:
    """Run a reference as a program, to fill its table."""
    subprocess.run([sys.executable, f"{name}.py", *arguments], cwd=REFERENCES, env=os.environ | variables, check=True)


@contextmanager
def _server(
    command: list[str], port: int, variables: Mapping[str, str], folder: Path | None = None
) -> Iterator[Server]:
    process = subprocess.Popen(command, cwd=folder, env=os.environ | variables)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_answers(url, process)
        yield Server(url, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline_s:
        if process.poll() is not None:
            raise RuntimeError(f"the server for {url} ended with {process.returncode}")
        try:
            with urlopen(f"{url}/healthz", timeout=1):
                return
        except HTTPError:
            return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"nothing answers at {url}")
