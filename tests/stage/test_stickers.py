"""Stickers and heads: where the skull is, that a sticker covers what is under it, and how many there may be."""

from dataclasses import replace

import numpy as np
import pytest
from host import mirai, posture
from panda3d.core import NodePath

from avatar_live.protocol.cues import STICKERS, Sticker, StickerName
from avatar_live.stage.fit import fit_avatar
from avatar_live.stage.host import Host, host_of
from avatar_live.stage.skull import USUAL_SKULL, skull_of
from avatar_live.stage.sticker_pictures import draw_sticker
from avatar_live.stage.stickers import STICKER_S, STICKERS_MAX, Stickers


def host() -> Host:
    return host_of(posture(), fit_avatar(mirai()), skull_of(mirai()))


def test_the_skull_is_where_the_head_is() -> None:
    skull = skull_of(mirai())
    assert 0.1 < skull.center[1] < 0.2 and abs(skull.center[0]) < 1e-3
    assert 0.1 < skull.radius_m < 0.18
    assert len(skull.surface) > 1_000


def test_a_patch_covers_all_that_is_under_it() -> None:
    skull = skull_of(mirai())
    forward = np.array([0.0, 0.0, 1.0])
    height = skull.height(forward, 0.05)
    points = skull.surface - skull.center
    under = (np.hypot(points[:, 0], points[:, 1]) < 0.05) & (points[:, 2] > 0.0)
    bent = points[under, 2] + (points[under, :2] ** 2).sum(axis=1) / (2.0 * skull.radius_m)
    assert (bent <= height + 1e-9).all() and height < 1.3 * skull.radius_m


def test_a_head_of_which_nothing_is_known_is_a_usual_one() -> None:
    assert USUAL_SKULL.height(np.array([0.0, 0.0, 1.0]), 0.05) == USUAL_SKULL.radius_m


@pytest.mark.parametrize("name", STICKERS)
def test_a_sticker_is_cut_out_with_a_white_rim(name: StickerName) -> None:
    pixels = draw_sticker(name).pixels
    cover = pixels[..., 3]
    assert cover[0].max() == 0 and cover[:, 0].max() == 0, "nothing is cut off by the picture's edge"
    assert 0.15 < (cover == 255).mean() < 0.75
    rows, columns = np.nonzero(cover == 255)
    rim = pixels[rows[0], columns[0], :3]
    assert (rim > 230).all()


def test_stickers_lie_apart_and_one_of_the_same_place_takes_the_others() -> None:
    stickers = Stickers(NodePath("stage"))
    for seed in range(STICKERS_MAX):
        stickers.add(Sticker("star", seed), float(seed))
    assert len({stuck.place for stuck in stickers.stuck}) == STICKERS_MAX
    stickers.add(Sticker("glasses", 1), 6.0)
    assert len(stickers.stuck) == STICKERS_MAX and stickers.stuck[0].start_s == 1.0
    stickers.add(Sticker("glasses", 2), 7.0)
    assert [stuck.picture for stuck in stickers.stuck].count("glasses") == 1


def test_glasses_lie_before_the_eyes_and_the_moustache_below() -> None:
    stickers, who = Stickers(NodePath("stage")), host()
    stickers.add(Sticker("glasses", 1), 0.0)
    stickers.add(Sticker("moustache", 1), 0.0)
    stickers.show(who, 1.0)
    places = []
    for stuck in stickers.stuck:
        assert stuck.local is not None
        places.append((who.head @ stuck.local)[:3, 3])
    glasses, moustache = places
    np.testing.assert_allclose(glasses[:2], who.eyes_m[:2], atol=0.012)
    assert glasses[2] > who.eyes_m[2] and moustache[1] < glasses[1] - 0.03


@pytest.mark.parametrize("flat", [(0.0, 0.0, 0.0), (0.0, 1.0, 1.0)])
def test_a_head_that_its_avatar_shrank_to_nothing_bears_a_sticker(flat: tuple[float, float, float]) -> None:
    stickers, who = Stickers(NodePath("stage")), host()
    stickers.add(Sticker("star", 1), 0.0)
    stickers.show(replace(who, head=who.head @ np.diag([*flat, 1.0])), 1.0)
    local = stickers.stuck[0].local
    assert local is not None and np.isfinite(local).all()


def test_a_sticker_is_gone_after_its_time_and_never_before() -> None:
    stickers, who = Stickers(NodePath("stage")), host()
    stickers.add(Sticker("heart", 1), 10.0)
    stickers.show(who, 10.0 + STICKER_S - 0.01)
    assert stickers.stuck
    stickers.show(who, 10.0 + STICKER_S)
    assert not stickers.stuck
