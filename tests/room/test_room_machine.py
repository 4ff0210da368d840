"""Anything that can happen to the room, in any order: it stays sound, numbers its lines, and answers every gift once.

The events are made from their types, so that a new kind of event is tried here by itself.
"""

import typing
from collections import Counter, deque
from typing import Any, Final

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from wire_values import offered

from avatar_live.protocol.api import EVENT_FIELDS
from avatar_live.protocol.catalogue import GIFTS, START_BALANCE_COINS
from avatar_live.protocol.codec import encoded, to_viewer
from avatar_live.protocol.effects import OfferedEffect
from avatar_live.protocol.view import Camp
from avatar_live.protocol.wire import ChatLine, Deed, GiftGiven, GiftUpdate, Moderate, PushState, PushUpdate, Refused
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.state import LINES_KEPT_MAX, Room
from avatar_live.room.step import step

VIEWERS: Final = ("ann", "bob", "eve")
DEEDS: Final[tuple[Deed, ...]] = typing.get_args(Deed)
GIVEN: Final = ("tomato", "rose", "ticket", "giant_head", "castle/ghost", "nothing")
# Answers of the ledger and of pages come only where there was a question: the machine gives them.
ANSWERS: Final = (
    ev.Joined,
    ev.Left,
    ev.GiftCommitted,
    ev.GiftRepeated,
    ev.GiftRefused,
    ev.GiftRefunded,
    ev.SalesCounted,
    ev.PushesMoved,
)
viewers = st.sampled_from(VIEWERS)
ids = st.from_regex(r"gift-[0-9]", fullmatch=True)
texts = st.one_of(st.sampled_from(["hello", "red!", "蓝", "https://a.example", "a word", ""]), st.text(max_size=20))
numbers = st.one_of(st.integers(0, 8), st.sampled_from([-1, 2**31, 2**53]))
# What a field of an event may hold, by its name; the others by their type.
FIELDS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "viewer": viewers,
    "by": st.one_of(st.just(""), viewers),
    "source": st.sampled_from(["", "twitch", "recorded"]),
    "name": texts,
    "text": texts,
    "reason": texts,
    "id": st.one_of(ids, texts),
    "gift": st.sampled_from(GIVEN),
    "game": st.sampled_from(["castle", "maze"]),
    "player": st.from_regex(r"player-[1-4]", fullmatch=True),
    "transfer": st.integers(0, 20),
    "after": st.integers(0, 20),
    "number": st.integers(1, 9),
    "coins": st.integers(0, 5_000),
    "games": st.lists(st.sampled_from(["castle", "maze", "moor"]), max_size=3).map(tuple),
    "givers": st.lists(st.builds(ev.Gave, viewers, texts, st.integers(0, 5_000)), max_size=3).map(tuple),
    "effects": st.lists(offered, max_size=3, unique_by=lambda one: one.id).map(tuple),
    "order": st.from_type(Moderate).flatmap(
        lambda order: st.builds(msgspec.structs.replace, st.just(order), viewer=viewers, seq=numbers, line=numbers)
    ),
    "count": st.integers(-1, 120),
    "choices": st.lists(texts, min_size=2, max_size=4).map(tuple),
    "answer": st.none() | st.integers(0, 1),
    "seq": numbers,
    "reply_to": numbers,
    "balance_coins": st.integers(0, 5_000),
}


def made(kind: type[ev.Event]) -> st.SearchStrategy[ev.Event]:
    """Return events of a kind."""
    hints = typing.get_type_hints(kind)
    named = {field.name: field for field in msgspec.structs.fields(kind)}
    taken = {name: FIELDS[name] if name in FIELDS else st.from_type(hints[name]) for name in named}
    if kind is ev.CueWasTaken:
        taken["id"] = st.integers(0, 20)
    return st.builds(kind, **taken)


ANYTHING: Final = st.one_of(*(made(kind) for kind in typing.get_args(ev.Event) if kind not in ANSWERS))


class Anything(RuleBasedStateMachine):
    """Play the server's part: lines that come and go, and a ledger that answers when it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.lives = 0
        self.now_s = 1_000.0
        self.coins = dict.fromkeys(VIEWERS, START_BALANCE_COINS)  # the ledger's
        self.gifts: dict[tuple[str, str], tuple[str, int, int]] = {}  # the gift, its count and its price
        self.refunded: set[tuple[str, str]] = set()
        self.parts = {viewer: fx.Part(viewer, 0, 0.0, None) for viewer in VIEWERS}  # as they are written down
        self.begin()

    def begin(self) -> None:
        self.lives += 1
        self.room = Room(epoch=f"life-{self.lives}")
        self.lines: Counter[str] = Counter()  # open connections
        self.told = 0
        self.likes = 0
        self.asked: deque[fx.Commit] = deque()
        self.refunds: deque[fx.Refund] = deque()
        self.pushes: deque[fx.PushBall] = deque()  # of viewers, which the game has not said anything of
        self.pushed: set[tuple[str, str]] = set()

    def play(self, event: ev.Event) -> fx.Effects:
        before = self.room
        self.room, effects = step(before, event, self.now_s)
        assert step(before, event, self.now_s) == (self.room, effects), "the same again comes to the same"
        for effect in effects:
            match effect:
                case fx.Commit():
                    self.asked.append(effect)
                case fx.Refund():
                    self.refunds.append(effect)
                case fx.KeepParts(parts):
                    for part in parts:
                        known = self.parts[part.viewer]
                        assert part != known and part.likes >= known.likes and part.watched_s >= known.watched_s
                        self.parts[part.viewer] = part
                case fx.PushBall(viewer=viewer, id=id) if viewer:
                    assert (viewer, id) not in self.pushed, "each vote pushes once"
                    self.pushed.add((viewer, id))
                    self.pushes.append(effect)
                case fx.TellAll(ChatLine(seq) | GiftGiven(seq)):
                    assert seq > self.told, "numbers of lines only rise"
                    self.told = seq
                case fx.Report(type, data):
                    assert tuple(data) == EVENT_FIELDS[type]
                case _:
                    pass
            if isinstance(effect, fx.Tell | fx.TellAll):
                assert to_viewer(encoded(effect.message)) == effect.message
        return effects

    @initialize()
    def everybody_is_here(self) -> None:
        for viewer in VIEWERS:
            self.come(viewer, has_seen=False)
        self.play(ev.GameOffered("castle", (OfferedEffect("ghost", "Ghost", "👻", 25, per_show_max=3),)))
        self.play(ev.EngineCame())
        self.time_passes(1.0, is_live=True)

    @rule(viewer=viewers, has_seen=st.booleans())
    def come(self, viewer: str, has_seen: bool) -> None:
        self.lines[viewer] += 1
        seen = (self.room.epoch, self.told) if has_seen else (None, 0)
        part, is_known = self.parts[viewer], viewer in self.room.viewers
        before = *seen, False, part.likes, part.watched_s, part.camp
        effects = self.play(ev.Joined(1, viewer, "secret", viewer, self.coins[viewer], *before))
        (greeting,) = (effect for effect in effects if isinstance(effect, fx.Greet))
        ticket = greeting.welcome.free_ticket
        assert ticket is not None and ticket.likes >= part.likes and ticket.seconds >= part.watched_s
        assert is_known or greeting.welcome.camp == part.camp, "a new life of the room knows the camp"
        if has_seen:
            assert greeting.welcome.recent == ()
        assert all(line.seq <= self.told for line in greeting.welcome.recent)

    @precondition(lambda self: self.lines)
    @rule(viewer=viewers)
    def go(self, viewer: str) -> None:
        if self.lines[viewer]:
            self.lines[viewer] -= 1
            self.play(ev.Left(viewer))

    @rule(event=ANYTHING)
    def happen(self, event: ev.Event) -> None:
        who = {getattr(event, "viewer", ""), getattr(event, "by", "")} - {""}
        if all(self.lines[one] for one in who):
            self.play(event)

    @rule(viewer=viewers, id=ids, gift=st.sampled_from(GIVEN), count=st.sampled_from([1, 1, 1, 2, 100, 0]))
    def give(self, viewer: str, id: str, gift: str, count: int) -> None:
        if self.lines[viewer]:
            before = len(self.asked)
            effects = self.play(ev.GiftAsked(viewer, id, gift, count))
            told = [one.message for one in effects if isinstance(one, fx.Tell)]
            refused = [one for one in told if isinstance(one, Refused | GiftUpdate)]
            assert len(self.asked) - before + len(refused) == 1, "asked once, or refused once"

    @rule(viewer=viewers, text=texts, reply_to=numbers)
    def speak(self, viewer: str, text: str, reply_to: int) -> None:
        if self.lines[viewer]:
            effects = self.play(ev.Said(viewer, text, reply_to))
            if viewer in self.room.order.banned:
                assert not any(isinstance(one, fx.TellAll) for one in effects), "who was sent away is not heard"

    @rule(by=st.sampled_from(("", *VIEWERS)), deed=st.sampled_from(DEEDS), viewer=viewers, number=numbers)
    def keep_order(self, by: str, deed: Deed, viewer: str, number: int) -> None:
        if not by or self.lines[by]:
            self.play(ev.Moderated(by, Moderate(deed, viewer=viewer, seq=number, line=number, seconds=60.0)))

    @rule(viewer=viewers, camp=st.sampled_from(["red", "blue"]), id=ids)
    def press(self, viewer: str, camp: Camp, id: str) -> None:
        if self.lines[viewer]:
            known = (viewer, id) in self.pushed
            effects = self.play(ev.CampPicked(viewer, camp, id))
            updates = [one.message for one in effects if isinstance(one, fx.Tell)]
            is_refused = any(isinstance(one, PushUpdate) and one.state == "refused" for one in updates)
            assert known or is_refused or (viewer, id) in self.pushed, "accepted, or refused for a reason"

    @precondition(lambda self: self.pushes)
    @rule(is_celebrating=st.booleans())
    def the_game_ticks(self, is_celebrating: bool) -> None:
        state: PushState = "queued" if is_celebrating else "done"
        moved = tuple(ev.MovedPush(one.viewer, one.id, one.camp, state) for one in self.pushes)
        told = [one.viewer for one in self.play(ev.PushesMoved(moved)) if isinstance(one, fx.Tell)]
        assert Counter(told) == Counter(one.viewer for one in moved if one.viewer in self.room.viewers)
        if not is_celebrating:
            self.pushes.clear()

    @precondition(lambda self: self.asked)
    @rule(many=st.integers(1, 4))
    def the_ledger_answers(self, many: int) -> None:
        for _ in range(min(many, len(self.asked))):
            self.answer(self.asked.popleft())

    def answer(self, one: fx.Commit) -> None:
        key, coins = (one.viewer, one.id), self.coins[one.viewer]
        answers: tuple[ev.Event, ...]
        if key in self.gifts:
            is_same = self.gifts[key][:2] == (one.gift, one.count)
            if is_same:
                state: Any = "refunded" if key in self.refunded else "committed"
                answers = (ev.GiftRepeated(one.viewer, one.id, state, coins, ""),)
            else:
                answers = (ev.GiftRefused(one.viewer, one.id, coins, "That id is another gift's."),)
        elif one.obstacle or one.price_coins > coins:
            answers = (ev.GiftRefused(one.viewer, one.id, coins, one.obstacle or "Too dear."),)
        else:
            assert one.price_coins >= 0 and (one.gift in GIFTS or "/" in one.gift)
            self.gifts[key] = (one.gift, one.count, one.price_coins)
            self.coins[one.viewer] = coins - one.price_coins
            answers = (
                ev.GiftCommitted(
                    one.viewer, one.name, one.id, one.gift, coins - one.price_coins, "token", one.price_coins, one.count
                ),
            )
        for answer in answers:
            effects = self.play(answer)
            updates = [
                effect.message.id
                for effect in effects
                if isinstance(effect, fx.Tell)
                and effect.viewer == one.viewer
                and isinstance(effect.message, GiftUpdate)
            ]
            assert updates.count(one.id) >= 1, "who gave is told"

    @precondition(lambda self: self.refunds)
    @rule()
    def the_ledger_pays_back(self) -> None:
        one = self.refunds.popleft()
        key = (one.viewer, one.id)
        assert key in self.gifts and key not in self.refunded, "paid back once, and only what was paid"
        self.refunded.add(key)
        self.coins[one.viewer] += self.gifts[key][2]
        self.play(ev.GiftRefunded(one.viewer, one.id, self.coins[one.viewer], one.reason))

    @rule(after_s=st.sampled_from([0.1, 1.0, 9.0, 70.0, 400.0]), is_live=st.booleans())
    def time_passes(self, after_s: float, is_live: bool) -> None:
        self.now_s += after_s
        self.play(ev.Ticked(0.0, 0, 0, is_live))

    @rule()
    def the_room_dies_and_comes_back(self) -> None:
        self.begin()

    @invariant()
    def it_is_sound(self) -> None:
        room = self.room
        assert room.audience == sum(count > 0 for count in self.lines.values())
        assert room.seq == self.told
        assert len(room.lines) <= LINES_KEPT_MAX
        assert min(self.coins.values()) >= 0
        here = [room.viewers.get(viewer) for viewer in VIEWERS]
        for camp, counted in (("red", room.camp_red), ("blue", room.camp_blue)):
            assert counted == sum(one is not None and one.connections > 0 and one.camp == camp for one in here)
        spent = sum(price for key, (_, _, price) in self.gifts.items() if key not in self.refunded)
        assert sum(self.coins.values()) + spent == START_BALANCE_COINS * len(VIEWERS)


def test_whatever_happens_the_room_stays_sound() -> None:
    run_state_machine_as_test(Anything, settings=settings(max_examples=150, stateful_step_count=50, deadline=None))
