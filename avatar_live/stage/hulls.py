"""What props collide as: simple shapes in Bullet, one set for all of a kind."""

from functools import cache

import numpy as np
from panda3d.bullet import (
    BulletBoxShape,
    BulletCapsuleShape,
    BulletConvexHullShape,
    BulletShape,
    BulletSphereShape,
)
from panda3d.core import LPoint3f, LVector3f, TransformState

from avatar_live.stage.things import THINGS


@cache
def shapes_of(name: str) -> tuple[tuple[BulletShape, TransformState], ...]:
    """Return a prop's shapes for collisions and where they are, shared by all of its kind."""
    thing = THINGS[name]
    if thing.box_m is not None:
        return ((BulletBoxShape(LVector3f(*thing.box_m) / 2.0), TransformState.make_identity()),)
    if thing.bar_m is not None:
        return ((BulletCapsuleShape(*thing.bar_m, 1), TransformState.make_identity()),)
    if thing.balls:
        return tuple(
            (BulletSphereShape(radius), TransformState.make_pos(LPoint3f(x, y, z))) for x, y, z, radius in thing.balls
        )
    hull = BulletConvexHullShape()
    for corner in np.unique(np.round(thing.solid().positions, 3), axis=0).tolist():
        hull.add_point(LPoint3f(*corner))
    hull.set_margin(0.004)
    return ((hull, TransformState.make_identity()),)
