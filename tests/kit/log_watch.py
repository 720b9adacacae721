"""Collects everything that is logged in this process while it is watched, rendered with its tracebacks."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Any, Self

import structlog


class LogWatch:
    """A context manager; `text` is what was logged inside it, by structlog and by the standard library."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._handler = _Collector(self.lines)
        self._root_level = logging.root.level
        self._was_configured = structlog.is_configured()
        self._before: dict[str, Any] = {}

    @property
    def text(self) -> str:
        """Everything so far."""
        return "\n".join(self.lines)

    def __enter__(self) -> Self:
        self._was_configured, self._before = structlog.is_configured(), structlog.get_config()
        self._root_level = logging.root.level
        logging.root.addHandler(self._handler)
        logging.root.setLevel(logging.DEBUG)
        structlog.configure(
            processors=[structlog.processors.add_log_level, structlog.processors.format_exc_info, self._record],
            wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
            cache_logger_on_first_use=False,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.root.removeHandler(self._handler)
        logging.root.setLevel(self._root_level)
        if self._was_configured:
            structlog.configure(**self._before)
        else:
            structlog.reset_defaults()

    def _record(self, _logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        self.lines.append(" ".join(f"{name}={value}" for name, value in event.items()))
        raise structlog.DropEvent


class _Collector(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._lines = lines
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))
