"""What the hub counts of itself, for Prometheus. Plain numbers on the hot path, rendered only when asked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from linebook.logs import SLOW_S, RequestLog
from linebook.storage.store import Store

BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class _Durations:
    __slots__ = ("counts", "sum_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS_S) + 1)
        self.sum_s = 0.0


class Metrics(Collector):
    """Counts requests by dialect, operation and status, and how long they took."""

    def __init__(self, store: Store) -> None:
        """Count from zero."""
        self._store = store
        self._request_log = RequestLog()
        self._requests: dict[tuple[str, str, int], int] = {}
        self._durations: dict[str, _Durations] = {}
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def count_request(self, dialect: str, operation: str, status: int, duration_s: float) -> None:
        """Count one answered request; the log hears of it only when it failed or was slow."""
        key = (dialect, operation, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        durations = self._durations.get(dialect)
        if durations is None:
            durations = self._durations[dialect] = _Durations()
        durations.counts[bisect_left(BUCKETS_S, duration_s)] += 1
        durations.sum_s += duration_s
        if status >= 500 or duration_s > SLOW_S:
            self._request_log.note(dialect, operation, status, duration_s)

    def collect(self) -> Iterator[Metric]:
        """Give the current figures."""
        requests = CounterMetricFamily(
            "linebook_requests", "Answered requests.", labels=("dialect", "operation", "status")
        )
        for (dialect, operation, status), count in self._requests.items():
            requests.add_metric((dialect, operation, str(status)), count)
        yield requests
        durations = HistogramMetricFamily("linebook_request_seconds", "Time to answer.", labels=("dialect",))
        for dialect, one in self._durations.items():
            total = 0
            buckets: list[tuple[str, float]] = []
            for bound, count in zip((*map(str, BUCKETS_S), "+Inf"), one.counts, strict=True):
                total += count
                buckets.append((bound, total))
            durations.add_metric((dialect,), buckets, one.sum_s)
        yield durations
        gate = self._store.gate
        yield GaugeMetricFamily("linebook_gate_waiting", "Writes that wait for their commit.", gate.waiting)
        yield CounterMetricFamily("linebook_gate_batches", "Transactions run by the gate.", gate.batches)
        yield CounterMetricFamily("linebook_gate_members", "Writes committed or refused by the gate.", gate.members)

    def render(self) -> bytes:
        """Give everything in the Prometheus text format."""
        return generate_latest(self._registry)
