"""Rooms in which an outside game sells ghosts."""

from typing import Any

import msgspec
from rooms import Scene

from avatar_live.protocol.effects import OfferedEffect
from avatar_live.room import effects as fx
from avatar_live.room import events as ev

GHOST = OfferedEffect("ghost", "Ghost", "👻", 25)


def came(scene: Scene, **terms: Any) -> list[fx.Effect]:
    """Let the game come on a line of its own and offer its ghost."""
    return scene.play(ev.GameOffered("castle", (msgspec.structs.replace(GHOST, **terms),), is_new_line=True))


def selling(**terms: Any) -> Scene:
    """Return a room with Ann and Bob and the game."""
    scene = Scene()
    scene.join("ann")
    scene.join("bob")
    came(scene, **terms)
    return scene
