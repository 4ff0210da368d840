"""The engine tells another program what its avatar does, and stops when the host hides."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from patience import DEADLINE_S
from test_engine import performing

from avatar_live.app.settings import find_avatar
from avatar_live.avatar import Avatar, read_avatar
from avatar_live.avatar.rig import Rig
from avatar_live.channels.processes import Panic, UseVmcOut
from avatar_live.engine.vmc_out import VmcOut
from avatar_live.mocap.part import Part
from avatar_live.mocap.vmc import Vmc
from avatar_live.signals import Pose


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    return read_avatar(find_avatar("mirai"))


@pytest.fixture
def marionette() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("127.0.0.1", 0))
        port.settimeout(DEADLINE_S)
        yield port


def address_of(port: socket.socket) -> str:
    return f"127.0.0.1:{port.getsockname()[1]}"


def heard(port: socket.socket) -> Part:
    """Return what is known after a whole frame."""
    reader, part = Vmc(), None
    while part is None or not part.shapes or len(part.rotations) < 52:
        part = reader.parse(port.recv(65_536)) or part
    return part


def test_a_pose_arrives_with_the_avatars_own_measures(marionette: socket.socket, avatar: Avatar) -> None:
    out = VmcOut(address_of(marionette))
    places = Rig(avatar).rest_places_m
    assert 0.5 < places["hips"][1] < 1.2 and places["leftUpperArm"][0] > 0.0 > places["rightUpperArm"][0]
    out.send(Pose({"hips": np.array([0.0, 0.0, 0.0, 1.0])}, np.full(52, 0.5)), places, 1.0)
    data = marionette.recv(65_536)
    assert b"/VMC/Ext/OK" in data and b"Hips" in data
    out.close()


@pytest.mark.parametrize("target", ["nowhere", "127.0.0.1:0", "host:1"])
def test_a_target_that_is_none_is_told_and_sends_nothing(target: str) -> None:
    out = VmcOut(target)
    assert out.fault.endswith(".")
    out.send(Pose(), {}, 1.0)
    out.close()
    assert VmcOut("").fault == ""


async def test_the_engine_sends_what_it_draws_until_the_host_hides(
    tmp_path: Path, avatar: Avatar, marionette: socket.socket
) -> None:
    async with performing(tmp_path, avatar, vmc_out=address_of(marionette)) as around:
        part = await asyncio.to_thread(heard, marionette)
        assert set(part.shapes) >= {"jawOpen", "eyeBlinkLeft"} and part.gaze_rad is not None
        around.orders.put(Panic(True))
        marionette.settimeout(0.3)

        def drained() -> bool:
            try:
                while True:
                    marionette.recv(65_536)
            except TimeoutError:
                return True

        assert await asyncio.wait_for(asyncio.to_thread(drained), DEADLINE_S), "nothing leaves from behind the card"
        marionette.settimeout(DEADLINE_S)
        around.orders.put(Panic(False))
        await asyncio.to_thread(heard, marionette)
        around.orders.put(UseVmcOut("nowhere"))
        await around.until(lambda: '"nowhere" is nowhere to send to' in around.status())
        around.orders.put(UseVmcOut(""))
        await around.until(lambda: around.status().startswith("idling"))
