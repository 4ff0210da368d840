// Lay a sticker's sheet round the head, and curl its upper edge while it peels off.
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform vec4 bend;  // how far the edges lie behind the middle, sideways and up and down; how far the top has curled

in vec4 p3d_Vertex;
in vec2 p3d_MultiTexCoord0;
out vec2 uv;

void main() {
    uv = p3d_MultiTexCoord0;
    vec2 at = p3d_Vertex.xy;
    float loose = max(0.5 + 0.5 * at.y, 0.0);
    float depth = -dot(at * at, bend.xy) + bend.z * loose * loose;
    gl_Position = p3d_ModelViewProjectionMatrix * vec4(at, depth, 1.0);
}
