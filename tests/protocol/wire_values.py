"""Messages that a wire can carry: JSON has no lone surrogates, no infinities and, in browsers, no more than 2**53."""

from hypothesis import strategies as st

from avatar_live.protocol.wire import FromViewer, ToViewer

st.register_type_strategy(str, st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(int, st.integers(-(2**53), 2**53))

said: st.SearchStrategy[FromViewer] = st.from_type(FromViewer)  # type: ignore[arg-type]
told: st.SearchStrategy[ToViewer] = st.from_type(ToViewer)  # type: ignore[arg-type]
