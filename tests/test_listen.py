"""What a hub listens with: sockets, certificates, and the lock that keeps a second server off an SQLite file."""

from __future__ import annotations

import os
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from linebook.errors import SettingsError, StorageUnavailable, StorageUnusable
from linebook.listen import CannotListen, are_loopback, base_url, bind, resolve, tls_context
from linebook.serve_lock import serve_lock
from tests.kit.hub import running_hub

# -- listening


def test_a_host_name_stands_for_its_addresses_and_port_0_takes_one_free_port_for_all() -> None:
    addresses = resolve("localhost", 0)
    assert are_loopback(addresses)
    sockets = bind(addresses)
    try:
        assert len({one.getsockname()[1] for one in sockets}) == 1
        assert base_url(sockets[0], is_tls=True).startswith("https://")
    finally:
        for one in sockets:
            one.close()


def test_a_socket_says_that_it_is_tcp_or_an_event_loop_would_leave_its_answers_waiting() -> None:
    (one,) = bind(resolve("127.0.0.1", 0))
    with one, socket.create_connection(one.getsockname()):
        one.setblocking(True)
        accepted, _ = one.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize(
    ("host", "expected"), [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("0.0.0.0", False), ("::", False)]
)
def test_loopback_is_known_from_what_others_can_reach(host: str, expected: bool) -> None:
    assert are_loopback(resolve(host, 0)) is expected


def test_a_port_in_use_is_refused_in_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        other.listen()
        with pytest.raises(CannotListen, match=f"Port {port} on 127.0.0.1 is in use"):
            bind(resolve("127.0.0.1", port))


def test_an_address_that_is_not_ours_is_refused_in_a_sentence() -> None:
    with pytest.raises(CannotListen, match="not an address of this machine"):
        bind(resolve("192.0.2.1", 0))
    with pytest.raises(CannotListen, match="no such host"):
        resolve("nobody.invalid", 0)


# -- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "locked.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
        )
    )
    return cert_file, key_file


async def test_a_hub_speaks_tls_with_the_certificate_it_was_given(
    tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    cert, key = map(str, certificate)
    trusting = ssl.create_default_context(cafile=cert)
    async with running_hub(f"sqlite:///{tmp_path}/book.db", tls_cert=cert, tls_key=key) as hub:
        assert hub.base_url.startswith("https://127.0.0.1:")
        port = httpx.URL(hub.base_url).port
        async with httpx.AsyncClient(verify=trusting, trust_env=False) as client:
            assert (await client.get(f"https://localhost:{port}/healthz")).text == "ok\n"


def test_certificates_that_do_not_serve_are_named_in_a_sentence(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    cert, key = certificate
    with pytest.raises(SettingsError, match=r"missing\.pem .*cannot be read: No such file"):
        tls_context(str(cert), str(tmp_path / "missing.pem"))
    with pytest.raises(SettingsError, match="cannot be used"):
        tls_context(str(key), str(key))
    with pytest.raises(SettingsError, match="cannot be used"):  # and nothing asks the terminal for a password
        tls_context(str(cert), str(cert.parent / "locked.pem"))


# -- one server for one SQLite file


def test_a_second_server_on_a_file_is_refused_under_every_name_of_it(tmp_path: Path) -> None:
    database = tmp_path / "book.db"
    database.touch()
    (tmp_path / "alias.db").symlink_to(database)
    with serve_lock(database):
        for name in ("book.db", "alias.db"):
            with (
                pytest.raises(StorageUnavailable, match=f"is being served by process {os.getpid()}"),
                serve_lock(tmp_path / name),
            ):
                pass
    with serve_lock(database):
        pass
    assert not list(tmp_path.glob("*.serve"))


def test_a_lock_file_left_behind_by_a_killed_server_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "book.db.serve").write_text("4194304\n")
    with serve_lock(tmp_path / "book.db"):
        pass


def test_a_lock_whose_folder_is_missing_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageUnusable, match="Does its folder exist"), serve_lock(tmp_path / "no" / "book.db"):
        pass
