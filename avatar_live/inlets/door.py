"""Who may bring picture and sound: one guest at a time, and the newest takes the place of who was there."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Final, assert_never

from av import AudioFrame, VideoFrame

from avatar_live import clock
from avatar_live.broadcast.fragment import parse_fragment
from avatar_live.broadcast.guest import Guest
from avatar_live.broadcast.network import Network
from avatar_live.broadcast.offer import BroadcastError, checked_offer
from avatar_live.channels.processes import (
    FromInlet,
    GuestAnswer,
    GuestDone,
    GuestFragment,
    GuestLeaves,
    GuestOffer,
    GuestRefused,
    ToInlet,
)

GOODBYES_MAX: Final = 4  # guests that are still being let go; more only where somebody calls again and again


class Door:
    """Answer the server's questions about guests; `show` and `hear` get their frames, `clear` is called when nobody is
    there."""

    def __init__(
        self,
        network: Network,
        show: Callable[[VideoFrame], None],
        hear: Callable[[AudioFrame], None],
        clear: Callable[[], None],
        now: Callable[[], float] = clock.now_s,
    ) -> None:
        self._network = network
        self._show = show
        self._hear = hear
        self._clear = clear
        self._now = now
        self._session = ""
        self._guest: Guest | None = None
        self._decoded = 0  # of those who are gone
        self._goodbyes: set[asyncio.Task[None]] = set()

    @property
    def has_guest(self) -> bool:
        """Whether somebody is there and connected."""
        return self._guest is not None and self._guest.is_connected

    @property
    def decoded(self) -> int:
        """Frames of all guests that were decoded since the start."""
        return self._decoded + (self._guest.decoded if self._guest is not None else 0)

    async def answer(self, question: ToInlet) -> FromInlet:
        """Answer one question."""
        try:
            match question:
                case GuestOffer(sdp):
                    return await self._let_in(sdp)
                case GuestFragment(session, fragment):
                    await self._of(session).trickle(parse_fragment(fragment))
                case GuestLeaves(session):
                    self._of(session)
                    await asyncio.shield(self._let_go(session))
                case _:
                    assert_never(question)
        except BroadcastError as refusal:
            return GuestRefused(refusal.status, refusal.sentence, refusal.retry_after_s)
        return GuestDone()

    def sweep(self) -> None:
        """Let go of a guest who never came, has fallen silent or sends too much; call it every second."""
        if self._guest is not None and self._guest.is_gone():
            self._let_go(self._session)

    async def close(self) -> None:
        """Say goodbye."""
        self._let_go(self._session)
        await asyncio.gather(*self._goodbyes)

    async def _let_in(self, sdp: str) -> GuestAnswer:
        offer = checked_offer(sdp)
        if len(self._goodbyes) >= GOODBYES_MAX:
            raise BroadcastError(503, "Guests come and go too fast: try again in a few seconds.", 5)
        session = secrets.token_urlsafe(24)
        guest = Guest(
            self._network,
            now=self._now,
            show=lambda frame: self._shown(session, frame),
            hear=lambda frame: self._heard(session, frame),
            on_end=lambda: self._let_go(session),
        )
        try:
            answer = await guest.answer(offer)
        except BaseException:
            await guest.close()
            raise
        self._let_go(self._session)
        self._session, self._guest = session, guest
        return GuestAnswer(session, answer)

    def _shown(self, session: str, frame: VideoFrame) -> None:
        if session == self._session:
            self._show(frame)

    def _heard(self, session: str, frame: AudioFrame) -> None:
        if session == self._session:
            self._hear(frame)

    def _of(self, session: str) -> Guest:
        if self._guest is None or not secrets.compare_digest(session.encode(), self._session.encode()):
            raise BroadcastError(404, "There is no such session, or it has ended.")
        return self._guest

    def _let_go(self, session: str) -> asyncio.Future[None]:
        if self._guest is None or session != self._session:
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            done.set_result(None)
            return done
        guest, self._guest, self._session = self._guest, None, ""
        goodbye = asyncio.create_task(self._bid_farewell(guest), name="guest-goodbye")
        self._goodbyes.add(goodbye)
        goodbye.add_done_callback(self._goodbyes.discard)
        return goodbye

    async def _bid_farewell(self, guest: Guest) -> None:
        await guest.close()
        self._decoded += guest.decoded
        if self._guest is None:
            self._clear()
