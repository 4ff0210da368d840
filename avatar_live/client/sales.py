"""Sell effects in a room: what viewers pay for reaches the game once, and how it went reaches the room.

The room asks for a paid effect again whenever it cannot know that the game has it: after a break, a restart of either
side, a lost answer. `id` is the same each time, so this module answers for what it knows, and tells the game the rest.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from avatar_live.client.line import ClientError, RefusedError, log
from avatar_live.protocol.effects import EffectAskedEvent, EffectStep, OfferedEffect, OfferTaken
from avatar_live.protocol.programs import FromProgram, OfferEffects, ReportEffect

KNOWN_MAX: Final = 10_000  # effects whose end is remembered
PACE_S: Final = 0.06  # between two reports: the room takes 100 commands a second
LAST_WORD_S: Final = 2.0  # for what is not told yet when a program ends
ENDS: Final = ("done", "failed")

Ask = Callable[[FromProgram], Awaitable[Any]]


@dataclass(slots=True)
class PaidEffect:
    """One effect that somebody paid, and that is this game's to do now. `seconds` is what is left of its running.

    Say `running` when it begins, where it takes time: the room counts the seconds, and shows the giver. Say `done`, or
    `failed` with a reason that the giver reads: the coins go back by themselves. None of them waits; each is told until
    the room has it.
    """

    id: str
    effect: str
    name: str
    price_coins: int
    seconds: float
    _say: Callable[["PaidEffect", EffectStep, str], None] = field(repr=False)
    state: EffectStep = "accepted"
    is_told: bool = False  # to the game

    def running(self) -> None:
        """It runs from now on, for `seconds`."""
        self._say(self, "running", "")

    def paused(self) -> None:
        """Its seconds stand still."""
        self._say(self, "paused", "")

    def resumed(self) -> None:
        """Its seconds run again."""
        self._say(self, "resumed", "")

    def done(self) -> None:
        """It is done; what the giver paid for was had."""
        self._say(self, "done", "")

    def failed(self, reason: str) -> None:
        """It could not be; the giver reads why, and has the coins back."""
        self._say(self, "failed", reason)


class Sales:
    """What one game sells on one line."""

    def __init__(
        self, game: str, ask: Ask, paid: Callable[[PaidEffect], Awaitable[None]], journal: Path | None
    ) -> None:
        self.game = game
        self.effects: tuple[OfferedEffect, ...] = ()
        self._ask = ask
        self._paid = paid
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._going: dict[str, PaidEffect] = {}
        self._done = dict.fromkeys(_read(journal))
        self._unsaid: deque[ReportEffect] = deque()
        self._is_offered, self._has_unsaid, self._is_said = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._is_said.set()
        self._is_ending = False
        self._offering: asyncio.Task[None] | None = None
        self._telling = asyncio.create_task(self._tell(), name="avatar_live sales")

    async def offer(self) -> None:
        """Put the effects on the shelf, and take what was paid for them already. Raises RefusedError."""
        taken = msgspec.convert(await self._ask(OfferEffects("", self.game, self.effects)), OfferTaken)
        self._is_offered.set()
        for asked in taken.asked:
            self.asked(asked)

    def lost(self) -> None:
        """Take note that the line broke."""
        self._is_offered.clear()

    def offer_again(self) -> None:
        """Offer on a new line, beside what the line does."""
        self._offering = asyncio.create_task(self._offer_again(), name="avatar_live offer")

    async def _offer_again(self) -> None:
        try:
            await self.offer()
        except ClientError as failure:  # the line broke again, and offers again; or another game took the place
            log.warning("%s sells nothing just now: %s", self.game, failure)

    def asked(self, asked: EffectAskedEvent) -> None:
        """Take a paid effect, or answer again for one that is known."""
        if self._is_ending:
            return
        going = self._going.get(asked.id)
        if asked.id in self._done:
            self._tell_soon(asked.id, "done")
        elif going is None:
            effect = PaidEffect(asked.id, asked.effect, asked.name, asked.price_coins, asked.seconds, self._say)
            self._going[asked.id] = effect
            self._tell_soon(asked.id, "accepted")
        elif asked.id not in {report.effect_id for report in self._unsaid}:
            self._tell_soon(asked.id, "accepted")
            if going.state in ("running", "paused"):
                self._tell_soon(asked.id, going.state)

    def ended(self, id: str, state: EffectStep) -> None:
        """Take note that the room says an effect is over."""
        effect = self._going.pop(id, None)
        if effect is not None:
            effect.state = state

    async def close(self) -> None:
        """Take no more effects, of which the room pays back what nobody has, and tell it the rest, if it listens."""
        self._is_ending = True
        await asyncio.sleep(0)  # what the game said last is taken by the loop in its next turn
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORD_S):
                await self._is_said.wait()
        for task in (self._telling, self._offering):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    def _say(self, effect: PaidEffect, step: EffectStep, reason: str) -> None:
        """Take what the game says, from whatever thread."""
        self._loop.call_soon_threadsafe(self._said, effect, step, reason)

    def _said(self, effect: PaidEffect, step: EffectStep, reason: str) -> None:
        if effect.id not in self._going or effect.state in ENDS:
            return  # the room ended it by itself, or the game says it twice
        effect.state = "running" if step == "resumed" else step
        if step == "done":
            self._keep(effect.id)  # first: a game that dies now must not do it again
        self._tell_soon(effect.id, step, reason)

    def _keep(self, id: str) -> None:
        self._done[id] = None
        if len(self._done) > KNOWN_MAX:
            del self._done[next(iter(self._done))]
        if self._journal is None:
            return
        try:
            with self._journal.open("a", encoding="ascii") as journal:
                journal.write(f"{id}\n")
        except OSError as error:  # done is done: the room has to hear of it all the same
            log.warning("%s cannot be written (%s): a restart may do an effect again.", self._journal, error.strerror)

    def _tell_soon(self, id: str, state: EffectStep, reason: str = "") -> None:
        self._unsaid.append(ReportEffect("", id, state, reason))
        self._is_said.clear()
        self._has_unsaid.set()

    async def _tell(self) -> None:
        """Tell the room, one report after the other, each until it is answered."""
        while True:
            await self._has_unsaid.wait()
            while self._unsaid:
                await self._is_offered.wait()  # on a new line the room asks anew, and only then hears an answer
                report = self._unsaid[0]
                if self._is_ending and report.state == "accepted":
                    self._unsaid.popleft()
                    continue
                with contextlib.suppress(ClientError):  # no answer: the same again
                    await self._tell_one(report)
                    self._unsaid.popleft()
                await asyncio.sleep(PACE_S)
            self._has_unsaid.clear()
            self._is_said.set()

    async def _tell_one(self, report: ReportEffect) -> None:
        try:
            await self._ask(report)
        except RefusedError:  # it is over, and paid back where it was not done
            is_over = True
        else:
            is_over = report.state in ENDS
        effect = self._going.get(report.effect_id)
        if effect is None:
            return
        if not is_over and report.state == "accepted" and not effect.is_told:
            if self._is_ending:
                return
            effect.is_told = True
            await self._paid(effect)
        elif is_over and (report.state in ENDS or not effect.is_told):
            del self._going[effect.id]  # else the game does it just now, and must not be given it again


def _read(journal: Path | None) -> list[str]:
    """Return the newest ids of a journal, and let it forget the others."""
    if journal is None or not journal.exists():
        return []
    ids = journal.read_text(encoding="ascii").split()
    if len(ids) > 2 * KNOWN_MAX:
        ids = ids[-KNOWN_MAX:]
        whole = journal.with_suffix(".new")
        whole.write_text("".join(f"{id}\n" for id in ids), encoding="ascii")
        whole.replace(journal)
    return ids[-KNOWN_MAX:]
