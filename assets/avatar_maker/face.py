"""The whole face: skin, eyes, lashes, brows and mouth, with all 52 ARKit shapes."""

from .eyes import Eyes
from .face_shape import HeadShape
from .face_skin import face_skin
from .face_surface import FaceSurface
from .lashes import brow_strokes, lashes
from .mesh import Mesh, merge
from .mouth import Mouth
from .muzzle import button_nose
from .skeleton import Skeleton
from .spec import CharacterSpec


class Face:
    """Make one character's face."""

    def __init__(self, spec: CharacterSpec, skeleton: Skeleton) -> None:
        self._surface = FaceSurface(spec, skeleton)
        self._eyes, self._mouth = Eyes(self._surface), Mouth(self._surface)

    @property
    def head(self) -> HeadShape:
        """The solid that the face lies on."""
        return self._surface.head

    def skin(self) -> Mesh:
        """Return the head's skin."""
        return face_skin(self._surface)

    def parts(self) -> Mesh:
        """Return everything of the face but its skin."""
        face = self._surface
        pieces = [self._eyes.eyes(), lashes(face), brow_strokes(face), self._mouth.mouth()]
        return merge([*pieces, button_nose(face)] if self.head.kind == "fox" else pieces)
