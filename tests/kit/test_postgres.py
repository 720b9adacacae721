"""The throw-away PostgreSQL starts, serves, stops, comes back on its port, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.kit import postgres
from tests.kit.postgres import PostgresCluster, PostgresError, find_binaries

pytestmark = pytest.mark.skipif(
    bool(os.environ.get(postgres.SERVER_VARIABLE)), reason="an existing server is not ours to stop"
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[PostgresCluster]:
    with PostgresCluster() as cluster:
        yield cluster


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_the_newest_server_of_the_system_is_used(cluster: PostgresCluster) -> None:
    version = value(cluster.url("postgres"), "SHOW server_version_num")
    assert int(str(version)) // 10_000 >= postgres.OLDEST_VERSION
    assert (find_binaries() / "postgres").exists()


def test_settings_reach_the_server() -> None:
    with PostgresCluster(fsync=True, shared_buffers="32MB", max_wal_size="64MB", settings={"work_mem": "5MB"}) as own:
        shown = {name: value(own.url("postgres"), f"SHOW {name}") for name in ("fsync", "shared_buffers", "work_mem")}
    assert shown == {"fsync": "on", "shared_buffers": "32MB", "work_mem": "5MB"}


def test_defaults_suit_a_test_session(cluster: PostgresCluster) -> None:
    names = ("fsync", "max_connections", "server_encoding", "listen_addresses")
    assert [value(cluster.url("postgres"), f"SHOW {name}") for name in names] == ["off", "200", "UTF8", "127.0.0.1"]


def test_the_socket_answers_as_well(cluster: PostgresCluster) -> None:
    with psycopg.connect(
        host=str(cluster.socket_directory), port=cluster.port, user="postgres", dbname="postgres"
    ) as connection:
        assert connection.info.host == str(cluster.socket_directory)


def test_a_database_is_copied_from_its_template_and_dropped_under_a_connection(cluster: PostgresCluster) -> None:
    template = cluster.create_database("template of tests")
    with psycopg.connect(template) as connection:
        connection.execute("CREATE TABLE contact AS SELECT 7 AS id")
    copy = cluster.create_database("copy", template="template of tests")
    with psycopg.connect(copy) as held:
        assert held.execute("SELECT id FROM contact").fetchone() == (7,)
        cluster.drop_database("copy")
        with pytest.raises(psycopg.OperationalError):
            held.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(copy)
    cluster.drop_database("copy")  # once more does no harm
    cluster.drop_database("template of tests")


@pytest.mark.parametrize("immediate", [False, True])
def test_a_stopped_server_comes_back_on_the_same_port_with_its_data(immediate: bool) -> None:
    with PostgresCluster() as own:
        url = own.create_database("kept")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE contact AS SELECT 7 AS id")
        port = own.port
        own.stop(immediate=immediate)
        own.stop()  # a stopped server stays stopped
        with pytest.raises(psycopg.OperationalError, match="refused"):
            psycopg.connect(url)
        own.start()
        own.start()
        assert own.port == port
        assert value(url, "SELECT id FROM contact") == 7


def test_a_server_killed_behind_our_back_is_started_again(cluster: PostgresCluster) -> None:
    pid_file = cluster.socket_directory / "data" / "postmaster.pid"
    os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGQUIT)
    deadline = time.monotonic() + 30
    while pid_file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    cluster.start()
    assert value(cluster.url("postgres"), "SELECT 1") == 1


def test_a_restart_cuts_every_connection(cluster: PostgresCluster) -> None:
    with psycopg.connect(cluster.url("postgres")) as held:
        cluster.restart()
        with pytest.raises(psycopg.OperationalError):
            held.execute("SELECT 1")
    assert value(cluster.url("postgres"), "SELECT 1") == 1


def test_close_leaves_no_file_and_no_server() -> None:
    own = PostgresCluster()
    own.start()
    directory, url = own.socket_directory, own.url("postgres")
    own.close()
    own.close()
    assert not directory.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    with pytest.raises(PostgresError, match="not been started"):
        own.url("postgres")


def test_a_killed_owner_leaves_no_file_and_no_server() -> None:
    program = (
        "import time; from tests.kit.postgres import PostgresCluster; c = PostgresCluster(); c.start();"
        "print(c.socket_directory, c.url('postgres'), flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        directory, url = owner.stdout.readline().split()
        assert value(url, "SELECT 1") == 1
        owner.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while Path(directory).exists():
        assert time.monotonic() < deadline, "the cluster outlived its owner"
        time.sleep(0.05)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_a_setting_the_server_refuses_is_told_with_its_log() -> None:
    with pytest.raises(PostgresError, match="max_connections"), PostgresCluster(max_connections=-1):
        pass


def test_the_server_of_the_environment_is_used_as_it_is(
    cluster: PostgresCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(postgres.SERVER_VARIABLE, cluster.url("postgres") + "?application_name=borrowed")
    with PostgresCluster() as borrowed:
        assert borrowed.is_external
        url = borrowed.create_database("guest")
        assert value(url, "SELECT current_database()") == "guest"
        assert value(url, "SHOW application_name") == "borrowed"
        with pytest.raises(PostgresError, match="not ours"):
            borrowed.stop()
        with pytest.raises(PostgresError, match="not ours"):
            borrowed.restart()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)
