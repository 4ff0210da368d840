"""Calls are counted by address, within bounds."""

from avatar_live.edge.address import household, site
from avatar_live.edge.households import LINES_EACH_MAX
from avatar_live.edge.joins import ADDRESSES_MAX, SITE_HOUSEHOLDS, JoinRate, request_allowance
from avatar_live.room.bucket import Allowance


def test_an_address_may_call_so_often_and_then_waits() -> None:
    rate = JoinRate(Allowance(rate_hz=0.5, burst=2.0))
    assert [rate.wait_s("192.0.2.1", 0.0) for _ in range(3)] == [0, 0, 2]
    assert rate.wait_s("192.0.2.2", 0.0) == 0, "another address is not held up"
    assert rate.wait_s("192.0.2.1", 1.9) == 2
    assert rate.wait_s("192.0.2.1", 2.1) == 0


def test_this_machine_itself_is_not_held_up() -> None:
    rate = JoinRate(Allowance(rate_hz=0.1, burst=1.0))
    for address in ("127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"):
        assert [rate.wait_s(address, 0.0) for _ in range(5)] == [0] * 5


def test_however_many_addresses_call_no_more_than_so_many_are_remembered() -> None:
    rate = JoinRate(Allowance(rate_hz=0.1, burst=1.0))
    for number in range(ADDRESSES_MAX + 1):
        rate.wait_s(f"2001:db8::{number:x}", 0.0)
    assert len(rate._buckets) == ADDRESSES_MAX
    assert rate.wait_s("2001:db8::0", 0.0) == 0, "the one longest silent was forgotten"
    assert rate.wait_s("2001:db8::2", 0.0) > 0


def test_who_changes_the_address_within_a_line_of_ipv6_stays_one_caller() -> None:
    rate = JoinRate(Allowance(rate_hz=0.1, burst=1.0))
    assert rate.wait_s("2a0a::7:0:0:0:1", 0.0) == 0
    assert rate.wait_s("2a0a::7:ffff:0:0:2", 0.0) > 0
    assert rate.wait_s("2a0a::8:0:0:0:1", 0.0) == 0
    same = {
        "::ffff:192.0.2.1": "192.0.2.1",
        "192.0.2.1": "192.0.2.1",
        "fd00::1": "fd00::1",
        "::1": "::1",
        "": "",
        "testclient": "testclient",
    }
    assert {address: household(address) for address in same} == same


def test_a_site_of_many_households_calls_no_more_often_than_some_of_them() -> None:
    rate = JoinRate(Allowance(rate_hz=1.0, burst=2.0))
    waits = [rate.wait_s(f"2a0a::{number:x}:0:0:0:1", 0.0) for number in range(1, 2 * SITE_HOUSEHOLDS + 2)]
    assert waits == [0] * 2 * SITE_HOUSEHOLDS + [1]
    assert rate.wait_s("2a0a:0:1::1", 0.0) == 0, "another site is not held up"
    assert rate.wait_s("2a0a::1:0:0:0:1", 1.0) == 0
    assert {site(address) for address in ("192.0.2.1", "8.8.8.8", "fd00::1", "::ffff:8.8.8.8", "x")} == {""}


def test_all_pages_of_a_school_open_at_once() -> None:
    for lines in (1, LINES_EACH_MAX, 2_000):
        assert request_allowance(lines).burst >= 8 * lines
    assert request_allowance(1).burst >= 100, "one page is opened again and again"
