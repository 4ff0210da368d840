// Morph, skin and project a vertex of the avatar; with OUTLINE push it out along its normal.
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform samplerBuffer palette;  // three texels a joint: the rows of its skinning matrix
#ifdef MORPHS
uniform samplerBuffer morphs;  // two texels a vertex: position, normal
#endif
#ifdef OUTLINE
uniform vec4 outline_width;  // metres, fraction of half the screen's height, least half pixels, unused
uniform vec4 view;           // half a pixel as a fraction of half the screen's height, aspect, unused, unused
#ifdef OUTLINE_TEXTURE
uniform sampler2D outline_texture;
#endif
#endif
uniform vec4 uv_transform;  // scale, offset

in vec4 p3d_Vertex;
in vec3 p3d_Normal;
in vec2 p3d_MultiTexCoord0;
in uvec4 joints;
in vec4 weights;

out vec2 uv;
out vec3 normal_in_world;
out vec3 point_in_world;

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
    for (int i = 1; i < 4; ++i) {
        if (weights[i] > 0.0) {
            skin += weights[i] * mat3x4(
                texelFetch(palette, texel[i]), texelFetch(palette, texel[i] + 1), texelFetch(palette, texel[i] + 2));
        }
    }
    point_in_world = vec4(point, 1.0) * skin;
    normal_in_world = normalize(normal * mat3(skin));
    uv = p3d_MultiTexCoord0 * uv_transform.xy + uv_transform.zw;

    vec4 clip = p3d_ModelViewProjectionMatrix * vec4(point_in_world, 1.0);
#ifdef OUTLINE
    vec2 push = (p3d_ModelViewProjectionMatrix * vec4(normal_in_world, 0.0)).xy;
    float reach = length(push * vec2(view.y, 1.0));  // of one metre, in half screen heights times clip.w
    float wide = max(outline_width.x * reach, max(outline_width.y, outline_width.z * view.x) * clip.w);
#ifdef OUTLINE_TEXTURE
    wide *= textureLod(outline_texture, uv, 0.0).g;
#endif
    clip.xy += push / max(reach, 1e-4) * wide * min(reach, 1.0);
    clip.z += 4e-4 * clip.w;  // a little behind the surface, so that soft folds draw no stray strokes
#endif
    gl_Position = clip;
}
