"""A whole game, a die to roll: .venv/bin/python assets/examples/die.py http://127.0.0.1:8080 TOKEN"""

import random
import sys

from avatar_live.client import Events, OfferedEffect, PaidEffect

with Events(*sys.argv[1:]) as events:
    events.sell("die", [OfferedEffect("roll", "Roll the die", "🎲", price_coins=15)])
    for paid in events.of(PaidEffect):
        events.say(f"{paid.name} rolls a {random.randint(1, 6)}!", name="Die")
        paid.done()
