"""The whole face: skin, eyes, lashes, brows and mouth, with all 52 ARKit shapes."""

from .eyes import Eyes
from .face_skin import face_skin
from .face_surface import FaceSurface
from .mesh import Mesh, merge
from .mouth import Mouth
from .skeleton import Skeleton
from .spec import CharacterSpec


class Face:
    """Make one character's face."""

    def __init__(self, spec: CharacterSpec, skeleton: Skeleton) -> None:
        self._surface = FaceSurface(spec, skeleton)
        self._eyes, self._mouth = Eyes(self._surface), Mouth(self._surface)

    def skin(self) -> Mesh:
        """Return the head's skin."""
        return face_skin(self._surface)

    def parts(self) -> Mesh:
        """Return everything of the face but its skin."""
        eyes = self._eyes
        return merge([eyes.eyes(), eyes.lashes(), eyes.brow_strokes(), self._mouth.mouth()])
