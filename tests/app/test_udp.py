"""The doctor says whether UDP gets through, and what to do where it does not."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from avatar_live.app import doctor
from avatar_live.app.doctor import Questions
from avatar_live.app.udp import asks_stun, own_addresses, try_udp
from avatar_live.protocol.ice import IceServer

NOT_OURS = "198.51.100.7"  # RFC 5737's example address: no packet can be sent from it here


@pytest.fixture
def questions(tmp_path: Path) -> Questions:
    return Questions("performance", "off", "mirai", "0.0.0.0", 8080, tmp_path, tmp_path)


def test_a_packet_comes_back_on_every_address_of_this_machine() -> None:
    addresses = ["127.0.0.1", *own_addresses()]
    report = try_udp(addresses)
    assert report.works == tuple(addresses) and not report.blocked


def test_blocked_udp_is_a_failure_with_a_next_step(questions: Questions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "own_addresses", lambda: [NOT_OURS])
    ((level, found, todo),) = doctor._udp(questions)
    assert level == "fail" and NOT_OURS in found and "turn:" in todo
    monkeypatch.setattr(doctor, "own_addresses", lambda: ["127.0.0.1", NOT_OURS])
    ((level, found, _),) = doctor._udp(questions)
    assert level == "warn" and found == f"UDP works on 127.0.0.1 but not on {NOT_OURS}."
    monkeypatch.setattr(doctor, "own_addresses", lambda: [])
    ((level, _, todo),) = doctor._udp(questions)
    assert level == "warn" and "--host 127.0.0.1" in todo


def test_ports_that_are_taken_are_told(questions: Questions) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        asked = replace(questions, host="127.0.0.1", udp_ports=(port, port))
        ((level, found, todo),) = doctor._udp(asked)
        assert level == "fail" and str(port) in found and "--udp-ports" in todo
    ((level, found, _),) = doctor._udp(asked)
    assert level == "ok" and str(port) in found


@pytest.fixture
def stun_server() -> Iterator[int]:
    """Answer one binding request as a STUN server does, as far as a question whether it lives goes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            request, address = server.recvfrom(2_048)
            server.sendto(b"\x01\x01\x00\x00" + request[4:20], address)

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_a_server_that_answers_and_one_that_does_not_are_told_apart(questions: Questions, stun_server: int) -> None:
    servers = (
        IceServer(f"stun:127.0.0.1:{stun_server}"),
        IceServer("stun:127.0.0.1:9"),
        IceServer("turns:turn.test", "ada", "open"),  # not UDP: nothing is asked
    )
    asked = replace(questions, host="127.0.0.1", ice_servers=servers)
    levels = [(level, found) for level, found, _ in doctor._udp(asked)]
    assert levels[1:] == [
        ("ok", f"stun:127.0.0.1:{stun_server} answers."),
        ("warn", "stun:127.0.0.1:9 does not answer."),
    ]
    assert not asks_stun(IceServer("stun:no-such-host.invalid"))
