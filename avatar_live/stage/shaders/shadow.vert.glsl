// Place a vertex of the avatar as the lamp sees it, morphed and skinned as in avatar.vert.glsl.
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform samplerBuffer palette;
#ifdef MORPHS
uniform samplerBuffer morphs;
#endif
in vec4 p3d_Vertex;
in uvec4 joints;
in vec4 weights;

void main() {
    vec3 point = p3d_Vertex.xyz;
#ifdef MORPHS
    point += texelFetch(morphs, gl_VertexID * 2).xyz;
#endif
    ivec4 texel = ivec4(joints) * 3;
    vec3 place = vec3(0.0);
    for (int i = 0; i < BONES; ++i) {
        place += weights[i] * (vec4(point, 1.0) * mat3x4(
            texelFetch(palette, texel[i]), texelFetch(palette, texel[i] + 1), texelFetch(palette, texel[i] + 2)));
    }
    gl_Position = p3d_ModelViewProjectionMatrix * vec4(place, 1.0);
}
