// Shade by MToon 1.0 (https://github.com/vrm-c/vrm-specification, VRMC_materials_mtoon-1.0), or with PBR as glTF's own
// surfaces are (https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html, appendix B).
//
// The fill light comes equally from everywhere, so the spec's raw and equalised global illumination are the same here
// and giEqualizationFactor has nothing to mix.
#if !defined(UNLIT) && !defined(PBR) && !defined(OUTLINE_FLAT)
#define TOON
#endif
in vec2 uv;
in vec3 normal_in_world;
in vec3 to_eye;  // unit at the corners
#ifdef NORMAL_TEXTURE
in vec3 point_in_world;
#endif
#ifdef TOON
flat in vec3 lit_color, shaded_color, filled_color, edge_color;
flat in vec4 lamp;
#endif
out vec4 color;

uniform vec4 base_color;
uniform vec4 toon;            // shift, toony, 1 / (2 - 2 toony), alpha cut-off
uniform vec4 shade_color;     // rgb, scale of the shading shift's picture
uniform vec4 emissive_color;  // rgb, scale of the normal's picture
uniform vec4 matcap_color;    // rgb, how much of rim and matcap the light colours
uniform vec4 rim_color;
uniform vec4 rim;             // fresnel power, lift
uniform vec4 metal;           // metallic, roughness
uniform vec4 outline_color;   // rgb, how much of it the light colours
#ifdef BASE_TEXTURE
uniform sampler2D base_texture;
#endif
#ifdef NORMAL_TEXTURE
uniform sampler2D normal_texture;
#endif
#ifdef SHADE_TEXTURE
uniform sampler2D shade_texture;
#endif
#ifdef SHADING_SHIFT_TEXTURE
uniform sampler2D shading_shift_texture;
#endif
#ifdef MATCAP_TEXTURE
uniform sampler2D matcap_texture;
#endif
#ifdef RIM_TEXTURE
uniform sampler2D rim_texture;
#endif
#ifdef EMISSIVE_TEXTURE
uniform sampler2D emissive_texture;
#endif
#ifdef METALLIC_ROUGHNESS_TEXTURE
uniform sampler2D metallic_roughness_texture;
#endif

uniform vec3 key_direction;  // from a surface to the light
uniform vec3 key_color;
uniform vec3 fill_color;

#ifdef UV_BY_SLOT
// Each picture lies by itself: two rows, as in placing.py.
uniform vec3 base_placing[2];
uniform vec3 normal_placing[2];
uniform vec3 shade_placing[2];
uniform vec3 shading_shift_placing[2];
uniform vec3 rim_placing[2];
uniform vec3 emissive_placing[2];
uniform vec3 metallic_roughness_placing[2];
#ifdef UV_MASK
uniform sampler2D uv_mask_texture;
uniform vec3 uv_mask_placing[2];
uniform vec4 uv_motion;  // scrolled by, turned by
#endif
vec2 placed(vec3 rows[2], vec2 point) {
    return vec2(dot(rows[0], vec3(point, 1.0)), dot(rows[1], vec3(point, 1.0)));
}
#define AT(rows) placed(rows, moved)
#else
#define AT(rows) uv
#endif

// sRGB, IEC 61966-2-1, with a polynomial of the root for its power: off by 0.2 of 255 at most, and a third of the cost.
vec3 encoded(vec3 linear) {
    vec3 shown = clamp(linear, 0.0, 1.0);
    vec3 root = sqrt(shown);
    vec3 curve = (((-0.2863693 * root + 0.80096405) * root - 0.92104982) * root + 1.44322213) * root - 0.03676705;
    return mix(curve, 12.92 * shown, lessThan(shown, vec3(0.0031308)));
}

// Scale a vector to unit length that was interpolated between unit ones: off by 0.5 % where they stand at 60 degrees.
vec3 unit(vec3 between) {
    float squared = dot(between, between);
    return between * (1.875 - squared * (1.25 - 0.375 * squared));
}

#ifdef NORMAL_TEXTURE
// Bend the normal as a picture says, without tangents in the file: http://www.thetenthplanet.de/archives/1180
// The picture's red leads along u and its green against v. A back has its whole bent normal reversed, as glTF asks.
vec3 bent(vec3 normal, vec2 at, float side) {
    vec3 right = dFdx(point_in_world), up = dFdy(point_in_world);
    vec2 uv_right = dFdx(at), uv_up = dFdy(at);
    vec3 from_right = cross(up, normal), from_up = cross(normal, right);
    vec3 along_u = from_right * uv_right.x + from_up * uv_up.x;
    vec3 along_v = from_right * uv_right.y + from_up * uv_up.y;
    float longest = max(dot(along_u, along_u), dot(along_v, along_v));
    float unit = longest > 0.0 ? side * inversesqrt(longest) : 0.0;
    vec3 bump = texture(normal_texture, at).xyz * 2.0 - 1.0;
    bump.xy *= vec2(emissive_color.w, -emissive_color.w) * unit;
    return normalize(along_u * bump.x + along_v * bump.y + normal * bump.z);
}
#endif

#ifdef PBR
const float ROUGHNESS_LEAST = 0.045;  // a smoother surface would show a lamp without size as a single dot

// Return what a metallic and rough surface sends back of the key light and of the fill.
vec3 reflected(vec3 base, vec3 normal, vec3 towards, float metallic, float roughness) {
    vec3 middle = normalize(key_direction + towards);
    float light = clamp(dot(normal, key_direction), 0.0, 1.0), sight = clamp(dot(normal, towards), 0.0, 1.0);
    float peak = clamp(dot(normal, middle), 0.0, 1.0), tilt = clamp(dot(towards, middle), 0.0, 1.0);
    float alpha = max(roughness, ROUGHNESS_LEAST) * max(roughness, ROUGHNESS_LEAST), squared = alpha * alpha;
    float spread = peak * peak * (squared - 1.0) + 1.0;
    float visible = 0.5 / max(light * sqrt(sight * sight * (1.0 - squared) + squared)
        + sight * sqrt(light * light * (1.0 - squared) + squared), 1e-4);
    vec3 head_on = mix(vec3(0.04), base, metallic);
    vec3 mirrored = head_on + (1.0 - head_on) * pow(1.0 - tilt, 5.0);
    vec3 highlight = mirrored * visible * squared / (spread * spread);
    // What bounces between the grains before it comes out; a rough metal would be too dark without
    // (https://google.github.io/filament/Filament.md.html, 4.7.2). The share is our fit to the integral, a few per cent off.
    float grains = roughness * roughness * (0.2 + 1.85 * roughness * roughness * sight);
    highlight *= 1.0 + head_on * grains;
    vec3 scattered = base * (1.0 - metallic);
    return (scattered * (1.0 - mirrored) + highlight) * light * key_color + scattered * fill_color;
}
#endif

#ifdef SHADOWED
uniform sampler2DShadow shadow_map;
in vec3 place_in_lamp;
#endif

void main() {
#ifdef OUTLINE_FLAT
    color = vec4(outline_color.rgb, 1.0);  // encoded already
#else
#ifdef UV_MASK
    float share = texture(uv_mask_texture, placed(uv_mask_placing, uv)).b;
    float c = cos(uv_motion.z * share), s = sin(uv_motion.z * share);
    vec2 moved = mat2(c, -s, s, c) * (uv - 0.5) + 0.5 + uv_motion.xy * share;
#else
    vec2 moved = uv;
#endif
    vec4 picture = vec4(1.0);
#ifdef BASE_TEXTURE
    picture = texture(base_texture, AT(base_placing));
#endif
#if defined(ALPHA_MASK) || defined(ALPHA_BLEND)
    float alpha = base_color.a * picture.a;
#endif
#ifdef ALPHA_MASK
    if (alpha < toon.w) {
        discard;
    }
#endif
#ifndef TOON
    vec3 base = base_color.rgb * picture.rgb;
    vec3 lit = base;
#else
    vec3 lit;
#endif
#ifndef UNLIT
    vec3 normal = unit(normal_in_world);
    float side = 1.0;
#ifdef DOUBLE_SIDED
    side = gl_FrontFacing ? 1.0 : -1.0;
    normal *= side;
#endif
#ifdef NORMAL_TEXTURE
    normal = bent(normal, AT(normal_placing), side);
#endif
#if defined(MATCAP_TEXTURE) || defined(RIM) || defined(PBR)
    vec3 towards = unit(to_eye);
#endif
#ifdef PBR
    vec2 metallic_roughness = metal.xy;
#ifdef METALLIC_ROUGHNESS_TEXTURE
    metallic_roughness *= texture(metallic_roughness_texture, AT(metallic_roughness_placing)).bg;
#endif
    lit = reflected(base, normal, towards, metallic_roughness.x, metallic_roughness.y);
#else
    vec3 shaded = picture.rgb * shaded_color;
#ifdef SHADE_TEXTURE
    shaded = texture(shade_texture, AT(shade_placing)).rgb * shaded_color + picture.rgb * filled_color;
#elif !defined(SHADE_IS_BASE)
    shaded = shaded_color + picture.rgb * filled_color;
#endif
    float shading = dot(normal, lamp.xyz) + lamp.w;
#ifdef SHADING_SHIFT_TEXTURE
    shading += texture(shading_shift_texture, AT(shading_shift_placing)).r * shade_color.w * toon.z;
#endif
    shading = clamp(shading, 0.0, 1.0);
#ifdef SHADOWED
    shading *= texture(shadow_map, place_in_lamp - vec3(0.0, 0.0, 0.0014));
#endif
    lit = mix(shaded, picture.rgb * lit_color, shading);
#if defined(MATCAP_TEXTURE) || defined(RIM)
    vec3 edge = vec3(0.0);
#ifdef MATCAP_TEXTURE
    vec3 right = normalize(vec3(towards.z, 0.0, -towards.x));
    vec2 on_ball = vec2(dot(right, normal), -dot(cross(towards, right), normal));  // v runs down the picture
    edge += matcap_color.rgb * texture(matcap_texture, on_ball * 0.495 + 0.5).rgb;
#endif
#ifdef RIM
    float glow = pow(clamp(1.0 - dot(normal, towards) + rim.y, 0.0, 1.0), rim.x);
#ifdef MATCAP_TEXTURE
    edge += rim_color.rgb * glow;
#else
    edge = vec3(glow);  // its colour is in edge_color
#endif
#endif
#ifdef RIM_TEXTURE
    edge *= texture(rim_texture, AT(rim_placing)).rgb;
#endif
    lit += edge * edge_color;
#endif
#endif
#ifdef EMISSIVE
#ifdef EMISSIVE_TEXTURE
    lit += emissive_color.rgb * texture(emissive_texture, AT(emissive_placing)).rgb;
#else
    lit += emissive_color.rgb;
#endif
#endif
#endif
#ifdef OUTLINE
    lit = outline_color.rgb * mix(vec3(1.0), lit, outline_color.w);
#endif
#ifdef ALPHA_BLEND
    color = vec4(encoded(lit), alpha);
#else
    color = vec4(encoded(lit), 1.0);
#endif
#endif
}
