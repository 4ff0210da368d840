"""A small or missing face is looked for around the body's head, and a face beside it is not the body's."""

import numpy as np
from figures_of_people import face_at, standing_body

from avatar_live.tracking.distance import FAR_BELOW, MISSING_S, NEAR_ABOVE, Distance

LONGER_PX = 640
HEAD_PX = (320.0, 155.0)


def seen(distance: Distance, share: float, at_s: float) -> bool:
    """Show a face of a share of the picture; return whether the next one is looked for around the head."""
    distance.meet(standing_body(150.0, at_s))
    distance.learn(face_at(HEAD_PX, share * LONGER_PX, at_s), at_s, LONGER_PX)
    return distance.region(at_s)[0] is not None


def test_a_small_face_is_far_and_between_the_limits_all_stays_as_it_is() -> None:
    distance, between = Distance(), 0.5 * (FAR_BELOW + NEAR_ABOVE)
    assert not seen(distance, between, 1.0)
    assert seen(distance, 0.9 * FAR_BELOW, 1.1)
    assert seen(distance, between, 1.2)
    assert not seen(distance, 1.1 * NEAR_ABOVE, 1.3)
    assert not seen(distance, between, 1.4)


def test_a_face_that_is_missing_from_a_body_is_looked_for_at_its_head() -> None:
    distance = Distance()
    distance.meet(standing_body(60.0, 1.0))
    distance.learn(None, 1.0, LONGER_PX)
    assert distance.region(1.0)[0] is None
    distance.learn(None, 1.0 + MISSING_S + 0.01, LONGER_PX)
    assert distance.region(1.0 + MISSING_S + 0.01)[0] is not None


def test_without_a_body_there_is_no_head_to_look_at() -> None:
    distance = Distance()
    for at_s in (1.0, 2.0, 3.0):
        distance.learn(None, at_s, LONGER_PX)
        assert distance.region(at_s) == (None, False)
    distance.meet(standing_body(60.0, 1.0))
    assert distance.region(3.0)[0] is None, "a body of two seconds ago has moved on"


def test_the_square_stays_still_while_the_head_moves_a_little_and_tells_when_it_leaps() -> None:
    distance = Distance()
    assert seen(distance, 0.5 * FAR_BELOW, 1.0)
    first, is_new = distance.region(1.0)
    assert not is_new
    distance.meet(standing_body(150.0, 1.1, hips_px=(324.0, 262.0)))
    assert distance.region(1.1) == (first, False)
    distance.meet(standing_body(150.0, 1.2, hips_px=(360.0, 260.0)))
    moved, is_new = distance.region(1.2)
    assert is_new
    assert moved is not None and first is not None
    assert np.linalg.norm(moved.centre - first.centre) > 30.0


def test_a_face_on_the_shirt_is_not_the_bodys_own() -> None:
    distance = Distance()
    distance.meet(standing_body(150.0, 1.0))
    assert distance.is_own(face_at(HEAD_PX, 27.0))
    assert not distance.is_own(face_at((320.0, 230.0), 27.0))
