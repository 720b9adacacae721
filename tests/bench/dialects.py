"""Saves through each dialect beside contact/save, in turns on one hub: to translate must cost next to nothing."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from tests.bench.books import SESSION
from tests.bench.load import Load, run_script
from tests.bench.processes import Server, hub

SCRIPT = Path(__file__).with_name("dialects.lua")
MEASURE = "zipwhip contact/save"
CALLS = (
    MEASURE,
    "inwise contacts",
    "sendblue create",
    "sendblue upsert",
    "heymarket create",
    "heymarket update",
)
"""The calls of the script. Half of the numbers are present, but for the ones whose name says otherwise."""

FIRST_CONTACT_ID = 2**30 + 1
FRESH_STEP = 5_000_000
"""So many new numbers belong to each window, more than it can use."""


def measure_dialects(*, database: str, contacts: int, seconds: int, rounds: int) -> None:
    """Print what each call reaches and its ratio to contact/save; the order is turned round every round."""
    windows = iter(range(1, 1_000))
    loads: dict[str, list[Load]] = {call: [] for call in CALLS}
    with hub(database) as server:
        for call in CALLS:
            _run(server, call, contacts, 2, next(windows))
        for number in range(rounds):
            for call in CALLS if number % 2 == 0 else reversed(CALLS):
                loads[call].append(_run(server, call, contacts, seconds, next(windows)))
    print(
        f"{'':22} {'req/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'CPU us':>8} {'failed':>7} {'ratio':>7} {'CPU ratio':>10}"
    )
    rates = {call: median(one.per_s for one in several) for call, several in loads.items()}
    costs = {call: median(one.cpu_us for one in several) for call, several in loads.items()}
    for call, several in loads.items():
        middle = sorted(several, key=lambda one: one.per_s)[len(several) // 2]
        print(
            f"{call:22} {rates[call]:8.0f} {middle.p50_ms:8.1f} {middle.p99_ms:8.1f} {costs[call]:8.0f} "
            f"{sum(one.failed for one in several):7d} {rates[call] / rates[MEASURE]:7.2f} "
            f"{costs[MEASURE] / costs[call]:10.2f}"
        )


def _run(server: Server, call: str, contacts: int, seconds: int, window: int) -> Load:
    variables = {
        "CALL": call,
        "N": str(contacts),
        "SESSION": SESSION,
        "FIRST_ID": str(FIRST_CONTACT_ID),
        "FRESH": str(2_300_000_000 + window * FRESH_STEP),
    }
    return run_script(server, SCRIPT, seconds, variables)
