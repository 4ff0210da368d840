"""Train the network that `avatar_live.tracking.drawn_net` runs: a piece of a picture -> how the drawn head in it is
turned, and whether it is drawn at all."""
