"""The motions themselves, as key poses."""

from typing import Final

from .gestures import arm, hand, head, trunk
from .motion import Motion, Values

_DOWN: Final = {"down": 72.0, "ahead": 4.0, "elbow": 14.0}


def _wave() -> Motion:
    """Greet with the right arm: up past a little dip, four swings of the hand, down."""
    raised = {"down": 18.0, "ahead": 20.0, "roll": 80.0, "shrug": 8.0}
    keys: list[tuple[float, Values]] = [
        (0.0, arm("right", **_DOWN) | hand("right", curl=18) | head() | trunk()),
        (0.12, arm("right", **_DOWN | {"down": 78.0, "elbow": 20.0}) | hand("right", curl=22)),
        (0.48, arm("right", **raised, elbow=104) | hand("right", bend=-6, aside=14, curl=4, spread=9)),
        (0.50, head(tilt=-9, nod=-3, turn=-4) | trunk(lean=-4, twist=-3) | {"happy": 0.8}),
    ]
    swings = ((0.72, 74.0, -18.0), (0.95, 108.0, 16.0), (1.17, 74.0, -18.0), (1.39, 108.0, 16.0), (1.62, 78.0, -14.0))
    for number, (time_s, elbow, aside) in enumerate(swings):
        away = number % 2 == 0
        keys.append((time_s, arm("right", **raised, elbow=elbow) | hand("right", aside=aside, curl=4, spread=9)))
        keys.append(
            (time_s, head(tilt=-11 if away else -7, nod=-3, turn=-4) | trunk(lean=-5 if away else -3, twist=-3))
        )
    keys += [
        (1.72, {"happy": 0.8}),
        (2.12, arm("right", **_DOWN | {"down": 70.0, "elbow": 24.0}) | hand("right", curl=16)),
        (2.40, arm("right", **_DOWN) | hand("right", curl=18) | head() | trunk() | {"happy": 0.0}),
        (0.0, {"happy": 0.0}),
    ]
    return Motion("wave", 2.4, keys, lags_s={"rightHand": 0.05, "rightLittle": 0.03, "head": 0.03})


MOTIONS: Final = (_wave(),)
