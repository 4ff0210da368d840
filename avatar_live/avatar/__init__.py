"""An avatar as numbers: `read_avatar` turns a VRM file into one, `Rig` moves it.

See the map in `avatar_live/__init__.py`.
"""

from avatar_live.avatar.glb import AvatarError
from avatar_live.avatar.model import Avatar, Posture
from avatar_live.avatar.read import read_avatar
from avatar_live.avatar.rig import Rig

__all__ = ["Avatar", "AvatarError", "Posture", "Rig", "read_avatar"]
