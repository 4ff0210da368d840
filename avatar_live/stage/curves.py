"""Shapes of change from 0 to 1."""


def smooth(share: float) -> float:
    """Ease 0..1 at both ends."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)


def overshoot(share: float) -> float:
    """Ease 0..1 with a spring at the end (Penner's "back" ease)."""
    if share <= 0.0:
        return 0.0
    rest = min(share, 1.0) - 1.0
    return max(1.0 + 2.2 * rest**3 + 1.2 * rest**2, 0.0)
