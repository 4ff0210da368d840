// Shade by MToon 1.0 (https://github.com/vrm-c/vrm-specification, VRMC_materials_mtoon-1.0).
in vec2 uv;
in vec3 normal_in_world;
in vec3 point_in_world;
out vec4 color;

uniform vec4 base_color;
uniform vec4 toon;  // shift, toony, 1 / (2 - 2 toony), alpha cut-off
uniform vec3 shade_color;
#ifdef BASE_TEXTURE
uniform sampler2D base_texture;
#endif
#ifdef SHADE_TEXTURE
uniform sampler2D shade_texture;
#endif
#ifdef EMISSIVE
uniform vec3 emissive_color;
#endif
#ifdef EMISSIVE_TEXTURE
uniform sampler2D emissive_texture;
#endif
#ifdef MATCAP
uniform vec3 matcap_color;
uniform sampler2D matcap_texture;
uniform mat4 p3d_ViewMatrix;
#endif
#ifdef RIM
uniform vec3 rim_color;
uniform vec3 rim;  // fresnel power, lift, lighting mix
uniform mat4 p3d_ViewMatrixInverse;
#endif
#ifdef RIM_TEXTURE
uniform sampler2D rim_texture;
#endif
#ifdef OUTLINE
uniform vec4 outline_color;  // rgb, lighting mix
#endif

uniform vec3 key_direction;  // from a surface to the light
uniform vec3 key_color;
uniform vec3 fill_color;

vec3 encoded(vec3 linear) {  // sRGB, IEC 61966-2-1
    return mix(1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055, 12.92 * linear, lessThan(linear, vec3(0.0031308)));
}

void main() {
#ifdef OUTLINE_FLAT
    color = vec4(outline_color.rgb, 1.0);  // encoded already
#else
    vec4 base = base_color;
#ifdef BASE_TEXTURE
    base *= texture(base_texture, uv);
#endif
#ifdef ALPHA_MASK
    if (base.a < toon.w) {
        discard;
    }
#endif
    vec3 lit = base.rgb;
#ifndef UNLIT
    vec3 normal = normalize(normal_in_world);
#ifdef DOUBLE_SIDED
    normal = gl_FrontFacing ? normal : -normal;
#endif
    vec3 shade = shade_color;
#ifdef SHADE_IS_BASE
    shade *= base.rgb;
#endif
#ifdef SHADE_TEXTURE
    shade *= texture(shade_texture, uv).rgb;
#endif
    float shading = clamp((dot(normal, key_direction) + toon.x + 1.0 - toon.y) * toon.z, 0.0, 1.0);
    lit = mix(shade, base.rgb, shading) * key_color + base.rgb * fill_color;
#if defined(MATCAP) || defined(RIM)
    vec3 edge = vec3(0.0);
#ifdef MATCAP
    vec3 normal_in_view = mat3(p3d_ViewMatrix) * normal;
    edge += matcap_color * texture(matcap_texture, normal_in_view.xy * vec2(0.495, -0.495) + 0.5).rgb;
#endif
#ifdef RIM
    float facing = dot(normal, normalize(p3d_ViewMatrixInverse[3].xyz - point_in_world));
    edge += rim_color * pow(clamp(1.0 - facing + rim.y, 0.0, 1.0), rim.x) * mix(vec3(1.0), key_color, rim.z);
#endif
#ifdef RIM_TEXTURE
    edge *= texture(rim_texture, uv).rgb;
#endif
    lit += edge;
#endif
#endif
#ifdef EMISSIVE
#ifdef EMISSIVE_TEXTURE
    lit += emissive_color * texture(emissive_texture, uv).rgb;
#else
    lit += emissive_color;
#endif
#endif
#ifdef OUTLINE
    lit = outline_color.rgb * mix(vec3(1.0), lit, outline_color.w);
#endif
#ifdef ALPHA_BLEND
    color = vec4(encoded(lit), base.a);
#else
    color = vec4(encoded(lit), 1.0);
#endif
#endif
}
