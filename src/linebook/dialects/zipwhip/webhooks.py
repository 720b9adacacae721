"""How the platform tells receivers of events: what counts as told, and when it is tried again (NOTES: webhooks)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from linebook.dialects.zipwhip.payloads.webhooks import event_body
from linebook.services.webhook_turns import Event

_SECOND: Final = 1_000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
DELAYS_MS: Final = (5 * _SECOND, 30 * _SECOND, 2 * _MINUTE, 10 * _MINUTE, _HOUR, 6 * _HOUR, 24 * _HOUR)
"""How long each try waits after the one before."""


class ZipwhipWebhooks:
    """See `WebhookRules`."""

    timeout_s: float = 10.0

    def body(self, event: Event) -> bytes:
        """See `WebhookRules`."""
        return event_body(event)

    def headers(self) -> Mapping[str, str]:
        """See `WebhookRules`."""
        return {"Content-Type": "application/json;charset=UTF-8", "User-Agent": "linebook"}

    def is_success(self, status: int) -> bool:
        """See `WebhookRules`: any 2xx, whatever the body."""
        return 200 <= status < 300

    def delay_ms(self, attempts: int) -> int | None:
        """See `WebhookRules`."""
        return DELAYS_MS[attempts - 1] if attempts <= len(DELAYS_MS) else None


WEBHOOKS: Final = ZipwhipWebhooks()
