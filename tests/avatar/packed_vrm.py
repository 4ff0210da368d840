"""Write the small avatar with its mesh packed by Draco."""

import DracoPy
import numpy as np
from small_vrm import Writer, small_vrm

POSITIONS = np.array(
    [[-0.2, 1.0, 0.1], [0.2, 1.0, 0.1], [0.0, 1.7, 0.1], [0.0, 1.6, 0.12], [0.05, 1.65, 0.1], [0.0, 1.4, -0.1]],
    np.float32,
)
TRIANGLES = np.array([[0, 1, 2], [2, 3, 4], [3, 4, 5]], np.uint32)
JOINTS, WEIGHTS = 7, 8  # their numbers in the packed mesh


def packed_vrm() -> Writer:
    """Return the small file; its morph targets, which Draco cannot pack, are left out."""
    file = small_vrm()
    weights = np.tile(np.array([0.25, 0.75, 0.0, 0.0], np.float32), (6, 1))
    packed = DracoPy.encode(
        POSITIONS,
        TRIANGLES,
        quantization_bits=14,
        preserve_order=True,
        tex_coord=np.linspace(0.0, 1.0, 12).reshape(6, 2),
        generic_attributes={JOINTS: np.tile(np.array([0, 1, 2, 0], np.uint16), (6, 1)), WEIGHTS: weights},
    )
    numbers = {item["attribute_type"]: item["unique_id"] for item in DracoPy.decode(packed).attributes}
    accessors = file.document["accessors"]
    (primitive,) = file.document["meshes"][0]["primitives"]
    names = {"POSITION": (5126, "VEC3"), "TEXCOORD_0": (5126, "VEC2"), "JOINTS_0": (5123, "VEC4")}
    names["WEIGHTS_0"] = (5126, "VEC4")
    primitive["attributes"] = {}
    for name, (component, kind) in names.items():
        primitive["attributes"][name] = len(accessors)
        accessors.append({"componentType": component, "count": 6, "type": kind})
    primitive["indices"] = len(accessors)
    accessors.append({"componentType": 5125, "count": 9, "type": "SCALAR"})
    del primitive["targets"]
    places = {"POSITION": numbers[0], "TEXCOORD_0": numbers[3], "JOINTS_0": JOINTS, "WEIGHTS_0": WEIGHTS}
    extension = {"bufferView": file.view(packed), "attributes": places}
    primitive["extensions"] = {"KHR_draco_mesh_compression": extension}
    file.document["extensionsRequired"] = ["KHR_draco_mesh_compression"]
    return file
