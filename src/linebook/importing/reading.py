"""Reads a file in a process of its own, so that whoever stages and applies it has a processor for that alone.

The other process opens the file and tells its header; it is told the plan, and gives chunks until the file is over. The
pipe between the two holds little, so that a fast reader waits for a slow book and memory stays the same.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.reduction import DupFd
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self, cast

import msgspec

from linebook.collector import rest_the_collector
from linebook.core.imports import Chunk, ImportPlan
from linebook.errors import DomainError, InvalidFile
from linebook.files.tables import TableOptions, open_table
from linebook.importing.chunks import make_chunks

STANDARD_INPUT: Final = 0
NICENESS: Final = 10
"""By how much reading gives way to a hub on the same machine."""

ENDED: Final = "The process that reads the file has ended before the file did."


class FileHead(msgspec.Struct, frozen=True):
    """What a file is, as far as its beginning tells; `size_bytes` is 0 where nobody knows."""

    format: str
    encoding: str
    separator: str
    header: list[str]
    size_bytes: int


class _Failed(msgspec.Struct, frozen=True):
    """Why the file cannot be read to its end."""

    sentence: str


class FileReader:
    """A file on its way in; leaving the context ends the other process."""

    def __init__(self, path: Path | None, options: TableOptions, *, gives_way: bool = True) -> None:
        """Name the file; None is standard input. `gives_way`: a hub may have to share the machine."""
        self._path = path
        self._options = options
        self._niceness = NICENESS if gives_way else 0
        self._process: Any = None
        self._pipe: Connection[Any, Any] | None = None

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        source: object = self._path
        if self._path is None:
            source = _InheritedInput()
        self._process = context.Process(
            target=_read, args=(source, self._options, theirs, self._niceness), name="linebook-reader", daemon=True
        )
        self._process.start()
        theirs.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._pipe is not None
        self._pipe.close()
        self._process.terminate()
        self._process.join()

    @property
    def pid(self) -> int | None:
        """The id of the other process."""
        return self._process.pid if self._process is not None else None

    def head(self) -> FileHead:
        """Give what the file is. Raises `InvalidFile`."""
        return cast(FileHead, self._receive())

    def chunks(self, plan: ImportPlan) -> Iterator[Chunk]:
        """Give the file's records. Raises `InvalidFile` when the file cannot be read to its end."""
        assert self._pipe is not None
        self._pipe.send(plan)
        while (chunk := self._receive()) is not None:
            yield cast(Chunk, chunk)

    def _receive(self) -> object:
        assert self._pipe is not None
        try:
            message = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise InvalidFile(ENDED) from error
        if isinstance(message, _Failed):
            raise InvalidFile(message.sentence)
        return message


class _InheritedInput:
    """Standard input, for a process that is being started and would not have it."""

    def __init__(self) -> None:
        self._descriptor: Any = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_descriptor": DupFd(STANDARD_INPUT)}

    def open(self) -> BinaryIO:
        return os.fdopen(self._descriptor.detach(), "rb", buffering=0)


class _Counting:
    """A stream that knows how much was read of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self.count += len(block)
        return block


def _read(source: Path | _InheritedInput, options: TableOptions, pipe: Connection[Any, Any], niceness: int) -> None:
    """Do the work of the other process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that was started by a person ends this one
    os.nice(niceness)
    rest_the_collector()
    try:
        with _opened(source) as stream:
            counting = _Counting(stream)
            table = open_table(cast(BinaryIO, counting), options)
            size_bytes = source.stat().st_size if isinstance(source, Path) else 0
            pipe.send(FileHead(table.format, table.encoding, table.separator, table.header, size_bytes))
            plan = pipe.recv()
            for chunk in make_chunks(plan, table.rows(), read_bytes=lambda: counting.count):
                pipe.send(chunk)
            pipe.send(None)
    except DomainError as error:
        pipe.send(_Failed(error.message))
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            pipe.send(_Failed(f"The file cannot be read: {error.strerror}."))
    except EOFError:
        pass  # nobody wants it any more


def _opened(source: Path | _InheritedInput) -> BinaryIO:
    return source.open() if isinstance(source, _InheritedInput) else source.open("rb")
