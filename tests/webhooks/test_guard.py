"""Receivers in private networks are not called, whatever their address is written like."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from linebook.errors import SettingsError
from linebook.webhooks.guard import ForbiddenAddress, WebhookGuard, host_and_port

PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "2001:db8::1",
]


class Names:
    """Resolves one name to what a test says."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def __call__(self, _host: str, _port: int) -> Sequence[str]:
        return self.addresses


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_not_permitted(address: str) -> None:
    assert not WebhookGuard("").permits(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888"])
def test_a_public_address_is_permitted(address: str) -> None:
    assert WebhookGuard("").permits(address)


def test_a_permitted_network_is_permitted_and_no_other() -> None:
    guard = WebhookGuard("127.0.0.0/8, 172.17.0.0/16,fd00::/8")
    assert [guard.permits(one) for one in ("127.0.0.9", "172.17.3.4", "fd00::5", "::ffff:127.0.0.1")] == [True] * 4
    assert [guard.permits(one) for one in ("10.0.0.1", "172.18.0.1", "::1", "fe80::1")] == [False] * 4


@pytest.mark.parametrize("networks", ["localhost", "10.0.0.1/8", "300.0.0.0/8"])
def test_a_network_that_is_none_is_refused_at_start(networks: str) -> None:
    with pytest.raises(SettingsError, match="webhook_networks"):
        WebhookGuard(networks)


async def test_the_address_that_was_looked_at_is_the_one_that_is_called() -> None:
    assert await WebhookGuard("", Names("8.8.8.8", "9.9.9.9")).address_of("hooks.example.com", 443) == "8.8.8.8"


async def test_a_name_with_one_private_address_among_others_is_refused() -> None:
    guard = WebhookGuard("", Names("8.8.8.8", "10.0.0.1"))
    with pytest.raises(ForbiddenAddress):
        await guard.address_of("hooks.example.com", 443)
    with pytest.raises(ForbiddenAddress):
        await guard.check("https://hooks.example.com/")


async def test_a_name_without_an_address_may_get_one_yet() -> None:
    guard = WebhookGuard("", Names())
    await guard.check("https://hooks.example.com/")
    with pytest.raises(OSError, match="no address"):
        await guard.address_of("hooks.example.com", 443)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "ftp://hooks.example.com/",
        "//hooks.example.com/",
        "https://a:b@hooks.example.com/",
        "https://@hooks.example.com/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:65536/",
        "https://[::1/",
    ],
)
def test_a_url_that_leads_nowhere_is_refused(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        host_and_port(url)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://hooks.example.com/a", ("hooks.example.com", 443)),
        ("http://hooks.example.com", ("hooks.example.com", 80)),
        ("http://[2001:db8::1]:8080/", ("2001:db8::1", 8080)),
    ],
)
def test_a_url_leads_to_a_host_and_a_port(url: str, place: tuple[str, int]) -> None:
    assert host_and_port(url) == place
