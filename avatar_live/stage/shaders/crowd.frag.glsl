// Shade a small body by the key light in two soft steps, a dark line where it turns away from the camera.
//
// Colours are multiplied as they are encoded, not in linear light: sRGB is near enough to a power for that, and a
// crowd covers much of the picture.
flat in vec3 painted;
in float light;
in float facing;
out vec4 color;

uniform vec3 key_color;
uniform vec3 fill_color;

void main() {
    float shading = clamp(light * 4.0 + 0.5, 0.0, 1.0);
    vec3 shade = mix(vec3(0.73, 0.68, 0.85), vec3(0.9), clamp(light * 0.25 + 0.25, 0.0, 0.4));
    vec3 lit = painted * mix(shade, vec3(1.0), shading) * sqrt(key_color + fill_color);
    color = vec4(mix(vec3(0.30, 0.27, 0.38) * lit, lit, clamp(facing * 2.0 - 1.0, 0.0, 1.0)), 1.0);
}
