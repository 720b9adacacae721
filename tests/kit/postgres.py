"""A throw-away PostgreSQL cluster for a test session, from the binaries of the system; never for data worth keeping."""

import atexit
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

SERVER_VARIABLE = "LINEBOOK_TEST_POSTGRES"
"""The environment variable that names an existing server, as a URL, to be used instead of a cluster of our own."""

OLDEST_VERSION = 15
UNPRIVILEGED_USER = "postgres"
START_TIMEOUT_S = 60
PORT_TRIES = 5

# Holds the cluster's life line: standard input is a pipe that only the owning process can write to. It ends when the
# owner closes it or dies, by SIGKILL too, and then nothing is left of the cluster: no process and no file.
_UNDERTAKER = 'cat >/dev/null; "$1" stop --silent --mode immediate --pgdata "$2/data" >/dev/null 2>&1; rm -rf -- "$2"'


class PostgresError(RuntimeError):
    """The throw-away PostgreSQL could not do what it was asked for."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a cluster of our own lives while it exists."""

    directory: Path
    port: int
    undertaker: subprocess.Popen[bytes]


class PostgresCluster:
    """A PostgreSQL server that tests may fill, stop and throw away.

    It listens on a free loopback port and on a socket in its own temporary directory, trusts everyone there, and is
    gone when the owning process is. `fsync` is off, so a crash of the machine would lose it; a suite that measures or
    kills turns it on. With `LINEBOOK_TEST_POSTGRES` set it stands for that server, whose options and life are its own.
    """

    def __init__(
        self,
        *,
        fsync: bool = False,
        shared_buffers: str = "128MB",
        max_wal_size: str = "1GB",
        max_connections: int = 200,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = {
            "fsync": "on" if fsync else "off",
            "full_page_writes": "on" if fsync else "off",
            "shared_buffers": shared_buffers,
            "max_wal_size": max_wal_size,
            "max_connections": str(max_connections),
            **(settings or {}),
        }
        self._fsync = fsync
        self._server = os.environ.get(SERVER_VARIABLE) or None
        self._place: _Place | None = None
        self._created: list[str] = []

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_external(self) -> bool:
        """True when an existing server is used, which can be neither stopped nor restarted."""
        return self._server is not None

    @property
    def port(self) -> int:
        """The loopback port of our own cluster; it stays the same over stop and start."""
        return self._own_place().port

    @property
    def socket_directory(self) -> Path:
        """The directory of our own cluster's Unix socket."""
        return self._own_place().directory

    @property
    def log(self) -> str:
        """What the server of our own cluster has logged so far."""
        file = self._own_place().directory / "server.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def start(self) -> None:
        """Start the server, making the cluster first when there is none; when this returns, it takes connections."""
        if self._server is not None:
            self._check_external()
            return
        if self._place is not None:
            if not self._is_running(self._place):
                self._start_server(self._place)
            return
        # Somebody else may take the port between our choosing it and the server's binding it.
        for attempt in range(1, PORT_TRIES + 1):
            self._place = self._make_place()
            try:
                self._start_server(self._place)
            except PostgresError:
                taken = "could not bind" in self.log
                self.close()
                if not taken or attempt == PORT_TRIES:
                    raise
            else:
                return

    def stop(self, immediate: bool = False) -> None:
        """Stop the server and keep its data; `immediate` is a crash, so that the next start has to recover."""
        place = self._own_place()
        if self._is_running(place):
            self._pg_ctl(place, "stop", "--mode", "immediate" if immediate else "fast")

    def restart(self) -> None:
        """Stop the server, cutting every connection, and start it again on the same port."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Remove the cluster with all its data, or, on an existing server, the databases that were made here."""
        if self._server is not None:
            for name in tuple(self._created):
                self.drop_database(name)
            return
        if self._place is None:
            return
        place, self._place = self._place, None
        atexit.unregister(self.close)
        place.undertaker.communicate()  # closes its standard input, at which it does its work

    def url(self, database: str) -> str:
        """The URL of one database of this server; the server need not be running."""
        path = "/" + quote(database, safe="")
        if self._server is not None:
            parts = urlsplit(self._server)
            return urlunsplit(parts._replace(path=path))
        return f"postgresql://postgres@127.0.0.1:{self.port}{path}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, as a copy of `template` when one is given, and return its URL."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        self._execute(statement)
        self._created.append(name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database when it is there, cutting whoever is connected to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        if name in self._created:
            self._created.remove(name)

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _check_external(self) -> None:
        with psycopg.connect(self.url("postgres")) as connection:
            version = connection.info.server_version // 10_000
        if version < OLDEST_VERSION:
            raise PostgresError(f"{SERVER_VARIABLE} names PostgreSQL {version}; {OLDEST_VERSION} or newer is needed")

    def _own_place(self) -> _Place:
        if self._server is not None:
            raise PostgresError(f"the server of {SERVER_VARIABLE} is not ours to stop or to look into")
        if self._place is None:
            raise PostgresError("the cluster has not been started")
        return self._place

    def _make_place(self) -> _Place:
        # Directly below the system's temporary directory: the path of a Unix socket may have 107 bytes at most.
        directory = Path(tempfile.mkdtemp(prefix="linebook-postgres-"))
        try:
            if os.geteuid() == 0:
                shutil.chown(directory, _server_user())
            data = directory / "data"
            port = _free_port()
            _run(
                directory,
                "initdb",
                f"--pgdata={data}",
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-instructions",
                *([] if self._fsync else ["--no-sync"]),
            )
            settings = {
                "listen_addresses": "127.0.0.1",
                "port": str(port),
                "unix_socket_directories": str(directory),
                "timezone": "UTC",
                "log_timezone": "UTC",
                **self._settings,
            }
            with (data / "postgresql.conf").open("a") as file:
                file.writelines(f"{name} = {_quoted(value)}\n" for name, value in settings.items())
            undertaker = _watch(directory)
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        atexit.register(self.close)
        return _Place(directory, port, undertaker)

    def _start_server(self, place: _Place) -> None:
        try:
            self._pg_ctl(place, "start", f"--log={place.directory / 'server.log'}", f"--timeout={START_TIMEOUT_S}")
        except PostgresError as error:
            raise PostgresError(f"{error}\n{self.log[-2000:]}") from error

    def _is_running(self, place: _Place) -> bool:
        # Asked, not remembered: a test may have killed the server behind our back.
        return _run(place.directory, "pg_ctl", "status", f"--pgdata={place.directory / 'data'}", fine=(0, 3)) == 0

    def _pg_ctl(self, place: _Place, *arguments: str) -> None:
        # --wait: a start is over when connections are taken, a stop when the last process has ended.
        _run(place.directory, "pg_ctl", "--silent", "--wait", f"--pgdata={place.directory / 'data'}", *arguments)


def find_binaries() -> Path:
    """The directory of the newest PostgreSQL server on this system, 15 at least."""
    versions = {
        int(directory.parent.name): directory
        for directory in Path("/usr/lib/postgresql").glob("*/bin")
        if directory.parent.name.isdigit() and (directory / "initdb").exists()
    }
    if not versions and (initdb := shutil.which("initdb")) is not None:
        # Other systems than Debian have one version, on the PATH.
        printed = subprocess.run([initdb, "--version"], check=True, capture_output=True, text=True).stdout
        if (match := re.search(r"\d+", printed)) is not None:
            versions[int(match[0])] = Path(initdb).resolve().parent
    newest = max(versions, default=0)
    if newest < OLDEST_VERSION:
        found = f"only PostgreSQL {newest}" if newest else "no PostgreSQL server"
        raise PostgresError(f"{found} found; install version {OLDEST_VERSION} or newer (Debian: postgresql)")
    return versions[newest]


def _server_user() -> str:
    """The user to run the server as when we are root, which PostgreSQL refuses to be run by."""
    try:
        return pwd.getpwnam(UNPRIVILEGED_USER).pw_name
    except KeyError as error:
        raise PostgresError(f"as root, the tests need a user named {UNPRIVILEGED_USER} to run PostgreSQL") from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _environment() -> dict[str, str]:
    """Ours without libpq's and the server's own variables, which would change what is started."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C"}


def _run(directory: Path, program: str, *arguments: str, fine: tuple[int, ...] = (0,)) -> int:
    """Run one of PostgreSQL's programs to its end, unprivileged when we are root; returns its exit code."""
    as_root = os.geteuid() == 0
    # A file, not a pipe: the server is started with this output as its own and would keep a pipe open.
    with tempfile.TemporaryFile() as output:
        finished = subprocess.run(
            [find_binaries() / program, *arguments],
            check=False,
            cwd=directory,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the tests, which then stop the server themselves
            user=_server_user() if as_root else None,
            group=_server_user() if as_root else None,
            extra_groups=[] if as_root else None,
        )
        output.seek(0)
        printed = output.read().decode(errors="replace").strip()
    if finished.returncode not in fine:
        raise PostgresError(f"{program} failed with {finished.returncode}: {printed}")
    return finished.returncode


def _watch(directory: Path) -> subprocess.Popen[bytes]:
    """Start the process that removes the cluster as soon as we are gone."""
    as_root = os.geteuid() == 0
    return subprocess.Popen(
        ["/bin/sh", "-c", _UNDERTAKER, "linebook-postgres", find_binaries() / "pg_ctl", directory],
        cwd="/",
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        user=_server_user() if as_root else None,
        group=_server_user() if as_root else None,
        extra_groups=[] if as_root else None,
    )
