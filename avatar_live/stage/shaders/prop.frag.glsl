// Shade a prop by the key light in two soft steps.
in vec3 normal_in_world;
#ifdef TEXTURED
in vec2 uv;
uniform sampler2D base_texture;
#else
in vec4 painted;
#endif
out vec4 color;

uniform vec4 tint;  // rgb replaces the paint as far as its alpha says; a brightens all
uniform vec3 key_direction;
uniform vec3 key_color;
uniform vec3 fill_color;
uniform vec4 room_light;  // rgb dims painted walls but not their lamps; a 1 writes the lamps into the alpha

vec3 encoded(vec3 linear) {  // sRGB, IEC 61966-2-1
    return mix(1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055, 12.92 * linear, lessThan(linear, vec3(0.0031308)));
}

#ifndef TEXTURED
vec3 stepped(vec3 towards_key) {
    float light = dot(normalize(normal_in_world), towards_key);
    float shading = clamp(light * 4.0 + 0.3, 0.0, 1.0);
    vec3 shade = mix(vec3(0.46, 0.40, 0.66), vec3(0.8), clamp(light * 0.6 + 0.6, 0.0, 1.0) * 0.4);
    return mix(shade, vec3(1.0), shading);
}
#endif

void main() {
#if defined(BLENDED)
    color = vec4(encoded(painted.rgb), painted.a * tint.a);
#elif defined(TEXTURED)
    vec4 seen = texture(base_texture, uv);  // painted and encoded already; alpha 1 is a lamp
    color = vec4(seen.rgb * mix(room_light.rgb, vec3(1.0), seen.a) + tint.rgb, mix(1.0, seen.a, room_light.a));
#elif defined(FURNITURE)
    vec3 studio = vec3(0.2494, 0.5486, 0.7980);  // for good: it stands in the room's picture, which is kept
    vec3 seen = encoded(painted.rgb * mix(0.55 * stepped(studio), vec3(1.0), painted.a));
    color = vec4(seen * mix(room_light.rgb, vec3(1.0), painted.a) + tint.rgb, mix(1.0, painted.a, room_light.a));
#elif defined(OUTLINE)
    color = vec4(encoded(mix(painted.rgb, painted.rgb * tint.rgb, painted.a) * vec3(0.07, 0.06, 0.12)), 1.0);
#else
    vec3 paint = mix(painted.rgb, painted.rgb * tint.rgb, painted.a);
    color = vec4(encoded(paint * (stepped(key_direction) * key_color + fill_color + tint.a)), 1.0);
#endif
}
