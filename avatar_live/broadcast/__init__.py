"""Encoded frames go out to browsers here, over WebRTC, each encoded once for all who watch it.

    publish -> Fanout -> VideoQueue and AudioQueue of each viewer -> tracks -> RTP

`broadcaster` is the room's door, `viewer` one peer's life, `queues` what a slow viewer misses, `offer` what we accept,
`keys` what a player sends back, `aiortc_internals` every private name of aiortc that we touch.
"""
