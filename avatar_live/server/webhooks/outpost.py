"""Keep the webhooks: a thread with its own loop and outbox, so that no program's silence is felt in the room.

Each webhook has a courier, which posts what is due a few at a time; one that hangs or is down holds up nobody else.
"""

import asyncio
import contextlib
import logging
import secrets
import ssl
import threading
from collections import deque
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, Final, TypeVar

import msgspec

from avatar_live import clock
from avatar_live.protocol.api import ApiEvent
from avatar_live.room.state import LINES_KEPT_MAX
from avatar_live.server.event_log import Kept, blanked
from avatar_live.server.signatures import new_secret
from avatar_live.server.webhooks.cloud_event import cloud_event
from avatar_live.server.webhooks.courier import IN_FLIGHT_MAX, Courier, WebhookState
from avatar_live.server.webhooks.patience import USUAL, Patience
from avatar_live.server.webhooks.reach import Reach, check_url
from avatar_live.server.webhooks.store import DeadLetter, Store, StoreError, Webhook

WEBHOOKS_MAX: Final = 16
INBOX_MAX: Final = 10_000  # events between the room and the disk
DEAD_SHOWN_MAX: Final = 100
STORE_RETRY_S: Final = 1.0  # after the disk refused
CLOSE_S_MAX: Final = 1.0  # for a disk or a name server at the end: the parent kills what goes on for three
FULL: Final = f"There are {WEBHOOKS_MAX} webhooks already: remove one first."
NOT_ENDED: Final = (
    "The webhooks' outbox does not answer, so it is not waited for: what is in it is posted after the next start."
)
NO_WEBHOOK: Final = "There is no such webhook."

_log: Final = logging.getLogger(__name__)
T = TypeVar("T")


class WebhookError(Exception):
    """Say in one sentence why a wish about webhooks cannot be done."""


class Outpost:
    """Take events in and post them; every method may be called from the room's thread."""

    def __init__(self, store: Store, room: str, patience: Patience = USUAL, tls: ssl.SSLContext | None = None) -> None:
        """Go on with what the outbox holds. Raises StoreError."""
        self._store = store
        self._room = room
        self._patience = patience
        self._tls = tls
        self._inbox: deque[ApiEvent] = deque()
        self.lost = 0  # events that found the inbox full, as the disk refused for long, or that made us stumble
        self._loop = asyncio.new_event_loop()
        self._arrived = asyncio.Event()
        self._is_closing = False
        self._reach: Reach | None = None  # made with the first webhook
        self._couriers: dict[str, Courier] = {}
        self._said: dict[int, ApiEvent] = {}  # chat lines, for as long as the room can remove them
        self._known = self._store.webhooks()
        self._wanted = frozenset(type for webhook in self._known for type in webhook.types)
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()

    def hear(self, kept: Kept) -> None:
        """Take an event that some webhook wants: on the disk within a moment, and posted from then on."""
        type = kept.event.type
        if type not in self._wanted and not (type == "chat_removed" and "chat" in self._wanted):
            return
        if len(self._inbox) >= INBOX_MAX:
            self.lost += 1
            return
        self._inbox.append(kept.event)
        if len(self._inbox) == 1:  # what comes while the thread takes in is taken in with the rest
            with contextlib.suppress(RuntimeError):  # the server stops, and the thread has ended
                self._loop.call_soon_threadsafe(self._arrived.set)

    def add(self, url: str, types: tuple[str, ...]) -> Future[Webhook]:
        """Post events of these types to `url` from now on. Raises WebhookError, UrlError or StoreError."""
        return self._ask(self._add(url, types))

    def remove(self, id: str) -> Future[None]:
        """Post nothing more, and forget what was on its way. Raises WebhookError or StoreError."""
        return self._ask(self._remove(id))

    def states(self) -> Future[list[WebhookState]]:
        """Return how all webhooks do."""
        return self._ask(self._states())

    def dead(self, id: str) -> Future[list[DeadLetter]]:
        """Return the oldest messages that did not arrive. Raises WebhookError."""
        return self._ask(self._dead(id))

    def replay(self, id: str) -> Future[int]:
        """Post again what did not arrive, and return how many that is. Raises WebhookError or StoreError."""
        return self._ask(self._replay(id))

    def close(self) -> None:
        """Write down what was taken in, and stop; what waits goes on with the next start.

        A disk, or a look for a name, that does not end in time is not waited for.
        """
        if self._is_closing:
            return
        with contextlib.suppress(RuntimeError):  # the thread has ended
            self._loop.call_soon_threadsafe(self._end)
        self._thread.join(CLOSE_S_MAX)
        if self._thread.is_alive():
            _log.warning(NOT_ENDED)

    # --- in the thread ------------------------------------------------------------------------------------------------

    def _ask(self, wish: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(wish, self._loop)

    def _end(self) -> None:
        self._is_closing = True
        self._arrived.set()

    def _run(self) -> None:
        with contextlib.closing(self._store), asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._work())

    async def _work(self) -> None:
        for webhook in self._known:
            self._start(webhook)
        try:
            while not self._is_closing:
                self._arrived.clear()
                await self._take_in()
                if not self._inbox:
                    await self._arrived.wait()
            await self._take_in()
        finally:
            await asyncio.gather(*(courier.stop() for courier in self._couriers.values()))
            if self._reach is not None:
                await self._reach.close()

    async def _take_in(self) -> None:
        """Write down in one go what has arrived; what the disk refuses stays in the inbox."""
        events = list(self._inbox)
        if not events:
            return
        couriers, now_s = tuple(self._couriers.values()), clock.wall_s()
        try:
            with self._store.transaction():
                for event in events:
                    if event.type == "chat_removed":
                        self._blank(event)
                    told = cloud_event(event, self._room)
                    body = msgspec.json.encode(told)
                    if event.type == "chat":
                        self._remember(event)
                    for courier in couriers:
                        courier.take(event.type, told.id, body, now_s)
                for courier in couriers:
                    courier.trim()
        except StoreError as error:
            _log.warning("webhooks: events cannot be written down (%s); trying again", error)
            for courier in couriers:
                courier.lose_count()
            await asyncio.sleep(STORE_RETRY_S)
            return
        except Exception:  # no surprise ends the thread: it would come again with the same events
            _log.exception("webhooks: events could not be taken in")
            self.lost += len(events)
            for courier in couriers:
                courier.lose_count()
        for _ in events:
            self._inbox.popleft()
        for courier in couriers:
            courier.wake()

    def _blank(self, removed: ApiEvent) -> None:
        """Take what a removed line said out of what is not posted yet."""
        said = self._said.pop(int(removed.data["line"]), None)
        if said is not None:
            told = cloud_event(blanked(said), self._room)
            self._store.rewrite(told.id, msgspec.json.encode(told))

    def _remember(self, said: ApiEvent) -> None:
        self._said[int(said.data["line"])] = said
        if len(self._said) > LINES_KEPT_MAX:
            del self._said[next(iter(self._said))]

    def _start(self, webhook: Webhook) -> None:
        if self._reach is None:
            import httpx

            tls = self._tls or httpx.create_ssl_context()
            self._reach = Reach(tls, WEBHOOKS_MAX * IN_FLIGHT_MAX, self._patience.answer_s)
        self._couriers[webhook.id] = Courier(webhook, self._store, self._reach, self._patience)
        self._want()

    def _want(self) -> None:
        self._wanted = frozenset(type for one in self._couriers.values() for type in one.webhook.types)

    async def _add(self, url: str, types: tuple[str, ...]) -> Webhook:
        check_url(url)
        if len(self._couriers) >= WEBHOOKS_MAX:
            raise WebhookError(FULL)
        webhook = Webhook(secrets.token_urlsafe(9), url, types, new_secret())
        with self._store.transaction():
            self._store.add(webhook)
        self._start(webhook)
        return webhook

    async def _remove(self, id: str) -> None:
        courier = self._courier(id)
        with self._store.transaction():
            self._store.remove(id)
        del self._couriers[id]
        self._want()
        await courier.stop()

    async def _states(self) -> list[WebhookState]:
        return [courier.state() for courier in self._couriers.values()]

    async def _dead(self, id: str) -> list[DeadLetter]:
        return self._store.dead(self._courier(id).webhook.id, DEAD_SHOWN_MAX)

    async def _replay(self, id: str) -> int:
        return self._courier(id).replay()

    def _courier(self, id: str) -> Courier:
        try:
            return self._couriers[id]
        except KeyError:
            raise WebhookError(NO_WEBHOOK) from None
