"""Where a line comes from, behind proxies, and the digest by which a room knows it."""

import ipaddress

import pytest

from avatar_live.edge.address import OWN_ADDRESSES, address_digest, client_address
from avatar_live.edge.socket import Handshake

PROXIES = [ipaddress.ip_network("10.0.0.0/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),  # no proxy of ours says so
        ("10.1.1.1", "198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),  # the first one is what a stranger wrote
        ("10.1.1.1", "198.51.100.1, 10.2.2.2", "198.51.100.1"),  # two proxies in a row
        ("10.1.1.1", "", ""),  # whoever it is, it is not the proxy that should be banned
        ("10.1.1.1", "nonsense", "nonsense"),
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, forwarded: str, client: str) -> None:
    asked = Handshake("/ws", {"x-forwarded-for": forwarded} if forwarded else {}, peer)
    assert client_address(asked, PROXIES) == client


def test_a_digest_hides_the_address_and_differs_from_room_to_room() -> None:
    digest = address_digest("key", "203.0.113.5")
    assert digest == address_digest("key", "203.0.113.5")
    assert digest != address_digest("another", "203.0.113.5")


@pytest.mark.parametrize("address", OWN_ADDRESSES)
def test_a_machines_own_addresses_have_no_name(address: str) -> None:
    assert address_digest("key", address) == ""
