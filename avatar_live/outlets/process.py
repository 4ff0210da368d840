"""The outlets' process: one loop that hears the engine, a thread for each outlet."""

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Final

from avatar_live import clock
from avatar_live.channels.child import HealthWriter, newest
from avatar_live.channels.link import OUTLETS_LINK, EngineConnection, serve_link
from avatar_live.channels.lossless import Lossless
from avatar_live.channels.processes import FromEngine, Health, KeyframeWanted, Order, OutletsPlan, Stop, UseOutlets
from avatar_live.outlets.hub import Hub
from avatar_live.signals.encoded import MAIN_STREAM, EncodedFrame

POLL_S: Final = 0.05
NAME: Final = "outlets"


def run(plan: OutletsPlan, orders: Lossless[Order]) -> None:
    """Bring the show to its outlets until told to stop."""
    logging.basicConfig(level=logging.ERROR, format="%(name)s: %(message)s")
    logging.disable(logging.WARNING)  # a library's remarks may hold an address, and that a key
    with contextlib.closing(HealthWriter(Path(plan.run_folder), NAME)) as health:
        asyncio.run(_run(plan, orders, health))


async def _run(plan: OutletsPlan, orders: Lossless[Order], health: HealthWriter) -> None:
    engine = Engine()
    hub = Hub(asyncio.get_running_loop(), engine.want_keyframe)

    def hear(message: FromEngine) -> None:
        if isinstance(message, EncodedFrame):
            hub.publish(message)

    try:
        async with serve_link(Path(plan.run_folder), hear, engine.connected, name=OUTLETS_LINK):
            hub.use(plan.outlets)
            told = ""
            while (ordered := _obey(hub, orders)) is not Stop:
                states = hub.states()
                words = " ".join(state.state for state in states)
                live = sum(state.state == "live" for state in states)
                figures = {
                    "live": float(live),
                    "tasks": float(len(asyncio.all_tasks())),
                    "frames": float(sum(state.frames for state in states)),
                    "frames_dropped": float(sum(state.dropped for state in states)),
                }
                status = f"{live} of {len(states)} live"
                now = Health(clock.now_s(), status, is_ready=True, figures=figures, outlets=states)
                health.put(now, is_forced=words != told or ordered is UseOutlets)  # people wait for a change
                told = words
                await asyncio.sleep(POLL_S)
    finally:
        await asyncio.to_thread(hub.close)  # while the loop runs: the outlets say goodbye on it


def _obey(hub: Hub, orders: Lossless[Order]) -> type[Order] | None:
    """Do what was ordered and return the kind of the last order that was ours."""
    kind: type[Order] | None = None
    for order in newest(orders):
        match order:
            case Stop():
                return Stop
            case UseOutlets(outlets):
                hub.use(outlets)
                kind = UseOutlets
            case _:
                pass  # another part's
    return kind


class Engine:
    """Ask the engine that is connected now for keyframes."""

    def __init__(self) -> None:
        self._connection: EngineConnection | None = None

    async def connected(self, connection: EngineConnection | None) -> None:
        """Take note of the engine, or that it is gone."""
        self._connection = connection

    def want_keyframe(self) -> None:
        """Ask for a keyframe of the show; an engine that is gone begins with one."""
        if self._connection is not None:
            self._connection.send(KeyframeWanted(MAIN_STREAM))
