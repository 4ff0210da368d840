"""The motions themselves, as key poses."""

from typing import Final

from .gestures import arm, foot, hand, head, hips, trunk
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


def _cheer() -> Motion:
    """Dip, jump with both arms thrown up, land, pump twice, come to rest."""
    keys: list[tuple[float, Values]] = [(time_s, _standing()) for time_s in (0.0, 2.3)]
    keys += [
        (0.17, _both_arms(down=58, ahead=-18, elbow=46) | _both_hands(curl=55) | head(nod=8) | trunk(bend=12)),
        (0.19, hips(up=-0.075, ahead=-0.03, bend=8) | _both_feet()),
        (0.36, _both_feet(tip=28.0) | hips(up=0.02)),
        (0.50, _both_arms(down=-44, ahead=8, roll=70, elbow=8, shrug=16) | _both_hands(curl=3, spread=12)),
        (0.50, hips(up=0.105) | _both_feet(up=0.075, tip=34.0) | head(nod=-14) | trunk(bend=-9) | {"happy": 1.0}),
        (0.68, hips(up=-0.055, bend=4) | _both_feet() | head(nod=4) | trunk(bend=5)),
        (0.72, _both_arms(down=-18, ahead=16, roll=74, elbow=58, shrug=8) | _both_hands(curl=40, spread=4)),
    ]
    for number, start_s in enumerate((0.94, 1.30)):
        side = 6.0 if number == 0 else -6.0
        keys += [
            (start_s, _both_arms(down=-46, ahead=8, roll=70, elbow=6, shrug=16) | _both_hands(curl=6, spread=10)),
            (start_s, hips(up=0.0) | _both_feet(tip=10.0) | head(nod=-10, tilt=side) | trunk(bend=-6, lean=side / 2)),
            (start_s + 0.18, _both_arms(down=-16, ahead=16, roll=74, elbow=62, shrug=8) | _both_hands(curl=45)),
            (start_s + 0.18, hips(up=-0.04, bend=3) | _both_feet() | head(nod=2) | trunk(bend=2)),
        ]
    keys += [(1.62, hips(up=0.0) | {"happy": 1.0}), (1.74, head(nod=-3) | trunk(bend=-1))]
    keys += [(1.95, _both_arms(down=64, ahead=6, elbow=24) | _both_hands(curl=16)), (2.3, {"happy": 0.0})]
    return Motion("cheer", 2.3, [*keys, (0.0, {"happy": 0.0})], lags_s={"leftHand": 0.04, "rightHand": 0.04})


def _bow() -> Motion:
    """Thank with a hand on the heart: breathe in, bow from the hips, stay, come up slower than down."""
    heart = {"down": 52.0, "ahead": 30.0, "roll": -22.0, "elbow": 118.0}
    aside = {"down": 66.0, "ahead": 4.0, "elbow": 18.0}
    down = hips(up=-0.015, ahead=-0.08, bend=18) | trunk(bend=25) | head(nod=9) | {"blink": 1.0}
    keys: list[tuple[float, Values]] = [
        (0.0, _standing() | {"blink": 0.0}),
        (0.34, hips(up=0.008) | trunk(bend=-4) | head(nod=-5) | {"blink": 0.0}),
        (0.46, arm("right", **heart) | hand("right", bend=10, curl=12, twist=-30) | arm("left", **aside)),
        (0.95, down | arm("left", **aside | {"ahead": 24.0}) | hand("left", curl=14, spread=4)),
        (
            1.35,
            down
            | arm("right", **heart)
            | hand("right", bend=10, curl=12, twist=-30)
            | arm("left", **aside | {"ahead": 24.0}),
        ),
        (1.95, hips(up=0.006) | trunk(bend=-2) | head(nod=-6) | {"blink": 0.0}),
        (2.05, arm("right", **heart) | hand("right", bend=10, curl=12, twist=-30) | hand("left", curl=18)),
        (2.6, _standing() | {"blink": 0.0}),
    ]
    return Motion("bow", 2.6, keys, lags_s={"neck": 0.05, "head": 0.08, "leftHand": 0.05})


def _dance() -> Motion:
    """Two bars at 120 beats a minute: four beats with pumping arms, four with arms that sway overhead."""
    beat_s, keys = 0.5, list[tuple[float, Values]]()
    for beat in range(8):
        at_s, s = beat * beat_s, 1.0 if beat % 2 == 0 else -1.0  # to the avatar's right on even beats
        near, far = ("right", "left") if beat % 2 == 0 else ("left", "right")
        keys += [
            (at_s, hips(up=-0.055, right=0.085 * s, lean=-7 * s, twist=8 * s, bend=3)),
            (at_s + 0.27, hips(up=-0.006, bend=1)),
            (at_s, foot(near, out=0.04) | foot(far, out=0.04, up=0.045, tip=30)),
            (at_s, trunk(lean=7 * s, twist=-12 * s, bend=4) | head(tilt=-9 * s, nod=7, turn=5 * s)),
            (at_s + 0.25, trunk(bend=-1) | head(nod=-5)),
        ]
        if beat < 4:
            keys += [
                (at_s, arm(near, down=34, ahead=30, roll=62, elbow=112, shrug=8) | hand(near, curl=62)),
                (at_s, arm(far, down=58, ahead=22, roll=8, elbow=82) | hand(far, curl=62)),
            ]
        else:
            high, low = {"down": -42.0, "elbow": 22.0, "shrug": 14.0}, {"down": -12.0, "elbow": 66.0, "shrug": 8.0}
            keys += [
                (at_s, arm(near, **high, ahead=12, roll=74) | hand(near, curl=6, spread=9, aside=-12)),
                (at_s, arm(far, **low, ahead=16, roll=74) | hand(far, curl=12, spread=6, aside=8)),
                (at_s + 0.25, _both_arms(down=6, ahead=18, roll=76, elbow=96, shrug=2) | _both_hands(curl=40)),
            ]
    keys.append((0.0, {"happy": 0.7}))
    lags_s = {"leftHand": 0.06, "rightHand": 0.06, "leftLower": 0.02, "rightLower": 0.02, "head": 0.04, "chest": 0.03}
    return Motion("dance", 8 * beat_s, keys, is_looped=True, lags_s=lags_s)


def _standing() -> dict[str, float]:
    return {
        **_both_arms(**_DOWN),
        **_both_hands(curl=18),
        **_both_feet(),
        **head(),
        **trunk(),
        **hips(),
    }


def _both_arms(
    down: float, ahead: float = 0.0, roll: float = 0.0, elbow: float = 0.0, shrug: float = 0.0
) -> dict[str, float]:
    return {**arm("left", down, ahead, roll, elbow, shrug), **arm("right", down, ahead, roll, elbow, shrug)}


def _both_hands(curl: float, spread: float = 0.0) -> dict[str, float]:
    return {**hand("left", curl=curl, spread=spread), **hand("right", curl=curl, spread=spread)}


def _both_feet(up: float = 0.0, tip: float = 0.0) -> dict[str, float]:
    return {**foot("left", up=up, tip=tip), **foot("right", up=up, tip=tip)}


MOTIONS: Final = (_wave(), _cheer(), _bow(), _dance())
