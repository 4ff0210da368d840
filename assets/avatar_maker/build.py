"""Build a character from its description: one function, from bones to the bytes of a VRM file."""

from collections.abc import Iterator

from . import pictures
from .animal import animal_ears, tail
from .cloth_pictures import hoodie as hoodie_picture
from .details import drawstrings, hair_clip, headset, scarf
from .ears import ears
from .face import Face
from .face_shape import HeadShape
from .gltf_file import GltfFile
from .hair import Hair
from .hair_pictures import hair as hair_picture
from .hair_styles import grow
from .hands import hands
from .jacket import Jacket, jacket_picture
from .legs import LowerBody
from .mesh import Mesh, merge
from .outfit import Hoodie
from .picture import mix
from .robot import Shell, antennas, screen_frame, shell_picture
from .skeleton import Skeleton
from .skin_pictures import face_skin
from .spec import CharacterSpec
from .swatches import swatches
from .torso import Torso
from .vrm_file import Material, add_material, pack_vrm


def build(spec: CharacterSpec, thumbnail: bytes) -> bytes:
    """Return a character's VRM file; `thumbnail` is a square PNG for its metadata. The same bytes come every time."""
    skeleton = Skeleton(spec)
    face, torso = Face(spec, skeleton), Torso(spec, skeleton)
    hair = Hair(skeleton, face.head)
    skin, parts = face.skin(), face.parts()
    locks = grow(spec, hair)
    cloth, cloth_picture, details = _upper(spec, torso)
    details += [LowerBody(spec, skeleton).mesh(), *_worn(spec, face.head, hair)]
    body = merge([torso.neck(), hands(skeleton), *([ears(face.head, skeleton)] if spec.ears == "human" else [])])

    file = GltfFile(skeleton)
    file.picture("face", face_skin(spec))
    file.picture("parts", pictures.face_parts(spec))
    file.picture("body", pictures.body_skin(spec))
    file.picture("cloth", cloth_picture)
    file.picture("swatches", swatches(spec))
    if locks:
        file.picture("hair", hair_picture(spec))
    surface = {
        material.name: add_material(file, material) for material in _materials(spec) if locks or material.name != "Hair"
    }
    face_node, shapes = file.mesh("Face", [(skin, surface["Face"]), (parts, surface["FaceParts"])])
    if locks:
        file.mesh("Hair", [(merge(locks), surface["Hair"])])
    file.mesh("Body", [(cloth, surface["Cloth"]), (body, surface["Skin"]), (merge(details), surface["Details"])])
    return pack_vrm(file, spec.name, face_node, shapes, thumbnail)


def _upper(spec: CharacterSpec, torso: Torso) -> tuple[Mesh, bytes, list[Mesh]]:
    """Return what the upper body wears, its picture, and what hangs on it."""
    match spec.upper:
        case "hoodie":
            hoodie = Hoodie(torso)
            return hoodie.mesh(), hoodie_picture(spec, torso.frame), [drawstrings(hoodie, torso.skeleton)]
        case "jacket":
            jacket = Jacket(torso)
            return jacket.mesh(), jacket_picture(spec, torso.frame), [jacket.collar()]
        case "shell":
            return Shell(torso).mesh(), shell_picture(spec, torso.frame), []


def _worn(spec: CharacterSpec, head: HeadShape, hair: Hair) -> Iterator[Mesh]:
    """Yield what is on the head, about the neck, and behind."""
    skeleton = hair.skeleton
    if spec.hair_clip:
        yield hair_clip(hair)
    if spec.headset:
        yield headset(hair)
    if spec.ears == "animal":
        yield animal_ears(hair)
    if spec.head == "robot":
        yield screen_frame(head, skeleton)
        yield antennas(skeleton)
    if spec.scarf:
        yield scarf(spec, skeleton)
    if spec.tail:
        yield tail(spec, skeleton)


def _materials(spec: CharacterSpec) -> list[Material]:
    p = spec.palette
    shade, line = mix(p.skin_shade, "#ffffff", 0.45), mix(p.skin_shade, "#5a1f2c", 0.6)
    hair_line, cloth_line = mix(p.hair_root, "#0a0614", 0.55), mix(p.cloth_shade, "#1a1430", 0.72)
    detail_shade, detail_line = mix(p.cloth_shade, "#ffffff", 0.15), mix(p.cloth_shade, "#1a1430", 0.75)
    parts = Material("FaceParts", "parts", "#f2e8f2", shift=-0.6, toony=0.9)
    if spec.head == "robot":
        shade, line = mix(p.cloth_shade, "#ffffff", 0.35), cloth_line
        parts = Material("FaceParts", "parts", "#ffffff", shift=-0.6, toony=0.9)
    return [
        Material("Face", "face", shade, line, 0.0008, shift=-0.22, toony=0.90),
        parts,
        Material("Skin", "body", shade, line, 0.0009),
        Material("Hair", "hair", p.hair_shade, hair_line, 0.0011, shift=-0.12, rim=0.05),
        Material("Cloth", "cloth", p.cloth_shade, cloth_line, 0.0012, rim=0.03),
        Material("Details", "swatches", detail_shade, detail_line, 0.0010, rim=0.03),
    ]
