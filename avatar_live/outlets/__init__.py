"""The show leaves the house here: recordings, platforms, SFUs, playlists, all from the packets that viewers get.

`target` reads where somebody wants the show to go, `timeline` says when a packet is shown, `backlog` keeps what waits
for one outlet, `retry` decides when a fallen one tries again, and `outlet` feeds one of them on a thread of its own.
What an outlet writes into is a `sink`: `recording`, `rtmp_sink`, `hls`, `whip`.
"""
