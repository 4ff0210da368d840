"""An edge's process: a port shared with its like, lines, and one link to the room."""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Final, assert_never

from avatar_live.channels.child import HealthWriter, orders
from avatar_live.channels.processes import EdgePlan, Stop
from avatar_live.edge.callers import Callers
from avatar_live.edge.doorstep import Doorstep
from avatar_live.edge.edge import Edge, Refusal
from avatar_live.edge.link import Close, Greet, Joined, Left, Link, Said, Tell, TellAll, ToEdge, reach_room
from avatar_live.edge.open_files import allow_open_files
from avatar_live.edge.origin import is_from_here
from avatar_live.edge.socket import EdgeSocket, Guest, Handshake
from avatar_live.protocol.wire import CLOSE_RESTARTING, FromViewer, Join

BACKLOG: Final = 4_096
POLL_S: Final = 0.05
PATH: Final = "/ws"
NOT_YET: Final = "The room is not there just now; come back in a moment."


class Uplink:
    """The room as this edge sees it: a link, or nothing for the moment."""

    def __init__(self) -> None:
        self.link: Link | None = None

    def joined(self, member: int, join: Join, address: str) -> None:
        """Ask the room to let a line in."""
        self._send(Joined(member, join, address))

    def said(self, member: int, message: FromViewer) -> None:
        """Pass a message on."""
        self._send(Said(member, message))

    def left(self, member: int) -> None:
        """Tell that a line is gone."""
        self._send(Left(member))

    def _send(self, message: Joined | Said | Left) -> None:
        if self.link is not None:
            self.link.send(message)


def run(plan: EdgePlan) -> int:
    """Carry lines until told to stop; return the exit code, 2 when the port cannot be had."""
    allow_open_files()
    with contextlib.closing(HealthWriter(Path(plan.run_folder), plan.name)) as health:
        try:
            with contextlib.closing(_listen(plan.host, plan.port)) as listener:
                asyncio.run(_serve(plan, listener, health))
        except OSError as error:
            sentence = f"The address {plan.host} port {plan.port} cannot be opened for an edge ({error.strerror})."
            health.write(sentence, False, is_forced=True)
            print(sentence, file=sys.stderr)  # noqa: T201
            return 2
        health.write("stopped", False, is_forced=True)
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """Open a port that several edges share: the system gives each connection to one of them."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=True)


async def _serve(plan: EdgePlan, listener: socket.socket, health: HealthWriter) -> None:
    uplink = Uplink()
    callers = Callers(plan.trusted_proxies)
    doorstep = Doorstep(callers)
    edge = Edge(
        uplink,
        is_from_here=lambda asked: is_from_here(asked, plan.origins),
        lines_each_max=plan.lines_each_max,
        active_max=plan.active_max,
        callers=callers,
    )

    def receive(handshake: Handshake) -> Guest | HTTPStatus:
        if handshake.target.partition("?")[0] != PATH:
            return HTTPStatus.NOT_FOUND
        return edge.receive(handshake) if uplink.link is not None else Refusal(CLOSE_RESTARTING, NOT_YET)

    def arrive(link: Link) -> None:
        uplink.link = link

    def gone() -> None:
        uplink.link = None
        edge.say_goodbye()

    loop = asyncio.get_running_loop()
    wanted = orders()
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    server = await loop.create_server(lambda: EdgeSocket(receive, doorstep), sock=listener)
    reaching = asyncio.create_task(reach_room(Path(plan.run_folder), arrive, _obeyed_by(edge), gone), name="link")
    ticking = asyncio.create_task(edge.run(), name="ticks")
    gc.freeze()
    try:
        while not (told.is_set() or reaching.done() or ticking.done()):
            if any(isinstance(order, Stop) for order in wanted.take_all()):
                break
            health.write(
                f"serving port {listener.getsockname()[1]}",
                uplink.link is not None,
                is_forced=False,
                lines=float(len(edge)),
                skipped=float(edge.skipped),
            )
            await asyncio.sleep(POLL_S)
    finally:
        server.close()
        edge.say_goodbye()
        for task in (reaching, ticking):
            task.cancel()
        await asyncio.gather(reaching, ticking, return_exceptions=True)


def _obeyed_by(edge: Edge) -> Callable[[ToEdge], None]:
    def obey(message: ToEdge) -> None:
        match message:
            case Greet(member, welcome):
                edge.greet(member, welcome)
            case Tell(member, answer):
                edge.tell(member, answer)
            case TellAll(told):
                edge.tell_all(told)
            case Close(member, code, reason):
                edge.close(member, code, reason)
            case _:
                assert_never(message)

    return obey
