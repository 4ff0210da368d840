"""Author the project's reactions: key poses become VRM animations, `python -m clip_maker` in assets/ makes them all."""
