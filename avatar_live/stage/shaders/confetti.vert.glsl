// Turn and place one piece of paper for each instance; three texels a piece, see confetti.py.
uniform mat4 p3d_ViewProjectionMatrix;
uniform samplerBuffer pieces;
in vec4 p3d_Vertex;
out vec3 painted;

vec3 turned(vec3 point, vec3 axis, float angle) {  // Rodrigues' formula
    return mix(axis * dot(axis, point), point, cos(angle)) + cross(axis, point) * sin(angle);
}

void main() {
    vec4 place = texelFetch(pieces, gl_InstanceID * 3);
    vec4 axis = texelFetch(pieces, gl_InstanceID * 3 + 1);
    vec3 normal = turned(vec3(0.0, 0.0, 1.0), axis.xyz, place.w);
    painted = texelFetch(pieces, gl_InstanceID * 3 + 2).rgb * (0.55 + 0.55 * abs(dot(normal, vec3(0.25, 0.55, 0.8))));
    vec3 point = turned(p3d_Vertex.xyz * axis.w, axis.xyz, place.w) + place.xyz;
    gl_Position = p3d_ViewProjectionMatrix * vec4(point, 1.0);
}
