"""What the engine's words mean to the room."""

import numpy as np
from peer import peer, until

from avatar_live import clock
from avatar_live.broadcast.broadcaster import Broadcaster
from avatar_live.encoder.video import VideoEncoder
from avatar_live.room import events as ev
from avatar_live.server.stage_link import StageLink

PLAYER = "player-1"
SIZE_PX = 64


async def test_a_game_begins_with_the_first_picture_that_its_player_could_take() -> None:
    happened: list[ev.Event] = []
    link = StageLink(happened.append)
    broadcaster = Broadcaster(
        want_keyframe=link.want_keyframe,
        on_keys=lambda stream, keys: None,
        on_watchers=link.on_watchers,
        allow_loopback=True,
    )
    link.open(broadcaster)
    encoder = VideoEncoder(PLAYER, SIZE_PX, SIZE_PX, 30, 100_000)
    pixels = np.zeros((SIZE_PX, SIZE_PX, 4), np.uint8)

    def drawn() -> bool:
        link.on_message(encoder.encode(pixels, clock.now_s(), 0, wants_keyframe=True))
        return happened[-1:] == [ev.PlayerSees(PLAYER)]

    async with peer() as player:
        watch = await broadcaster.watch(PLAYER, await player.offer())
        for _ in range(3):
            assert not drawn(), "nobody is connected yet"
        await player.accept(watch.answer_sdp)
        await until(drawn, "the picture did not reach the player")
        link.end_player(PLAYER)
        assert broadcaster.streams() == {}
        await until(lambda: player.connection.connectionState == "closed", "the player was not told")
    assert happened == [ev.PlayerWatches(PLAYER), ev.PlayerSees(PLAYER)]
    await broadcaster.close()
    encoder.close()
