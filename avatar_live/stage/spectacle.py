"""The effects on the stage: what is thrown, paper in the air, sparks, stickers; fed by cues, shown moment by moment."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath

from avatar_live.protocol.cues import Cue, Sticker
from avatar_live.protocol.view import GameView
from avatar_live.stage import confetti, layers, sparks
from avatar_live.stage.effects import CLOUDS_MAX, GOALS_MAX, HEARTS_EACH_MAX, RAINS_MAX, Effects
from avatar_live.stage.flinch import Recoil
from avatar_live.stage.geometry import make_geom, make_node
from avatar_live.stage.host import Host
from avatar_live.stage.physics import STEP_S, STEPS_MAX, Hit, Physics
from avatar_live.stage.pitch import goal_mouth
from avatar_live.stage.shaders import load_shader
from avatar_live.stage.skull import Skull
from avatar_live.stage.sparks import Burst
from avatar_live.stage.stickers import Stickers
from avatar_live.stage.textures import make_table, refill_table
from avatar_live.stage.things import THINGS, drop, throw
from avatar_live.stage.thrown import Thrown

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]

PIECES_MAX: Final = RAINS_MAX * confetti.RAIN_PIECES + GOALS_MAX * confetti.BURST_PIECES
SPARKS_MAX: Final = (
    CLOUDS_MAX * HEARTS_EACH_MAX + sparks.BURSTS_MAX * sparks.BURST_SPARKS_MAX + sparks.SPARKS_OF_SHOW_MAX
)


@dataclass(frozen=True, slots=True)
class Impact:
    """Tell that a prop struck something just now, how hard (0..1) and where across the stage (metres, +X to the right
    of a viewer); `is_on_head` where it is the prop's first touch of the host's head.
    """

    thing: str
    share: float
    x_m: float
    is_on_head: bool


class Spectacle:
    """Hold what effects need on the stage, made once and hidden while unused; `impacts` are those of the last moment
    that was shown.
    """

    def __init__(self, parent: NodePath) -> None:
        self.effects = Effects()
        self.recoil = Recoil()
        self.node: NodePath = parent.attach_new_node("spectacle")
        self._physics = Physics()
        self._thrown = Thrown(self.node)
        self._stickers = Stickers(self.node)
        self._bursts: list[Burst] = []
        self._skull: Skull | None = None
        self._paper = _Swarm(self.node, "confetti", "pieces", _paper(), PIECES_MAX, confetti.PIECE_TEXELS)
        self._sparks = _Swarm(self.node, "spark", "sparks", _square(), SPARKS_MAX, sparks.SPARK_TEXELS)
        layers.draw_blended(self._sparks.node, layers.BLENDED, 200)
        self._shown_s: float | None = None
        self.impacts: tuple[Impact, ...] = ()

    def start(self, cue: Cue, now_s: float) -> None:
        """Begin what a cue asks for."""
        self.effects.start(cue, now_s)
        if isinstance(cue, Sticker):
            self._stickers.add(cue, now_s)

    def light(self, now_s: float) -> tuple[float, float, float]:
        """Return the light that effects throw at the walls."""
        flash = self.effects.flash(now_s)
        light = np.array([0.4 * flash["red"], 0.05 * (flash["red"] + flash["blue"]), 0.45 * flash["blue"]])
        for show in self.effects.fireworks:
            light += sparks.glare(show.seed, now_s - show.start_s)
        red, green, blue = np.minimum(light, 0.5).tolist()
        return red, green, blue

    def show(self, host: Host, game: GameView, now_s: float) -> None:
        """Show the effects at this moment around a host who is there."""
        if self._shown_s is None:
            self._rehearse(host)
            self._shown_s = now_s
            return
        since_s = max(now_s - self._shown_s, 0.0)
        self._shown_s = now_s
        self.effects.expire(now_s)
        self.recoil.expire(now_s)
        self._bursts = [burst for burst in self._bursts if now_s - burst.start_s < sparks.BURST_S]
        self._move_props(host, game, now_s, min(since_s, STEPS_MAX * STEP_S))
        if host.skull is not self._skull:
            self._skull = host.skull
            self._stickers.forget_places()
            self._thrown.stains.clear()
        self._thrown.show(self._physics.bodies, self._physics.places, self._physics.turns, host, now_s)
        self._stickers.show(host, now_s)
        self._paper.show(self._pieces(now_s))
        self._sparks.show(self._lights(now_s))

    def close(self) -> None:
        """Let go of what is in the air."""
        self._physics.close()

    def _rehearse(self, host: Host) -> None:
        """Let the driver compile and load all that a gift may need: else the first gift would halt the show."""
        self._thrown.rehearse()
        self._stickers.rehearse(host)
        for swarm in (self._paper, self._sparks):
            swarm.rehearse()

    def _move_props(self, host: Host, game: GameView, now_s: float, dt_s: float) -> None:
        for release in self.effects.due(now_s):
            launch = (drop if release.is_dropped else throw)(THINGS[release.thing], release.seed)
            self._physics.throw(release.thing, release.seed, launch, now_s)
        hits = self._physics.step(host, game, now_s, dt_s)
        for hit in hits:
            self._take(hit, host, now_s)
        on_head = {id(hit.body) for hit in hits if hit.is_first}
        self.impacts = tuple(
            Impact(body.name, body.bounce_share, float(place[0]), id(body) in on_head)
            for body, place in zip(self._physics.bodies, self._physics.places, strict=True)
            if id(body) in on_head or body.bounced_s == now_s
        )

    def _take(self, hit: Hit, host: Host, now_s: float) -> None:
        """Let the head feel a hit, and show it."""
        self.recoil.take(hit.point_m - host.head[:3, 3], hit.impulse_n_s, now_s)
        self._thrown.take(hit, host, now_s)
        kind = hit.body.thing.bursts
        if kind and hit.is_first:
            away = -hit.impulse_n_s / max(float(np.linalg.norm(hit.impulse_n_s)), 1e-9)
            self._bursts.append(sparks.spray(kind, hit.point_m + 0.02 * away, away, hit.body.seed, now_s))
            self._bursts = self._bursts[-sparks.BURSTS_MAX :]

    def _pieces(self, now_s: float) -> Floats:
        rains = [confetti.rain(rain.seed, now_s - rain.start_s) for rain in self.effects.rains if now_s >= rain.start_s]
        bursts = [
            confetti.burst(cheer.camp, cheer.seed, now_s - cheer.start_s, goal_mouth(cheer.camp))
            for cheer in self.effects.cheers
            if now_s >= cheer.start_s
        ]
        return np.concatenate([np.zeros((0, confetti.PIECE_TEXELS, 4), np.float32), *rains, *bursts])

    def _lights(self, now_s: float) -> Floats:
        parts = [sparks.hearts(cloud.seed, cloud.count, now_s - cloud.start_s) for cloud in self.effects.hearts]
        parts += [sparks.burst(burst, now_s - burst.start_s) for burst in self._bursts]
        parts += [sparks.fireworks(show.seed, now_s - show.start_s) for show in self.effects.fireworks]
        return sparks.join_sparks(parts, SPARKS_MAX)


class _Swarm:
    """Draw many small flat things at once: `shader` reads their rows of texels from the table `table`."""

    def __init__(self, parent: NodePath, shader: str, table: str, node: NodePath, count_max: int, texels: int) -> None:
        self._rows = np.zeros((count_max, texels, 4), np.float32)
        self._table = make_table(table, self._rows.reshape(-1, 4), "dynamic")
        self.node: NodePath = parent.attach_new_node(node)
        self.node.set_shader(load_shader(shader))
        self.node.set_shader_input(table, self._table)
        self.node.set_two_sided(True)

    def rehearse(self) -> None:
        """Show one of no size."""
        self.show(np.zeros((1, *self._rows.shape[1:]), np.float32))

    def show(self, rows: Floats) -> None:
        """Show these (N, texels, 4) and nothing else."""
        count = min(len(rows), len(self._rows))
        if count == 0:
            self.node.hide()
            return
        self._rows[:count] = rows[:count]
        refill_table(self._table, self._rows.reshape(-1, 4))
        self.node.set_instance_count(count)
        self.node.show()


def _paper() -> NodePath:
    return _sheet("paper", 1.0, 0.6)


def _square() -> NodePath:
    return _sheet("spark", 1.0, 1.0)


def _sheet(name: str, half_width: float, half_height: float) -> NodePath:
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    corners *= np.array([half_width, half_height, 1.0], np.float32)
    triangles = np.array([[0, 1, 2], [0, 2, 3]], np.uint32)
    return make_node(name, make_geom({"vertex": corners}, triangles), is_always_drawn=True)
