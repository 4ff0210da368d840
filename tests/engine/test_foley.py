"""Every gift and every moment of a game has its sound, at the time and on the side where it is seen."""

import pytest

from avatar_live.app.settings import ASSETS
from avatar_live.engine.foley import Foley, sounds_of_cue
from avatar_live.engine.recordings import read_bank
from avatar_live.game.inputs import Enter, Push
from avatar_live.game.push import CELEBRATE_S, TICK_S, World, step, view
from avatar_live.protocol.catalogue import CATALOGUE, Gift
from avatar_live.protocol.cues import Banner, Barrage, Cue, Fireworks, GiantHead, Goal, Hearts, React
from avatar_live.protocol.view import GameView
from avatar_live.room.gifts import _reaction
from avatar_live.stage import Impact
from avatar_live.stage.sparks import SHELLS

AT_S = 100.0
REST = GameView(0.0, 0.0, 0.0, 0, 0)


def names(foley: Foley, game: GameView = REST, *impacts: Impact) -> list[str]:
    return [play.name for play in foley.sounds(impacts, game, AT_S)]


def cue_of(gift: Gift) -> Cue:
    """Return what the stage is asked for; a gift that takes its time is asked for at its turn."""
    if gift.seconds > 0.0:
        return React(gift.move) if gift.move is not None else GiantHead(gift.seconds)
    return _reaction(gift, 7)


@pytest.mark.parametrize("gift", [gift.id for gift in CATALOGUE])
def test_every_gift_is_heard_with_a_sound_that_there_is(gift: str) -> None:
    known = {gift.id: gift for gift in CATALOGUE}[gift]
    foley = Foley()
    foley.notice(Banner(f"Ana: {known.name}", gift, "Ana"))
    impacts: tuple[Impact, ...] = ()
    if known.reaction == "throw":
        impacts = (Impact(gift, 0.8, 0.0, True),)
    elif known.reaction != "ticket":
        foley.notice(cue_of(known))
    heard = names(foley, REST, *impacts)
    assert set(heard) == {gift}
    assert gift in read_bank(ASSETS / "sounds")


def test_every_sound_that_is_asked_for_exists_and_every_sound_is_asked_for() -> None:
    asked = set()
    cues: list[Cue] = [Barrage(1), Goal("red"), Fireworks(3), Banner("", "ticket"), React("dance")]
    cues += [cue_of(gift) for gift in CATALOGUE if gift.reaction != "ticket"]
    asked |= {play.name for cue in cues for play in sounds_of_cue(cue, AT_S)}
    asked |= {"tomato", "duck", "rose", "thud", "kick", "bounce", "kickoff", "join"}  # the tests below
    assert asked == read_bank(ASSETS / "sounds").keys()


def test_a_cue_is_heard_once_with_the_next_picture() -> None:
    foley = Foley()
    foley.notice(Barrage(1))
    assert names(foley) == ["barrage"]
    assert names(foley) == []


def test_what_needs_no_sound_has_none() -> None:
    foley = Foley()
    for cue in (Hearts(3, 1), React("wave"), Banner("Ana: Tomato", "tomato", "Ana")):
        foley.notice(cue)
    assert names(foley) == []


def test_shells_are_heard_when_they_open() -> None:
    plays = sounds_of_cue(Fireworks(5), AT_S)
    assert len(plays) == SHELLS
    assert [play.at_s for play in plays] == sorted(play.at_s for play in plays)
    assert plays[0].at_s > AT_S + 0.5 and plays[-1].at_s < AT_S + 8.0
    assert {play.pan > 0 for play in plays} == {True, False}


def test_a_prop_is_heard_where_it_strikes() -> None:
    foley = Foley()
    left, right = foley.sounds([Impact("duck", 0.9, -0.3, True), Impact("duck", 0.5, 0.4, False)], REST, AT_S)
    assert (left.name, right.name) == ("duck", "thud")
    assert left.pan < 0.0 < right.pan and right.level_db < left.level_db == 0.0
    assert names(foley, REST, Impact("duck", 0.1, 0.0, False)) == [], "it only rolls"


def test_a_goal_is_heard_from_its_side() -> None:
    (red,) = sounds_of_cue(Goal("red"), AT_S)
    (blue,) = sounds_of_cue(Goal("blue"), AT_S)
    assert red.pan > 0.0 > blue.pan


def test_a_game_is_heard_kick_by_kick() -> None:
    foley = Foley()
    world = World(seed=1)
    assert names(foley, view(world)) == []
    world, _ = step(world, [Enter("p1", "Ana", "red")], TICK_S)
    assert names(foley, view(world)) == ["join"]
    heard: list[str] = []
    is_over = False
    while not is_over:
        world, goals = step(world, [Push("red", 3.0)] if world.ball.speed_x < 0.5 else [], TICK_S)
        heard += names(foley, view(world))
        is_over = bool(goals)
    assert heard and set(heard) <= {"kick", "bounce"} and heard[0] == "kick"
    heard.clear()
    for _ in range(round(CELEBRATE_S / TICK_S) + 2):
        world, _ = step(world, [], TICK_S)
        heard += names(foley, view(world))
    assert heard == ["kickoff"]


def test_a_ball_that_strikes_the_wall_is_heard() -> None:
    world = World(seed=3)
    world, _ = step(world, [Push("red", 0.4)], TICK_S)
    ball = world.ball
    assert ball.kicks == 1
    before, after = view(world), view(world)
    after = type(after)(**{**{name: getattr(after, name) for name in after.__struct_fields__}, "bounces": 1})
    foley = Foley()
    names(foley, before)
    assert names(foley, after) == ["bounce"]
