// Place a prop, or with COPIES many of it; with OUTLINE push it out along its normal.
#ifdef COPIES
uniform mat4 p3d_ViewProjectionMatrix;
uniform samplerBuffer poses;  // four texels a copy: three rows of its pose in the world, then its opacity
uniform int first;
#else
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform mat4 p3d_ModelMatrix;
#endif
#ifdef OUTLINE
uniform vec4 view;  // half a pixel as a fraction of half the screen's height, aspect, unused, unused
#endif

in vec4 p3d_Vertex;
in vec3 p3d_Normal;
#ifdef TEXTURED
in vec2 p3d_MultiTexCoord0;
out vec2 uv;
#else
in vec4 paint;
out vec4 painted;
#endif
out vec3 normal_in_world;

void main() {
#ifdef TEXTURED
    uv = p3d_MultiTexCoord0;
#else
    painted = paint;
#endif
#ifdef COPIES
    int row = (first + gl_InstanceID) * 4;
#ifndef TEXTURED
    painted.a *= texelFetch(poses, row + 3).x;
#endif
    mat4x3 pose = transpose(mat3x4(texelFetch(poses, row), texelFetch(poses, row + 1), texelFetch(poses, row + 2)));
    mat3 turn = mat3(pose);
    // A normal keeps upright on a squashed prop through the cofactors of its turn.
    normal_in_world = mat3(cross(turn[1], turn[2]), cross(turn[2], turn[0]), cross(turn[0], turn[1])) * p3d_Normal;
    vec4 clip = p3d_ViewProjectionMatrix * vec4(pose * p3d_Vertex, 1.0);
#else
    normal_in_world = mat3(p3d_ModelMatrix) * p3d_Normal;
    vec4 clip = p3d_ModelViewProjectionMatrix * p3d_Vertex;
#endif
#ifdef OUTLINE
#ifdef COPIES
    vec2 push = (p3d_ViewProjectionMatrix * vec4(normal_in_world, 0.0)).xy * vec2(view.y, 1.0);
#else
    vec2 push = (p3d_ModelViewProjectionMatrix * vec4(p3d_Normal, 0.0)).xy * vec2(view.y, 1.0);
#endif
    clip.xy += push / max(length(push), 1e-5) / vec2(view.y, 1.0) * 2.0 * view.x * clip.w;
#endif
    gl_Position = clip;
}
