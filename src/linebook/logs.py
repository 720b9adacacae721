"""The log: one line an event on standard error, for people or for collectors. Never a secret, a text or a whole number.

What is logged, and what is not: a request that succeeds leaves no line, the metrics count it. A request that failed
(5xx) or took longer than `SLOW_S` leaves one, at most one a second for each kind; the next says how many were left out.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor

from linebook.settings import hide_password

SLOW_S: Final = 1.0
"""A request that takes longer is logged."""

HIDDEN: Final = "***"

_HIDDEN_NAMES: Final = re.compile(
    r"password|passwd|secret|token|authorization|cookie|session|api[-_]?key|\Akey\Z|\Atext\Z|\Abody\Z|\Anotes\Z",
    re.IGNORECASE,
)
"""Names of values that are hidden whole: secrets, and what people write to each other."""

# What is left alone first: network addresses and dates are digits too, and no phone numbers.
_PRIVATE: Final = re.compile(
    r"""
    (?P<plain> (?<![\d.]) (?:\d{1,3}\.){3}\d{1,3} (?![\d.]) (?::\d{1,5}(?!\d))?
             | (?<!\d) (?:19|20)\d\d-[01]\d-[0-3]\d (?!\d) (?:[T\ ] \d\d:\d\d (?: :\d\d(?:\.\d+)?)? )? )
  | (?P<secret> (?<![0-9a-zA-Z]) [0-9a-z]{8}-(?:[0-9a-z]{4}-){3}[0-9a-z]{12} (?::\d+)?
             | (?<![0-9a-zA-Z]) (?=[0-9a-zA-Z]*\d) (?=[0-9a-zA-Z]*[a-zA-Z]) [0-9a-zA-Z]{20,} )
  | (?P<named> (?P<name> \b (?:password|session|secret|token|authorization|api[-_]?key) ["']? \s* [=:] \s* ["']?)
               (?:bearer\s+|basic\s+)? [^\s&"',;)]+ )
  | (?P<number> (?<!\d) \+? \(? \d (?: [\ ()./-]{0,2} \d ){6,} )
    """,
    re.VERBOSE | re.IGNORECASE,
)

LogFormat = Literal["text", "json"]


def configure_logging(level: str = "info", log_format: LogFormat = "text", stream: TextIO | None = None) -> None:
    """Send everything that is logged in this process, by us and by libraries, to `stream` (standard error) in one form.

    Replaces whatever was configured before.
    """
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.format_exc_info,
        hide_private,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    last: list[Processor]
    if log_format == "json":
        last = [structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=stream.isatty(),
            pad_event_to=0,
            timestamp_key="time",
            exception_formatter=structlog.dev.plain_traceback,
        )
        last = [_on_one_line, renderer]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # uvicorn tells of every start and stop, which we do ourselves, and of what is not HTTP, a caller's affair.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    for name in ("httpx", "httpcore", "asyncio", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def hide_private(_logger: Any, _method: str, event: EventDict) -> MutableMapping[str, Any]:
    """Hide secrets, texts and numbers in an event, at any depth (a processor of structlog)."""
    return {name: value if name.startswith("_") else _hidden(name, value) for name, value in event.items()}


def _on_one_line(_logger: Any, _method: str, event: EventDict) -> EventDict:
    # What a library logs may hold what a caller sent: it must not look like a line of ours, nor steer a terminal.
    event["event"] = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in str(event["event"]))
    return event


def hidden_text(text: str) -> str:
    """Give the text with secrets replaced, and numbers of seven and more digits reduced to their ends."""
    return _PRIVATE.sub(_replaced, hide_password(text))


def _hidden(name: str, value: object) -> object:
    if _HIDDEN_NAMES.search(name) and value is not None:
        return HIDDEN
    if isinstance(value, str):
        return hidden_text(value)
    if isinstance(value, bytes):
        return hidden_text(value.decode(errors="replace"))
    if isinstance(value, Mapping):
        return {key: _hidden(str(key), one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden("", one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return hidden_text(str(value))


def _replaced(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "plain":
            return match[0]
        case "secret":
            return HIDDEN
        case "named":
            return f"{match['name']}{HIDDEN}"
    digits = [sign for sign in match[0] if sign.isdecimal()]
    head, tail = min(4, max(0, len(digits) - 7)), min(4, max(0, len(digits) - 5))
    plus = "+" if match[0].startswith("+") else ""
    return f"{plus}{''.join(digits[:head])}{HIDDEN}{''.join(digits[len(digits) - tail :])}"


class RequestLog:
    """Logs the requests that somebody should look at, and no flood of them."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        """Have logged nothing yet."""
        self._log = structlog.get_logger("linebook.requests")
        self._now_s = now_s
        self._last_s: dict[tuple[str, int], float] = {}
        self._left_out: dict[tuple[str, int], int] = {}

    def note(self, dialect: str, operation: str, status: int, duration_s: float) -> None:
        """Log one failed or slow request, unless one of its operation and status was logged within the last second."""
        kind = (operation, status)
        now_s = self._now_s()
        if now_s - self._last_s.get(kind, -1.0e9) < 1.0:
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return
        self._last_s[kind] = now_s
        values = {"dialect": dialect, "operation": operation, "status": status, "duration_s": round(duration_s, 3)}
        if left_out := self._left_out.pop(kind, 0):
            values["left_out"] = left_out
        if status >= 500:
            self._log.error("request failed", **values)
        else:
            self._log.warning("request was slow", **values)
