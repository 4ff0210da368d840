// Cover the target.
in vec4 p3d_Vertex;

void main() {
    gl_Position = vec4(p3d_Vertex.xy, 0.0, 1.0);
}
