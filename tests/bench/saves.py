"""contact/save over HTTP beside the two fixed references, on one engine."""

from __future__ import annotations

from statistics import median

from tests.bench.books import SESSION
from tests.bench.load import Load, post_saves
from tests.bench.processes import hub, reference


def measure_saves(*, database: str, usual_database: str, contacts: int, seconds: int, rounds: int) -> None:
    """Print requests a second, latencies and ratios; the contenders take turns, the order turned round every round."""
    with (
        reference("bare") as bare,
        reference("usual", USUAL_DATABASE=usual_database) as usual,
        hub(database) as ours,
    ):
        contenders = [("bare", bare), ("usual", usual), ("hub", ours)]
        for _, server in contenders:
            post_saves(server, session=SESSION, contacts=contacts, seconds=2)
        loads: dict[str, list[Load]] = {name: [] for name, _ in contenders}
        for number in range(rounds):
            for name, server in contenders if number % 2 == 0 else reversed(contenders):
                loads[name].append(post_saves(server, session=SESSION, contacts=contacts, seconds=seconds))
    print(f"{'':8} {'req/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'CPU us':>8} {'RSS MB':>8} {'failed':>7}")
    rates: dict[str, float] = {}
    for name, several in loads.items():
        middle = sorted(several, key=lambda one: one.per_s)[len(several) // 2]
        rates[name] = median(one.per_s for one in several)
        failed = sum(one.failed for one in several)
        print(
            f"{name:8} {rates[name]:8.0f} {middle.p50_ms:8.1f} {middle.p99_ms:8.1f} {middle.cpu_us:8.0f} "
            f"{several[-1].resident_mb:8.0f} {failed:7d}"
        )
    print(f"hub / usual {rates['hub'] / rates['usual']:.2f}   hub / bare {rates['hub'] / rates['bare']:.2f}")
