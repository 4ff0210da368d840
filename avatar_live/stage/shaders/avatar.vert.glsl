// Morph, skin and project a vertex of the avatar by its first BONES joints; with OUTLINE push it out along its normal.
#if !defined(UNLIT) && !defined(PBR) && !defined(OUTLINE_FLAT)
#define TOON
#endif
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform samplerBuffer palette;  // three texels a joint: the rows of its skinning matrix
#ifdef MORPHS
uniform samplerBuffer morphs;  // two texels a vertex: position, normal
#endif
#ifdef OUTLINE
uniform mat4 p3d_ProjectionMatrix;
uniform vec4 outline_width;  // metres, fraction of half the screen's height, least half pixels, unused
uniform vec4 view;           // half a pixel as a fraction of half the screen's height, aspect, unused, unused
#endif
#ifdef OUTLINE_TEXTURE
uniform sampler2D outline_texture;
uniform vec3 outline_placing[2];
#ifdef UV_MASK
uniform sampler2D uv_mask_texture;
uniform vec3 uv_mask_placing[2];
uniform vec4 uv_motion;
#endif
#endif
uniform vec3 uv_placing[2];  // two rows, as in placing.py

in vec4 p3d_Vertex;
in vec3 p3d_Normal;
in vec2 p3d_MultiTexCoord0;
in uvec4 joints;
in vec4 weights;

uniform mat4 p3d_ViewMatrixInverse;
#ifdef SHADOWED
uniform mat4 shadow_matrix;  // from the stage to the lamp's picture, 0..1
out vec3 place_in_lamp;
#endif

out vec2 uv;
out vec3 normal_in_world;
out vec3 to_eye;
#ifdef NORMAL_TEXTURE
out vec3 point_in_world;
#endif
#ifdef TOON
// What is the same all over a surface is worked out here: a fragment pays for every uniform that it reads.
uniform vec4 base_color;
uniform vec4 toon;
uniform vec4 shade_color;
uniform vec4 matcap_color;
uniform vec4 rim_color;
uniform vec3 key_direction;
uniform vec3 key_color;
uniform vec3 fill_color;
flat out vec3 lit_color, shaded_color, filled_color;  // in full light, in shade, by the fill alone
flat out vec3 edge_color;                             // what rim and matcap are multiplied by
flat out vec4 lamp;                                   // how a normal is shaded: direction and offset
#endif

vec2 placed(vec3 rows[2], vec2 point) {
    return vec2(dot(rows[0], vec3(point, 1.0)), dot(rows[1], vec3(point, 1.0)));
}

#ifdef OUTLINE_TEXTURE
float share_of_width() {
    vec2 at = p3d_MultiTexCoord0;
#ifdef UV_MASK
    float share = textureLod(uv_mask_texture, placed(uv_mask_placing, at), 0.0).b;
    float c = cos(uv_motion.z * share), s = sin(uv_motion.z * share);
    at = mat2(c, -s, s, c) * (at - 0.5) + 0.5 + uv_motion.xy * share;
#endif
    return textureLod(outline_texture, placed(outline_placing, at), 0.0).g;
}
#endif

void main() {
    vec3 point = p3d_Vertex.xyz;
    vec3 normal = p3d_Normal;
#ifdef MORPHS
    point += texelFetch(morphs, gl_VertexID * 2).xyz;
    normal += texelFetch(morphs, gl_VertexID * 2 + 1).xyz;
#endif
    ivec4 texel = ivec4(joints) * 3;
    mat3x4 skin = weights.x * mat3x4(
        texelFetch(palette, texel.x), texelFetch(palette, texel.x + 1), texelFetch(palette, texel.x + 2));
    for (int i = 1; i < BONES; ++i) {
        skin += weights[i] * mat3x4(
            texelFetch(palette, texel[i]), texelFetch(palette, texel[i] + 1), texelFetch(palette, texel[i] + 2));
    }
    vec3 place = vec4(point, 1.0) * skin;
    to_eye = normalize(p3d_ViewMatrixInverse[3].xyz - place);
#ifdef NORMAL_TEXTURE
    point_in_world = place;
#endif
    vec3 turned = normalize(normal) * mat3(skin);
    normal_in_world = normalize(turned);
#ifdef SHADOWED
    place_in_lamp = (shadow_matrix * vec4(place + 0.006 * normal_in_world, 1.0)).xyz;  // off its own surface
#endif
#ifdef UV_BY_SLOT
    uv = p3d_MultiTexCoord0;
#else
    uv = placed(uv_placing, p3d_MultiTexCoord0);
#endif

#ifdef TOON
    lit_color = base_color.rgb * (key_color + fill_color);
    filled_color = base_color.rgb * fill_color;
    shaded_color = shade_color.rgb * key_color;
#ifdef SHADE_IS_BASE
    shaded_color += filled_color;
#endif
    edge_color = mix(vec3(1.0), key_color + fill_color, matcap_color.w);
#if defined(RIM) && !defined(MATCAP_TEXTURE)
    edge_color *= rim_color.rgb;
#endif
    lamp = vec4(key_direction, toon.x + 1.0 - toon.y) * toon.z;
#endif

    vec3 drawn = place;
#ifdef OUTLINE
    // In metres: the width asked for, grown with the avatar, or as much as is so many pixels at this distance.
    float distance_m = (p3d_ModelViewProjectionMatrix * vec4(place, 1.0)).w / p3d_ProjectionMatrix[1][1];
    float wide = outline_width.x * length(turned) + outline_width.y * distance_m;
    wide = max(wide, outline_width.z * view.x * distance_m);
#ifdef OUTLINE_TEXTURE
    wide *= share_of_width();
#endif
    drawn += normal_in_world * wide;
#endif
    gl_Position = p3d_ModelViewProjectionMatrix * vec4(drawn, 1.0);
#ifdef OUTLINE
    // Two millimetres behind the surface, so that soft folds draw no stray strokes.
    gl_Position.z -= 0.002 * p3d_ProjectionMatrix[3][2] / gl_Position.w;
#endif
}
