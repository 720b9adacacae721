"""What every part of a running hub is handed: settings, store, directory, clock, ids, metrics. Built in `app.py`."""

from __future__ import annotations

import msgspec

from linebook.clock import Clock
from linebook.directory import Directory
from linebook.ids import Ids
from linebook.login import LoginGuard
from linebook.metrics import Metrics
from linebook.settings import Settings
from linebook.storage.store import Store


class Runtime(msgspec.Struct, frozen=True, kw_only=True):
    """One hub. There is no state outside it: two can run in one process."""

    settings: Settings
    store: Store
    directory: Directory
    clock: Clock
    ids: Ids
    metrics: Metrics
    login_guard: LoginGuard
