"""Starts a demo hub for a test suite and opens accounts on it, with the standard library alone.

    with running_hub() as hub:
        account = hub.create_account()
        ...  # point the program under test at account.inwise.base_url, with account.inwise.api_key

The hub is a process of its own; nothing of it is imported here, and what it holds is gone when it ends.
"""

from __future__ import annotations

from linebook.testing.client import Hub, SandboxError, WaitedInVain
from linebook.testing.process import HubNotStarted, running_hub
from linebook.testing.shapes import (
    Account,
    Attempt,
    Clock,
    Consents,
    Delivery,
    Heymarket,
    Inwise,
    Line,
    Login,
    Part,
    Sendblue,
    State,
    Text,
    TextFile,
    Webhook,
    Zipwhip,
)

__all__ = [
    "Account",
    "Attempt",
    "Clock",
    "Consents",
    "Delivery",
    "Heymarket",
    "Hub",
    "HubNotStarted",
    "Inwise",
    "Line",
    "Login",
    "Part",
    "SandboxError",
    "Sendblue",
    "State",
    "Text",
    "TextFile",
    "WaitedInVain",
    "Webhook",
    "Zipwhip",
    "running_hub",
]
