"""The outgoing picture: what the stage drew, with the overlays on top."""

from avatar_live.compositor.overlay import Overlay, compose
from avatar_live.compositor.stamp import draw_stamp

__all__ = ["Overlay", "compose", "draw_stamp"]
