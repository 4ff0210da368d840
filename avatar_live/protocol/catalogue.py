"""What viewers can give, what it costs and what it makes happen; the price is ours, never the client's."""

from typing import Final, Literal

import msgspec

from avatar_live.protocol.cues import Move

Reaction = Literal["throw", "sticker", "confetti", "giant_head", "move", "ticket", "barrage", "fireworks"]

TICKET_SECONDS: Final = 30.0
GIANT_HEAD_SECONDS: Final = 10.0
DANCE_SECONDS: Final = 4.0  # two bars, see assets/clip_maker
COMBO_S: Final = 5.0  # between two gifts of a combo, at most
FREE_TICKET_LIKES: Final = 100  # of one viewer in a show, and
FREE_TICKET_SECONDS: Final = 300.0  # of watching earn a play ticket
TIER_MEDIUM_COINS: Final = 50  # from here on a gift is shown larger,
TIER_LARGE_COINS: Final = 150  # and from here on as the event that it is
START_BALANCE_COINS: Final = 1_000  # test coins that a new viewer's wallet opens with


class Gift(msgspec.Struct, frozen=True):
    """Describe one gift: its price, what the stage does and how hard it pushes the giver's camp.

    `move` is what the host's body does then, or in thanks for what the stage does. One that takes `seconds` is shown
    to its end before the next, and is not sold meanwhile.
    """

    id: str
    name: str
    emoji: str
    price_coins: int
    reaction: Reaction
    push: float
    move: Move | None = None
    seconds: float = 0.0


CATALOGUE: Final[tuple[Gift, ...]] = (
    Gift("tomato", "Tomato", "🍅", 5, "throw", 0.5),
    Gift("duck", "Duck", "🦆", 8, "throw", 0.6),
    Gift("rose", "Rose", "🌹", 10, "throw", 0.7, "wave"),
    Gift("sticker", "Sticker", "⭐", 15, "sticker", 0.8),
    Gift("confetti", "Confetti", "🎉", 20, "confetti", 1.0),
    Gift("giant_head", "Giant head", "🎈", 50, "giant_head", 1.5, seconds=GIANT_HEAD_SECONDS),
    Gift("dance", "Dance", "🕺", 60, "move", 1.5, "dance", DANCE_SECONDS),
    Gift("ticket", "Play ticket", "🎟️", 100, "ticket", 0.0),
    Gift("barrage", "Gift rain", "🎁", 150, "barrage", 2.0, "bow"),
    Gift("fireworks", "Fireworks", "🎆", 300, "fireworks", 3.0, "cheer"),
)
GIFTS: Final = {gift.id: gift for gift in CATALOGUE}
