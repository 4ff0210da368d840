"""The quality of pictures: what the camera saw is cleaned before it is looked at."""

from avatar_live.quality.light_meter import SIDE_PX_MIN, Box, measure_light
from avatar_live.quality.low_light import LowLight

__all__ = ["SIDE_PX_MIN", "Box", "LowLight", "measure_light"]
