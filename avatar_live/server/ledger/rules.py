"""What a viewer may spend, for their own good and by law: caps, a cool-off, the age gate."""

import datetime
from collections.abc import Mapping
from typing import Final

from avatar_live.server.ledger.requests import EVERYBODY, Rule

ADULTS_ONLY: Final = "Gifts are for adults here, and it is not confirmed that you are one, so it was not paid."

MOMENT_S_MAX: Final = 253_402_300_799.0  # the end of the year 9999, the last that a calendar here can write
_NO_RULE: Final = Rule()


def rule_for(viewer: str, rules: Mapping[str, Rule]) -> Rule:
    """Return what holds for a viewer: of two caps the lower, the later end of two cool-offs, what is known of the age.

    `is_adult` of the result is True or None when the viewer may give, False when not.
    """
    everybody, own = rules.get(EVERYBODY, _NO_RULE), rules.get(viewer, _NO_RULE)
    if own is everybody:
        return own
    cool_offs_s = [one.cool_off_until_s for one in (everybody, own) if one.cool_off_until_s is not None]
    needs_adult = everybody.is_adult is True
    return Rule(
        _lower(everybody.day_coins_max, own.day_coins_max),
        _lower(everybody.show_coins_max, own.show_coins_max),
        max(cool_offs_s, default=None),
        own.is_adult if own.is_adult is not None or not needs_adult else False,
    )


def refusal_of(rule: Rule, price_coins: int, day_coins: int, show_coins: int, now_s: float) -> str:
    """Say in one sentence why a gift may not be paid; empty when it may. What is free breaks no cap."""
    if rule.is_adult is False:
        return ADULTS_ONLY
    if rule.cool_off_until_s is not None and now_s < rule.cool_off_until_s:
        until = datetime.datetime.fromtimestamp(min(rule.cool_off_until_s, MOMENT_S_MAX), datetime.UTC)
        return f"Your wallet rests until {until:%Y-%m-%d %H:%M} UTC, so it was not paid."
    if price_coins == 0:
        return ""
    if rule.show_coins_max is not None and show_coins + price_coins > rule.show_coins_max:
        left = max(rule.show_coins_max - show_coins, 0)
        return f"You may spend {rule.show_coins_max} coins in a show and have {left} of them left; it was not paid."
    if rule.day_coins_max is not None and day_coins + price_coins > rule.day_coins_max:
        left = max(rule.day_coins_max - day_coins, 0)
        return f"You may spend {rule.day_coins_max} coins a day and have {left} of them left; it was not paid."
    return ""


def _lower(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else min(one, other)
