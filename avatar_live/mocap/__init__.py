"""Other programs' words for a performance, and ours: packets and files as pure functions of bytes and values.

    a program's packet -> parser -> Part -> mix, by the streamer's order -> GivenPose -> motion

A parser raises `PacketError` on what it does not understand, and nothing else whatever it is given.
"""
