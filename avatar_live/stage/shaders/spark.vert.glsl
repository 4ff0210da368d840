// Turn a spark towards the camera, one for each instance; three texels a spark, see sparks.py.
uniform mat4 p3d_ViewProjectionMatrix;
uniform samplerBuffer sparks;
in vec4 p3d_Vertex;
out vec2 point;
flat out vec4 painted;
flat out float shape;

void main() {
    vec4 place = texelFetch(sparks, gl_InstanceID * 3);
    vec4 kind = texelFetch(sparks, gl_InstanceID * 3 + 2);
    painted = texelFetch(sparks, gl_InstanceID * 3 + 1);
    shape = kind.x;
    point = p3d_Vertex.xy;
    // The rows of the projection point along the picture's own right and up.
    mat4 rows = transpose(p3d_ViewProjectionMatrix);
    vec3 right = normalize(rows[0].xyz), up = normalize(rows[1].xyz);
    float c = cos(kind.y), s = sin(kind.y);
    vec2 turned = mat2(c, s, -s, c) * p3d_Vertex.xy * place.w;
    gl_Position = p3d_ViewProjectionMatrix * vec4(place.xyz + right * turned.x + up * turned.y, 1.0);
}
