// Place a prop; with OUTLINE push it out along its normal.
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform mat4 p3d_ModelMatrix;
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
    normal_in_world = mat3(p3d_ModelMatrix) * p3d_Normal;
    vec4 clip = p3d_ModelViewProjectionMatrix * p3d_Vertex;
#ifdef OUTLINE
    vec2 push = (p3d_ModelViewProjectionMatrix * vec4(p3d_Normal, 0.0)).xy * vec2(view.y, 1.0);
    clip.xy += push / max(length(push), 1e-5) / vec2(view.y, 1.0) * 2.0 * view.x * clip.w;
#endif
    gl_Position = clip;
}
