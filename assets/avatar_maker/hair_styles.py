"""The styles of hair that characters wear."""

from .hair import Hair
from .hair_long import bob, spiky
from .hair_short import mane, swept
from .mesh import Mesh
from .spec import CharacterSpec


def grow(spec: CharacterSpec, hair: Hair) -> list[Mesh]:
    """Return the whole hair in the style of the character, lock by lock."""
    match spec.hair_style:
        case "bob":
            hair.cap()
            bob(hair)
        case "spiky":
            hair.cap()
            spiky(hair)
        case "swept":
            hair.cap()
            swept(hair)
        case "mane":
            mane(hair)
        case "none":
            pass
    return hair.meshes
