// Show a picture dot for dot; it is encoded already.
in vec2 uv;
uniform sampler2D base_texture;
uniform vec4 tint;  // added
out vec4 color;

void main() {
    color = vec4(texture(base_texture, uv).rgb + tint.rgb, 1.0);
}
