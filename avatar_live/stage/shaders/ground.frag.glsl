// Darken the pitch under a body, a thin ring of the camp's colour around it.
in vec2 spot;
flat in vec3 camp;
out vec4 color;

void main() {
    float reach = length(spot);
    float ring = smoothstep(0.66, 0.74, reach) * (1.0 - smoothstep(0.90, 0.98, reach));
    float shade = 0.62 * (1.0 - smoothstep(0.10, 0.86, reach));
    float cover = max(ring, shade);
    color = vec4(mix(vec3(0.01, 0.01, 0.06), camp, ring / max(ring + 0.5 * shade, 1e-3)), cover);
}
