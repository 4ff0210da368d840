"""What viewers can give, what it costs and what it makes happen; the price is ours, never the client's."""

from typing import Final, Literal

import msgspec

Reaction = Literal["throw", "confetti", "giant_head", "ticket"]

TICKET_SECONDS: Final = 30.0
GIANT_HEAD_SECONDS: Final = 10.0
START_BALANCE_COINS: Final = 1_000  # test coins that a new viewer's wallet opens with


class Gift(msgspec.Struct, frozen=True):
    """Describe one gift: its price, what the stage does and how hard it pushes the giver's camp."""

    id: str
    name: str
    emoji: str
    price_coins: int
    reaction: Reaction
    push: float


CATALOGUE: Final[tuple[Gift, ...]] = (
    Gift("tomato", "Tomato", "🍅", 5, "throw", 0.5),
    Gift("confetti", "Confetti", "🎉", 20, "confetti", 1.0),
    Gift("giant_head", "Giant head", "🎈", 50, "giant_head", 1.5),
    Gift("ticket", "Play ticket", "🎟️", 100, "ticket", 0.0),
)
GIFTS: Final = {gift.id: gift for gift in CATALOGUE}
