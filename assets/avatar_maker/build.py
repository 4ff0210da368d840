"""Build a character from its description: one function, from bones to the bytes of a VRM file."""

from . import cloth_pictures, pictures
from .details import animal_ears, drawstrings, hair_clip, headset, tail
from .face import Face
from .gltf_file import GltfFile
from .hair import Hair
from .hair_styles import grow
from .legs import lower_body
from .mesh import merge
from .outfit import Outfit
from .picture import mix
from .skeleton import Skeleton
from .spec import CharacterSpec
from .vrm_file import Material, add_material, pack_vrm


def build(spec: CharacterSpec, thumbnail: bytes) -> bytes:
    """Return a character's VRM file; `thumbnail` is a square PNG for its metadata. The same bytes come every time."""
    skeleton = Skeleton(spec)
    face = Face(spec, skeleton)
    hair, outfit = Hair(skeleton), Outfit(spec, skeleton)
    skin, parts = face.skin(), face.parts()
    hair_mesh = grow(spec, hair)
    extras = [lower_body(spec, skeleton), drawstrings(outfit, skeleton)]
    if spec.hair_clip:
        extras.append(hair_clip(hair))
    if spec.headset:
        extras.append(headset(hair))
    if spec.animal_ears:
        extras.append(animal_ears(hair))
    if spec.tail:
        extras.append(tail(spec, skeleton))
    hoodie, body = outfit.hoodie(), outfit.skin()

    file = GltfFile(skeleton)
    file.picture("face", pictures.face_skin(spec))
    file.picture("parts", pictures.face_parts(spec))
    file.picture("body", pictures.body_skin(spec))
    file.picture("hair", pictures.hair(spec))
    file.picture("hoodie", cloth_pictures.hoodie(spec, skeleton))
    file.picture("swatches", cloth_pictures.swatches(spec))
    surfaces = [add_material(file, material) for material in _materials(spec)]
    face_node, shapes = file.mesh("Face", [(skin, surfaces[0]), (parts, surfaces[1])])
    file.mesh("Hair", [(hair_mesh, surfaces[3])])
    file.mesh("Body", [(hoodie, surfaces[4]), (body, surfaces[2]), (merge(extras), surfaces[5])])
    return pack_vrm(file, spec.name, face_node, shapes, thumbnail)


def _materials(spec: CharacterSpec) -> list[Material]:
    p = spec.palette
    shade, line = mix(p.skin_shade, "#ffffff", 0.45), mix(p.skin_shade, "#5a1f2c", 0.6)
    hair_line, cloth_line = mix(p.hair_root, "#0a0614", 0.55), mix(p.cloth_shade, "#1a1430", 0.72)
    detail_shade, detail_line = mix(p.cloth_shade, "#ffffff", 0.15), mix(p.cloth_shade, "#1a1430", 0.75)
    return [
        Material("Face", "face", shade, line, 0.0008, shift=-0.22, toony=0.90),
        Material("FaceParts", "parts", "#f2e8f2", shift=-0.6, toony=0.9),
        Material("Skin", "body", shade, line, 0.0009),
        Material("Hair", "hair", p.hair_shade, hair_line, 0.0011, shift=-0.12, rim=0.05),
        Material("Hoodie", "hoodie", p.cloth_shade, cloth_line, 0.0012, rim=0.03),
        Material("Details", "swatches", detail_shade, detail_line, 0.0010, rim=0.03),
    ]
