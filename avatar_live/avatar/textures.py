"""The pictures of a file, decoded only where a material uses them."""

import io
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from avatar_live.avatar.document import GltfSampler, Part, at, decode
from avatar_live.avatar.glb import AvatarError, damaged
from avatar_live.avatar.gltf import Gltf
from avatar_live.avatar.model import Texture

TEXTURE_SIDE_PX_MAX: Final = 8_192
TEXTURES_PX_MAX: Final = 160_000_000  # of all textures: each takes its room on the GPU, even of the same picture
TEXTURES_MAX: Final = 1_024

_FORMATS: Final = ("PNG", "JPEG", "WEBP")
_NEAREST: Final = 9728
_WRAPS: Final[dict[int, Literal["repeat", "clamp", "mirror"]]] = {10497: "repeat", 33071: "clamp", 33648: "mirror"}


class _WebP(Part, frozen=True):
    source: int


class TextureReader:
    """Decode the textures that materials ask for, each once; `textures` is the list that materials index."""

    def __init__(self, gltf: Gltf) -> None:
        self._gltf = gltf
        self._places: dict[int, int] = {}
        self._pictures: dict[int, NDArray[np.uint8]] = {}
        self._pixel_count = 0
        self.textures: list[Texture] = []

    def place(self, index: int) -> int:
        """Return the place of the file's texture in `textures`. Raises AvatarError."""
        if index not in self._places:
            source = at(self._gltf.document.textures, index, "texture")
            image = source.source
            if "EXT_texture_webp" in source.extensions:
                image = decode(source.extensions["EXT_texture_webp"], _WebP).source
            if image is None and source.extensions:
                named = ", ".join(sorted(source.extensions))
                raise AvatarError(f"a picture of the avatar is there only as {named}; export it with PNG, JPEG or WebP")
            if image is None:
                raise damaged(f"texture {index} has no picture")
            sampler = GltfSampler()
            if source.sampler is not None:
                sampler = at(self._gltf.document.samplers, source.sampler, "sampler")
            self._places[index] = self._add(
                Texture(
                    pixels=self._picture(image),
                    wrap_u=_WRAPS.get(sampler.wrap_s, "repeat"),
                    wrap_v=_WRAPS.get(sampler.wrap_t, "repeat"),
                    is_smooth=sampler.mag_filter != _NEAREST,
                )
            )
        return self._places[index]

    def place_picture(self, image: int) -> int:
        """Return the place in `textures` of a picture that no texture of the file may use. Raises AvatarError."""
        return self._add(Texture(self._picture(image), "clamp", "clamp"))

    def _add(self, texture: Texture) -> int:
        height, width, _ = texture.pixels.shape
        self._count(width * height)
        if len(self.textures) >= TEXTURES_MAX:
            raise AvatarError(f"the avatar has more than {TEXTURES_MAX} textures; export it with fewer")
        self.textures.append(texture)
        return len(self.textures) - 1

    def _count(self, pixels: int) -> None:
        if self._pixel_count + pixels > TEXTURES_PX_MAX:
            raise AvatarError(
                f"the avatar's pictures have more than {TEXTURES_PX_MAX // 10**6} million pixels;"
                " export it with smaller textures"
            )
        self._pixel_count += pixels

    def _picture(self, index: int) -> NDArray[np.uint8]:
        if index not in self._pictures:
            source = at(self._gltf.document.images, index, "picture")
            if source.buffer_view is None and source.uri is None:
                raise damaged(f"picture {index} is nowhere")
            data = (
                self._gltf.uri(source.uri or "") if source.buffer_view is None else self._gltf.view(source.buffer_view)
            )
            self._pictures[index] = self._decode(data, index)
        return self._pictures[index]

    def _decode(self, data: memoryview, index: int) -> NDArray[np.uint8]:
        try:
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                width, height = image.size
                if max(width, height) > TEXTURE_SIDE_PX_MAX:
                    raise AvatarError(
                        f"picture {index} of the avatar is {width} x {height} px, more than {TEXTURE_SIDE_PX_MAX} px a"
                        " side; export it with smaller textures"
                    )
                self._count(width * height)
                self._pixel_count -= width * height  # counted for good with each texture that shows it
                return _rgba(image)
        except UnidentifiedImageError as error:
            raise AvatarError(
                f"picture {index} of the avatar is neither PNG, JPEG nor WebP; export the avatar again"
            ) from error
        except AvatarError:
            raise
        except Exception as error:  # Pillow's decoders raise whatever a broken stream brings up
            raise damaged(f"picture {index} cannot be decoded") from error


def _rgba(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off at 255
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return np.asarray(image.convert("RGBA"))
