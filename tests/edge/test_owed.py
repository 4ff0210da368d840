"""What a line is owed: gifts always, of chat the newest, of the show one."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.protocol import State
from websockets.uri import parse_uri

from avatar_live.edge.frames import PLAIN_JSON, framed
from avatar_live.edge.owed import CHAT_AT_ONCE_MAX, KEPT_MAX, Owed
from avatar_live.protocol.codec import to_viewer
from avatar_live.protocol.wire import ChatLine, GiftGiven, Lines, Show, ToViewer

SHOW = Show(0, 0, 0.0, 0, 0, 0, 0, (), False, "")


def chat(number: int) -> ChatLine:
    return ChatLine(number, "Ann", f"line {number}")


def gift(number: int) -> GiftGiven:
    return GiftGiven(number, f"gift-{number}", "Bob", "rose")


def show(audience: int) -> Show:
    return Show(audience, 0, 0.0, 0, 0, 0, 0, (), False, "")


def owed_of(*messages: ChatLine | GiftGiven | Show) -> Owed:
    owed = Owed()
    for message in messages:
        owed.tell(message)
    return owed


def test_who_heard_everything_is_owed_nothing() -> None:
    owed = owed_of(chat(1), show(2))
    assert owed.batch(owed.last, PLAIN_JSON) == b""


def test_of_what_is_new_all_lines_come_in_one_frame_and_then_the_rest_the_show_once() -> None:
    owed = owed_of(chat(1), show(2), gift(3), show(4), chat(5))
    assert owed.batch(1, PLAIN_JSON) == framed(Lines((gift(3), chat(5)))) + framed(show(4))
    assert owed.batch(3, PLAIN_JSON) == framed(show(4)) + framed(chat(5)), "a single line is no reason to pack it"


def test_lines_that_follow_each_other_come_in_one_frame() -> None:
    owed = owed_of(chat(1), gift(2), show(3))
    assert owed.batch(0, PLAIN_JSON) == framed(Lines((chat(1), gift(2)))) + framed(show(3))


def test_lines_that_stand_alike_share_their_bytes() -> None:
    owed = owed_of(chat(1), gift(2))
    assert owed.batch(0, PLAIN_JSON) is owed.batch(0, PLAIN_JSON)


@given(st.lists(st.sampled_from(["chat", "gift", "show"]), max_size=120), st.integers(0, 120))
def test_every_gift_is_told_and_of_chat_the_newest(kinds: list[str], heard: int) -> None:
    makers: dict[str, Callable[[int], ChatLine | GiftGiven | Show]] = {"chat": chat, "gift": gift, "show": show}
    messages = [makers[kind](number) for number, kind in enumerate(kinds, 1)]
    batch = owed_of(*messages).batch(min(heard, len(messages)), PLAIN_JSON)
    new = messages[heard:]
    lines = [one for one in new if isinstance(one, ChatLine)]
    shows = [one for one in new if isinstance(one, Show)]
    told = [
        one
        for one in new
        if isinstance(one, GiftGiven)
        or one in lines[-CHAT_AT_ONCE_MAX:]
        or (isinstance(one, Show) and one is shows[-1])
    ]
    assert {type(one) for one in messages_in(batch)} == {type(one) for one in told}
    assert [one for one in messages_in(batch) if not isinstance(one, Show)] == [
        one for one in told if not isinstance(one, Show)
    ], "lines stay in their order"


def messages_in(batch: bytes) -> list[ToViewer]:
    """Read a batch as a client does."""
    client = ClientProtocol(parse_uri("ws://a/"), state=State.OPEN)
    client.receive_data(batch)
    found: list[ToViewer] = []
    for frame in client.events_received():
        assert isinstance(frame, Frame)
        message = to_viewer(bytes(frame.data))
        found += message.lines if isinstance(message, Lines) else [message]
    return found


def test_no_more_than_the_limit_is_remembered_and_a_forgotten_gift_is_known() -> None:
    owed = owed_of(*(chat(number) for number in range(1, 3)), *(gift(number) for number in range(3, KEPT_MAX + 3)))
    assert owed.forgotten == 0, "only chat was forgotten so far"
    owed.tell(gift(KEPT_MAX + 3))
    assert owed.forgotten == 3
