// Show a sticker's picture as it was drawn.
in vec2 uv;
out vec4 color;
uniform sampler2D base_texture;
uniform vec4 tint;  // a is the opacity

void main() {
    vec4 seen = texture(base_texture, uv);
    color = vec4(seen.rgb, seen.a * tint.a);
}
