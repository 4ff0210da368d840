"""What a viewer may spend: caps, a cool-off, the age gate; everybody's rule and one's own."""

import pytest

from avatar_live.server.ledger.requests import EVERYBODY, Rule
from avatar_live.server.ledger.rules import ADULTS_ONLY, MOMENT_S_MAX, refusal_of, rule_for

NOON_S = 1_795_867_200.0


@pytest.mark.parametrize(
    ("everybody", "own", "expected"),
    [
        (Rule(), Rule(), Rule()),
        (Rule(day_coins_max=100), Rule(), Rule(day_coins_max=100)),
        (Rule(day_coins_max=100), Rule(day_coins_max=500), Rule(day_coins_max=100)),
        (Rule(show_coins_max=100), Rule(day_coins_max=50), Rule(50, 100)),
        (Rule(cool_off_until_s=5.0), Rule(cool_off_until_s=9.0), Rule(cool_off_until_s=9.0)),
        (Rule(is_adult=True), Rule(), Rule(is_adult=False)),
        (Rule(is_adult=True), Rule(is_adult=True), Rule(is_adult=True)),
        (Rule(), Rule(is_adult=False), Rule(is_adult=False)),
        (Rule(is_adult=False), Rule(), Rule()),
    ],
)
def test_the_stricter_of_everybodys_rule_and_ones_own_holds(everybody: Rule, own: Rule, expected: Rule) -> None:
    assert rule_for("ann", {EVERYBODY: everybody, "ann": own}) == expected


def test_without_a_rule_everything_may_be_spent() -> None:
    assert refusal_of(rule_for("ann", {}), 10**9, 10**9, 10**9, NOON_S) == ""


def test_a_cap_is_reached_to_the_last_coin_and_no_further() -> None:
    rule = Rule(day_coins_max=100, show_coins_max=60)
    assert refusal_of(rule, 10, 90, 50, NOON_S) == ""
    assert "60 coins in a show and have 10 of them left" in refusal_of(rule, 11, 50, 50, NOON_S)
    assert "100 coins a day and have 5 of them left" in refusal_of(rule, 6, 95, 0, NOON_S)
    assert "have 0 of them left" in refusal_of(rule, 1, 500, 500, NOON_S), "a cap may be lowered below what is spent"
    assert refusal_of(rule, 0, 500, 500, NOON_S) == "", "what is free breaks no cap"


def test_a_cool_off_rests_the_wallet_until_its_moment() -> None:
    rule = Rule(cool_off_until_s=NOON_S)
    assert "rests until 2026-11-28 12:00 UTC" in refusal_of(rule, 0, 0, 0, NOON_S - 0.1)
    assert refusal_of(rule, 1, 0, 0, NOON_S) == ""


@pytest.mark.parametrize("until_s", [MOMENT_S_MAX, MOMENT_S_MAX + 1.0, 1e300])
def test_a_cool_off_without_an_end_in_sight_is_told_all_the_same(until_s: float) -> None:
    assert "rests until 9999-12-31" in refusal_of(Rule(cool_off_until_s=until_s), 0, 0, 0, NOON_S)


def test_who_is_not_known_to_be_adult_gives_nothing_where_gifts_are_for_adults() -> None:
    assert refusal_of(rule_for("ann", {EVERYBODY: Rule(is_adult=True)}), 0, 0, 0, NOON_S) == ADULTS_ONLY
