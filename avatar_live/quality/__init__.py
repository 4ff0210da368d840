"""The quality of pictures: what the camera saw is cleaned before it is looked at."""

from avatar_live.quality.light_meter import Box
from avatar_live.quality.low_light import LowLight

__all__ = ["Box", "LowLight"]
