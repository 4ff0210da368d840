"""Messages that a wire can carry: JSON has no lone surrogates, no infinities and, in browsers, no more than 2**53."""

import msgspec
from hypothesis import strategies as st

from avatar_live.protocol.api import EVENTS, ApiEvent
from avatar_live.protocol.effects import (
    AT_ONCE_MAX,
    COOLDOWN_S_MAX,
    EFFECT_COINS_MAX,
    EFFECT_S_MAX,
    SALES_MAX,
    OfferedEffect,
)
from avatar_live.protocol.programs import TEST_EVENTS_MAX, Answer, FromProgram, OfferEffects, SendTest, ToProgram
from avatar_live.protocol.wire import FromViewer, ToViewer

st.register_type_strategy(str, st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(int, st.integers(-(2**53), 2**53))

# An offer has limits that a type alone does not tell.
idents = st.from_regex(r"[a-z0-9_-]{1,24}", fullmatch=True)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
offered: st.SearchStrategy[OfferedEffect] = st.builds(
    OfferedEffect,
    id=idents,
    name=words,
    emoji=words,
    price_coins=st.integers(1, EFFECT_COINS_MAX),
    seconds=st.floats(0.0, EFFECT_S_MAX),
    cooldown_s=st.floats(0.0, COOLDOWN_S_MAX),
    per_show_max=st.integers(0, SALES_MAX),
    per_viewer_max=st.integers(0, SALES_MAX),
    at_once_max=st.integers(1, AT_ONCE_MAX),
)
st.register_type_strategy(
    OfferEffects, st.builds(OfferEffects, id=words, game=idents, effects=st.lists(offered, max_size=3).map(tuple))
)

said: st.SearchStrategy[FromViewer] = st.from_type(FromViewer)  # type: ignore[arg-type]
told: st.SearchStrategy[ToViewer] = st.from_type(ToViewer)  # type: ignore[arg-type]

_test = st.builds(SendTest, st.just("1"), st.text(), st.integers(1, TEST_EVENTS_MAX), st.just({"name": "Ann"}))
st.register_type_strategy(SendTest, _test)
st.register_type_strategy(Answer, st.builds(Answer, st.text(), st.booleans(), st.text(), st.just({"likes": 1})))
asked_by_program: st.SearchStrategy[FromProgram] = st.from_type(FromProgram)  # type: ignore[arg-type]
told_to_program: st.SearchStrategy[ToProgram] = st.from_type(ToProgram)  # type: ignore[arg-type]


@st.composite
def _happening(draw: st.DrawFn) -> ApiEvent:
    event = draw(st.from_type(ApiEvent))
    type = draw(st.sampled_from(sorted(EVENTS)))
    return msgspec.structs.replace(event, type=type, data=msgspec.to_builtins(draw(st.from_type(EVENTS[type]))))


happenings: st.SearchStrategy[ApiEvent] = _happening()
