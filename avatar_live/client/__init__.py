"""React to a show from a program of your own: games, bots, lamps and overlays in ten lines.

    from avatar_live.client import Events

    with Events("http://127.0.0.1:8080", token) as events:
        for gift in events.of("gift"):
            print(f"{gift.name} gave a {gift.gift}")

and the same, asynchronously:

    async with Events("http://127.0.0.1:8080", token) as events:
        async for event in events:
            match event.data:
                case GiftEvent(name=name, gift=gift):
                    await events.say(f"Thank you for the {gift}, {name}!")
                case ChatEvent(text="!uptime"):
                    ...

Every event arrives once and in order, over any break and restart of the server; what the break was too long for is
told as an event of the type "missed". `events.position`, kept in a file and given as `since`, does the same over a
restart of your own program. `Viewer` takes part as a viewer does:

    with Viewer("http://127.0.0.1:8080", "Robo") as robo:
        robo.say("hello")
        print(robo.give("confetti").state)

A game sells effects of its own, which viewers find beside the gifts (`assets/examples` has a whole one):

        await events.sell("castle", [OfferedEffect("ghost", "Ghost", "👻", price_coins=25)])
        async for paid in events.of(PaidEffect):
            paid.done() if castle.haunt(paid.name) else paid.failed("The castle sleeps.")

Only msgspec and websockets are needed. `events` listens, `sales` sells, `viewer` takes part, `line` comes back by
itself, `blocking` and `portal` are what `with` opens.
"""

from avatar_live.client.events import Event, Events, Position
from avatar_live.client.line import ClientError, ClosedError, RefusedError
from avatar_live.client.sales import PaidEffect
from avatar_live.client.viewer import Viewer
from avatar_live.protocol.api import (
    CampEvent,
    ChatEvent,
    ChatRemovedEvent,
    ComboEndedEvent,
    EffectEndedEvent,
    FollowedEvent,
    GiftEvent,
    GoalEvent,
    GoalReachedEvent,
    LikeEvent,
    LotteryEndedEvent,
    LotteryStartedEvent,
    PlayEndedEvent,
    PlayStartedEvent,
    PollEndedEvent,
    PollStartedEvent,
    RefundEvent,
    RoundStartedEvent,
    ViewerJoinedEvent,
    ViewerLeftEvent,
)
from avatar_live.protocol.effects import EffectAskedEvent, OfferedEffect
from avatar_live.protocol.programs import Missed

__all__ = [
    "CampEvent",
    "ChatEvent",
    "ChatRemovedEvent",
    "ClientError",
    "ClosedError",
    "ComboEndedEvent",
    "EffectAskedEvent",
    "EffectEndedEvent",
    "Event",
    "Events",
    "FollowedEvent",
    "GiftEvent",
    "GoalEvent",
    "GoalReachedEvent",
    "LikeEvent",
    "LotteryEndedEvent",
    "LotteryStartedEvent",
    "Missed",
    "OfferedEffect",
    "PaidEffect",
    "PlayEndedEvent",
    "PlayStartedEvent",
    "PollEndedEvent",
    "PollStartedEvent",
    "Position",
    "RefundEvent",
    "RefusedError",
    "RoundStartedEvent",
    "Viewer",
    "ViewerJoinedEvent",
    "ViewerLeftEvent",
]
