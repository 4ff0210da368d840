"""Colours between people's `#rrggbb` and the linear light that shaders count in (sRGB, IEC 61966-2-1)."""

Rgba = tuple[float, float, float, float]


def srgb(code: str, alpha: float = 1.0) -> Rgba:
    """Return the linear colour of `#rrggbb`."""
    red, green, blue = (decode(int(code[place : place + 2], 16) / 255.0) for place in (1, 3, 5))
    return (red, green, blue, alpha)


def decode(encoded: float) -> float:
    """Return an sRGB channel 0..1 as linear light."""
    return encoded / 12.92 if encoded <= 0.04045 else float(((encoded + 0.055) / 1.055) ** 2.4)


def encode(linear: float) -> float:
    """Return linear light, cut to 0..1, as an sRGB channel."""
    linear = min(max(linear, 0.0), 1.0)
    return 12.92 * linear if linear <= 0.0031308 else float(1.055 * linear ** (1 / 2.4) - 0.055)
