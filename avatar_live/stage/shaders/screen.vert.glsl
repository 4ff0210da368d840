// Cover the screen behind everything.
in vec4 p3d_Vertex;
in vec2 p3d_MultiTexCoord0;
out vec2 uv;

void main() {
    uv = p3d_MultiTexCoord0;
    gl_Position = vec4(p3d_Vertex.xy, 0.99999, 1.0);
}
