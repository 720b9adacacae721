"""What every part of a running hub is handed: settings, store, directory, clock, ids and more. Built in `app.py`."""

from __future__ import annotations

import msgspec

from linebook.clock import Clock
from linebook.directory import Directory
from linebook.ids import Ids
from linebook.login import LoginGuard
from linebook.metrics import Metrics
from linebook.name_follower import NameFollower
from linebook.rates import CallRates
from linebook.sealing import Sealer
from linebook.settings import Settings
from linebook.storage.store import Store


class Runtime(msgspec.Struct, frozen=True, kw_only=True):
    """One hub. There is no state outside it: two can run in one process.

    `is_demo`: its database is thrown away and its credentials are published, so that anybody may empty it. No setting
    says so, only the command that started it.
    """

    settings: Settings
    store: Store
    directory: Directory
    clock: Clock
    ids: Ids
    metrics: Metrics
    login_guard: LoginGuard
    names: NameFollower
    rates: CallRates
    sealer: Sealer
    is_demo: bool = False
