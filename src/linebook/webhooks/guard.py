"""Which receivers may be called: every address that a name stands for is looked at, and a looked-at one is called."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from linebook.errors import InvalidMember, SettingsError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

LOOPBACK_NETWORKS: Final = "127.0.0.0/8,::1/128"

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class ForbiddenAddress(InvalidMember):
    """The URL leads into a network that webhooks may not call."""

    def __init__(self, reason: str) -> None:
        super().__init__("url", reason)


class WebhookGuard:
    """Permits public addresses, and private ones in the permitted networks."""

    def __init__(self, networks: str, resolve: Resolve | None = None) -> None:
        """Permit these networks, separated by commas. Raises `SettingsError` for one that is none."""
        try:
            self._permitted = [ipaddress.ip_network(one.strip()) for one in networks.split(",") if one.strip()]
        except ValueError as error:
            raise SettingsError(f"The setting webhook_networks cannot be used: {error}.") from error
        self._resolve = resolve or _resolve

    def permits(self, address: str) -> bool:
        """Whether an address may be called."""
        found = ipaddress.ip_address(address.partition("%")[0])
        inner = _inner(found)
        if any(
            one in network for one in (found, inner) for network in self._permitted if one.version == network.version
        ):
            return True
        return _is_public(found) and _is_public(inner)

    async def address_of(self, host: str, port: int) -> str:
        """Give an address of a host that may be called.

        Raises `ForbiddenAddress` unless all of them may, and `OSError` when there is none.
        """
        found = await self._resolve(host, port)
        if not found:
            raise OSError("no address")
        if not all(self.permits(one) for one in found):
            raise ForbiddenAddress("leads into a network that webhooks may not call")
        return found[0]

    async def check(self, url: str) -> None:
        """Raise `ForbiddenAddress` for a URL that will never be called. A name without an address may get one yet."""
        host, port = host_and_port(url)
        try:
            await self.address_of(host, port)
        except OSError:
            return


def host_and_port(url: str) -> tuple[str, int]:
    """Give where a URL leads. Raises `ForbiddenAddress` for one that leads nowhere, or holds a password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ForbiddenAddress("is not a URL") from error
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise ForbiddenAddress("is not a URL of a receiver")
    if parts.username is not None or parts.password is not None:
        raise ForbiddenAddress("must not hold a user or a password")
    return host, port or (443 if parts.scheme == "https" else 80)


def _inner(address: Address) -> Address:
    """Give the IPv4 address that an IPv6 address stands for."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


async def _resolve(host: str, port: int) -> Sequence[str]:
    with suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError("no name") from error
    return [str(one[4][0]) for one in found]
