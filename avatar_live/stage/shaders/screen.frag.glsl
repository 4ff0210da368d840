// Show a picture dot for dot; it is encoded already.
in vec2 uv;
uniform sampler2D base_texture;
uniform vec4 tint;        // added
uniform vec4 room_light;  // rgb dims all but the lamps
out vec4 color;

void main() {
    vec4 seen = texture(base_texture, uv);
    color = vec4(seen.rgb * mix(room_light.rgb, vec3(1.0), seen.a) + tint.rgb, 1.0);
}
