"""The players' bodies on the pitch: who has which row of the crowd, how each moves, and who is named."""

import zlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath

from avatar_live.protocol.view import PlayerView
from avatar_live.stage.bodies import EYES_M, read_body
from avatar_live.stage.crowd import CROWD_MAX, Crowd
from avatar_live.stage.gaits import NO_MOOD, Gaits
from avatar_live.stage.looks import look_of
from avatar_live.stage.pitch import CAMP_COLORS
from avatar_live.stage.table import UNIT_M, on_table, placed
from avatar_live.stage.tags import NameTags

FIGURES_MAX: Final = CROWD_MAX
NAMED_MAX: Final = 16  # more names than these hide the game: then the latest newcomers alone are named, for a while
ROOMY: Final = 24  # so many full-sized bodies have room on the pitch; more of them shrink
SIZE_MIN: Final = 0.5
EYE_HEIGHT: Final = 0.22  # pitch units above the pitch
NO_ROW: Final = -1
_UNITS_PER_M: Final = EYE_HEIGHT / EYES_M  # the body's size on the pitch
_GROWTH_PER_S: Final = 0.4
_NAMED_S: Final = 5.0
_FADE_S: Final = 0.7
_CHEER_LEAST: Final = 0.02
_STEP_HZ: Final = 3.2
_NOBODY_CHEERS: Final[Mapping[str, float]] = MappingProxyType({})


class Figures:
    """Hold the figures that are in the game; `height_px` is the height of everybody's picture."""

    def __init__(self, parent: NodePath, height_px: int) -> None:
        body = read_body()
        self._crowd = Crowd(parent, body)
        self._tags = NameTags(self._crowd.node, self._crowd.defines, height_px)
        self._gaits = Gaits(body, CROWD_MAX, _UNITS_PER_M)
        self._rows: dict[str, int] = {}
        self._free = list(range(CROWD_MAX - 1, -1, -1))
        self._worn: dict[str, tuple[str, str]] = {}  # name and camp as they were dressed
        self._size = 1.0
        self._sized_s: float | None = None

    def show(self, players: Sequence[PlayerView], now_s: float, cheers: Mapping[str, float] = _NOBODY_CHEERS) -> None:
        """Place every player's figure, the first `FIGURES_MAX` of them, and forget those that left.

        `cheers` says how loudly each camp celebrates a goal (0..1): its players jump, the others' heads hang.
        """
        players = players[:FIGURES_MAX]
        self._release(players)
        for player in players:
            if self._worn.get(player.id) != (player.name, player.camp):
                self._dress(player, now_s)
        count = len(players)
        rows = np.fromiter((self._rows[player.id] for player in players), np.intp, count)
        numbers = [(player.x, player.z, player.yaw_rad, player.is_walking) for player in players]
        x, z, yaw_rad, walks = np.array(numbers, float).reshape(-1, 4).T
        moment = self._gaits.step(rows, x, z, yaw_rad, walks > 0.0, self._moods(players, cheers), now_s)
        places_m = on_table(0.0, 0.0) + UNIT_M * np.column_stack([x, np.zeros(count), z])
        turns_rad = yaw_rad + np.pi  # yaw 0 faces -Z, a body +Z
        size = UNIT_M * _UNITS_PER_M * self._sized(count, now_s)
        self._crowd.show(rows, places_m, turns_rad, size, moment, self._named(rows, now_s))
        self._tags.show()

    def row(self, player: str) -> int:
        """Return the crowd's row of a player's own figure, or `NO_ROW` when it is not on the pitch."""
        return self._rows.get(player, NO_ROW)

    def _release(self, players: Sequence[PlayerView]) -> None:
        if len(self._rows) == len(players) and all(player.id in self._rows for player in players):
            return
        for left in self._rows.keys() - {player.id for player in players}:
            self._free.append(self._rows.pop(left))
            del self._worn[left]

    def _dress(self, player: PlayerView, now_s: float) -> None:
        if player.id not in self._rows:
            self._rows[player.id] = self._free.pop()
            lot = zlib.crc32(player.id.encode()) / 2**32
            self._gaits.enter(self._rows[player.id], player.x, player.z, lot, now_s)
        row = self._rows[player.id]
        self._crowd.dress(
            row, look_of(player.id, player.camp), CAMP_COLORS[player.camp], self._tags.paint(row, player.name)
        )
        self._worn[player.id] = (player.name, player.camp)

    def _moods(self, players: Sequence[PlayerView], cheers: Mapping[str, float]) -> NDArray[np.intp]:
        loudest = max(cheers, key=lambda camp: cheers[camp], default="")
        if not loudest or cheers[loudest] < _CHEER_LEAST:
            return np.full(len(players), NO_MOOD)
        winners = np.fromiter((player.camp == loudest for player in players), np.bool_, len(players))
        return np.where(winners, self._gaits.cheer, self._gaits.slump)

    def _sized(self, count: int, now_s: float) -> float:
        """Return how large the bodies are, 1 where there is room; it changes slowly unless nobody was there."""
        wanted = float(np.clip(np.sqrt(ROOMY / max(count, 1)), SIZE_MIN, 1.0))
        reach = np.inf if self._sized_s is None else _GROWTH_PER_S * max(0.0, now_s - self._sized_s)
        self._size += float(np.clip(wanted - self._size, -reach, reach))
        self._sized_s = now_s if count else None
        return self._size

    def _named(self, rows: NDArray[np.intp], now_s: float) -> NDArray[np.float64]:
        """Return the opacity (N,) of each name."""
        if len(rows) <= NAMED_MAX:
            return np.ones(len(rows))
        ages_s = self._gaits.age_s(rows, now_s)
        opacity = np.clip((_NAMED_S - ages_s) / _FADE_S, 0.0, 1.0)
        opacity[np.argsort(ages_s, kind="stable")[NAMED_MAX:]] = 0.0
        return np.asarray(opacity)


def bob(player: PlayerView, now_s: float) -> float:
    """Return how high (pitch units) the eyes of a walking player sway."""
    if not player.is_walking:
        return 0.0
    phase = 2.0 * np.pi * (_STEP_HZ * now_s / 2.0 + zlib.crc32(player.id.encode()) % 64 / 64)
    return 0.009 * abs(float(np.sin(phase)))


def eyes(player: PlayerView, now_s: float) -> NDArray[np.float64]:
    """Return where (3,) on the stage a player's eyes are: as high in a crowd of small bodies, to see over heads."""
    point: NDArray[np.float64] = placed(player.x, player.z, EYE_HEIGHT + bob(player, now_s))[:3, 3]
    return point
