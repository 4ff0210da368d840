"""Author the project's sounds: every gift and every moment of a game, `python -m sound_maker` in assets/ makes all."""
