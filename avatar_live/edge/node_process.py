"""An edge's process on a machine of its own: a port for lines, one for monitors, and the way to the room by Redis."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from avatar_live.channels.processes import NodePlan
from avatar_live.edge.callers import Callers
from avatar_live.edge.doorstep import Doorstep
from avatar_live.edge.edge import Edge, Refusal
from avatar_live.edge.monitor import Monitor, serve_monitor
from avatar_live.edge.node import Node
from avatar_live.edge.open_files import allow_open_files
from avatar_live.edge.origin import is_from_here
from avatar_live.edge.process import BACKLOG, NOT_YET, PATH
from avatar_live.edge.socket import EdgeSocket, Guest, Handshake
from avatar_live.edge.streams import Keys, open_redis
from avatar_live.protocol.wire import CLOSE_RESTARTING

GOODBYE_S: Final = 2.0


class NodeError(Exception):
    """Say in one sentence why an edge cannot be opened, and what to do."""


def run(plan: NodePlan, name: str, report: Callable[[str], None]) -> None:
    """Carry lines until a signal ends it. Raises NodeError."""
    allow_open_files()
    with contextlib.ExitStack() as opened:
        lines, monitors = (
            opened.enter_context(contextlib.closing(_listen(plan.host, port)))
            for port in (plan.port, plan.monitor_port)
        )
        asyncio.run(_serve(plan, name, lines, monitors, report))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise NodeError(
            f"The address {host} port {port} cannot be opened for an edge ({error.strerror}): choose another with "
            "--port, --monitor-port or --host."
        ) from error


async def _serve(
    plan: NodePlan, name: str, lines: socket.socket, monitors: socket.socket, report: Callable[[str], None]
) -> None:
    callers = Callers(plan.proxies)
    doorstep = Doorstep(callers)
    redis = open_redis(plan.redis)
    node = Node(redis, Keys(plan.room), name)
    edge = Edge(
        node,
        is_from_here=lambda asked: is_from_here(asked, plan.origins),
        lines_each_max=plan.lines_each_max,
        active_max=plan.active_max,
        callers=callers,
    )
    node.attach(edge)

    def receive(handshake: Handshake) -> Guest | HTTPStatus:
        if handshake.target.partition("?")[0] != PATH:
            return HTTPStatus.NOT_FOUND
        if not node.is_there:
            return Refusal(CLOSE_RESTARTING, NOT_YET)
        return edge.receive(handshake)

    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    server = await loop.create_server(lambda: EdgeSocket(receive, doorstep), sock=lines)
    report(f"Edge {name} takes lines at port {lines.getsockname()[1]}, monitors at {monitors.getsockname()[1]}.")
    tasks = [
        asyncio.ensure_future(one)
        for one in (told.wait(), node.run(), edge.run(), serve_monitor(Monitor(edge, node), monitors))
    ]
    gc.freeze()
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        server.close()
        edge.pass_all_likes_on()
        edge.say_goodbye()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=GOODBYE_S)  # one that waits for Redis may miss the word to end
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await node.leave()
        await redis.aclose()
