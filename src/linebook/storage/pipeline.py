"""Statements on one PostgreSQL connection, sent together: nobody waits for the server before an answer is wanted.

psycopg's own pipeline waits for the socket once per statement, and each wait gives up the interpreter's lock, which a
busy event loop is slow to hand back. Here libpq keeps what is sent, and one wait brings all answers; values are read by
psycopg all the same. See `docs/decisions/0012-postgres-pipeline.md`.
"""

from __future__ import annotations

import re
import select
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.rows import TupleRow

from linebook.storage.base import Row

_PARAMETER: Final = re.compile(r"%\((\w+)\)s")
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"'})

BOOL_OID: Final = 16
BYTES_OID: Final = 17
INTEGER_OID: Final = 20
INTEGERS_OID: Final = 1016
FLOAT_OID: Final = 701
UNKNOWN_OID: Final = 0


class Statement:
    """A named statement as the server wants it, with its parameters in order."""

    __slots__ = ("key", "names", "text")

    def __init__(self, name: str, text: str) -> None:
        """Take the text as psycopg would, with `%(name)s` for a parameter."""
        numbers: dict[str, int] = {}
        numbered = _PARAMETER.sub(lambda found: f"${numbers.setdefault(found[1], len(numbers) + 1)}", text)
        self.key = name.encode()
        self.text = numbered.replace("%%", "%").encode()
        self.names = tuple(numbers)


def statements(queries: Mapping[str, str]) -> dict[str, Statement]:
    """Give what `load_queries` found, ready to be sent."""
    return {name: Statement(name, text) for name, text in queries.items()}


class Pipeline:
    """Sends statements over one connection; inside its block nothing else may use the connection.

    A statement that fails is raised by the next `answers`, and nothing that was sent after it is done.
    """

    def __init__(self, connection: psycopg.Connection[TupleRow]) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._values = Transformer(connection)
        self._socket = select.poll()
        self._prepared: set[bytes] = set()
        self._asked: list[bytes | None] = []
        """What the next answers belong to: the key of a statement that is being prepared, None for one that is run."""
        self._is_reading = False

    def __enter__(self) -> Self:
        self._pgconn.enter_pipeline_mode()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_reading or self._asked:
            # Somebody gave up in the middle: what is still under way cannot be told from what comes next.
            self.hang_up()
        elif not self._connection.closed:
            self._pgconn.exit_pipeline_mode()

    def hang_up(self) -> None:
        """Close the connection, which ends what is open on it."""
        self._asked = []
        self._connection.close()

    def send(self, statement: Statement, parameters: Mapping[str, object]) -> None:
        """Send a statement; it is prepared at its first use.

        Raises `psycopg.DataError` for a text with a NUL, UnicodeEncodeError for half a surrogate pair.
        """
        values, oids = _written([parameters[name] for name in statement.names])
        key = statement.key
        if key not in self._prepared:
            self._pgconn.send_prepare(key, statement.text, oids)
            self._prepared.add(key)
            self._asked.append(key)
        self._pgconn.send_query_prepared(key, values)
        self._asked.append(None)

    def start(self) -> None:
        """Have the server begin with what was sent, if the socket takes it now."""
        self._pgconn.flush()

    def answers(self) -> list[pq.abc.PGresult]:
        """Wait for the answers of all that was sent since the last time, and give them in order.

        Raises the first one's `psycopg.Error` when a statement failed; `psycopg.OperationalError` when the connection
        is lost, which is closed then.
        """
        asked = self._asked
        if not asked:
            return []
        if self._is_reading:
            raise psycopg.OperationalError("an earlier wait for answers was given up")
        self._is_reading = True
        self._asked = []
        self._pgconn.pipeline_sync()
        found = self._read()
        self._is_reading = False
        failed: pq.abc.PGresult | None = None
        given: list[pq.abc.PGresult] = []
        for key, result in zip(asked, found, strict=True):
            if result.status in (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED):
                if failed is None:
                    failed = result
                if key is not None:
                    self._prepared.discard(key)
            elif key is None:
                given.append(result)
        if failed is not None:
            raise error_from_result(failed, encoding="utf-8")
        return given

    def rows(self, result: pq.abc.PGresult) -> list[Row]:
        """Give the rows of an answer."""
        if not result.ntuples:
            return []
        self._values.set_pgresult(result)
        return self._values.load_rows(0, result.ntuples, tuple)

    def _read(self) -> list[pq.abc.PGresult]:
        """Give the answers up to the mark that ends what was sent."""
        pgconn = self._pgconn
        found: list[pq.abc.PGresult] = []
        is_sent = not pgconn.flush()
        self._socket.register(pgconn.socket, select.POLLIN if is_sent else select.POLLIN | select.POLLOUT)
        while True:
            while not pgconn.is_busy():
                result = pgconn.get_result()
                if result is None:
                    if pgconn.status != pq.ConnStatus.OK:
                        raise self._lost(found)
                elif result.status == pq.ExecStatus.PIPELINE_SYNC:
                    return found
                else:
                    found.append(result)
            ready = self._socket.poll()[0][1]
            if not is_sent and ready & select.POLLOUT and not pgconn.flush():
                is_sent = True
                self._socket.modify(pgconn.socket, select.POLLIN)
            if ready & ~select.POLLOUT:
                pgconn.consume_input()

    def _lost(self, found: Iterable[pq.abc.PGresult]) -> psycopg.Error:
        """Give the error of a connection that ended: what the server said last, or that it is gone."""
        for result in found:
            if result.status == pq.ExecStatus.FATAL_ERROR:
                return error_from_result(result, encoding="utf-8")
        return psycopg.OperationalError(self._pgconn.get_error_message("utf-8"))


def _written(values: Sequence[object]) -> tuple[list[bytes | None], list[int]]:
    """Give values in the server's text form, and the types of those whose type is not for the server to find."""
    texts: list[bytes | None] = []
    oids: list[int] = []
    for value in values:
        match value:
            case None:
                text, oid = None, UNKNOWN_OID
            case str():
                text, oid = _plain(value), UNKNOWN_OID
            case bool():
                text, oid = b"t" if value else b"f", BOOL_OID
            case int():
                text, oid = b"%d" % value, INTEGER_OID
            case bytes():
                text, oid = b"\\x" + value.hex().encode(), BYTES_OID
            case float():
                text, oid = repr(value).encode(), FLOAT_OID
            case list() | tuple():
                text, oid = _array(value)
            case _:
                raise TypeError(f"no form for {type(value).__name__}")
        texts.append(text)
        oids.append(oid)
    return texts, oids


def _plain(value: str) -> bytes:
    data = value.encode()
    if b"\0" in data:
        # libpq would end the text there.
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return data


def _array(values: Sequence[Any]) -> tuple[bytes, int]:
    if values and isinstance(values[0], int):
        return f"{{{','.join(map(str, values))}}}".encode(), INTEGERS_OID
    if not values:
        return b"{}", UNKNOWN_OID
    joined = '","'.join(values)
    if "\\" in joined or joined.count('"') != 2 * (len(values) - 1):
        joined = '","'.join([one.translate(_ESCAPES) for one in values])
    return _plain(f'{{"{joined}"}}'), UNKNOWN_OID
