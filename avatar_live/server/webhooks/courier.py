"""One webhook's courier: posts what is due, a few at a time, with patience, and writes down how each try went."""

import asyncio
import contextlib
import logging
import random
from http import HTTPStatus
from typing import Final, Literal

import msgspec

from avatar_live import clock
from avatar_live.server.signatures import signed_headers
from avatar_live.server.webhooks.cloud_event import CONTENT_TYPE
from avatar_live.server.webhooks.patience import CLOSED, TRIES_MAX, Patience, after_failure, wait_s
from avatar_live.server.webhooks.reach import Answered, Reach, ReachError
from avatar_live.server.webhooks.store import Message, Store, StoreError, Webhook

IN_FLIGHT_MAX: Final = 8  # of one webhook
WAITING_MAX: Final = 50_000  # messages of one webhook in the outbox
DEAD_MAX: Final = 10_000  # of one webhook
NAP_S_MAX: Final = 30.0  # the clock of the day may be set meanwhile
STORE_RETRY_S: Final = 1.0  # after the disk refused
GONE: Final = "it answered 410: it wants no more"
TOO_MANY_WAIT: Final = f"{WAITING_MAX} messages waited for this program already"
DISK_REFUSED: Final = "the outbox on the disk cannot be used just now"
SURPRISE: Final = "it could not be posted: the log says more"
AGENT: Final = "avatar-live"

_log: Final = logging.getLogger(__name__)


class WebhookState(msgspec.Struct, frozen=True):
    """How a webhook does: `paused` while its program is down and only now and then tried, `gone` at its own wish.

    `reason` is why the newest try failed, `forgotten` how many dead messages were more than are kept.
    """

    id: str
    url: str
    types: tuple[str, ...]
    state: Literal["ok", "failing", "paused", "gone"]
    waiting: int
    dead: int
    forgotten: int
    reason: str


class Courier:
    """Post to one webhook from now on; everything runs on the loop of the outpost."""

    def __init__(self, webhook: Webhook, store: Store, reach: Reach, patience: Patience) -> None:
        self.webhook = webhook
        self._store = store
        self._reach = reach
        self._patience = patience
        self._breaker = CLOSED
        self._reason = ""
        self._fault = ""  # ours, until the next look succeeds
        self._forgotten = 0
        self._woken = asyncio.Event()
        self._waiting = self._dead = 0
        self._is_counted = False
        with contextlib.suppress(StoreError):  # then with the first look
            self._count_anew()
        self._task = asyncio.create_task(self._run(), name="courier")

    def take(self, type: str, id: str, body: bytes, now_s: float) -> None:
        """Put an event into the outbox, inside of a transaction, if this webhook wants it."""
        if type not in self.webhook.types:
            return
        self._count_anew()
        is_full = self.webhook.is_gone or self._waiting >= WAITING_MAX
        reason = (GONE if self.webhook.is_gone else TOO_MANY_WAIT) if is_full else ""
        self._store.put(self.webhook.id, id, body, now_s, reason)
        self._waiting += not is_full
        self._dead += is_full

    def trim(self) -> None:
        """Forget the oldest dead beyond the limit; once, at the end of a transaction."""
        if self._dead > DEAD_MAX:
            forgotten = self._store.forget_oldest_dead(self.webhook.id, DEAD_MAX)
            self._forgotten += forgotten
            self._dead -= forgotten

    def wake(self) -> None:
        """Look again what is due."""
        self._woken.set()

    def lose_count(self) -> None:
        """Read how many messages wait and are dead with the next look: a transaction has failed."""
        self._is_counted = False

    def state(self) -> WebhookState:
        """Return how this webhook does."""
        webhook = self.webhook
        is_failing = self._breaker.failures or self._fault
        down = "paused" if self._breaker.is_open else "failing" if is_failing else "ok"
        state: Literal["ok", "failing", "paused", "gone"] = "gone" if webhook.is_gone else down  # type: ignore[assignment]
        reason, counted = self._fault or self._reason, (self._waiting, self._dead, self._forgotten)
        return WebhookState(webhook.id, webhook.url, webhook.types, state, *counted, reason)

    def replay(self) -> int:
        """Post again what did not arrive, at once, and return how many that is. Raises StoreError."""
        with self._store.transaction():
            count = self._store.replay(self.webhook.id, clock.wall_s())
        self.webhook = msgspec.structs.replace(self.webhook, is_gone=False)
        self._breaker = CLOSED
        self.lose_count()
        self.wake()
        return count

    async def stop(self) -> None:
        """Stop; what is on its way is posted again with the next start."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self._work()
                self._fault = ""
            except StoreError as error:
                self._fault = DISK_REFUSED
                _log.warning("webhooks: the outbox cannot be used (%s); trying again", error)
                await asyncio.sleep(STORE_RETRY_S)
            except Exception as error:  # no surprise ends a courier: what waits is tried again
                self._fault = f"{SURPRISE} ({type(error).__name__})"
                _log.exception("webhooks: a courier stumbled; trying again")
                await asyncio.sleep(STORE_RETRY_S)

    async def _work(self) -> None:
        """Post what is due, or wait until something is."""
        breaker, id = self._breaker, self.webhook.id
        self._count_anew()
        if breaker.is_open and (rest_s := breaker.closed_at_s - clock.now_s()) > 0.0:
            await self._nap(rest_s)
            return
        due = self._store.due(id, clock.wall_s(), 1 if breaker.is_open else IN_FLIGHT_MAX)
        if not due:
            next_s = self._store.next_due_s(id)
            await self._nap(NAP_S_MAX if next_s is None else next_s - clock.wall_s())
            return
        answers = await asyncio.gather(*(self._try(message) for message in due))
        self._write_down(dict(zip(due, answers, strict=True)))

    def _count_anew(self) -> None:
        if not self._is_counted:
            self._waiting, self._dead = self._store.counts(self.webhook.id)
            self._is_counted = True

    async def _nap(self, seconds: float) -> None:
        """Wait, or be woken; an open breaker is not hurried by what arrives."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(max(seconds, 0.0), NAP_S_MAX)):
                await self._woken.wait()

    async def _try(self, message: Message) -> Answered | ReachError:
        webhook = self.webhook
        headers = signed_headers(webhook.secret, message.id, clock.wall_s(), message.body)
        headers |= {"content-type": CONTENT_TYPE, "user-agent": AGENT}
        try:
            return await self._reach.post(webhook.url, headers, message.body)
        except ReachError as failure:
            return failure
        except Exception as error:
            _log.exception("webhooks: a message could not be posted")
            return ReachError(f"{SURPRISE} ({type(error).__name__})")

    def _write_down(self, tries: dict[Message, Answered | ReachError]) -> None:
        now_s, webhook, reason = clock.wall_s(), self.webhook, self._reason
        is_gone = False
        try:
            with self._store.transaction():
                for message, answer in tries.items():
                    failure, asked_s = _failure_of(answer)
                    if not failure:
                        self._store.arrived(message.number)
                        self._waiting -= 1
                        continue
                    reason = failure
                    is_gone = is_gone or failure == GONE
                    is_dead = message.tries + 1 >= TRIES_MAX
                    due_s = now_s + wait_s(self._patience, message.tries + 1, random.random(), asked_s)
                    self._store.failed(message.number, due_s, failure, is_dead=is_dead)
                    self._waiting -= is_dead
                    self._dead += is_dead
                if is_gone:
                    self._store.close_down(webhook.id, GONE)
                    self._waiting, self._dead = 0, self._waiting + self._dead
                self.trim()
        except StoreError:
            self.lose_count()
            raise
        is_up = any(not _failure_of(answer)[0] for answer in tries.values())
        self._breaker = (
            CLOSED if is_up else after_failure(self._patience, self._breaker, clock.now_s(), random.random())
        )
        self._reason = reason
        self.webhook = msgspec.structs.replace(webhook, is_gone=webhook.is_gone or is_gone)


def _failure_of(answer: Answered | ReachError) -> tuple[str, float]:
    """Return why a try failed, empty when it did not, and the time that the program asked for."""
    if isinstance(answer, ReachError):
        return str(answer), 0.0
    if 200 <= answer.status < 300:
        return "", 0.0
    if answer.status == HTTPStatus.GONE:
        return GONE, 0.0
    told = f"it answered {answer.status}"
    return (f"{told}, and redirects are not followed" if 300 <= answer.status < 400 else told), answer.retry_after_s
