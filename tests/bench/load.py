"""Runs wrk against a server and gives what it measured."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.bench.processes import REFERENCES, Server

CONNECTIONS = 64
_FIGURES = re.compile(r"requests/s ([\d.]+) p50_ms ([\d.]+) p99_ms ([\d.]+) non2xx (\d+) socket_errors (\d+)")


@dataclass(frozen=True, slots=True)
class Load:
    """One measurement."""

    per_s: float
    p50_ms: float
    p99_ms: float
    failed: int
    cpu_us: float
    resident_mb: float


def post_saves(server: Server, *, session: str, contacts: int, seconds: int, path: str = "/contact/save") -> Load:
    """Post contact/save forms over 64 connections, half of them for numbers that are present."""
    variables = {"N": str(contacts), "SESSION": session, "SAVE_PATH": path}
    return run_script(server, REFERENCES / "save.lua", seconds, variables)


def run_script(server: Server, script: Path, seconds: int, variables: dict[str, str]) -> Load:
    """Run a wrk script whose `done` prints our line of figures."""
    cpu_s = server.cpu_s()
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script), server.url]
    output = subprocess.run(command, env=os.environ | variables, check=True, capture_output=True, text=True).stdout
    found = _FIGURES.search(output)
    if found is None:
        raise RuntimeError(f"wrk printed no figures:\n{output}")
    per_s = float(found[1])
    return Load(
        per_s=per_s,
        p50_ms=float(found[2]),
        p99_ms=float(found[3]),
        failed=int(found[4]) + int(found[5]),
        cpu_us=(server.cpu_s() - cpu_s) * 1e6 / max(per_s * seconds, 1),
        resident_mb=server.resident_mb(),
    )
