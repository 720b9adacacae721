"""`linebook serve` and `linebook demo`: what they refuse in one sentence, and how they drain as processes."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
from pathlib import Path

import apsw
import httpx
import psycopg
import pytest

from linebook.demo import prepare_demo
from linebook.storage.sqlite import SqliteEngine
from tests.kit.hub import LIMIT_S, hub_process, run_linebook
from tests.kit.postgres import PostgresCluster
from tests.kit.shell import CommandLine, Ended


@pytest.fixture
def refused(linebook: CommandLine, tmp_path: Path) -> CommandLine:
    """Commands that must not come to serving, on a database of their own."""
    linebook.use(f"sqlite:///{tmp_path}/book.db")
    return linebook


def serve(command_line: CommandLine, *arguments: str) -> tuple[int, str]:
    ended: Ended = command_line("serve", "--port", "0", *arguments)
    return ended.code, ended.sentence


# -- refusing to start: settings


def test_a_setting_that_cannot_be_used_ends_with_2(refused: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEBOOK_DRAIN_S", "soon")
    assert serve(refused) == (
        2,
        "The setting drain_s (environment LINEBOOK_DRAIN_S) cannot be used: Expected `float`, got `str`.",
    )


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("LINEBOOK_DATABASE", "mysql://here", "LINEBOOK_DATABASE must begin with sqlite:/// or postgresql://."),
        ("LINEBOOK_DATABASE", "postgresql://host/book?colour=1", "LINEBOOK_DATABASE is no PostgreSQL URL"),
        ("LINEBOOK_DEFAULT_REGION", "MOON", "The setting default_region cannot be used"),
        ("LINEBOOK_TLS_CERT", "cert.pem", "The settings tls_cert and tls_key belong together: give both, or neither."),
        ("LINEBOOK_SETTINGS", "none.toml", "The settings file none.toml cannot be read: No such file or directory."),
        ("LINEBOOK_COLOUR", "blue", "LINEBOOK_COLOUR is no setting of linebook: see `linebook settings`."),
    ],
)
def test_what_no_server_can_use_ends_with_2(
    refused: CommandLine, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)
    code, said = serve(refused)
    assert code == 2
    assert said.startswith(sentence.removesuffix("."))


def test_a_certificate_that_is_missing_ends_with_2(refused: CommandLine) -> None:
    code, said = serve(refused, "--tls-cert", "no.pem", "--tls-key", "no.pem")
    assert (code, said) == (2, "The file no.pem of tls_cert or tls_key cannot be read: No such file or directory.")


# -- refusing to start: the database


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("foreign", "holds tables that are not linebook's"),
        ("newer", "was written by a newer linebook"),
        ("corrupt", "is damaged or is not a database"),
        ("missing folder", "Does its folder exist, and may this user write there?"),
        ("locked", "is locked by another process"),
    ],
)
def test_an_sqlite_file_that_cannot_be_used_ends_with_3(
    refused: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, case: str, sentence: str
) -> None:
    path = tmp_path / "book.db"
    with contextlib.closing(apsw.Connection(":memory:" if case == "corrupt" else str(path))) as other:
        if case == "foreign":
            other.execute("CREATE TABLE theirs (id INTEGER)")
        elif case == "newer":
            engine = SqliteEngine(path)
            engine.migrate()
            engine.close()
            other.pragma("user_version", 9999)
        elif case == "corrupt":
            path.write_bytes(b"this is no database, whatever it is called. " * 100)
        elif case == "missing folder":
            refused.use(f"sqlite:///{tmp_path}/no/book.db")
        else:
            engine = SqliteEngine(path)
            engine.migrate()
            engine.close()
            other.execute("BEGIN EXCLUSIVE")
            impatient = SqliteEngine(path, busy_timeout_s=0.05)
            monkeypatch.setattr("linebook.app.open_engine", lambda *_: impatient)
        code, said = serve(refused)
    assert code == 3
    assert sentence in said
    assert not list(tmp_path.glob("**/*.serve"))


def test_a_postgresql_database_that_cannot_be_used_ends_with_3(refused: CommandLine, postgres: PostgresCluster) -> None:
    refused.use(postgres.url("no_such_database"))
    code, said = serve(refused)
    assert (code, "does not exist" in said) == (3, True)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and nobody listens
        refused.use(f"postgresql://someone:hush@127.0.0.1:{closed.getsockname()[1]}/book")
        code, said = serve(refused)
    assert (code, "cannot be reached" in said) == (3, True)
    assert "hush" not in said


def test_a_wrong_password_for_postgresql_ends_with_3(refused: CommandLine, postgres: PostgresCluster) -> None:
    if postgres.is_external:
        pytest.skip("an existing server's rules are not ours to change")
    rules = postgres.socket_directory / "data" / "pg_hba.conf"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE USER guarded PASSWORD 'right'")
        rules.write_text(f"host all guarded all scram-sha-256\n{rules.read_text()}")
        connection.execute("SELECT pg_reload_conf()")
    refused.use(postgres.url("postgres").replace("postgres@", "guarded:wrong@"))
    code, said = serve(refused)
    assert (code, "refuses the user or the password" in said) == (3, True)
    assert "wrong" not in said


# -- refusing to start: the address, and the demo's credentials beyond this machine


def test_a_port_in_use_ends_with_4(refused: CommandLine) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        for option in ("--port", "--metrics-port"):
            assert serve(refused, option, str(port)) == (
                4,
                f"Port {port} on 127.0.0.1 is in use: stop what listens there, or choose another port.",
            )
    ended = refused("serve", "--host", "192.0.2.1", "--json")
    assert (ended.code, ended.error["kind"]) == (4, "CannotListen")


def test_serve_refuses_the_demo_credentials_beyond_this_machine(refused: CommandLine, tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "book.db")
    engine.migrate()
    prepare_demo(engine)
    engine.close()
    assert serve(refused, "--host", "0.0.0.0") == (
        2,
        "This database holds the published demo credentials, and 0.0.0.0 can be reached from other machines: "
        "revoke them, or listen on 127.0.0.1.",
    )


def test_the_demo_stays_on_this_machine_and_on_its_own_database(linebook: CommandLine, tmp_path: Path) -> None:
    for host in ("0.0.0.0", "192.0.2.1"):
        ended = linebook("demo", "--host", host)
        assert ended.code == 2
        assert ended.sentence.startswith("The demo's credentials are published, so it listens on this machine only")
    ended = linebook("demo", "--database", f"sqlite:///{tmp_path}/mine.db")
    assert (ended.code, ended.sentence) == (
        2,
        "The demo brings its own database: say where it is kept with --data DIR.",
    )
    (tmp_path / "file").touch()
    ended = linebook("demo", "--port", "0", "--data", "file")
    assert (ended.code, ended.sentence) == (2, "The folder file cannot be made: File exists.")


# -- as a process


def test_sigterm_answers_what_runs_keeps_what_was_acknowledged_and_ends_with_0(
    linebook: CommandLine, tmp_path: Path
) -> None:
    with hub_process("demo", "--data", str(tmp_path)) as hub, httpx.Client(base_url=hub.base_url) as client:
        login = client.post("/user/login", data={"username": "5556661234", "password": "mypassword"})
        body = f"session={login.json()['response']}&mobileNumber=2065550100&firstName=Ada".encode()
        port = httpx.URL(hub.base_url).port or 0
        with socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S) as caller:
            caller.sendall(
                b"POST /contact/save HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n"
                b"content-length: %d\r\nexpect: 100-continue\r\n\r\n" % len(body)
            )
            # The hub reads the request now and waits for its body: it is in flight.
            assert caller.recv(100).startswith(b"HTTP/1.1 100 ")
            hub.process.send_signal(signal.SIGTERM)
            wait_until_nobody_listens(port)
            caller.sendall(body)
            answer = caller.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b'"firstName":"Ada"' in answer
        assert hub.process.wait(LIMIT_S) == 0
        assert hub.process.stderr is not None
        assert hub.process.stderr.read() == ""
    assert {path.suffix for path in tmp_path.iterdir()} <= {".db", ".key"}
    shown = linebook.data("contacts", "show", "2065550100", "--database", f"sqlite:///{tmp_path}/linebook.db")
    assert shown["first_name"] == "Ada"


def wait_until_nobody_listens(port: int) -> None:
    """Return as soon as the hub has stopped to listen; a connection that still gets through is left at once."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            continue  # it came between the last look and the end of listening


def test_a_server_has_its_file_to_itself_but_for_commands(refused: CommandLine, tmp_path: Path) -> None:
    refused.done("account", "create", "Bakery")
    refused.done("line", "add", "5556661234")
    url = f"sqlite:///{tmp_path}/book.db"
    with hub_process("serve", "--database", url) as hub:
        assert serve(refused) == (
            3,
            f"The database {tmp_path}/book.db is being served by process {hub.process.pid}: "
            "stop it first, or name another database.",
        )
        # What a command writes holds in the running server at once: it is asked for each login.
        refused.done("user", "login", "5556661234", "--password-stdin", stdin="open sesame\n")
        credentials = {"username": "5556661234", "password": "open sesame"}
        assert httpx.post(f"{hub.base_url}/user/login", data=credentials).json()["success"] is True
        hub.process.send_signal(signal.SIGINT)
        assert hub.process.wait(LIMIT_S) == 0
    assert not (tmp_path / "book.db.serve").exists()


def test_the_exit_code_of_a_command_reaches_the_system(tmp_path: Path) -> None:
    ended = run_linebook("nonsense", "--json", cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert json.loads(ended.stderr)["error"]["exit_code"] == 2
