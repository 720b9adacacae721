"""What every part of a running hub is handed: settings, store, directory, clock, ids and more. Built in `app.py`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from linebook.carriers.base import Carrier
from linebook.clock import Clock
from linebook.delivery.worker import Delivery
from linebook.directory import Directory
from linebook.faults import Faults
from linebook.ids import Ids
from linebook.login import LoginGuard
from linebook.message_files import MessageFiles
from linebook.metrics import Metrics
from linebook.name_follower import NameFollower
from linebook.rates import CallRates
from linebook.sealing import Sealer
from linebook.settings import Settings
from linebook.storage.store import Store
from linebook.webhooks.guard import WebhookGuard


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
    carriers: Mapping[str, Carrier]
    delivery: Delivery
    webhook_guard: WebhookGuard
    faults: Faults = msgspec.field(default_factory=Faults)
    files: MessageFiles
    is_demo: bool = False
