"""Values on the interaction's path: what viewers, the room, the games and the stage say to each other.

None of these may be lost without somebody being told. `wire` is what a browser and the server exchange, `catalogue`
what can be bought, `cues` what the room asks of the stage, `view` what the stage shows of a game, `api` what the
event API tells games and bots, `codec` how a message becomes a frame; `asyncapi` and `typescript` describe all of it to
others.
"""
