"""Make the small light bodies of viewers who enter a game: one mesh, many looks, a few motions.

`python -m body_maker` in `assets/` writes `bodies/pip.vrm`, a whole VRM 1.0 in one look for any program that reads
such files, and `bodies/crowd.npz`, the same body with every part and motion as the stage's crowd draws it.
"""
