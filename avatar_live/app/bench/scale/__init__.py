"""What it costs to carry a room over many machines: the way through Redis, the room's core, an edge's core."""
