"""The inlet's loop: answer the server, look after the guest, say how it does."""

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Final

import msgspec

from avatar_live import clock
from avatar_live.broadcast.network import Network
from avatar_live.channels.asking import answering
from avatar_live.channels.child import HealthWriter, orders
from avatar_live.channels.processes import InletPlan, Stop, ToInlet
from avatar_live.inlets.door import Door
from avatar_live.inlets.pictures import GuestPictures
from avatar_live.inlets.sounds import GuestSounds

NAME: Final = "inlet"
POLL_S: Final = 0.1
POLLS_PER_SWEEP: Final = 10
MEMORY_BYTES_MAX: Final = 4 * 1024**3  # of addresses: a picture that claims to be enormous is refused, not made

_questions: msgspec.msgpack.Decoder[ToInlet] = msgspec.msgpack.Decoder(ToInlet)


def run(plan: InletPlan) -> int:
    """Take guests in until told to stop, and return the exit code."""
    logging.basicConfig(level=logging.ERROR, format="%(name)s: %(message)s")  # every broken frame would be a warning
    _bound_memory()
    asyncio.run(_serve(plan))
    return 0


async def _serve(plan: InletPlan) -> None:
    folder = Path(plan.run_folder)
    wanted = orders()
    network = Network.planned(plan.network, allow_loopback=plan.allow_loopback_ice)
    with (
        contextlib.closing(HealthWriter(folder, NAME)) as health,
        contextlib.closing(GuestPictures(folder)) as pictures,
        contextlib.closing(GuestSounds(folder, clock.now_s)) as sounds,
    ):

        def clear() -> None:
            pictures.clear()
            sounds.clear()

        door = Door(network, pictures.show, sounds.hear, clear)
        async with answering(folder, NAME, _questions, door.answer):
            polls = 0
            while not any(isinstance(order, Stop) for order in wanted.take_all()):
                polls += 1
                if polls % POLLS_PER_SWEEP == 0:
                    door.sweep()
                width_px, height_px = pictures.size_px
                words = f"shows a guest at {width_px}x{height_px}" if width_px else "waits for a guest"
                health.write(
                    words,
                    True,
                    guests=float(door.has_guest),
                    guest_frames=float(door.decoded),
                    guest_pictures=float(pictures.shown),
                    guest_sounds=float(sounds.packets),
                )
                await asyncio.sleep(POLL_S)
        await door.close()


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or hard > MEMORY_BYTES_MAX:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, hard))
