"""A room of thousands, measured from outside: `viewers` plays a crowd, `room` counts, `peers` compares."""
