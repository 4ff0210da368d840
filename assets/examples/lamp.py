"""Let a lamp flash with the show: gold for gifts, longer for dearer ones, the camp's colour for goals, pink for likes.

The lamp speaks WLED's JSON API (https://kno.wled.ge/interfaces/json-api/), as many LED strips do; any other is a
change of `shine`.

.venv/bin/python assets/examples/lamp.py http://192.168.1.40 http://127.0.0.1:8080 TOKEN
"""

import json
import sys
import time
import urllib.request

from avatar_live.client import Events, GiftEvent, GoalEvent, LikeEvent

Colour = tuple[int, int, int]
GOLD: Colour = (255, 180, 20)
PINK: Colour = (255, 60, 140)
DARK: Colour = (0, 0, 0)
CAMPS: dict[str, Colour] = {"red": (255, 30, 30), "blue": (40, 90, 255)}


def shine(lamp: str, colour: Colour, seconds: float) -> None:
    """Light the lamp for a while."""
    for shown in (colour, DARK):
        state = json.dumps({"on": True, "bri": 255, "transition": 2, "seg": [{"col": [shown]}]}).encode()
        request = urllib.request.Request(f"{lamp}/json/state", state, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=2).close()
        time.sleep(seconds if shown is colour else 0)


def main(lamp: str, address: str, token: str) -> None:
    with Events(address, token, types=["gift", "goal", "like"]) as events:
        for event in events:
            try:
                match event.data:
                    case GiftEvent(price_coins=price_coins):
                        shine(lamp, GOLD, min(0.2 + price_coins / 100, 3.0))
                    case GoalEvent(camp=camp):
                        shine(lamp, CAMPS[camp], 2.0)
                    case LikeEvent():
                        shine(lamp, PINK, 0.1)
            except OSError as failure:  # the lamp is off just now
                print(failure, file=sys.stderr)


main(*sys.argv[1:])
