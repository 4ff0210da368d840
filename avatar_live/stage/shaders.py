"""Shader files into panda shaders, one compiled variant for each set of `#define`s."""

from functools import cache
from importlib.resources import files
from typing import Final

from panda3d.core import Shader

GLSL_HEADER: Final = "#version 330\n"


@cache
def load_shader(name: str, *defines: str) -> Shader:
    """Return the shader of `shaders/<name>.vert.glsl` and `.frag.glsl` with the given symbols defined."""
    header = GLSL_HEADER + "".join(f"#define {symbol}\n" for symbol in defines)
    folder = files(__package__) / "shaders"
    vertex = (folder / f"{name}.vert.glsl").read_text(encoding="utf-8")
    fragment = (folder / f"{name}.frag.glsl").read_text(encoding="utf-8")
    return Shader.make(Shader.SL_GLSL, header + vertex, header + fragment)
