// Write a name in its camp's colour on a dark pill.
in vec2 uv;
flat in vec3 camp;
flat in float opacity;
uniform sampler2D names;  // r: the letters, g: the pill
out vec4 color;

vec3 encoded(vec3 linear) {  // sRGB, IEC 61966-2-1
    return mix(1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055, 12.92 * linear, lessThan(linear, vec3(0.0031308)));
}

void main() {
    vec2 seen = texture(names, uv).rg;
    if (seen.g < 0.1) {
        discard;
    }
    float ink = pow(seen.r, 0.6);  // small letters are thin
    vec3 letters = encoded(mix(camp, vec3(1.0), 0.34)) * 1.08;
    color = vec4(mix(vec3(0.047, 0.055, 0.11), letters, ink), opacity * max(0.78 * seen.g, ink));
}
