"""How the outside reaches the show is checked before it starts."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from avatar_live.app import settings as st
from avatar_live.app.faults import ShowError
from avatar_live.app.link_block import live_block
from avatar_live.app.network import (
    checked_ice_servers,
    checked_layer,
    checked_proxies,
    checked_redis,
    checked_room,
    checked_udp_ports,
    checked_watch_token,
)
from avatar_live.app.options import with_guests, with_network
from avatar_live.app.settings import Settings
from avatar_live.channels.processes import NetworkPlan
from avatar_live.protocol.ice import ICE_SERVERS_MAX, IceServer

PLAIN = Settings(avatar=Path("mirai.vrm"))


def test_ports_are_a_range_that_a_user_may_open() -> None:
    assert checked_udp_ports("") is None
    assert checked_udp_ports("40000-40199") == (40_000, 40_199)
    assert checked_udp_ports("1024-65535") == (1_024, 65_535)
    for text in ("40000", "40100-40000", "1023-2000", "40000-65536", "a-b", "-1-5", "40000-40199-1"):
        with pytest.raises(ShowError, match="40000-40199"):
            checked_udp_ports(text)


def test_servers_and_tokens_and_places_are_checked() -> None:
    assert checked_ice_servers(["stun:stun.test"]) == (IceServer("stun:stun.test"),)
    checked_ice_servers(["stun:stun.test"] * ICE_SERVERS_MAX)
    for texts in (["nonsense"], ["stun:stun.test"] * (ICE_SERVERS_MAX + 1)):
        with pytest.raises(ShowError):
            checked_ice_servers(texts)
    assert checked_watch_token("let-me-in") == "let-me-in" and checked_watch_token("") == ""
    for token in ("short", "with space here", "a" * 201, 'quo"te-quote'):
        with pytest.raises(ShowError):
            checked_watch_token(token)
    assert checked_layer("top-left:20") == "top-left:20" and checked_layer("off") == ""
    with pytest.raises(ShowError):
        checked_layer("under the table")


def test_a_redis_a_room_and_a_proxy_are_written_as_they_are_known() -> None:
    assert checked_redis("redis://host:6379/0") == "redis://host:6379/0" and checked_redis("") == ""
    assert checked_room("evening-2") == "evening-2"
    assert checked_proxies(("10.0.0.0/8", "::1/128")) == ("10.0.0.0/8", "::1/128")
    with pytest.raises(ShowError, match="redis://host"):
        checked_redis("host:6379")
    for room in ("", "Evening", "a" * 33, "{main}", "a b"):
        with pytest.raises(ShowError):
            checked_room(room)
    with pytest.raises(ShowError, match="no address of a proxy"):
        checked_proxies(("10.0.0.1/8",))


def test_who_gives_guests_a_place_wants_guests() -> None:
    assert with_guests(PLAIN, False, "full").has_guests
    assert with_guests(PLAIN, True, "") == replace(PLAIN, has_guests=True)
    assert not with_guests(PLAIN, False, "off").has_guests


def test_the_plans_carry_it_to_the_processes(tmp_path: Path) -> None:
    settings = with_network(PLAIN, ["stun:stun.test"], "40000-40001", "let-me-in", 7, ["127.0.0.1"], 20)
    settings = replace(settings, layer="full", host="127.0.0.1")
    network = NetworkPlan((IceServer("stun:stun.test"),), (40_000, 40_001))
    server, inlet = settings.server_plan(tmp_path, "key", "guest-key"), settings.inlet_plan(tmp_path)
    assert (server.network, server.watch_token, server.viewers_max) == (network, "let-me-in", 7)
    assert (server.guest_token, inlet.network, inlet.allow_loopback_ice) == ("guest-key", network, True)
    assert (server.trusted_proxies, server.lines_each_max) == (("127.0.0.1/32",), 20)
    (edge,) = replace(settings, edges=1).edge_plans(tmp_path)
    assert (edge.trusted_proxies, edge.lines_each_max) == (("127.0.0.1/32",), 20)
    assert settings.engine_plan(tmp_path).layer == "full"
    assert PLAIN.server_plan(tmp_path, "key").guest_token == "", "without guests the door is shut"


def test_the_links_carry_the_token_where_no_log_keeps_it() -> None:
    settings = replace(PLAIN, watch_token="let-me-in", host="::1")
    assert settings.link == "http://[::1]:8080/#token=let-me-in" == settings.watch_link
    assert settings.local_link == "http://[::1]:8080/"
    assert settings.guest_link == "http://[::1]:8080/whip"
    block = live_block(settings, "event-key", "ws://x", "guest-key")
    assert settings.link in block and re.search(r"Guests .*/whip .*guest-key", block)
    assert "Guests" not in live_block(settings, "event-key", "ws://x")


def test_the_guest_token_is_another_than_the_event_apis_and_kept(tmp_path: Path) -> None:
    token = st.guest_token(tmp_path)
    assert token == st.guest_token(tmp_path) != st.event_token(tmp_path)
    assert (tmp_path / "guest-token").stat().st_mode & 0o77 == 0
