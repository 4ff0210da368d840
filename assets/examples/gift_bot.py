"""React to every gift: .venv/bin/python assets/examples/gift_bot.py http://127.0.0.1:8080 TOKEN"""

import sys

from avatar_live.client import Events

with Events(*sys.argv[1:]) as events:
    for gift in events.of("gift"):
        print(f"{gift.name} gave a {gift.gift}", flush=True)
