"""The sockets and certificates that a hub listens with, made before it serves. It knows nothing of requests."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import ssl
from collections.abc import Sequence
from typing import Final

from linebook.errors import LinebookError, SettingsError

BACKLOG: Final = 2048
"""Connections that may wait to be accepted: bursts of callers, and what arrives while the hub starts."""

Address = tuple[socket.AddressFamily, tuple[str, int]]
"""Where one socket listens: its family, its network address and port."""


class CannotListen(LinebookError):
    """The address cannot be listened on: it is in use, or not of this machine, or forbidden to this user."""


def resolve(host: str, port: int) -> list[Address]:
    """Give every address that a host name or address stands for on this machine. Raises `CannotListen`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise CannotListen(f"Cannot listen on {host}: there is no such host or address.") from error
    addresses: list[Address] = []
    for family, _, _, _, place in found:
        address = (family, (str(place[0]), port))
        if address not in addresses:
            addresses.append(address)
    return addresses


def are_loopback(addresses: Sequence[Address]) -> bool:
    """Whether only this machine itself can reach any of the addresses."""
    return all(ipaddress.ip_address(host.partition("%")[0]).is_loopback for _, (host, _) in addresses)


def bind(addresses: Sequence[Address]) -> list[socket.socket]:
    """Give sockets that listen on the addresses, all on one port: callers may connect, and wait until they are served.

    Port 0 takes a free one. An address that this machine does not have is left out as long as it has another.
    Raises `CannotListen`, and then leaves no socket open.
    """
    bound: list[socket.socket] = []
    lacking: OSError | None = None
    try:
        for family, (host, port) in addresses:
            if bound and port == 0:
                port = bound[0].getsockname()[1]  # noqa: PLW2901 - the free port that the first one took
            try:
                bound.append(_bind_one(family, host, port))
            except OSError as error:
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise CannotListen(_reason(host, port, error)) from error
                lacking = error
        if not bound:
            host, port = addresses[0][1]
            raise CannotListen(_reason(host, port, lacking)) from lacking
    except BaseException:
        for one in bound:
            one.close()
        raise
    return bound


def _bind_one(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    # Named, because asyncio's own loop switches Nagle's algorithm off for sockets that say they are TCP and no others:
    # an answer in two parts would wait 40 ms for the caller's acknowledgement.
    one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind((host, port))
        # Listening now, not when serving begins, is what finds out that the port is somebody else's.
        one.listen(BACKLOG)
        one.setblocking(False)
    except BaseException:
        one.close()
        raise
    return one


def _reason(host: str, port: int, error: OSError | None) -> str:
    match error.errno if error is not None else None:
        case errno.EADDRINUSE:
            return f"Port {port} on {host} is in use: stop what listens there, or choose another port."
        case errno.EACCES | errno.EPERM:
            return f"This user may not listen on port {port} of {host}: choose a port above 1023."
        case errno.EADDRNOTAVAIL:
            return f"Cannot listen on {host}: it is not an address of this machine."
        case number:
            return f"Cannot listen on port {port} of {host}: {os.strerror(number) if number else 'no address'}."


def base_url(one: socket.socket, *, is_tls: bool) -> str:
    """Give the URL under which a listening socket is reached."""
    host, port = one.getsockname()[:2]
    return f"{'https' if is_tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def tls_context(certificate_file: str, key_file: str) -> ssl.SSLContext:
    """Give what is needed to speak TLS with that certificate. Raises `SettingsError` when the files do not serve."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    try:
        # A key under a password would ask the terminal for it.
        context.load_cert_chain(certificate_file, key_file, password=lambda: "")
    except ssl.SSLError as error:
        raise SettingsError(
            f"The files tls_cert {certificate_file} and tls_key {key_file} cannot be used: "
            f"{error.reason or 'no PEM certificate with its unencrypted key'}."
        ) from error
    except OSError as error:
        name = next((one for one in (certificate_file, key_file) if not os.access(one, os.R_OK)), certificate_file)
        raise SettingsError(f"The file {name} of tls_cert or tls_key cannot be read: {error.strerror}.") from error
    return context
