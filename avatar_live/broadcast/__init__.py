"""Encoded frames go out to browsers here, over WebRTC, each encoded and cut into packets once for all who watch it.

    publish -> Fanout -> Parcel -> Group -> Route of each viewer -> kernel

`broadcaster` is the room's door, `fanout` one stream, `viewer` one peer's life. Of a frame, `packets` cuts the payloads
once, `pacing` divides them into bursts, `parcels` lays them out, `headers` says what is each viewer's own before them,
and `history` keeps them to be sent again. A `group` sends a frame to all who are in step, `sender` keeps a viewer's
place among them, and `routes` writes its headers, encrypts and sends. `queues` is what a slow viewer misses, `rungs`
which rendition it is sent, `feedback` what it tells of its network, which is read in `rounds`, `offer` what we accept,
`keys` what a player sends back. aiortc makes the `connection`, and `trickle` adds the candidates of each `fragment`
that follows; it is loaded with the first viewer. Every private name of it that we touch is in `aiortc_internals`, and
where one has changed, `tracks` lets aiortc send the packets, too.
"""
