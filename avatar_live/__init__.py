"""avatar_live: a webcam drives a 3D avatar live, and its viewers play along.

Two things flow through this package, and its folders are named after their stops.

    FRAME        camera -> tracking -> motion -> avatar -> stage -> compositor -> encoder -> broadcast -> viewer
    INTERACTION  viewer -> edge -> room -> ledger -> game -> cues -> stage and overlay -> every viewer

A frame may be lost, because a newer one is worth more: it travels through `channels.Slot` and `channels.Latest`.
An interaction may never be lost: it travels through `channels.Link`, and a gift is committed before anyone is told.

Start reading at `engine/frame.py` for the first story and at `room/step.py` for the second.
"""

__version__ = "0.9.0"
