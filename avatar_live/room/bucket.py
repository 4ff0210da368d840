"""How often somebody may: a token bucket as a value."""

import msgspec


class Allowance(msgspec.Struct, frozen=True):
    """Allow `rate_hz` a second in the long run and `burst` at once."""

    rate_hz: float
    burst: float


class Bucket(msgspec.Struct, frozen=True):
    """Hold what was `used` of an allowance at the time `at_s`; a new one is unused."""

    used: float = 0.0
    at_s: float = 0.0


def take(bucket: Bucket, allowance: Allowance, now_s: float) -> Bucket | None:
    """Return the bucket with one more use, or None when the allowance is used up."""
    used = max(bucket.used - (now_s - bucket.at_s) * allowance.rate_hz, 0.0)
    if used + 1.0 > allowance.burst:
        return None
    return Bucket(used + 1.0, now_s)
