"""What the room asks of the stage and the overlay, each once, kept by the room until the engine has taken it."""

import msgspec


class Throw(msgspec.Struct, frozen=True, tag="throw"):
    """Throw a prop at the host."""

    gift: str
    seed: int


class Confetti(msgspec.Struct, frozen=True, tag="confetti"):
    """Rain confetti over the host."""

    seed: int


class GiantHead(msgspec.Struct, frozen=True, tag="giant_head"):
    """Blow the host's head up for `seconds`."""

    seconds: float


class Banner(msgspec.Struct, frozen=True, tag="banner"):
    """Show who gave what; `icon` is the gift's id."""

    text: str
    icon: str


class Goal(msgspec.Struct, frozen=True, tag="goal"):
    """Celebrate a goal of `camp`."""

    camp: str


Cue = Throw | Confetti | GiantHead | Banner | Goal
