"""Where the attention face model's refined points belong in the 478-point mesh.

The model's lips, eye and iris heads each give their own list of points; entry i of a list says which point of the mesh
the head's point i replaces. Source: `tensors_to_face_landmarks_with_attention.pbtxt` of google-ai-edge/mediapipe
(Apache-2.0), the graph that the model was published with.
"""

from typing import Final

MESH_POINTS: Final = 468

LIPS: Final = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409,
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415,
    76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 184, 74, 73, 72, 11, 302, 303, 304, 408,
    62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268, 271, 272, 407,
)  # fmt: skip
LEFT_EYE: Final = (
    33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173,
    130, 25, 110, 24, 23, 22, 26, 112, 243, 247, 30, 29, 27, 28, 56, 190,
    226, 31, 228, 229, 230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189,
    35, 124, 46, 53, 52, 65, 143, 111, 117, 118, 119, 120, 121, 128, 245, 156, 70, 63, 105, 66, 107, 55, 193,
)  # fmt: skip
RIGHT_EYE: Final = (
    263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398,
    359, 255, 339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414,
    446, 261, 448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413,
    265, 353, 276, 283, 282, 295, 372, 340, 346, 347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296, 336, 285, 417,
)  # fmt: skip
LEFT_IRIS: Final = (468, 469, 470, 471, 472)
RIGHT_IRIS: Final = (473, 474, 475, 476, 477)

# The heads know no depth: a refined point keeps the mesh's, and an iris takes that of the point of its eye's contour
# whose depth is nearest to the contour's mean (within .4 % of the distance between the eyes on frontal faces).
LEFT_IRIS_DEPTH_FROM: Final = 144
RIGHT_IRIS_DEPTH_FROM: Final = 373


def gather_indices() -> list[int]:
    """Return the 1434 places (x, y, z of 478 points) in mesh, lips, both eyes and both irises laid end to end."""
    points = [[3 * point, 3 * point + 1, 3 * point + 2] for point in range(MESH_POINTS)]
    points += [[0, 0, 3 * LEFT_IRIS_DEPTH_FROM + 2] for _ in LEFT_IRIS]
    points += [[0, 0, 3 * RIGHT_IRIS_DEPTH_FROM + 2] for _ in RIGHT_IRIS]
    start = 3 * MESH_POINTS
    for head in (LIPS, LEFT_EYE, RIGHT_EYE, LEFT_IRIS, RIGHT_IRIS):
        for place, point in enumerate(head):
            points[point][:2] = [start + 2 * place, start + 2 * place + 1]
        start += 2 * len(head)
    return [index for point in points for index in point]
