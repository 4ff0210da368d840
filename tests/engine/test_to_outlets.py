"""What the engine gives to the outlets: the show as its viewers get it, and a keyframe when they ask."""

from pathlib import Path

import pytest
from test_engine import performing

from avatar_live.app.settings import find_avatar
from avatar_live.avatar import Avatar, read_avatar
from avatar_live.channels.link import OUTLETS_LINK, EngineConnection, serve_link
from avatar_live.channels.processes import EngineHello, FromEngine, KeyframeWanted, Watched
from avatar_live.signals.encoded import MAIN_STREAM, EncodedFrame


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    return read_avatar(find_avatar("mirai"))


class Outlets:
    """Stand where the outlets stand."""

    def __init__(self) -> None:
        self.heard: list[FromEngine] = []
        self.engine: EngineConnection | None = None

    def on_message(self, message: FromEngine) -> None:
        self.heard.append(message)

    async def on_connection(self, connection: EngineConnection | None) -> None:
        self.engine = connection

    @property
    def pictures(self) -> list[EncodedFrame]:
        return [packet for packet in self.packets if packet.kind == "video"]

    @property
    def packets(self) -> list[EncodedFrame]:
        return [message for message in self.heard if isinstance(message, EncodedFrame)]


async def test_the_outlets_get_the_show_and_no_players_picture_and_may_come_later(
    tmp_path: Path, avatar: Avatar
) -> None:
    outlets = Outlets()
    async with performing(tmp_path, avatar) as around:
        await around.until(lambda: around.frames(MAIN_STREAM))
        assert around.server is not None
        around.server.send(Watched(("ada",)))
        await around.until(lambda: around.frames("ada"))
        async with serve_link(tmp_path, outlets.on_message, outlets.on_connection, name=OUTLETS_LINK):
            await around.until(lambda: {packet.kind for packet in outlets.packets} == {"video", "audio"})
            assert isinstance(outlets.heard[0], EngineHello) and outlets.engine is not None
            for _ in range(2):  # the second one may be the first's own
                keyframes = sum(frame.is_keyframe for frame in outlets.pictures)
                outlets.engine.send(KeyframeWanted(MAIN_STREAM))
                await around.until(lambda: sum(frame.is_keyframe for frame in outlets.pictures) > keyframes)  # noqa: B023
            before = len(around.frames("ada"))
            await around.until(lambda: len(around.frames("ada")) > before + 5)
            assert {packet.stream for packet in outlets.packets} == {MAIN_STREAM}
            assert {packet.rung for packet in outlets.packets} == {0}
            pictures = {frame.pts: frame.data for frame in outlets.pictures}
            await around.until(lambda: pictures.keys() <= {frame.pts for frame in around.frames(MAIN_STREAM)})
            assert pictures.items() <= {frame.pts: frame.data for frame in around.frames(MAIN_STREAM)}.items()
        before = len(around.frames(MAIN_STREAM))
        await around.until(lambda: len(around.frames(MAIN_STREAM)) > before + 5)  # viewers do not notice that they left
