"""The room's measurement in its short form: everything is counted, and nothing is lost or doubled."""

import shutil
import socket
import threading
from queue import SimpleQueue

import pytest

from avatar_live.app.bench.room.peers import measure_peers
from avatar_live.app.bench.room.room import measure_frozen, measure_room
from avatar_live.app.bench.room.viewers import Crowd, Plan

ROOM_MB_MAX, VIEWER_KB_MAX = 150.0, 3.0  # of server and edges, whatever they share counted twice


def test_three_thousand_viewers_lose_no_like_no_gift_and_no_coin() -> None:
    figures = measure_room(3_000, 100_000, 12.0, lambda _: None)
    assert figures["connected"] == 3_000
    assert figures["interactions"] >= 100_000
    assert figures["reconnects"] == 60
    assert figures["gifts"] > 200 and figures["gifts_sent_twice"] > 0
    nothing = ("likes_lost", "gifts_lost", "gifts_doubled", "gifts_unanswered", "wallet_difference", "lines_lost")
    assert {name: figures[name] for name in nothing} == dict.fromkeys(nothing, 0)
    assert 0 < figures["ack_ms_p50"] <= figures["ack_ms_p99"]
    assert 0.0 < figures["rss_mb_empty"] < figures["rss_mb_full"] <= ROOM_MB_MAX + VIEWER_KB_MAX * 3_000 / 1_000.0


def test_who_is_cut_at_a_busy_door_comes_again() -> None:
    keeps: list[socket.socket] = []

    def answer() -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:
            ports.put(door.getsockname()[1])
            for number in range(4):
                line, _ = door.accept()
                line.recv(4_096)
                if number == 0:
                    line.close()
                else:
                    line.send(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
                    keeps.append(line)

    ports: SimpleQueue[int] = SimpleQueue()
    answering = threading.Thread(target=answer)
    answering.start()
    crowd = Crowd(Plan(ports.get(), "127.0.0.1", 3, 0, "ws"))
    crowd.connect_all()
    answering.join()  # it keeps the last line after that has been answered
    assert crowd.heard.connected == 3
    for line in (*keeps, *(viewer.line for viewer in crowd.all)):
        line.close()


def test_viewers_who_sleep_are_sent_away_and_are_no_burden_that_grows() -> None:
    figures = measure_frozen(400, 12.0, lambda _: None)
    assert (figures["frozen"], figures["frozen_cut"]) == (40, 40)
    assert figures["frozen_memory_ratio"] < 1.2
    assert figures["frozen_ratio_p99"] > 0.0


def test_peers_are_measured_with_the_same_frames() -> None:
    if shutil.which("node") is None:
        pytest.skip("needs Node.js")
    figures = measure_peers(200, 1.0, lambda _: None, rounds=1)
    assert all(isinstance(figures[name], float) for name in ("ratio_to_ws", "ratio_to_socketio"))
    assert figures["frames_per_cpu_second"]
