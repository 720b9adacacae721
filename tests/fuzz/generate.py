"""Drives a strategy for a number of cases, the same ones for the same seed, until the time is up. Nothing is shrunk."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import HypothesisWarning
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


def generate(
    strategy: SearchStrategy[T], cases: int, run_seed: int, deadline_s: float, use: Callable[[T], None]
) -> None:
    """Hand `cases` values to `use`, fewer when the monotonic clock passes `deadline_s` before."""

    @seed(run_seed)
    @settings(
        max_examples=cases,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def one_case(case: T) -> None:
        if time.monotonic() < deadline_s:
            use(case)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HypothesisWarning)
        one_case()
