"""The server's process: one loop for the room, its sockets and the engine's link; the ledger has its own thread."""

import asyncio
import contextlib
import errno
import gc
import logging
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvicorn
from litestar.types import ASGIApp

from avatar_live import clock
from avatar_live.broadcast.broadcaster import Broadcaster
from avatar_live.broadcast.network import Network
from avatar_live.channels.child import HealthWriter, orders
from avatar_live.channels.link import serve_link
from avatar_live.channels.lossless import Lossless
from avatar_live.channels.processes import EXIT_REFUSED, Order, Panic, ServerPlan, Stop
from avatar_live.edge.callers import Callers
from avatar_live.edge.doorstep import Doorstep
from avatar_live.edge.edge import Edge
from avatar_live.edge.joins import JoinRate, request_allowance
from avatar_live.edge.link import serve_edges
from avatar_live.edge.open_files import allow_open_files
from avatar_live.edge.origin import is_from_here
from avatar_live.edge.socket import Reception
from avatar_live.game.push import TICK_HZ
from avatar_live.protocol.wire import SHOW_HZ
from avatar_live.room import events as ev
from avatar_live.server.access import Access
from avatar_live.server.app import make_app
from avatar_live.server.bridging import Bridging, bridge_routes
from avatar_live.server.commands import room_commands
from avatar_live.server.document import Document, FileDocument
from avatar_live.server.entrance import Entrance, RemoteEdge
from avatar_live.server.http import impatient_http, with_callers, with_limit
from avatar_live.server.keeper import Keeper
from avatar_live.server.lease import Lease, NodesError
from avatar_live.server.ledger import LEDGER_FILE, Ledger, LedgerError
from avatar_live.server.ledger.store import is_postgresql
from avatar_live.server.metrics import metrics_route
from avatar_live.server.presence import presence_route
from avatar_live.server.programs import Programs
from avatar_live.server.reception import reception, socket_factory
from avatar_live.server.standing import FILE as MODERATION_FILE
from avatar_live.server.standing import WORDS_FILE, Standing, StandingError
from avatar_live.server.together import FILE as TOGETHER_FILE
from avatar_live.server.together import KeptTogether
from avatar_live.server.webhook_routes import webhook_routes
from avatar_live.server.webhooks.outpost import Outpost
from avatar_live.server.webhooks.store import SqliteStore, Store, StoreError
from avatar_live.server.whep import whep_routes
from avatar_live.server.whip import Inlet, whip_routes

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from avatar_live.server.shared_room import SharedRoom

BACKLOG: Final = 1_024
GRACE_S: Final = 1
POLL_S: Final = 0.05
STRANGERS_FAULTS: Final = (  # as uvicorn says them
    "Invalid HTTP request received.",
    "Invalid UTF-8 sequence received from client.",
)
TICKS_PER_SHOW: Final = round(TICK_HZ / SHOW_HZ)
HOLD_RETRY_S: Final = 0.2
TICKS_PER_DRAIN: Final = round(TICK_HZ / 4.0)
TICKS_PER_LOOK: Final = round(TICK_HZ)
EXIT_AGAIN: Final = 1


class ServerError(Exception):
    """Say in one sentence why the server cannot start, and what to do."""


def run(plan: ServerPlan) -> int:
    """Serve until told to stop; return the exit code, `EXIT_REFUSED` when another start would change nothing."""
    allow_open_files()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    logging.getLogger("uvicorn.error").addFilter(is_ours)
    with contextlib.closing(HealthWriter(Path(plan.run_folder), "server")) as health:
        try:
            with (
                contextlib.closing(_listen(plan.host, plan.port)) as listener,
                contextlib.closing(open_ledger(plan)) as ledger,
            ):
                asyncio.run(_serve(plan, listener, ledger, health))
        except (ServerError, LedgerError, StandingError, StoreError, NodesError) as failure:
            health.write(str(failure), False, is_forced=True)
            print(failure, file=sys.stderr)  # noqa: T201
            return EXIT_AGAIN if _may_pass(failure, plan) else EXIT_REFUSED
        health.write("stopped", False, is_forced=True)
    return 0


def _may_pass(failure: Exception, plan: ServerPlan) -> bool:
    """Say whether it is worth another try: who holds the room may let go of it, and Redis or PostgreSQL come back."""
    is_of_database = isinstance(failure, LedgerError | StoreError) and is_postgresql(plan.ledger)
    return is_of_database or isinstance(failure, NodesError)


def open_ledger(plan: ServerPlan) -> Ledger:
    """Open the books of a plan; the folder of a show's processes names the show. Raises LedgerError."""
    where = plan.ledger or Path(plan.data_folder) / LEDGER_FILE
    return Ledger(where, room=plan.room, show=Path(plan.run_folder).name)


def is_ours(record: logging.LogRecord) -> bool:
    """Say whether a line of the log tells of us; what strangers send to a port is endless and would fill the disk."""
    return record.msg not in STRANGERS_FAULTS


def _listen(host: str, port: int) -> socket.socket:
    """Open the port ourselves, so that a taken one is told in a sentence. Raises ServerError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    is_both = host == "::" and socket.has_dualstack_ipv6()  # every address of this machine, as 0.0.0.0 is of IPv4
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG, dualstack_ipv6=is_both)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"Port {port} is taken by another program: stop it, or choose another with --port."
        elif error.errno in (errno.EACCES, errno.EPERM):
            reason = f"Port {port} may not be opened by this user: choose one above 1023 with --port."
        else:
            reason = f"The address {host} port {port} cannot be opened ({error.strerror}): choose another with --host."
        raise ServerError(reason) from error


async def _serve(plan: ServerPlan, listener: socket.socket, ledger: Ledger, health: HealthWriter) -> None:
    wanted = orders()
    async with _room_held(plan, health, wanted) as held:
        if held is not None:
            if held.shared is not None:
                ledger.show = held.shared.show
            standing = Standing(
                Path(plan.data_folder), held.document(plan, MODERATION_FILE), held.document(plan, WORDS_FILE)
            )
            with contextlib.closing(standing):
                await _serve_room(plan, listener, ledger, standing, health, wanted, held)


@dataclass(frozen=True, slots=True)
class _Held:
    """A room that is ours: at once where it has no edges elsewhere, and by a lease where it has."""

    redis: "Redis | None" = None
    lease: Lease | None = None
    shared: "SharedRoom | None" = None  # where its ledger is not of one machine either

    def document(self, plan: ServerPlan, name: str) -> Document:
        """Return one of the room's documents."""
        return FileDocument(Path(plan.data_folder) / name) if self.shared is None else self.shared.document(name)

    def outbox(self, plan: ServerPlan) -> Store:
        """Open the outbox of the room's webhooks. Raises StoreError."""
        if self.shared is None:
            return SqliteStore(Path(plan.data_folder))
        from avatar_live.server.webhooks.postgresql import PostgresqlStore

        return PostgresqlStore(plan.ledger, plan.room, Path(plan.data_folder))


@contextlib.asynccontextmanager
async def _room_held(plan: ServerPlan, health: HealthWriter, wanted: Lossless[Order]) -> AsyncIterator[_Held | None]:
    """Yield the room as soon as no other server has it, or nothing when told to stop meanwhile."""
    if not plan.redis:
        yield _Held()
        return
    # Redis' client takes six megabytes, which a show of one machine does without.
    from avatar_live.edge.streams import Keys
    from avatar_live.server.nodes import hold, redis_of

    async with redis_of(plan.redis) as redis:
        early: list[Order] = []
        while isinstance(lease := await hold(redis, Keys(plan.room)), str):
            early += wanted.take_all()
            if any(isinstance(order, Stop) for order in early):
                yield None
                return
            health.write(f'waiting: {lease} keeps the room "{plan.room}"', False)
            await asyncio.sleep(HOLD_RETRY_S)
        for order in early:
            wanted.put(order)
        yield _Held(redis, lease, await _shared(plan))


async def _shared(plan: ServerPlan) -> "SharedRoom | None":
    """Take what the room has in PostgreSQL. Raises NodesError."""
    if not is_postgresql(plan.ledger):
        return None
    from avatar_live.server.shared_room import SharedRoom

    folder = Path(plan.data_folder)
    files, own = [folder / MODERATION_FILE, folder / TOGETHER_FILE], [folder / WORDS_FILE]
    return await asyncio.to_thread(SharedRoom, plan.ledger, plan.room, Path(plan.run_folder).name, files, own)


async def _serve_room(
    plan: ServerPlan,
    listener: socket.socket,
    ledger: Ledger,
    standing: Standing,
    health: HealthWriter,
    wanted: Lossless[Order],
    held: _Held,
) -> None:
    likes = held.lease.likes if held.lease is not None else 0
    together = KeptTogether(held.document(plan, TOGETHER_FILE))
    keeper = Keeper(plan.title, ledger, standing=standing, likes=likes, together=together)
    outpost = Outpost(held.outbox(plan), standing.kept.room)
    keeper.log.hearers.append(outpost.hear)
    nodes = None
    if held.redis is not None and held.lease is not None:
        from avatar_live.edge.streams import Keys
        from avatar_live.server.nodes import Nodes

        nodes = Nodes(keeper, held.redis, Keys(plan.room), held.lease)
    broadcaster = Broadcaster(
        want_keyframe=keeper.stage.want_keyframe,
        on_keys=keeper.pitch.steer,
        on_watchers=keeper.stage.on_watchers,
        on_rungs=keeper.stage.on_rungs,
        on_bitrate=keeper.stage.want_bitrate,
        network=Network.planned(plan.network, allow_loopback=plan.allow_loopback_ice),
        viewers_max=plan.viewers_max,
    )
    keeper.stage.open(broadcaster)
    keeper.handle(ev.HostHid(plan.is_panic_on))
    await keeper.recover()
    entrance = Entrance(keeper)
    callers = Callers(plan.trusted_proxies)
    edge = Edge(entrance, is_from_here=is_from_here, lines_each_max=plan.lines_each_max, callers=callers)
    entrance.attach(edge)
    servers, joins = plan.network.ice_servers, JoinRate()
    whep = whep_routes(
        broadcaster, keeper.player_stream, watch_token=plan.watch_token, ice_servers=servers, joins=joins
    )
    whip = whip_routes(Inlet(Path(plan.run_folder)), plan.guest_token, ice_servers=servers, joins=joins)
    access, commands = Access(plan.token, standing), room_commands(keeper)
    programs = Programs(keeper.log, access, commands, lambda: keeper.room.title)
    webhooks = webhook_routes(outpost, access)
    bridging = Bridging(plan.bridges, keeper)
    presence = presence_route(keeper, lambda: nodes.states if nodes is not None else (), access)
    metrics = metrics_route(broadcaster.statistics, access)
    app = make_app(
        plan, keeper, access, commands, webhooks, bridge_routes(bridging, access), whep, whip, metrics, presence
    )
    requests = JoinRate(request_allowance(plan.lines_each_max))
    limited = with_callers(with_limit(app, requests, access, broadcaster.has), callers)
    web = _Web(limited, Doorstep(callers), reception(edge, programs, access))
    run_folder = Path(plan.run_folder)
    async with (
        serve_link(run_folder, keeper.stage.on_message, keeper.stage.on_connection),
        serve_edges(run_folder, lambda link: RemoteEdge(keeper, link)),
    ):
        serving = asyncio.create_task(web.serve(sockets=[listener]), name="web")
        ticking = asyncio.create_task(_tick(keeper, programs), name="tick")
        telling = asyncio.create_task(edge.run(), name="edge")
        reaching = asyncio.create_task(nodes.run() if nodes is not None else asyncio.Event().wait(), name="nodes")
        holding = asyncio.create_task(held.shared.run() if held.shared else asyncio.Event().wait(), name="holding")
        running = (serving, ticking, telling, reaching, holding)
        bridged = [asyncio.create_task(one.keep(), name=one.source) for one in bridging.bridges]
        gc.freeze()  # what lives as long as the process need not be looked through again
        try:
            with _told_by_signals() as is_told:
                host = f"[{plan.host}]" if ":" in plan.host else plan.host
                address = f"http://{host}:{listener.getsockname()[1]}"
                while not (is_told.is_set() or any(one.done() for one in running) or _obey(wanted, keeper)):
                    if web.started:
                        _write_health(health, address, keeper, broadcaster)
                    await asyncio.sleep(POLL_S)
        finally:
            keeper.crowd.say_goodbye()
            programs.say_goodbye()
            web.should_exit = True
            for task in (ticking, telling, reaching, holding, *bridged):
                task.cancel()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GRACE_S):
                    await broadcaster.close()
            await serving
            for task in (ticking, telling, reaching, holding):  # a fault of theirs is the server's
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await asyncio.gather(*bridged, return_exceptions=True)
            await asyncio.gather(
                together.close(keeper.room, clock.now_s(), clock.wall_s()),
                asyncio.to_thread(standing.close),
                asyncio.to_thread(ledger.close),  # while the loop runs: it takes the last answers
            )
            if nodes is not None:
                await nodes.release()  # what the next server reads is written by now
            await asyncio.to_thread(outpost.close)  # it has heard of the last gifts


class _Web(uvicorn.Server):
    """uvicorn without its own signal handlers: it would raise the signal again when it is done."""

    def __init__(self, app: ASGIApp, doorstep: Doorstep, receive: Reception) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http=impatient_http(doorstep),
                proxy_headers=False,  # it would believe whoever calls from this machine
                ws=socket_factory(receive),  # type: ignore[arg-type]  # it says class and calls it
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def _told_by_signals() -> Iterator[threading.Event]:
    """Yield what is set by the first signal to end; uvicorn must not hear of it before the pages are told goodbye."""
    is_told = threading.Event()
    before = {number: signal.signal(number, lambda *_: is_told.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield is_told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _obey(wanted: Lossless[Order], keeper: Keeper) -> bool:
    """Do what the parent orders; True when it orders to stop."""
    for order in wanted.take_all():
        if isinstance(order, Stop):
            return True
        if isinstance(order, Panic):
            keeper.handle(ev.HostHid(order.is_on))
    return False


async def _tick(keeper: Keeper, programs: Programs) -> None:
    """Run the game at its rate and tell the room the time at the show's."""
    last_s = clock.now_s()
    while True:
        before = keeper.pitch.ticks
        await keeper.pitch.wait(TICKS_PER_SHOW - before % TICKS_PER_SHOW)
        now_s = clock.now_s()
        is_at_rest, is_steered = keeper.pitch.is_at_rest, keeper.pitch.is_steered
        for goal in keeper.pitch.advance(now_s - last_s):
            keeper.handle(ev.GoalWasScored(goal.camp, goal.score_red, goal.score_blue))
        if moved := keeper.pitch.take_moved():
            keeper.handle(ev.PushesMoved(moved))
        last_s = now_s
        keeper.stage.send_view(keeper.pitch.view, is_at_rest, is_steered, keeper.pitch.players)
        if _is_due(TICKS_PER_SHOW, before, keeper.pitch.ticks):
            view = keeper.pitch.view
            keeper.handle(ev.Ticked(view.ball_x, view.score_red, view.score_blue, keeper.stage.is_live))
        if _is_due(TICKS_PER_DRAIN, before, keeper.pitch.ticks):
            keeper.drain()
        if _is_due(TICKS_PER_LOOK, before, keeper.pitch.ticks):
            programs.look_after(now_s, clock.wall_s())
            if keeper.standing is not None:
                keeper.standing.look_at()
            keeper.game_owners.look_at(keeper.room)
            if keeper.together is not None:
                keeper.together.look_at(keeper.room, now_s, clock.wall_s())


def _is_due(every: int, before: int, ticks: int) -> bool:
    return ticks // every > before // every


def _write_health(health: HealthWriter, address: str, keeper: Keeper, broadcaster: Broadcaster) -> None:
    figures = {
        "viewers": float(keeper.room.audience),
        "sockets": float(len(keeper.crowd)),
        "gifts": float(keeper.gifts_committed),
        "commits": float(keeper.ledger.commits),
    }
    figures |= {f"watch_{name}": figure for name, figure in broadcaster.figures().items()}
    health.write(f"serving {address}", True, is_forced=False, **figures)
