"""Who calls, also behind proxies, by what callers are counted, and the digest by which a room knows an address."""

import pytest

from avatar_live.edge.address import OWN_ADDRESSES, UNNAMED, address_digest, household, is_own
from avatar_live.edge.callers import Callers


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),  # no proxy of ours says so
        ("10.1.1.1", "198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),  # the first one is what a stranger wrote
        ("10.1.1.1", "127.0.0.1, 198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "198.51.100.1, 10.2.2.2", "198.51.100.1"),  # two proxies in a row
        ("10.1.1.1", "198.51.100.1:5000", "198.51.100.1"),
        ("10.1.1.1", "[2001:db8::1]:5000", "2001:db8::1"),
        ("::ffff:10.1.1.1", "2001:db8::1", "2001:db8::1"),
        ("10.1.1.1", "", UNNAMED),  # whoever it is, it is not the proxy that should be banned
        ("10.1.1.1", "10.2.2.2", UNNAMED),
        ("10.1.1.1", "nonsense", UNNAMED),
        ("10.1.1.1", "198.51.100.1, nonsense", UNNAMED),
        ("127.0.0.1", "", "127.0.0.1"),  # a program of this machine
        ("127.0.0.1", "198.51.100.1", UNNAMED),  # somebody behind a proxy that nobody told us of
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, forwarded: str, caller: str) -> None:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert Callers(["10.0.0.0/8"]).address_of(peer, headers) == caller


@pytest.mark.parametrize("sign", ["forwarded", "x-real-ip", "via"])
def test_whatever_a_proxy_of_this_machine_writes_shows_that_somebody_else_calls(sign: str) -> None:
    assert Callers().address_of("::1", {sign: "whoever"}) == UNNAMED


def test_a_trusted_proxy_of_this_machine_is_believed_and_a_program_beside_it_is_itself() -> None:
    callers = Callers(["127.0.0.1"])
    assert callers.address_of("127.0.0.1", {"x-forwarded-for": "198.51.100.1"}) == "198.51.100.1"
    assert callers.address_of("127.0.0.1", {}) == "127.0.0.1"


def test_an_address_of_ipv4_counts_alike_however_it_is_written() -> None:
    assert household("::ffff:192.0.2.1") == household("192.0.2.1") == "192.0.2.1"
    assert is_own("::ffff:127.0.0.1") and is_own("127.3.2.1") and not is_own("") and not is_own(UNNAMED)


def test_a_digest_hides_the_address_and_differs_from_room_to_room() -> None:
    digest = address_digest("key", "203.0.113.5")
    assert digest == address_digest("key", "203.0.113.5")
    assert digest != address_digest("another", "203.0.113.5")
    assert address_digest("key", "2a0a::7:0:0:0:1") == address_digest("key", "2a0a::7:0:0:0:2"), "one household"


@pytest.mark.parametrize("address", [*OWN_ADDRESSES, UNNAMED])
def test_what_stands_for_many_has_no_name(address: str) -> None:
    assert address_digest("key", address) == ""
